"""The tie-out command on a closed month: what it says, when it stops, and that it changes nothing in Xero."""

from unittest.mock import patch

from pipelines.load.xero_scopes import SCOPES
from tests.end_to_end.xero_accountants import accountants_of, line
from tests.sample_company import OCTOBER, SEPTEMBER, Company


def test_a_payment_into_the_stock_account_is_named_and_without_its_scope_found_by_its_day(closed: Company) -> None:
    before = closed.books.statuses()
    with accountants_of(closed) as people:
        sold = {"Type": "ACCREC", "Date": "2026-10-05", "DueDate": "2026-11-22", "Contact": {"Name": "Walk-in"}}
        invoice = people.enter("Invoices", **sold, LineItems=[line("200", "80.00", "Tent pegs")])
        people.pay(invoice["InvoiceNumber"], "630", "80.00", "2026-10-13")
    with patch("pipelines.load.xero_auth.EVERY_SCOPE", SCOPES):  # an app that may not read payments
        stopped = closed.tieout("tie-out", OCTOBER)
        assert (stopped.exit_code, stopped.out) == (6, "")
        told = stopped.message.splitlines()
        assert told[:3] == [
            "2026-10 does not tie out.",
            "account 630: Xero holds 98,205.41, the stock ledger and the documents explain 98,125.41; "
            "it differs since 2026-10-13 (80.00)",
            "    Look in Xero's account transactions of that day for what Xero tells to few apps only (its journals "
            "endpoint): an expense claim, an opening balance that was changed, a tracked item, a fixed asset, pay. "
            "Journals, invoices, bills, credit notes, bank transactions and payments are accounted for.",
        ]
        assert told[3].startswith("    Payments could not be read: GET ")
        settings = "mappings/close.yaml"
        lenient = '  tie_out: {account_materiality: {"630": "80.00"}}\n  approval:'
        closed.edit_text(settings, "  approval:", lenient)
        assert closed.tieout("tie-out", OCTOBER).exit_code == 0
        closed.edit_text(settings, lenient, "  approval:")

    named = closed.tieout("close", OCTOBER)
    assert named.exit_code == 0, named.message
    found = closed.query("from close.tie_out_documents where cause = 'foreign'").to_dicts()
    assert [(one["document_kind"], str(one["amount"]), one["note"]) for one in found] == [
        ("payment", "80.00", f"Payment of {invoice['InvoiceNumber']}")
    ]
    assert closed.books.statuses() == before
    assert closed.tieout("tie-out", SEPTEMBER).exit_code == 0


def test_a_journal_that_somebody_voided_in_xero_is_posted_again_under_a_new_tag(closed: Company) -> None:
    closed.void_in_xero("DEMO-ADJUSTMENT-2026-10-ADJ-46-v1")
    looked = closed.tieout("tie-out", OCTOBER, "--json")
    assert looked.exit_code == 0, looked.message
    (document,) = [one for one in looked.json["documents"] if one["cause"] == "voided"]
    assert (document["account_code"], document["document_number"], document["amount"]) == (
        "630",
        "DEMO-ADJUSTMENT-2026-10-ADJ-46-v1",
        "124.79",
    )
    (account,) = [one for one in looked.json["accounts"] if one["account_code"] == "630"]
    assert (account["unexplained_amount"], account["first_difference_on"]) == ("0.00", "2026-10-06")

    again = closed.tieout("close", OCTOBER)
    assert again.exit_code == 0, again.message
    statuses = closed.books.statuses()
    assert statuses["DEMO-ADJUSTMENT-2026-10-ADJ-46-v1"] == "VOIDED"
    assert statuses["DEMO-ADJUSTMENT-2026-10-ADJ-46-v2"] == "POSTED"
    assert closed.query("select * from close.tie_outs where cause = 'voided'").is_empty()


def test_a_close_can_stop_on_entries_of_others_though_they_are_explained(closed: Company) -> None:
    closed.books.change(
        "journals/enter",
        narration="Stock true-up by the accountant",
        date="2026-10-17",
        lines=[{"account_code": "630", "amount": "250.00"}, {"account_code": "310", "amount": "-250.00"}],
    )
    closed.edit_text("mappings/close.yaml", "  approval:", "  tie_out: {stop_on: [foreign]}\n  approval:")
    stopped = closed.tieout("tie-out", OCTOBER)
    assert stopped.exit_code == 6
    assert stopped.message == (
        "2026-10 does not tie out.\n"
        "account 630: Entries of others in Xero, which close.tie_out.stop_on does not let pass (1 row, 250.00)\n"
        "    Settle the documents in Xero, then run: tieout tie-out 2026-10\n"
        "    First: Stock true-up by the accountant"
    )

    closed.edit_text(
        "mappings/close.yaml",
        "foreign_journals: []",
        'foreign_journals:\n  - {journal: "Stock true-up by the accountant", decision: foreign, '
        "reason: Count of 17 October, owner: Ana}",
    )
    named = closed.tieout("tie-out", OCTOBER)
    assert named.exit_code == 0, named.message
    assert "Entries of others, named in close.yaml" in named.out
    assert "Count of 17 October" in named.out
