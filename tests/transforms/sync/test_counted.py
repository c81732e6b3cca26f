"""Which documents count."""

from datetime import date

from schemas.sync_policy import KindSent
from tests.transforms.sync.trade import Row, codes, company, one, policy, want

LINES = [{"document_id": str(n), "line_amount": "100.00"} for n in range(1, 10)]


def test_documents_count_when_they_are_approved_dated_and_not_marked() -> None:
    rows: list[Row] = [
        {"document_id": "1"},
        {"document_id": "2", "status": "draft"},
        {"document_id": "3", "document_date": None},
        {"document_id": "4", "document_date": "2026-09-30"},
        {"document_id": "5", "document_date": "2026-10-21"},
        {"document_id": "6", "accounting_status": "do_not_import"},
        {"document_id": "7", "accounting_status": "imported"},
        {"document_id": "8", "status": "void"},
        {"document_id": "9", "kind": "purchase_order"},
    ]
    wanted = want(company(documents=rows, lines=LINES), to=date(2026, 10, 20))
    assert wanted.documents["source_document_id"].to_list() == ["1", "7"]
    assert dict(wanted.left_out.select("document_key", "why").rows()) == {
        "sales_invoice:2": "draft", "sales_invoice:3": "not_dated", "sales_invoice:4": "before_from",
        "sales_invoice:5": "after_to", "sales_invoice:6": "marked", "sales_invoice:8": "void",
    }  # fmt: skip
    assert wanted.errors.is_empty()


def test_goods_may_have_to_move_first() -> None:
    rows: list[Row] = [{"document_id": "1"}, {"document_id": "2", "moved_date": "2026-10-04"}]
    wanted = want(company(documents=rows, lines=LINES), policy_=policy(needs_moved=True))
    assert wanted.documents["source_document_id"].to_list() == ["2"]


def test_a_document_that_stands_in_xero_is_voided_with_cin7s_and_left_alone_when_it_only_fell_back_to_draft() -> None:
    rows: list[Row] = [{"document_id": "1", "status": "void"}, {"document_id": "2", "status": "draft"}]
    synced = [{"document_key": f"sales_invoice:{n}", "kind": "sales_invoice"} for n in (1, 2)]
    wanted = want(company(documents=rows, lines=LINES, synced=synced))
    assert wanted.documents.select("document_key", "wanted_status").rows() == [("sales_invoice:1", "VOIDED")]
    assert wanted.lines.is_empty()
    assert codes(wanted) == [("no_longer_counts", "sales_invoice:2")]
    assert one(wanted.errors)["reason"] == "INV-2 stands in Xero and is a draft again in Cin7"


def test_a_bill_needs_the_suppliers_reference_and_is_found_by_it_and_the_order() -> None:
    rows: list[Row] = [
        {"document_id": "1", "kind": "bill", "contact_id": "Depot", "supplier_reference": "S-900"},
        {"document_id": "2", "kind": "bill", "contact_id": "Depot"},
    ]
    wanted = want(company(documents=rows, lines=LINES))
    assert one(wanted.documents)["xero_number"] == "S-900 | SO-1"
    assert codes(wanted) == [("supplier_reference", "bill:2")]


def test_numbers_carry_the_prefix_of_their_kind_and_have_to_be_unique_where_xero_asks_it() -> None:
    rows: list[Row] = [
        {"document_id": "1", "document_number": "100"},
        {"document_id": "2", "document_number": "100"},
        {"document_id": "3", "document_number": "101"},
        {"document_id": "4", "document_number": "101"},
        {"document_id": "5", "kind": "sales_credit", "document_number": "101"},
    ]
    synced = [{"document_key": "sales_invoice:3", "kind": "sales_invoice"}]
    kinds = {"contact": KindSent(), "sales_invoice": KindSent("DRAFT", "INV-"), "sales_credit": KindSent()}
    wanted = want(company(documents=rows, lines=LINES, synced=synced), policy_=policy(kinds=kinds))
    assert wanted.documents.select("xero_number", "wanted_status").rows() == [
        ("101", "AUTHORISED"),
        ("INV-101", "DRAFT"),
    ]
    assert codes(wanted) == [("duplicate_number", f"sales_invoice:{n}") for n in (1, 2, 4)]


def test_foreign_documents_need_a_rate_and_a_currency_that_xero_has() -> None:
    rows: list[Row] = [
        {"document_id": "1", "currency_code": "USD", "currency_rate": "1.7"},
        {"document_id": "2", "currency_code": "EUR"},
        {"document_id": "3", "currency_code": "USD", "document_date": "2026-10-02"},
        {"document_id": "4", "currency_code": "JPY", "currency_rate": "0.012"},
        {"document_id": "5", "currency_code": "NZD", "currency_rate": "1"},
    ]
    rates = [
        {"currency_code": "USD", "rate_date": "2026-09-30", "currency_rate": "1.65"},
        {"currency_code": "USD", "rate_date": "2026-10-04", "currency_rate": "1.66"},
    ]
    wanted = want(company(documents=rows, lines=LINES, rates=rates))
    kept = wanted.documents.select("source_document_id", "currency_rate").rows()
    assert [(key, None if rate is None else str(rate)) for key, rate in kept] == [
        ("1", "1.70000000"), ("3", "1.65000000"), ("5", None),
    ]  # fmt: skip
    assert codes(wanted) == [("currency", "sales_invoice:4"), ("no_rate", "sales_invoice:2")]


def test_rows_that_their_table_refused_are_listed() -> None:
    refused = [
        {
            "core_table": "core.trade_documents",
            "source_key": "SO77",
            "rule": "greater_than(0)",
            "column_name": "currency_rate",
            "value": "0",
        }
    ]
    wanted = want(company(rejected=refused))
    assert codes(wanted) == [("refused_row", "refused:core.trade_documents:SO77")]
    standing: list[Row] = [{"document_key": "sales_invoice:SO77", "kind": "sales_invoice"}]
    assert codes(want(company(rejected=refused, synced=standing))) == [("refused_row", "sales_invoice:SO77")]
    assert (
        one(wanted.errors)["reason"]
        == "core.trade_documents was refused by the rule greater_than(0) in currency_rate: 0"
    )
