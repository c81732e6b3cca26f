"""Tracking options of journal entries, up to two categories."""

import polars as pl

from schemas.maps import TrackingRules
from tests.transforms.builders import Row, pick, rule_list
from transforms.tracking_rules import TRACKING_COLUMNS, resolve_tracking

REGIONS = (
    {"location": "Auckland", "tracking_option": "North"},
    {"location": "Wellington", "tracking_option": "Central"},
)
CHANNELS = (
    {"slot": 2, "tracking_category": "Channel", "chosen_by": "channel", "channel": "Web", "tracking_option": "Online"},
    {"slot": 2, "tracking_category": "Channel", "chosen_by": "channel", "tracking_option": "Other"},
)
SHOWN = [*TRACKING_COLUMNS, "untracked_category", "untracked_value"]


def resolve(
    rules: tuple[Row, ...], location: str | None, channel: str | None, role: str = "cogs"
) -> tuple[object, ...]:
    entry = pl.LazyFrame(
        {"role": [role], "location": [location], "channel": [channel]},
        schema=dict.fromkeys(("role", "location", "channel"), pl.String),
    )
    (row,) = pick(resolve_tracking(entry, rule_list(TrackingRules, *rules), ("cogs",)), *SHOWN)
    return row


def test_each_category_takes_the_option_of_its_attribute() -> None:
    found = resolve((*REGIONS, *CHANNELS), "Wellington", "Web")
    assert found == ("Region", "Central", "Channel", "Online", None, None)


def test_otherwise_takes_other_values_and_entries_without_one() -> None:
    assert resolve(CHANNELS, "Auckland", "Phone")[2:4] == ("Channel", "Other")
    assert resolve(CHANNELS, "Auckland", None)[2:4] == ("Channel", "Other")


def test_a_value_without_an_option_is_named_with_its_category() -> None:
    assert resolve(REGIONS, "Christchurch", "Web")[4:] == ("Region", "Christchurch")
    assert resolve(CHANNELS[:1], "Auckland", "Phone")[4:] == ("Channel", "Phone")
    assert resolve(CHANNELS[:1], "Auckland", None)[4:] == ("Channel", "(none)")


def test_when_both_categories_have_a_gap_the_first_is_named() -> None:
    assert resolve((*REGIONS, *CHANNELS[:1]), "Christchurch", "Phone")[4:] == ("Region", "Christchurch")


def test_other_roles_carry_no_options_and_miss_none() -> None:
    assert resolve((*REGIONS, *CHANNELS), "Christchurch", "Web", "stock_on_hand") == (None,) * 6


def test_without_rules_nothing_is_tracked() -> None:
    assert resolve((), "Auckland", "Web") == (None,) * 6
