"""The mappings as frames, so that the transforms never see YAML: rules in the order in which they are tried."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any, Protocol

import pandera.polars as pa
import polars as pl

from mappings.mapping_set import Mappings, role_accounts
from mappings.rule_shapes import Conditions, R, in_order
from mappings.shapes import TrackingCategory
from schemas.checking import check
from schemas.frames import dtypes_of
from schemas.maps import (
    LEVEL_OF_ATTRIBUTE,
    RULE_ATTRIBUTES,
    AccountRules,
    ChargeTypes,
    MappingTables,
    TaxRules,
    TrackingRules,
)

Row = dict[str, Any]


def mapping_tables(mappings: Mappings, period: date | None = None, entity: str | None = None) -> MappingTables:
    """Every mapping as a frame, with the rules that are in force.

    Args:
        mappings: the files.
        period: month that the rules are for; None takes the rules of all months.
        entity: organisation that the rules are for; None takes the rules of all of them.

    Returns:
        AccountRules: the rules of accounts.yaml by precedence, then adjustment reasons and kinds of charge, then rules
        that ask for no more than a kind of journal or a currency, then the account of each role. TaxRules: the rules of
        taxes.yaml, then its roles, then `default`. TrackingRules: for each category its rules, then an option per
        value, then `otherwise`. ChargeTypes: one row per kind of charge.
    """

    def in_force(rules: Iterable[R], precedence: Sequence[str]) -> list[R]:
        return in_order([rule for rule in rules if rule.is_in_force(period, entity)], precedence)

    slots = [
        numbered([{**row, "slot": slot} for row in _tracking_rows(category, in_force)])
        for slot, category in enumerate(mappings.tracking.categories, start=1)
    ]
    return MappingTables(
        accounts=model_frame(AccountRules, numbered(_account_rows(mappings, in_force))),
        taxes=model_frame(TaxRules, numbered(_tax_rows(mappings, in_force))),
        tracking=model_frame(TrackingRules, chain.from_iterable(slots)),
        tracked_roles=tuple(mappings.tracking.tracked_roles),
        charge_types=model_frame(ChargeTypes, _charge_rows(mappings)),
    )


class InForce(Protocol):
    """Chooses the rules that are in force, in the order in which they are tried."""

    def __call__(self, rules: Iterable[R], precedence: Sequence[str]) -> list[R]:
        """Those of a list."""


def _account_rows(mappings: Mappings, in_force: InForce) -> Iterator[Row]:
    """Role, conditions, account and place of each rule, first tried first."""
    precedence = mappings.accounts.precedence
    rows = [
        condition_values(rule, precedence)
        | {"role": rule.role, "account_code": rule.account, "defined_at": rule.defined_at}
        for rule in in_force(mappings.accounts.rules, precedence)
    ]
    yield from (row for row in rows if row["level"] != "default")
    for reason, entry in mappings.adjustments.reasons.items():
        row = {"role": "adjustment", "reason": [reason], "level": "line", "account_code": entry.account}
        yield row | {"defined_at": entry.account.defined_at}
    for charge_type, charge in mappings.landed_costs.charges.items():
        row = {"role": "landed_cost_clearing", "charge_type": [charge_type], "level": "line"}
        yield row | {"account_code": charge.account, "defined_at": charge.account.defined_at}
    yield from (row for row in rows if row["level"] == "default")
    for role, account in role_accounts(mappings.accounts.accounts).items():
        yield {"role": role, "level": "default", "account_code": account, "defined_at": account.defined_at}


def _tax_rows(mappings: Mappings, in_force: InForce) -> Iterator[Row]:
    """The rules, the tax type of each role that has one of its own, and the one that serves the others."""
    for rule in in_force(mappings.taxes.rules, mappings.taxes.precedence):
        yield condition_values(rule, mappings.taxes.precedence) | {
            "role": rule.role,
            "tax_type": rule.tax_type,
            "defined_at": rule.defined_at,
        }
    given = mappings.taxes.tax_types
    for role, tax_type in sorted(given.items(), key=lambda item: item[0] == "default"):
        named = None if role == "default" else role
        yield {"role": named, "level": "default", "tax_type": tax_type, "defined_at": tax_type.defined_at}


def _tracking_rows(category: TrackingCategory, in_force: InForce) -> Iterator[Row]:
    """The rules of a category, the option of each value, and the one that serves any other value."""
    rules = in_force(category.rules, category.precedence)
    first_asked = next((name for rule in rules for name in rule.asked), RULE_ATTRIBUTES[0])
    head = {"tracking_category": category.name, "chosen_by": category.by or first_asked}
    for rule in rules:
        yield (
            head
            | condition_values(rule, category.precedence)
            | {"tracking_option": rule.option, "defined_at": rule.defined_at}
        )
    by = category.by or first_asked
    for value, option in (category.options or {}).items():
        row = {by: [str(value)], "level": LEVEL_OF_ATTRIBUTE[by]}
        yield head | row | {"tracking_option": option, "defined_at": option.defined_at}
    other = category.otherwise
    if other is not None:
        yield head | {"level": "default", "tracking_option": other, "defined_at": other.defined_at}


def condition_values(rule: Conditions, precedence: Sequence[str]) -> Row:
    """What a rule asks for."""
    return {
        "level": rule.level(precedence),
        **{name: [str(value) for value in values] for name, values in rule.asked.items()},
    }


def numbered(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with `rule_order`, from 1."""
    return ({"rule_order": order, **row} for order, row in enumerate(rows, start=1))


def _charge_rows(mappings: Mappings) -> Iterator[Row]:
    """How each kind of charge is spread."""
    for charge_type, charge in mappings.landed_costs.charges.items():
        yield {
            "charge_type": charge_type,
            "basis": charge.basis,
            "places": charge.places,
            "remainder": charge.remainder,
            "defined_at": charge.defined_at,
        }


def model_frame(model: type[pa.DataFrameModel], rows: Iterable[Row]) -> pl.DataFrame:
    """The rows in the model's columns and types."""
    types = dtypes_of(model)
    plain = [{name: _plain(row.get(name)) for name in types} for row in rows]
    return check(model, pl.DataFrame(plain, schema=types, orient="row"))


def _plain(value: object) -> object:
    """Text without its place."""
    return str(value) if isinstance(value, str) else value
