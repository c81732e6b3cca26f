"""Tables about the mapping rules, for people: which rule decided, which were shadowed, and what moves between rules."""

from collections.abc import Sequence
from datetime import date

from pipelines.mapping.coverage import IdleRule
from pipelines.mapping.explain import Decision
from pipelines.reports.month import ReportTable, money
from transforms.periods import format_period

NAMES = {"account": "Account", "tax_type": "Tax type", "tracking_1": "Tracking", "tracking_2": "Tracking"}
MOST_IDLE = 40
NO_RULE = {
    "account": "no rule gives an account: such an entry stops the close",
    "tax_type": "no rule gives a tax type: the journal's NoTax",
    "tracking_1": "no rule gives an option: such an entry stops the close",
    "tracking_2": "no rule gives an option: such an entry stops the close",
}


def decision_tables(decisions: Sequence[Decision]) -> list[ReportTable]:
    """One table for each list: the rule that decided, then the rules that match and were shadowed, in order."""
    names = list(dict.fromkeys(one.list_name for one in decisions))
    return [_decision_table([one for one in decisions if one.list_name == name]) for name in names]


def _decision_table(decisions: Sequence[Decision]) -> ReportTable:
    first = decisions[0]
    title = NAMES[first.list_name] + (f" {first.category}" if first.category else "")
    if not first.is_asked:
        return ReportTable(title, (), (), note="Entries of this role carry no tracking (tracked_roles).")
    outcomes = list(dict.fromkeys(one.outcome for one in decisions))
    given = ", ".join(outcome or NO_RULE[first.list_name] for outcome in outcomes)
    has_entries = any(one.amount is not None for one in decisions)
    figures = ("Entries", "Amount") if has_entries else ()
    rows = [row for one in decisions for row in _rows(one, has_entries=has_entries)]
    columns = ("", "Rule", "Asks for", "Gives", "Level", *figures)
    return ReportTable(f"{title}: {given}", columns, tuple(rows), frozenset(figures))


def _rows(decision: Decision, *, has_entries: bool) -> list[tuple[str, ...]]:
    """The rule that decides with its entries, and the shadowed ones below it."""
    size = (f"{decision.entry_count:,}", money(decision.amount)) if has_entries else ()
    if not decision.rules:
        return [("no rule", "", "", "", "", *size)]
    return [
        (
            "decides" if place == 0 else "shadowed",
            rule.defined_at,
            rule.asks,
            rule.gives,
            rule.level,
            *(size if place == 0 else ("",) * len(size)),
        )
        for place, rule in enumerate(decision.rules)
    ]


def decision_facts(decisions: Sequence[Decision]) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {
            "list": one.list_name,
            "tracking_category": one.category,
            "is_asked": one.is_asked,
            "outcome": one.outcome,
            "decided_by": vars(one.rules[0]) if one.rules else None,
            "shadowed": [vars(rule) for rule in one.rules[1:]],
            "entries": one.entry_count if one.amount is not None else None,
            "amount": one.amount,
        }
        for one in decisions
    ]


def idle_rules_table(rules: Sequence[IdleRule], period: date, most: int = MOST_IDLE) -> ReportTable:
    """Rules that decided nothing in a month, as information: they may serve another one.

    Args:
        rules: in the order in which the lists try them.
        period: first day of the month.
        most: rules shown; how many more there are is said below.
    """
    rows = [
        (
            rule.state,
            f"{NAMES[rule.list_name]} {rule.category or ''}".strip(),
            rule.defined_at,
            rule.asks + (f" ({rule.why})" if rule.why else ""),
            rule.gives,
        )
        for rule in rules[:most]
    ]
    dead = sum(rule.state == "dead" for rule in rules)
    note = f"{dead:,} dead: nothing matches. {len(rules) - dead:,} shadowed: rules tried before decide."
    if len(rules) > most:
        note += f" {len(rules) - most:,} more are listed by --json."
    title = f"Rules that decided nothing in {format_period(period)}"
    return ReportTable(title, ("", "List", "Rule", "Asks for", "Gives"), tuple(rows), note=note)
