"""What a rule may ask for, in accounts.yaml, taxes.yaml and tracking.yaml alike, and the order in which it is tried."""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from mappings.containers import ListOf, OneOrMore, Written, key
from mappings.kinds import Choice, Month, PlacedText
from mappings.vocabulary import ANY_TEXT, CURRENCY, JOURNAL_KIND
from schemas.maps import LEVEL_OF_ATTRIBUTE, PRECEDENCE, RULE_ATTRIBUTES

Condition = tuple[PlacedText, ...]

LEVELS = ListOf(Choice[str](PRECEDENCE), shortest=len(PRECEDENCE), longest=len(PRECEDENCE))

MOST_RULES = 2_000
"""Rules in one list: more than that is a table, and belongs into the source."""

WRITE = "a value, a list, or a pattern with * and ?"


@dataclass(frozen=True, kw_only=True)
class Conditions(Written):
    """What a line must have for a rule; each condition is a value, a list of values, or a pattern with * and ?."""

    order_account: Condition | None = key(
        OneOrMore(ANY_TEXT), f"Account on the order line in the source: {WRITE}", default=None
    )
    charge_type: Condition | None = key(OneOrMore(ANY_TEXT), f"Kind of landed charge: {WRITE}", default=None)
    reason: Condition | None = key(OneOrMore(ANY_TEXT), f"Adjustment reason: {WRITE}", default=None)
    sku: Condition | None = key(OneOrMore(ANY_TEXT), f"Stock keeping unit: {WRITE}", default=None)
    customer: Condition | None = key(OneOrMore(ANY_TEXT), f"Customer: {WRITE}", default=None)
    supplier: Condition | None = key(OneOrMore(ANY_TEXT), f"Supplier: {WRITE}", default=None)
    party: Condition | None = key(OneOrMore(ANY_TEXT), f"Customer or supplier: {WRITE}", default=None)
    customer_group: Condition | None = key(
        OneOrMore(ANY_TEXT), f"Group that the customer belongs to: {WRITE}", default=None
    )
    location: Condition | None = key(OneOrMore(ANY_TEXT), f"Branch or warehouse: {WRITE}", default=None)
    channel: Condition | None = key(OneOrMore(ANY_TEXT), f"Sales channel: {WRITE}", default=None)
    category: Condition | None = key(OneOrMore(ANY_TEXT), f"Product category: {WRITE}", default=None)
    brand: Condition | None = key(OneOrMore(ANY_TEXT), f"Product brand: {WRITE}", default=None)
    journal_kind: tuple[str, ...] | None = key(OneOrMore(JOURNAL_KIND), "Kind of journal, or a list", default=None)
    currency: Condition | None = key(OneOrMore(CURRENCY), "Currency of the document, or a list", default=None)
    entity: Condition | None = key(
        OneOrMore(ANY_TEXT), "Only for this organisation (TIEOUT_ORGANISATION), or a list", default=None
    )
    from_period: date | None = key(Month(), "First month of the rule; left out: all", name="from", default=None)
    to_period: date | None = key(Month(), "Last month of the rule; left out: no end", name="to", default=None)

    @property
    def asked(self) -> dict[str, Sequence[str]]:
        """The conditions on a line, by attribute."""
        return {name: value for name in RULE_ATTRIBUTES if (value := getattr(self, name)) is not None}

    def level(self, precedence: Sequence[str]) -> str:
        """The first level of the declared precedence of which the rule names an attribute."""
        levels = {LEVEL_OF_ATTRIBUTE[name] for name in self.asked}
        return next((level for level in precedence if level in levels), "default")

    def is_in_force(self, period: date | None, entity: str | None) -> bool:
        """Whether the rule serves a month and an organisation; None serves for any."""
        if entity is not None and self.entity is not None and entity not in self.entity:
            return False
        return period is None or (self.from_period or period) <= period <= (self.to_period or period)


def is_wider(earlier: Conditions, later: Conditions) -> bool:
    """Whether every line that a later rule could decide is decided by an earlier one of the same role."""
    asked, narrower = earlier.asked, later.asked
    return (
        asked.keys() <= narrower.keys()
        and (earlier.entity is None or (later.entity is not None and set(later.entity) <= set(earlier.entity)))
        and (earlier.from_period or date.min) <= (later.from_period or date.min)
        and (later.to_period or date.max) <= (earlier.to_period or date.max)
        and all(_covers(values, narrower[name]) for name, values in asked.items())
    )


def _covers(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    """Whether each condition is one of the wide ones, or fits a pattern among them."""
    return all(any(one == value or _fits(one, value) for one in wide) for value in narrow)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text (or a narrower pattern, taken as text) fits a pattern; * is any text and ? any letter."""
    if "*" not in pattern and "?" not in pattern:
        return False
    wild = {"*": ".*", "?": "[^*]"}
    return re.fullmatch("".join(wild.get(letter, re.escape(letter)) for letter in pattern), text, re.DOTALL) is not None


R = TypeVar("R", bound=Conditions)


def in_order(rules: Iterable[R], precedence: Sequence[str]) -> list[R]:
    """The rules as they are tried: by level, inside a level as the file has them."""
    place = {level: order for order, level in enumerate(precedence)}
    return sorted(rules, key=lambda rule: place[rule.level(precedence)])
