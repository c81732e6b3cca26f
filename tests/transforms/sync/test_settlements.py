"""Payments and allocations."""

from datetime import date

from schemas.sync_policy import KindSent
from tests.transforms.sync.trade import Row, codes, company, money, one, policy, want

INVOICE: Row = {"document_id": "1", "total_amount": "115.00"}
CREDIT: Row = {"document_id": "2", "kind": "sales_credit", "document_date": "2026-10-09", "original_document_id": "1"}
LINES: list[Row] = [{"document_id": "1", "line_amount": "100.00"}, {"document_id": "2", "line_amount": "20.00"}]


def test_payments_of_synced_documents_go_to_the_account_of_their_method() -> None:
    payments: list[Row] = [
        {"payment_id": "7", "document_id": "1", "amount": "15.00", "method": " Card ", "reference": "ch_1"},
        {"payment_id": "8", "document_id": "1", "amount": "50.00", "method": "Cheque"},
        {"payment_id": "9", "document_id": "1", "amount": "50.00", "is_from_accounting": True},
        {"payment_id": "10", "document_id": "elsewhere", "amount": "1.00"},
        {"payment_id": "11", "document_id": "1", "amount": "0.00"},
    ]
    rules = policy(payment_accounts={"card": "610", "default": "090"})
    wanted = want(company(documents=[INVOICE], lines=LINES[:1], payments=payments), policy_=rules)
    assert wanted.payments.select("payment_key", "document_key", "reference", "amount", "account_code").rows() == [
        ("payment:7", "sales_invoice:1", "ch_1 CIN7-7", *money("15.00"), "610"),
        ("payment:8", "sales_invoice:1", "CIN7-8", *money("50.00"), "090"),
    ]
    assert wanted.errors.is_empty()

    silent = want(
        company(documents=[INVOICE], lines=LINES[:1], payments=payments), policy_=policy(pushes_payments=False)
    )
    assert silent.payments.is_empty()


def test_over_payments_and_payments_that_xero_cannot_take_are_reported_and_not_sent() -> None:
    payments: list[Row] = [
        {"payment_id": "1", "document_id": "1", "amount": "100.00"},
        {"payment_id": "2", "document_id": "1", "amount": "20.00", "paid_on": "2026-10-06"},
        {"payment_id": "3", "document_id": "1", "amount": "5.00", "kind": "refund"},
        {"payment_id": "4", "document_id": "2", "amount": "5.00"},
    ]
    wanted = want(company(documents=[INVOICE, CREDIT], lines=LINES, payments=payments))
    assert wanted.payments["payment_key"].to_list() == ["payment:1"]
    assert codes(wanted) == [
        ("over_payment", "payment:2"), ("payment_of_credit", "payment:4"), ("refund_of_invoice", "payment:3"),
    ]  # fmt: skip
    assert (
        one(wanted.errors, error_code="over_payment")["reason"]
        == "INV-1 has a total of 115.00, and 120.00 would be paid"
    )

    nowhere = policy(payment_accounts={"card": "610"})
    unknown = want(company(documents=[INVOICE], lines=LINES[:1], payments=payments[:1]), policy_=nowhere)
    assert codes(unknown) == [("payment_account", "payment:1")]


def test_a_credit_settles_its_invoice_as_far_as_both_are_open_on_the_later_day() -> None:
    # the credit is 23.00: all of it while nothing is paid, 15.00 when 100.00 of 115.00 were paid
    wanted = want(company(documents=[INVOICE, CREDIT], lines=LINES))
    allocation = one(wanted.allocations)
    assert (allocation["allocation_key"], allocation["allocated_on"]) == (
        "sales_credit:2|sales_invoice:1",
        date(2026, 10, 9),
    )
    assert allocation["amount"] == money("23.00")[0]
    assert one(wanted.documents, kind="sales_credit")["original_document_key"] == "sales_invoice:1"

    part = [{"payment_id": "1", "document_id": "1", "amount": "100.00"}]
    assert (
        one(want(company(documents=[INVOICE, CREDIT], lines=LINES, payments=part)).allocations)["amount"]
        == money("15.00")[0]
    )
    back = [{"payment_id": "1", "document_id": "2", "amount": "13.00", "kind": "refund"}]
    refunded = want(company(documents=[INVOICE, CREDIT], lines=LINES, payments=back))
    assert one(refunded.allocations)["amount"] == money("10.00")[0]
    assert one(refunded.payments)["document_key"] == "sales_credit:2"
    shown = [{"document_key": "sales_invoice:1", "kind": "sales_invoice", "paid_amount": "110.00"}]
    in_xero = want(company(documents=[INVOICE, CREDIT], lines=LINES, synced=shown))
    assert one(in_xero.allocations)["amount"] == money("5.00")[0]


def test_several_credits_share_what_is_open_and_what_was_allocated_stays() -> None:
    notes: list[Row] = [CREDIT | {"document_id": n, "document_date": f"2026-10-{10 + int(n)}"} for n in ("2", "3", "4")]
    lines: list[Row] = [
        LINES[0],
        *({"document_id": n, "line_amount": "40.00"} for n in ("2", "3", "4")),
    ]  # 46.00 each, 115.00 open
    wanted = want(company(documents=[INVOICE, *notes], lines=lines))
    assert wanted.allocations["amount"].to_list() == money("46.00", "46.00", "23.00")

    sent = [{"document_key": "sales_credit:4|sales_invoice:1", "kind": "allocation", "total_amount": "46.00"}]
    later = want(company(documents=[INVOICE, *notes], lines=lines, synced=sent))
    assert later.allocations["amount"].to_list() == money("46.00", "23.00", "46.00")
    paid = [{"payment_id": "1", "document_id": "1", "amount": "70.00"}]
    crowded = want(company(documents=[INVOICE, *notes], lines=lines, synced=sent, payments=paid))
    assert codes(crowded) == [("over_payment", "payment:1")], "46.00 are credited already: 69.00 are open"


def test_credits_of_another_contact_or_currency_are_left_to_a_person() -> None:
    notes: list[Row] = [
        CREDIT | {"contact_id": "Depot"},
        CREDIT | {"document_id": "3", "currency_code": "USD", "currency_rate": "1.7"},
    ]
    lines: list[Row] = [*LINES, {"document_id": "3", "line_amount": "1.00"}]
    wanted = want(company(documents=[INVOICE, *notes], lines=lines))
    assert wanted.allocations.is_empty()
    assert [code for code, _ in codes(wanted)] == ["allocation_contact", "allocation_contact"]


def test_drafts_get_neither_payments_nor_allocations() -> None:
    kinds = {**policy().kinds, "sales_invoice": KindSent("DRAFT")}
    payments: list[Row] = [{"payment_id": "1", "document_id": "1", "amount": "100.00"}]
    wanted = want(company(documents=[INVOICE, CREDIT], lines=LINES, payments=payments), policy_=policy(kinds=kinds))
    assert wanted.documents.height == 2
    assert wanted.payments.is_empty()
    assert wanted.allocations.is_empty()


def test_a_payment_in_foreign_currency_takes_the_rate_of_its_day() -> None:
    rows: list[Row] = [{"document_id": "1", "currency_code": "USD", "currency_rate": "1.7"}]
    rates = [{"currency_code": "USD", "rate_date": "2026-10-20", "currency_rate": "1.75"}]
    payments: list[Row] = [
        {"payment_id": n, "document_id": "1", "amount": "1.00", "paid_on": day, "currency_rate": rate}
        for n, day, rate in (("1", "2026-10-21", "1.8"), ("2", "2026-10-21", None), ("3", "2026-10-06", None))
    ]
    wanted = want(company(documents=rows, lines=LINES[:1], payments=payments, rates=rates))
    assert [str(rate) for rate in wanted.payments["currency_rate"]] == ["1.80000000", "1.75000000", "1.70000000"]
