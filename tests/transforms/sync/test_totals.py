"""Worked examples of tax and totals: each can be checked with a pocket calculator."""

import polars as pl

from tests.transforms.sync.trade import Row, codes, company, mapped, money, one, policy, want


def test_exclusive_amounts_get_tax_on_top_line_by_line() -> None:
    # 3 x 33.33 = 99.99, 15 % is 14.9985 -> 15.00; freight 9.90, 15 % is 1.485 -> 1.49 (half away from zero)
    # net 109.89 + tax 16.49 = 126.38
    document = {"document_id": "1", "total_amount": "126.38"}
    lines: list[Row] = [
        {"document_id": "1", "quantity": "3", "unit_price": "33.33", "line_amount": "99.99"},
        {"document_id": "1", "kind": "freight", "line_amount": "9.90", "description": "Courier"},
    ]
    wanted = want(company(documents=[document], lines=lines))
    made = one(wanted.documents)
    assert [made["net_amount"], made["tax_amount"], made["total_amount"]] == money("109.89", "16.49", "126.38")
    assert wanted.lines.select(
        "line_number", "line_kind", "account_code", "tax_type", "line_amount", "tax_amount"
    ).rows() == [
        (1, "goods", "200", "OUTPUT2", *money("99.99", "15.00")),
        (2, "freight", "260", "OUTPUT2", *money("9.90", "1.49")),
    ]
    assert wanted.errors.is_empty()


def test_inclusive_amounts_contain_their_tax() -> None:
    # 115.00 holds 115 x 15/115 = 15.00; 24.90 holds 3.2478 -> 3.25; discount -10.00 holds -1.3043 -> -1.30
    # total 129.90, tax 16.95, net 112.95
    document = {"document_id": "1", "tax_mode": "inclusive", "total_amount": "129.90"}
    lines: list[Row] = [
        {"document_id": "1", "line_amount": "115.00"},
        {"document_id": "1", "line_amount": "24.90"},
        {"document_id": "1", "kind": "discount", "line_amount": "-10.00"},
    ]
    wanted = want(company(documents=[document], lines=lines))
    made = one(wanted.documents)
    assert [made["net_amount"], made["tax_amount"], made["total_amount"]] == money("112.95", "16.95", "129.90")
    assert wanted.lines["tax_amount"].to_list() == money("15.00", "3.25", "-1.30")
    assert made["tax_mode"] == "inclusive"


def test_exempt_documents_have_no_tax_whatever_their_rate_says() -> None:
    lines: list[Row] = [{"document_id": "1", "line_amount": "80.00"}]
    wanted = want(company(documents=[{"document_id": "1", "tax_mode": "exempt", "total_amount": "80.00"}], lines=lines))
    assert one(wanted.lines)["tax_type"] == "NONE"
    assert one(wanted.documents)["total_amount"] == money("80.00")[0]
    assert one(wanted.documents)["tax_amount"] == 0

    stated = [{"document_id": "1", "line_amount": "80.00", "tax_amount": "12.00"}]
    wanted = want(company(documents=[{"document_id": "1", "tax_mode": "exempt"}], lines=stated))
    assert codes(wanted) == [("tax_on_exempt", "sales_invoice:1")]


def test_the_tax_that_cin7_states_on_a_line_is_taken_as_it_is() -> None:
    # 15 % of 99.99 would be 15.00; Cin7 says 14.99
    lines: list[Row] = [{"document_id": "1", "line_amount": "99.99", "tax_amount": "14.99"}]
    wanted = want(company(documents=[{"document_id": "1", "total_amount": "114.98"}], lines=lines))
    assert one(wanted.lines)["tax_amount"] == money("14.99")[0]
    assert wanted.errors.is_empty()


def test_tax_rounded_once_on_the_document_is_spread_where_that_is_how_cin7_came_to_its_total() -> None:
    # 40 lines of 0.10: line by line 40 x 0.02 (0.015 rounded) = 0.80; once: 15 % of 4.00 = 0.60, total 4.60
    lines: list[Row] = [{"document_id": "1", "line_amount": "0.10"} for _ in range(40)]
    wanted = want(company(documents=[{"document_id": "1", "total_amount": "4.60"}], lines=lines))
    made = one(wanted.documents)
    assert [made["net_amount"], made["tax_amount"], made["total_amount"]] == money("4.00", "0.60", "4.60")
    assert wanted.lines.height == 40, "no rounding line"
    assert wanted.lines["tax_amount"].head(4).to_list() == money("0.02", "0.01", "0.02", "0.01")

    # the same lines where Cin7 rounded line by line
    by_line = want(company(documents=[{"document_id": "1", "total_amount": "4.80"}], lines=lines))
    assert by_line.lines["tax_amount"].unique().to_list() == money("0.02")


def test_cents_up_to_the_cap_become_a_line_on_xeros_rounding_account() -> None:
    # lines come to 115.00, Cin7 says 115.02: one line of 0.02, without tax, on the account that Xero calls ROUNDING
    lines: list[Row] = [{"document_id": "1", "line_amount": "100.00"}]
    wanted = want(company(documents=[{"document_id": "1", "total_amount": "115.02"}], lines=lines))
    rounding = one(wanted.lines, line_kind="rounding")
    assert (rounding["account_code"], rounding["tax_type"], rounding["description"]) == ("860", "NONE", "Rounding")
    assert [rounding["line_amount"], rounding["tax_amount"]] == money("0.02", "0.00")
    assert one(wanted.documents)["total_amount"] == money("115.02")[0]
    assert one(wanted.line_sources, line_number=2)["source_line_id"] is None

    set_account = mapped(rules=[{"role": "rounding", "account_code": "429"}])
    down = want(company(documents=[{"document_id": "1", "total_amount": "114.98"}], lines=lines), set_account)
    assert one(down.lines, line_kind="rounding")["account_code"] == "429"
    assert one(down.lines, line_kind="rounding")["line_amount"] == money("-0.02")[0]


def test_more_than_the_cap_is_an_error_with_both_totals() -> None:
    lines: list[Row] = [{"document_id": "1", "line_amount": "100.00"}]
    wanted = want(company(documents=[{"document_id": "1", "total_amount": "115.03"}], lines=lines))
    assert codes(wanted) == [("total_differs", "sales_invoice:1")]
    error = one(wanted.errors)
    assert error["reason"] == "Cin7 states a total of 115.03, the lines come to 115.00: 0.03 apart"
    assert (error["document_number"], error["amount"], error["currency_code"]) == ("INV-1", money("115.03")[0], "NZD")
    assert wanted.documents.is_empty()
    assert wanted.lines.is_empty()


def test_a_rounding_line_without_an_account_and_totals_below_zero_wait() -> None:
    chart = [{"account_code": "200"}]
    lines: list[Row] = [{"document_id": "1", "line_amount": "100.00"}, {"document_id": "2", "line_amount": "-5.00"}]
    rows: list[Row] = [{"document_id": "1", "total_amount": "115.01"}, {"document_id": "2"}]
    wanted = want(company(documents=rows, lines=lines, xero_accounts=chart))
    assert codes(wanted) == [("negative_total", "sales_invoice:2"), ("no_rounding_account", "sales_invoice:1")]


def test_a_line_without_tax_or_rate_takes_xeros_rate_of_its_tax_type() -> None:
    lines: list[Row] = [{"document_id": "1", "line_amount": "100.00", "tax_rate": None, "tax_name": " gst  ON income"}]
    maps = mapped(taxes={"sales": {"gst on income": "OUTPUT2"}, "purchases": {}})
    wanted = want(company(documents=[{"document_id": "1", "total_amount": "115.00"}], lines=lines), maps)
    assert one(wanted.lines)["tax_amount"] == money("15.00")[0]


def test_totals_that_the_source_does_not_state_are_those_of_the_lines_and_nothing_is_no_document() -> None:
    rows: list[Row] = [{"document_id": "1"}, {"document_id": "2"}, {"document_id": "3", "total_amount": "0.00"}]
    lines: list[Row] = [{"document_id": "1", "line_amount": "10.00"}, {"document_id": "2", "line_amount": "0.00"}]
    wanted = want(company(documents=rows, lines=lines), policy_=policy(rounding_cap=money("0.00")[0]))
    assert wanted.documents.select("document_key", "total_amount", "source_total_amount").rows() == [
        ("sales_invoice:1", money("11.50")[0], None)
    ]
    assert wanted.left_out.rows() == [("sales_invoice:3", "sales_invoice", "zero")]
    assert wanted.lines.select(pl.col("document_key").n_unique()).item() == 1
