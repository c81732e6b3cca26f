"""Thirty-nine months of a whole company: what stands in Xero, and that it ties out."""

import re
from collections import Counter
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from tests.adventureworks.closed_months import FIRST, LAST, ClosedMonths
from tests.adventureworks.truth import cents, cumulative_truth, expected
from transforms.periods import next_period

CENT = Decimal("0.01")
HALF_CENT = Decimal("0.005")
STOCK_ACCOUNTS = {"630": ("purchased", "landed"), "631": ("made", "standard")}
FREIGHT = "425"
"""The clearing account of the carriers' bills."""
MONTHS = 39
PRODUCTS_BOUGHT = 28
GAPS = {"no_receipts": 10, "fewer_rows": 9}
"""Months without a receipt for 30 days, and tables with less than half of the rows of the month before."""
IS_GAP = pl.col("exception_kind").is_in(["no_receipts", "fewer_rows"])
DATED = {"sale_lines": "moved_date", "receipt_lines": "received_date", "bill_lines": "bill_date",
         "production_lines": "produced_date"}  # fmt: skip


def test_every_month_ties_out_to_the_cent(months: ClosedMonths) -> None:
    steps = months.read("close.tie_outs").filter(pl.col("cause") == "unexplained")
    every_month = pl.date_range(FIRST, LAST, "1mo", eager=True).to_list()
    assert steps.filter(pl.col("amount") != 0).rows() == []
    assert sorted(steps.select("account_code", "period").rows()) == [
        (account, month) for account in (FREIGHT, *STOCK_ACCOUNTS) for month in every_month
    ]
    assert len(every_month) == MONTHS


def test_xeros_own_balances_are_the_value_of_the_stock(months: ClosedMonths) -> None:
    """The trial balance never saw the truth, and the truth never saw Xero."""
    balances = months.query(
        "select account_code, date_trunc('month', balance_date)::date as month, balance_amount from xero.trial_balance"
    )
    for account, (scope, basis) in STOCK_ACCOUNTS.items():
        in_xero = balances.filter(pl.col("account_code") == account).select("month", "balance_amount")
        worth = (
            cumulative_truth(scope, basis, "fifo")
            .group_by("month")
            .agg((cents("received") - cents("sold")).sum().alias("worth"))
        )
        both = worth.join(in_xero, on="month", how="full", coalesce=True, validate="1:1").with_columns(
            pl.col("worth", "balance_amount").fill_null(0)
        )
        assert both.height >= 30
        assert both.filter(pl.col("worth") != pl.col("balance_amount")).rows() == []


def test_the_journals_in_xero_are_those_that_the_plans_counted(months: ClosedMonths) -> None:
    plans = months.read("post.plans")
    assert (plans.height, set(plans["status"])) == (MONTHS, {"applied"})
    assert plans.select(pl.sum("replaced_count", "voided_count", "unchanged_count", "blocked_count")).row(0) == (0,) * 4
    journals = months.journals_in_xero
    assert {journal["status"] for journal in journals} == {"POSTED"}
    tags = sorted(str(journal["narration"]).split()[0] for journal in journals)
    assert len(tags) == plans["new_count"].sum() == 900
    assert tags == sorted(months.read("post.documents")["tag"])
    kinds = Counter(re.fullmatch(r"AW-([A-Z]+)-\d{4}-\d\d.*-v1", tag)[1] for tag in tags)  # type: ignore[index]
    assert kinds == {"COGS": 37, "PRODUCTION": 37, "LANDED": 801, "VALUATION": 25}


def test_each_line_of_each_journal_stands_in_xero_as_it_was_built(months: ClosedMonths) -> None:
    built = months.query(
        "select d.tag, l.account_code, l.line_amount::varchar"
        " from close.journal_lines l join post.documents d using (journal_key)"
    )
    in_xero = [
        (str(journal["narration"]).split()[0], line["account_code"], line["amount"])
        for journal in months.journals_in_xero
        for line in journal["lines"]
    ]
    assert sorted(in_xero) == sorted(built.rows())


def test_the_products_that_were_never_received_are_the_only_exceptions(months: ClosedMonths) -> None:
    """The truth counts sales of July 2014 too, which a preview after the last close shows."""
    listed = months.read("close.exceptions")
    assert not listed["is_blocking"].any()
    closed = listed.filter(~IS_GAP)
    assert set(closed["correction_id"]) == {"AW-1"}
    found = pl.concat([closed, months.july_exceptions]).filter(~IS_GAP)
    assert set(found["exception_kind"]) == {"missing_cost"}
    by_product = found.group_by("subject").agg(pl.len(), (-pl.col("quantity").sum()).cast(pl.Int64))
    truth = expected("sold_but_never_received.csv").select(
        "ProductID", pl.col("sales_lines").cast(pl.UInt32), pl.col("qty_sold").cast(pl.Int64)
    )
    assert truth.height == 48
    assert sorted(by_product.rows()) == sorted(truth.rows())


def test_the_months_that_seem_not_to_be_all_there_are_told_one_by_one(months: ClosedMonths) -> None:
    """cin7.md section 4, pains 18 and 21. AdventureWorks bought nothing for weeks, and in some months little."""
    listed = months.read("close.exceptions").filter(IS_GAP)
    found = {(row["exception_kind"], row["subject"], row["quantity"]) for row in listed.iter_rows(named=True)}
    assert len(found) == listed.height
    days = {
        table: months.query(f"select {day} as day from core.{table} where {day} is not null")["day"].to_list()
        for table, day in DATED.items()
    }
    counts = {table: Counter(day.replace(day=1) for day in found) for table, found in days.items()}
    due: set[tuple[str, str, Decimal]] = set()
    before = FIRST - timedelta(days=1)
    for month in pl.date_range(FIRST, LAST, "1mo", eager=True):
        last_day, earlier = next_period(month) - timedelta(days=1), before.replace(day=1)
        quiet = (last_day - max(day for day in days["receipt_lines"] if day <= last_day)).days
        if quiet >= 30:
            due.add(("no_receipts", f"{month:%Y-%m}", Decimal(quiet)))
        due |= {
            ("fewer_rows", f"{table} {month:%Y-%m}", Decimal(now))
            for table, by_month in counts.items()
            if (had := by_month[earlier]) >= 20 and 2 * (now := by_month[month]) < had
        }
        before = last_day
    assert found == due
    assert {kind: sum(one[0] == kind for one in due) for kind in ("no_receipts", "fewer_rows")} == GAPS


def test_without_a_correction_the_first_month_with_sales_stops(months: ClosedMonths) -> None:
    stopped = months.stop_without_corrections
    assert stopped.exit_code == 3
    assert stopped.message.splitlines() == [
        "2011-06 cannot close yet. Nothing was posted.",
        "core.sale_lines, 709, 712, 711 and 6 more: sold, and not received by the cut-off: no cost is known (93 rows)",
        "    Bring receipts of the month or before into the source, or accept it in corrections.yaml: {id: ..., "
        'accepts: missing_cost, subjects: ["709", "712", "711", "714", "716", "715", "708", "707", "710"], '
        "reason: ..., owner: ..., status: open}",
        "    First: SO43659, SO43661, SO43664",
    ]
    assert months.journals_after_stop == 0


def test_a_landed_cost_journal_is_the_stocked_share_of_its_freight(months: ClosedMonths) -> None:
    stocked = set(cumulative_truth("purchased", "landed", "fifo")["sku"])
    shares = (
        expected("po_landed_cost.csv")
        .filter(pl.col("ProductID").is_in(stocked), pl.col("receipt_date").str.to_date() < pl.date(2014, 7, 1))
        .group_by("PurchaseOrderID")
        .agg(pl.col("freight_by_value").cast(pl.Decimal(38, 4)).sum())
    )
    truth = {order: share.quantize(CENT, ROUND_HALF_UP) for order, share in shares.rows() if share >= HALF_CENT}
    journals = months.query(
        "select regexp_extract(journal_key, 'PO-(.*)', 1), debit_amount"
        " from close.journals where journal_kind = 'landed_cost'"
    )
    assert journals.height == 801
    assert dict(journals.rows()) == truth


def test_the_rounding_line_stays_within_half_a_cent_for_each_thing_that_is_rounded(months: ClosedMonths) -> None:
    """Three things are rounded once each, by at most half a cent: a bill line (two places, its receipt is exact), the
    freight of an order (whole cents in its journal), and the running total of what came into a product's stock.

    So the rounding lines of all months up to any one sum to at most half a cent for each; one month's line to at most
    half a cent for each of its documents and a cent for each product. What concerns bills alone stays within half a
    cent a bill line.
    """
    posted = months.query(
        """
        select period, -sum(source_amount) as rounded,
               -sum(source_amount) filter (source_table = 'core.receipt_lines') as of_bills
        from close.journal_line_sources where role = 'rounding' group by period
        """
    )
    documents = months.query(
        """
        select date_trunc('month', received_date)::date as period, count(*) as bill_lines,
               count(distinct b.purchase_id) as orders
        from core.receipt_lines join core.bill_lines b using (receipt_line_id) join core.products p using (sku)
        where p.category = 'Purchased' group by period
        """
    )
    by_month = (
        documents.filter(pl.col("period") <= LAST)
        .join(posted, on="period", how="full", coalesce=True, validate="1:1")
        .sort("period")
        .with_columns(pl.exclude("period").fill_null(0))
        .with_columns(pl.exclude("period").cum_sum().name.suffix("_so_far"))
    )
    assert by_month.height == 27
    for row in by_month.iter_rows(named=True):
        so_far = row["bill_lines_so_far"] + row["orders_so_far"] + PRODUCTS_BOUGHT
        assert abs(row["rounded_so_far"]) <= HALF_CENT * so_far
        assert abs(row["rounded"]) <= HALF_CENT * (row["bill_lines"] + row["orders"]) + CENT * PRODUCTS_BOUGHT
        assert abs(row["of_bills_so_far"]) <= HALF_CENT * row["bill_lines_so_far"]
    lines = months.query(
        "select period, -sum(line_amount) as rounded from close.journal_lines where role = 'rounding' group by period"
    )
    assert dict(lines.rows()) == {period: rounded for period, rounded, _ in posted.rows() if rounded}
