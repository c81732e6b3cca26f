"""The mappings as frames, so that the transforms never see YAML: rules in the order in which they are tried."""

from collections.abc import Iterator
from typing import Any

import pandera.polars as pa
import polars as pl

from mappings.mapping_set import Mappings, role_accounts
from schemas.checking import check
from schemas.journals import ROLES
from schemas.maps import AccountRules, ChargeTypes, MappingTables, TaxRules, TrackingRules

Row = dict[str, Any]


def mapping_tables(mappings: Mappings) -> MappingTables:
    """Every mapping as a frame.

    Returns:
        AccountRules: the rules of accounts.yaml in file order, then adjustment reasons and kinds of charge, then the
        account of each role. TaxRules: one row per role, `default` spread over the roles that have none of their own.
        TrackingRules: an option per value, `otherwise` as a null value. ChargeTypes: one row per kind of charge.
    """
    return MappingTables(
        accounts=_frame(AccountRules, _account_rows(mappings), number="rule_order"),
        taxes=_frame(TaxRules, _tax_rows(mappings)),
        tracking=_frame(TrackingRules, _tracking_rows(mappings)),
        tracked_roles=tuple(mappings.tracking.tracked_roles),
        charge_types=_frame(ChargeTypes, _charge_rows(mappings)),
    )


def _account_rows(mappings: Mappings) -> Iterator[Row]:
    """Role, conditions, account and place of each rule, first tried first."""
    for rule in mappings.accounts.rules:
        yield {
            "role": rule.role,
            "sku": rule.sku,
            "category": rule.category,
            "location": rule.location,
            "channel": rule.channel,
            "party": rule.party,
            "reason": rule.reason,
            "charge_type": rule.charge_type,
            "account_code": rule.account,
            "defined_at": rule.account.defined_at,
        }
    for reason, entry in mappings.adjustments.reasons.items():
        place = entry.account.defined_at
        yield {"role": "adjustment", "reason": reason, "account_code": entry.account, "defined_at": place}
    for charge_type, charge in mappings.landed_costs.charges.items():
        place = charge.account.defined_at
        row = {"role": "landed_cost_clearing", "charge_type": charge_type}
        yield row | {"account_code": charge.account, "defined_at": place}
    for role, account in role_accounts(mappings.accounts.accounts).items():
        yield {"role": role, "account_code": account, "defined_at": account.defined_at}


def _tax_rows(mappings: Mappings) -> Iterator[Row]:
    """The tax type of each role that has one, of its own or by default."""
    given = {str(role): tax_type for role, tax_type in mappings.taxes.tax_types.items()}
    default = given.get("default")
    for role in ROLES:
        tax_type = given.get(role, default)
        if tax_type is not None:
            yield {"role": role, "tax_type": tax_type, "defined_at": tax_type.defined_at}


def _tracking_rows(mappings: Mappings) -> Iterator[Row]:
    """The option of each value, slot by slot, what serves any other value last."""
    for slot, category in enumerate(mappings.tracking.categories, start=1):
        head = {"slot": slot, "tracking_category": category.name, "attribute": category.by}
        for value, option in category.options.items():
            yield head | {"value": value, "tracking_option": option, "defined_at": option.defined_at}
        if category.otherwise is not None:
            place = category.otherwise.defined_at
            yield head | {"value": None, "tracking_option": category.otherwise, "defined_at": place}


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


def _frame(model: type[pa.DataFrameModel], rows: Iterator[Row], number: str | None = None) -> pl.DataFrame:
    """The rows in the model's columns and types, numbered from 1 where a column counts them."""
    types = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    numbered = ({number: index, **row} if number else row for index, row in enumerate(rows, start=1))
    plain = [{name: _plain(row.get(name)) for name in types} for row in numbered]
    return check(model, pl.DataFrame(plain, schema=types, orient="row"))


def _plain(value: object) -> object:
    """Text without its place."""
    return str(value) if isinstance(value, str) else value
