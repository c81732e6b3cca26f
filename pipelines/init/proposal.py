"""Proposes every mapping from what both ends say: one choice after the other. Read this first."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from mappings.wording import quote
from pipelines.errors import DataProblem
from pipelines.init.accounts import label_of, role_choice
from pipelines.init.adjustments import USUAL_CHARGES, charge_choice, reason_choice
from pipelines.init.decisions import Decision, Decisions, Option
from pipelines.init.facts import Cin7Facts, XeroFacts, can_stand
from pipelines.init.terms import Recognition, check_currencies, first_period_choice, recognition_of, tax_choice
from pipelines.init.tracking import TrackingPlan, plan_tracking
from schemas.problems import Problem

OTHER_ROLES = (
    "exchange_difference", "purchase_price_variance", "purchase_return_variance", "rounding", "production_clearing",
    "opening_difference", "late_cost",
)  # fmt: skip
"""Roles of accounts.yaml beside stock and COGS, in the order of the file."""

ON_COGS = (
    "exchange_difference", "purchase_price_variance", "purchase_return_variance", "rounding", "opening_difference",
)  # fmt: skip
"""Differences that belong to COGS where the chart has no account for them."""


@dataclass(frozen=True)
class Proposal:
    """What the files will say, with the reason of each value."""

    xero: XeroFacts
    cin7: Cin7Facts
    first_period: Option
    recognition: Recognition
    accounts: Mapping[str, Option | None]
    """Account by role; None: left out."""
    reasons: Mapping[str, Option]
    unreasoned: Option | None
    """Account of adjustments that give no reason; None where there are none."""
    charges: Mapping[str, Option]
    missing_charges: tuple[str, ...]
    tax_type: Option | None
    tracking: list[TrackingPlan]
    decisions: list[Decision]
    warnings: list[str] = field(default_factory=list)


def propose(xero: XeroFacts, cin7: Cin7Facts, decisions: Decisions, today: date) -> Proposal:
    """Decide everything.

    Args:
        xero: what Xero says.
        cin7: what the source says.
        decisions: who decides where the facts do not.
        today: in the organisation's time zone.

    Raises:
        DataProblem: the base currencies differ, or no account can be stock on hand or COGS (exit 3).
    """
    cin7, unwritable = _without_unwritable(cin7)
    warnings = [*_tracked_items(xero), *check_currencies(xero, cin7), *xero.unread, *unwritable]
    first_period = decisions.settle(first_period_choice(xero, cin7, today))
    assert first_period is not None  # noqa: S101 there is always the present month
    stock, cogs = _stock_and_cogs(xero, cin7, decisions)
    accounts: dict[str, Option | None] = {"stock_on_hand": stock, "cogs": cogs}
    for role in OTHER_ROLES:
        accounts[role] = decisions.settle(role_choice(role, xero, cin7, stock.value, _fallback(role, cogs, cin7)))
    rest = Option(cogs.value, cogs.label, "no account is named for adjustments, so they are part of COGS")
    reasons = {name: decisions.settle(reason_choice(name, xero, stock.value, rest)) for name in cin7.reasons}
    unreasoned = (
        decisions.settle(reason_choice("", xero, stock.value, rest)) if cin7.has_unreasoned_adjustments else None
    )
    asked = cin7.charge_types or USUAL_CHARGES
    charges = {name: decisions.settle(charge_choice(name, xero, stock.value)) for name in asked}
    tax_type = decisions.settle(tax_choice(xero))
    tracking, unused = plan_tracking(xero, cin7, decisions)
    return Proposal(
        xero=xero,
        cin7=cin7,
        first_period=first_period,
        recognition=recognition_of(cin7.source),
        accounts=accounts,
        reasons={name: option for name, option in reasons.items() if option is not None},
        unreasoned=unreasoned,
        charges={name: option for name, option in charges.items() if option is not None},
        missing_charges=tuple(name for name, option in charges.items() if option is None),
        tax_type=tax_type,
        tracking=tracking,
        decisions=decisions.taken,
        warnings=warnings + unused,
    )


def _stock_and_cogs(xero: XeroFacts, cin7: Cin7Facts, decisions: Decisions) -> tuple[Option, Option]:
    """Stock on hand and COGS: without them nothing can be proposed."""
    found: dict[str, Option] = {}
    problems: list[Problem] = []
    for name in ("stock_on_hand", "cogs"):
        choice = role_choice(name, xero, cin7, found["stock_on_hand"].value if found else None, None)
        option = decisions.settle(choice)
        if option is None:
            problems.append(_nothing_for(name, [one.label for one in choice.options], xero))
        else:
            found[name] = option
    if problems:
        raise DataProblem(f"{xero.organisation} has no account that tieout may take. Nothing was written.", problems)
    return found["stock_on_hand"], found["cogs"]


def _nothing_for(role: str, listed: list[str], xero: XeroFacts) -> Problem:
    """What to do where no account is named like a role."""
    words = {"stock_on_hand": "stock on hand (type CURRENT)", "cogs": "cost of goods sold (type DIRECTCOSTS)"}[role]
    if listed:
        fix = f"Name one of them: tieout init --answer accounts.{role}=CODE. There are: {'; '.join(listed[:6])}"
        return Problem(f"accounts.{role}", f"no account of {xero.organisation} is named like {words}", fix)
    bank = [label_of(one) for one in xero.chart.values() if one.type == "INVENTORY"]
    tracked = f" ({'; '.join(bank[:2])} is Xero's own tracked inventory, which takes no journals)" if bank else ""
    fix = f"Add an account for {words} in Xero, then run the same command again"
    return Problem(f"accounts.{role}", f"{xero.organisation} has no active account for {words}{tracked}", fix)


def _fallback(role: str, cogs: Option, cin7: Cin7Facts) -> Option | None:
    """The account of a role that the chart has no name for."""
    if role in ON_COGS:
        return Option(cogs.value, cogs.label, "no account is named for it, so it is part of COGS")
    if role == "production_clearing" and cin7.has_production:
        return Option(cogs.value, cogs.label, "no account is named for it; what goes in comes out again")
    return None


def _without_unwritable(cin7: Cin7Facts) -> tuple[Cin7Facts, list[str]]:
    """The facts without names that no YAML can hold, and a sentence about each."""
    names = [*cin7.reasons, *cin7.charge_types, *(name for values in cin7.values.values() for name in values)]
    odd = [name for name in dict.fromkeys(names) if not can_stand(name)]
    kept = replace(
        cin7,
        reasons=tuple(filter(can_stand, cin7.reasons)),
        charge_types=tuple(filter(can_stand, cin7.charge_types)),
        values={name: tuple(filter(can_stand, values)) for name, values in cin7.values.items()},
    )
    return kept, [f"Cin7 has the name {quote(name)}, which no YAML can hold: rename it there." for name in odd]


def _tracked_items(xero: XeroFacts) -> list[str]:
    """Goods that Xero would cost as well."""
    if not xero.tracked_items:
        return []
    count, first = len(xero.tracked_items), ", ".join(map(quote, list(xero.tracked_items)[:3]))
    items = f"{count:,} items of Xero are" if count > 1 else "1 item of Xero is"
    return [
        f"{items} tracked ({first}): Xero books their COGS when they are invoiced, and tieout would book it again. "
        "Untrack them in Xero, or leave their codes off invoices."
    ]
