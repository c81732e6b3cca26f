"""Deposits as a bookkeeper follows them: taken, paid, reversed when the final invoice goes out."""

from datetime import date

from tests.transforms.sync.trade import Row, codes, company, money, one, want

DEPOSIT: Row = {
    "document_id": "D1", "kind": "sales_deposit", "document_number": "DEP-1", "document_date": "2026-10-05",
    "tax_mode": "inclusive", "total_amount": "230.00", "original_document_id": "S1",
}  # fmt: skip
FINAL: Row = {"document_id": "S1", "document_date": "2026-11-12", "total_amount": "1150.00"}
LINES: list[Row] = [
    {
        "document_id": "D1",
        "kind": "deposit",
        "line_amount": "230.00",
        "tax_amount": "30.00",
        "description": "20 % deposit",
    },
    {"document_id": "S1", "line_amount": "1000.00"},
]


def paid(amount: str, document: str = "D1") -> Row:
    return {"payment_id": f"p-{document}", "document_id": document, "amount": amount}


def test_a_deposit_is_an_invoice_on_the_deposit_account_and_nothing_more_until_the_final_invoice() -> None:
    wanted = want(company(documents=[DEPOSIT], lines=LINES[:1], payments=[paid("230.00")]))
    made = one(wanted.documents)
    assert (made["document_key"], made["kind"], made["xero_number"]) == ("sales_deposit:D1", "sales_deposit", "DEP-1")
    assert one(wanted.lines)["account_code"] == "850"
    assert [made["net_amount"], made["tax_amount"], made["total_amount"]] == money("200.00", "30.00", "230.00")
    assert wanted.allocations.is_empty()
    assert one(wanted.payments)["document_key"] == "sales_deposit:D1"


def test_the_final_invoice_brings_a_credit_of_the_deposit_that_is_allocated_to_it() -> None:
    # 12 November: invoice 1,150.00; credit 230.00 with the deposit's tax of 30.00; 920.00 are left to pay
    wanted = want(company(documents=[DEPOSIT, FINAL], lines=LINES, payments=[paid("230.00")]))
    reversal = one(wanted.documents, kind="sales_deposit_reversal")
    assert (reversal["document_date"], reversal["xero_number"]) == (date(2026, 11, 12), "DEP-1-REV")
    assert [reversal["net_amount"], reversal["tax_amount"], reversal["total_amount"]] == money(
        "200.00", "30.00", "230.00"
    )
    assert (reversal["original_document_key"], reversal["due_date"]) == ("sales_deposit:D1", None)
    line = one(wanted.lines, document_key="sales_deposit_reversal:D1")
    assert (line["account_code"], line["tax_type"], line["tax_amount"]) == ("850", "OUTPUT2", money("30.00")[0])
    allocation = one(wanted.allocations)
    assert (allocation["credit_key"], allocation["invoice_key"]) == ("sales_deposit_reversal:D1", "sales_invoice:S1")
    assert (allocation["allocated_on"], allocation["amount"]) == (date(2026, 11, 12), money("230.00")[0])


def test_as_far_as_the_deposit_is_unpaid_its_credit_settles_the_deposit_itself() -> None:
    # of 230.00 only 80.00 came in: 150.00 of the credit go to the deposit invoice, 80.00 to the final one
    wanted = want(company(documents=[DEPOSIT, FINAL], lines=LINES, payments=[paid("80.00")]))
    assert dict(wanted.allocations.select("invoice_key", "amount").rows()) == {
        "sales_deposit:D1": money("150.00")[0], "sales_invoice:S1": money("80.00")[0],
    }  # fmt: skip

    unpaid = want(company(documents=[DEPOSIT, FINAL], lines=LINES))
    assert one(unpaid.allocations)["invoice_key"] == "sales_deposit:D1"


def test_a_purchase_deposit_mirrors_it_at_the_deposits_own_rate() -> None:
    dollars = {"contact_id": "Depot", "currency_code": "USD"}
    rows: list[Row] = [
        DEPOSIT | dollars | {"kind": "purchase_deposit", "currency_rate": "1.6", "tax_mode": "exempt"},
        FINAL | dollars | {"kind": "bill", "currency_rate": "1.7", "supplier_reference": "R"},
    ]
    lines: list[Row] = [LINES[0] | {"tax_amount": None}, LINES[1]]
    wanted = want(company(documents=rows, lines=lines, payments=[paid("230.00")]))
    reversal = one(wanted.documents, kind="purchase_deposit_reversal")
    assert str(reversal["currency_rate"]) == "1.60000000"
    assert one(wanted.lines, document_key="purchase_deposit_reversal:D1")["account_code"] == "620"
    assert one(wanted.allocations)["invoice_key"] == "bill:S1"


def test_a_final_invoice_that_waits_keeps_its_deposit_and_one_that_is_voided_takes_the_credit_back() -> None:
    wrong = want(company(documents=[DEPOSIT, FINAL | {"total_amount": "9.99"}], lines=LINES))
    assert codes(wrong) == [("total_differs", "sales_invoice:S1")]
    assert wrong.documents["kind"].to_list() == ["sales_deposit"]

    keys = ("sales_deposit:D1", "sales_invoice:S1", "sales_deposit_reversal:D1")
    synced = [{"document_key": key, "kind": key.split(":")[0]} for key in keys]
    voided = want(company(documents=[DEPOSIT, FINAL | {"status": "void"}], lines=LINES, synced=synced))
    assert dict(voided.documents.select("kind", "wanted_status").rows()) == {
        "sales_deposit": "AUTHORISED", "sales_invoice": "VOIDED", "sales_deposit_reversal": "VOIDED",
    }  # fmt: skip
    assert voided.allocations.is_empty()


def test_the_roll_forward_says_what_stands_on_the_deposit_account_at_each_months_end() -> None:
    # October: 200.00 taken (net); November: nothing new, 200.00 reversed; 50.00 taken in October stay open
    rows: list[Row] = [
        DEPOSIT,
        DEPOSIT
        | {"document_id": "D2", "document_number": "DEP-2", "original_document_id": None, "total_amount": "57.50"},
        FINAL | {"document_date": "2026-12-02"},
    ]
    lines: list[Row] = [*LINES, LINES[0] | {"document_id": "D2", "line_amount": "57.50", "tax_amount": "7.50"}]
    wanted = want(company(documents=rows, lines=lines))
    assert [tuple(str(value) for value in row) for row in wanted.deposits.drop("kind", "currency_code").rows()] == [
        ("2026-10-01", "0.00", "250.00", "0.00", "250.00"),
        ("2026-11-01", "250.00", "0.00", "0.00", "250.00"),
        ("2026-12-01", "250.00", "0.00", "200.00", "50.00"),
    ]  # fmt: skip


def test_a_reversal_that_stands_in_xero_is_left_alone_while_its_final_invoice_waits() -> None:
    synced: list[Row] = [{"document_key": "sales_deposit_reversal:D1", "kind": "sales_deposit_reversal"}]
    wanted = want(company(documents=[DEPOSIT, FINAL | {"total_amount": "9.99"}], lines=LINES, synced=synced))
    assert codes(wanted) == [
        ("original_waits", "sales_deposit_reversal:D1"), ("total_differs", "sales_invoice:S1"),
    ]  # fmt: skip
