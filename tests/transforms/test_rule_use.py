"""Which rules decided and which matched: the same as looking at every entry by itself."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.maps import RULE_ATTRIBUTES, AccountRules, ChargeTypes, MappingTables, TaxRules, TrackingRules
from transforms.rule_lists import matching_rules
from transforms.rule_use import count_use, match_entries, rule_lists

Asked = dict[str, list[str]]


def maps_of(accounts: list[Asked], tracking: list[Asked] | None = None) -> MappingTables:
    def frame(model: type[AccountRules | TaxRules | TrackingRules | ChargeTypes], rows: list[dict[str, object]]) -> (
        pl.DataFrame
    ):  # fmt: skip
        types = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
        return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)

    def numbered(rules: list[Asked], **more: object) -> list[dict[str, object]]:
        return [
            {**rule, **more, "rule_order": order, "level": "default", "defined_at": f"f:{order}:1"}
            for order, rule in enumerate(rules, 1)
        ]

    roles = [{**rule, "role": rule.get("role", ["cogs"])[0], "account_code": "1"} for rule in numbered(accounts)]  # type: ignore[index]
    slots = numbered(tracking or [], slot=1, tracking_category="Region", chosen_by="location", tracking_option="N")
    return MappingTables(
        frame(AccountRules, roles), frame(TaxRules, []), frame(TrackingRules, slots), ("cogs",), frame(ChargeTypes, [])
    )


def entries_of(*rows: dict[str, str]) -> pl.LazyFrame:
    names = ["role", *RULE_ATTRIBUTES]
    return pl.LazyFrame(
        [{name: row.get(name) for name in names} for row in rows], schema=dict.fromkeys(names, pl.String)
    )


def test_a_rule_decides_is_shadowed_or_matches_nothing() -> None:
    maps = maps_of([{"channel": ["Web"]}, {"sku": ["A*"]}, {"sku": ["A"]}, {"sku": ["B"]}])
    entries = entries_of(
        {"role": "cogs", "channel": "Web", "sku": "A"}, {"role": "cogs", "sku": "AB"}, {"role": "rounding", "sku": "B"}
    )

    used = count_use(entries, rule_lists(maps)[0])

    assert used.select("defined_at", "decided_count", "has_matched").rows() == [
        ("f:1:1", 1, True),
        ("f:2:1", 1, True),
        ("f:3:1", 0, True),  # AB and A go to the wider rule above it
        ("f:4:1", 0, False),
    ]


def test_a_rule_that_late_cost_borrows_counts_once_for_both_roles() -> None:
    used = count_use(entries_of({"role": "cogs"}, {"role": "late_cost"}), rule_lists(maps_of([{}]))[0])

    assert used.select("defined_at", "decided_count", "has_matched").rows() == [("f:1:1", 2, True)]


def test_a_tracking_list_is_asked_for_tracked_roles_only() -> None:
    entries = entries_of({"role": "cogs", "location": "X"}, {"role": "rounding", "location": "X"})
    region = rule_lists(maps_of([{}], [{"location": ["X"]}]))[-1]

    assert (region.name, region.category) == ("tracking_1", "Region")
    assert count_use(entries, region)["decided_count"].to_list() == [1]


def test_nothing_is_used_where_there_are_no_entries() -> None:
    used = count_use(entries_of(), rule_lists(maps_of([{}]))[0])

    assert used.select("decided_count", "has_matched").rows() == [(0, False)]


VALUES = st.sampled_from(["A", "AB", "B"])
RULES = st.lists(
    st.fixed_dictionaries({}, optional={"sku": st.lists(st.sampled_from(["A", "A*", "B"]), min_size=1, max_size=2)}),
    max_size=70,
)
LINES = st.lists(st.fixed_dictionaries({"role": st.sampled_from(["cogs", "late_cost"]), "sku": VALUES}), max_size=6)


@settings(max_examples=30, deadline=None)
@given(rules=RULES, lines=LINES)
def test_counts_are_those_of_every_single_entry(rules: list[Asked], lines: list[dict[str, str]]) -> None:
    one = rule_lists(maps_of(rules))[0]
    used = count_use(entries_of(*lines), one)
    each = matching_rules(match_entries(entries_of(*lines), one).collect())
    places = one.rules["defined_at"].to_list()

    decided = [places[found[0]] for found in each if found]
    matched = {places[position] for found in each for position in found}
    assert used["decided_count"].to_list() == [decided.count(place) for place in used["defined_at"]]
    assert used["has_matched"].to_list() == [place in matched for place in used["defined_at"]]
