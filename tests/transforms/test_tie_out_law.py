"""The law of the close: whatever happens, bills and journals bring Xero's stock accounts to the ledger, to the cent."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemas.policies import ClosePolicy, CostingPolicy
from tests.transforms.builders import core, mappings
from tests.transforms.generated_company import Tables, companies
from tests.transforms.small_company import Company, Month

MONTHS = [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
OWN_ACCOUNT = {"role": "stock_on_hand", "category": "Made", "account_code": "631"}
POLICIES = st.sampled_from(
    [
        CostingPolicy("fifo", "sku"),
        CostingPolicy("moving_average", "sku_location"),
        CostingPolicy("periodic_average", "sku"),
    ]
)
QUIETLY = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def close_all(tables: list[Tables], costing: CostingPolicy) -> Company:
    """Close September on the first state of the documents, October and November on the second."""
    policy = ClosePolicy(first_period=MONTHS[0], base_currency="NZD", costing=costing)
    company = Company(policy, mappings(OWN_ACCOUNT))
    for month, state in zip(MONTHS, [*tables, tables[-1]], strict=True):
        company.close(core(**state), month)
    return company


@QUIETLY
@given(companies(), POLICIES)
def test_every_month_ties_out_to_the_cent(tables: list[Tables], costing: CostingPolicy) -> None:
    company = close_all(tables, costing)
    for month in company.months:
        assert set(month.unexplained().values()) == {Decimal("0.00")}
        check_journals(month)
        check_left_out(month)
    for earlier, later in pairwise(company.months):
        check_roll_forward(earlier, later)


def check_journals(month: Month) -> None:
    """Every journal sums to zero, and every line to its sources."""
    assert month.unmapped.is_empty()
    by_journal = month.lines.group_by("journal_key").agg(pl.col("line_amount").sum())
    assert by_journal.filter(pl.col("line_amount") != 0).is_empty()
    keys = ["journal_key", "line_number"]
    traced = month.sources.group_by(keys).agg(pl.col("source_amount").sum(), pl.len().cast(pl.Int64).alias("rows"))
    both = month.lines.join(traced.filter(pl.col("line_number") > 0), on=keys, how="full", coalesce=True)
    assert both.filter(pl.col("line_amount").ne_missing(pl.col("source_amount"))).is_empty()
    assert both.filter(pl.col("source_count").ne_missing(pl.col("rows"))).is_empty()


def check_left_out(month: Month) -> None:
    """The lines that were left out are the whole difference that recognition makes."""
    causes = ["dispatched_not_recognised", "excluded_by_rule", "recognised_not_dispatched"]
    shown = month.steps.filter(pl.col("cause").is_in(causes))["amount"].sum()
    assert month.left_out["cost_amount"].sum() == shown


def check_roll_forward(earlier: Month, later: Month) -> None:
    """Opening and moves are closing; the opening is what the month before closed with."""
    for measure in ("quantity", "value"):
        names = [name for name in later.rolled.columns if name.endswith(f"_{measure}")]
        moved = pl.sum_horizontal(name for name in names if not name.startswith("closing"))
        assert later.rolled.filter(moved != pl.col(f"closing_{measure}")).is_empty()
        keys = ["account_code", "sku", "location"]
        opened = later.rolled.select(*keys, pl.col(f"opening_{measure}").alias("amount"))
        closed = earlier.rolled.select(*keys, pl.col(f"closing_{measure}").alias("amount"))
        nothing = pl.col("amount") != 0
        assert opened.filter(nothing).sort(keys).equals(closed.filter(nothing).sort(keys))
