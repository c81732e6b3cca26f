"""Choices of adjustments.yaml and landed_costs.yaml: an account for each reason and each kind of charge."""

from mappings.xero_accounts import can_serve
from pipelines.init.account_words import (
    ASKED_CHARGE,
    CHARGE_WORDS,
    GENERAL_ADJUSTMENT,
    OUTWARD,
    REASON_WORDS,
    RoleWords,
)
from pipelines.init.accounts import able_options, is_plain, label_of, plain, rank
from pipelines.init.decisions import Choice, Option
from pipelines.init.facts import XeroFacts

_COSTS = ("EXPENSE", "DIRECTCOSTS", "OVERHEADS")

BY_ACCOUNT = "account "
"""What charges are called, before the code, that Core books on an account which is no kind of charge in core.yaml."""

USUAL_CHARGES = ("freight", "customs")
"""What Omni calls its additional costs (cin7.md section 3A), where the source names none."""


def reason_choice(reason: str, xero: XeroFacts, stock: str, fallback: Option) -> Choice:
    """The account on the other side of adjustments with one reason; without a name that fits, the general one.

    Args:
        reason: as the source spells it; empty for adjustments without one.
        xero: the chart.
        stock: account of stock on hand, which cannot be its own other side.
        fallback: the account where nothing is named like it.
    """
    words = plain(reason)
    groups = [speaks for asked, speaks in REASON_WORDS.values() if any(word in words for word in asked)]
    speaks = dict.fromkeys([words] if words else [], 70)
    for group in groups:
        speaks |= group
    specific = RoleWords(speaks, ("sales", "tax"), _COSTS)
    found = rank("adjustment", specific, xero.chart, {}, [stock])
    general = rank("adjustment", GENERAL_ADJUSTMENT, xero.chart, {}, [stock])
    options: dict[str, Option] = {}
    for one in [*found, *general]:
        options.setdefault(one.account.code, one.option)
    is_certain = is_plain(found) or (not found and is_plain(general))
    doubt = "" if is_certain else "no account is named for it" if not found else "several accounts would do"
    return Choice(
        key=f"adjustments.{reason or '(none)'}",
        question=f'Which account takes stock adjustments with the reason "{reason}"?'
        if reason
        else "Which account takes stock adjustments that give no reason?",
        options=list(options.values()) or [fallback],
        is_certain=is_certain,
        more=able_options("adjustment", xero, stock),
        doubt=doubt,
    )


def charge_choice(charge: str, xero: XeroFacts, stock: str) -> Choice:
    """The account that bills of one kind of charge are coded to; none where no account is named like it."""
    named = _account_of(charge, xero)
    if named is not None:
        return _choice_of_charge(charge, [named], is_certain=True, doubt="", xero=xero, stock=stock)
    words = plain(charge)
    groups = [speaks for asked, speaks in CHARGE_WORDS.items() if any(word in words for word in ASKED_CHARGE[asked])]
    speaks = dict.fromkeys([words] if words else [], 80)
    for group in groups:
        speaks |= group
    found = rank("landed_cost_clearing", RoleWords(speaks, OUTWARD, _COSTS), xero.chart, {}, [stock])
    is_certain = is_plain(found)
    doubt = "no account is named like it" if not found else "several accounts would do" if len(found) > 1 else ""
    doubt = "" if is_certain else doubt or "its name says little"
    options = [one.option for one in found]
    return _choice_of_charge(charge, options, is_certain=is_certain, doubt=doubt, xero=xero, stock=stock)


def _account_of(charge: str, xero: XeroFacts) -> Option | None:
    """The account that a charge is called after, as Core's are which are no named kind: `account 5-3000`."""
    code = charge.removeprefix(BY_ACCOUNT)
    account = xero.chart.get(code) if code != charge else None
    if account is None or account.status != "ACTIVE" or not can_serve("landed_cost_clearing", account):
        return None
    return Option(account.code, label_of(account), "the account that the source books it on")


def _choice_of_charge(
    charge: str, options: list[Option], *, is_certain: bool, doubt: str, xero: XeroFacts, stock: str
) -> Choice:
    return Choice(
        key=f"landed_costs.{charge}",
        question=f'Which account are bills for "{charge}" coded to?',
        options=options,
        is_certain=is_certain,
        is_optional=True,
        more=able_options("landed_cost_clearing", xero, stock),
        doubt=doubt,
    )
