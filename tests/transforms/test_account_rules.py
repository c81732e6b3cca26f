"""Of the rules that match, the first one gives the account."""

from itertools import product

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.builders import Row, accounts
from transforms.account_rules import resolve_accounts

RULES = accounts(
    {"role": "cogs", "channel": "Wholesale", "location": "Auckland", "account_code": "312"},
    {"role": "cogs", "channel": "Wholesale", "account_code": "311"},
    {"role": "cogs", "account_code": "310"},
    {"role": "adjustment", "reason": "Damaged", "account_code": "429"},
)


def resolve(rules: pl.DataFrame, *rows: Row) -> list[str | None]:
    frame = pl.LazyFrame(list(rows), schema_overrides=dict.fromkeys(rows[0], pl.String)).with_row_index()
    return resolve_accounts(frame, rules).collect().sort("index")["account_code"].to_list()


def test_the_first_matching_rule_wins() -> None:
    rows: list[Row] = [
        {"role": "cogs", "channel": "Wholesale", "location": "Auckland"},
        {"role": "cogs", "channel": "Wholesale", "location": "Wellington"},
        {"role": "cogs", "channel": "Web", "location": "Auckland"},
        {"role": "cogs", "channel": None, "location": None},
    ]
    assert resolve(RULES, *rows) == ["312", "311", "310", "310"]


def test_the_order_of_the_rows_of_the_rules_does_not_matter() -> None:
    row = {"role": "cogs", "channel": "Wholesale", "location": "Auckland"}
    assert resolve(RULES.reverse(), row) == ["312"]


def test_a_value_without_a_rule_has_no_account() -> None:
    rows: list[Row] = [{"role": "adjustment", "reason": reason} for reason in ("Damaged", "Eaten by possums", None)]
    assert resolve(RULES, *rows) == ["429", None, None]


def test_a_role_without_any_rule_has_no_account() -> None:
    assert resolve(RULES, {"role": "rounding"}) == [None]


def test_late_cost_takes_the_cogs_account_of_the_sale_unless_it_has_its_own() -> None:
    late = {"role": "late_cost", "channel": "Wholesale", "location": "Wellington"}
    assert resolve(RULES, late) == ["311"]
    own = accounts({"role": "cogs", "account_code": "310"}, {"role": "late_cost", "account_code": "315"})
    assert resolve(own, late) == ["315"]


def test_a_rule_about_something_the_rows_do_not_have_never_matches() -> None:
    # stock accounts by location: a product alone cannot say which one
    rules = accounts(
        {"role": "stock_on_hand", "location": "Auckland", "account_code": "631"},
        {"role": "stock_on_hand", "account_code": "630"},
    )
    assert resolve(rules, {"role": "stock_on_hand", "sku": "TENT"}) == ["630"]


def test_no_rows_give_no_rows() -> None:
    empty = pl.LazyFrame(schema={"role": pl.String, "sku": pl.String})
    assert resolve_accounts(empty, RULES).collect().columns == ["role", "sku", "account_code"]


VALUES = st.sampled_from([None, "a", "b"])
ROLES = st.sampled_from(["cogs", "late_cost", "stock_on_hand"])
ATTRIBUTES = ("sku", "channel")


@given(st.lists(st.tuples(ROLES, VALUES, VALUES), max_size=8))
@settings(max_examples=60, deadline=None)
def test_joins_choose_what_a_plain_loop_chooses(given_rules: list[tuple[str, str | None, str | None]]) -> None:
    rules = [dict(zip(("role", *ATTRIBUTES), rule, strict=True)) for rule in given_rules]
    table = accounts(*[{**rule, "account_code": f"4{at:02}"} for at, rule in enumerate(rules)])
    rows: list[Row] = [
        {"role": role, "sku": sku, "channel": channel}
        for role, sku, channel in product(("cogs", "late_cost", "stock_on_hand"), ("a", "b", None), ("a", "b", None))
    ]

    def first_match(role: str, row: dict[str, str | None]) -> str | None:
        for at, rule in enumerate(rules):
            if rule["role"] == role and all(rule[name] in {None, row[name]} for name in ATTRIBUTES):
                return f"4{at:02}"
        return None

    by_hand = [
        first_match(str(row["role"]), row) or (first_match("cogs", row) if row["role"] == "late_cost" else None)
        for row in rows
    ]
    assert resolve(table, *rows) == by_hand
