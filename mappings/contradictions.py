"""What no single key shows: rules that can never win, accounts used for two things, corrections that overlap."""

from collections.abc import Iterator
from itertools import combinations

from mappings.findings import Findings, Place, YamlProblem
from mappings.kinds import PlacedText
from mappings.mapping_set import Mappings, account_uses
from mappings.shapes import AccountRule, AccountsFile, CorrectionsFile, TrackingFile
from mappings.wording import quote
from schemas.maps import RULE_ATTRIBUTES
from schemas.problems import Problem


def find_contradictions(content: object) -> Iterator[tuple[Place, str, str]]:
    """Place, finding and fix of everything in one file that contradicts itself."""
    match content:
        case AccountsFile():
            yield from _idle_rules(content.rules)
        case TrackingFile():
            yield from _repeated([category.name for category in content.categories], "tracking category")
            yield from _untracked(content)
        case CorrectionsFile():
            yield from _repeated([entry.id for entry in content.entries], "id")
            yield from _backward_months(content)


def add_contradictions(content: object, findings: Findings) -> None:
    """Add what contradicts itself in one file to its findings."""
    for place, found, fix in find_contradictions(content):
        findings.add(place, found, fix)


def find_shared_stock_accounts(mappings: Mappings) -> list[Problem]:
    """Accounts that are stock on hand and something else too: a journal between them would move nothing.

    Returns:
        One problem for each other use, in the order of the files.
    """
    stock = {str(use.account): use for use in reversed(account_uses(mappings)) if use.role == "stock_on_hand"}
    return [
        YamlProblem(
            use.account.defined_at,
            f"account {quote(use.account)} is stock on hand too ({stock[use.account].account.defined_at})",
            f"Give {use.role} another account: a journal between an account and itself moves nothing",
        )
        for use in account_uses(mappings)
        if use.role != "stock_on_hand" and use.account in stock
    ]


def _conditions(rule: AccountRule) -> dict[str, str]:
    """What a line must have for the rule."""
    return {name: value for name in RULE_ATTRIBUTES if (value := getattr(rule, name)) is not None}


def _idle_rules(rules: tuple[AccountRule, ...]) -> Iterator[tuple[Place, str, str]]:
    """Rules without a condition, and rules that an earlier and wider one always beats."""
    first: dict[tuple[str, frozenset[tuple[str, str]]], AccountRule] = {}
    for rule in rules:
        asked = _conditions(rule)
        if not asked:
            fix = f"Write {rule.role} under accounts, or add one of: {', '.join(RULE_ATTRIBUTES)}"
            yield rule.place, f"the rule for {rule.role} has no condition", fix
            continue
        wider = (first[rule.role, part] for part in _parts(asked) if (rule.role, part) in first)
        earlier = min(wider, key=lambda one: one.place.line, default=None)
        if earlier is not None:
            found = f"the rule for {rule.role} never wins: the one on line {earlier.place.line} matches first"
            yield rule.place, found, "Put it above that one, or delete it"
        first.setdefault((rule.role, frozenset(asked.items())), rule)


def _parts(asked: dict[str, str]) -> Iterator[frozenset[tuple[str, str]]]:
    """Every choice of one or more of the conditions: at most 127, however many rules there are."""
    for size in range(1, len(asked) + 1):
        yield from (frozenset(chosen) for chosen in combinations(asked.items(), size))


def _repeated(names: list[PlacedText], what: str) -> Iterator[tuple[Place, str, str]]:
    """The second of two equal names."""
    first: dict[str, PlacedText] = {}
    for name in names:
        if name in first:
            yield (
                name.place,
                f"{what} {quote(name)} stands on line {first[name].place.line} already",
                "Rename one of them",
            )
        first.setdefault(name, name)


def _untracked(content: TrackingFile) -> Iterator[tuple[Place, str, str]]:
    """Tracking categories that no role uses."""
    if content.categories and not content.tracked_roles:
        yield content.place, "tracked_roles names no role, so no line gets an option", "Write: tracked_roles: [cogs]"


def _backward_months(content: CorrectionsFile) -> Iterator[tuple[Place, str, str]]:
    """Corrections that end before they begin."""
    for entry in content.entries:
        if entry.from_period and entry.to_period and entry.to_period < entry.from_period:
            months = f"from {entry.from_period:%Y-%m} to {entry.to_period:%Y-%m}"
            yield entry.place, f"correction {quote(entry.id)} serves no month: {months}", "Swap from and to"
