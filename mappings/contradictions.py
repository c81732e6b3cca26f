"""What no single key shows: rules that can never win, accounts used for two things, corrections that overlap."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mappings.close_shape import CloseFile
from mappings.documents_contradictions import find_document_contradictions
from mappings.documents_shape import DocumentsFile
from mappings.findings import Findings, Place, YamlProblem
from mappings.kinds import PlacedText
from mappings.mapping_set import Mappings, account_uses
from mappings.rule_shapes import Conditions, in_order, is_wider
from mappings.shapes import AccountsFile, CorrectionsFile, TaxesFile, TrackingCategory, TrackingFile
from mappings.wording import quote
from schemas.maps import RULE_ATTRIBUTES
from schemas.problems import Problem


def find_contradictions(content: object) -> Iterator[tuple[Place, str, str]]:
    """Place, finding and fix of everything in one file that contradicts itself."""
    match content:
        case AccountsFile():
            yield from _idle_rules(content.rules, content.precedence, "accounts")
            yield from _fleeting_stock(content)
        case TaxesFile():
            yield from _idle_rules(content.rules, content.precedence, "tax_types")
        case TrackingFile():
            yield from _repeated([category.name for category in content.categories], "tracking category")
            for category in content.categories:
                yield from _idle_rules(category.rules, category.precedence, "otherwise")
                yield from _optionless(category)
            yield from _untracked(content)
        case CloseFile():
            yield from _missing_threshold(content)
            yield from _repeated([one.account for one in content.opening_differences], "opening difference of account")
        case CorrectionsFile():
            yield from _repeated([entry.id for entry in content.entries], "id")
            yield from _backward_months(content)
        case DocumentsFile():
            yield from _idle_rules(content.rules, content.precedence, "accounts")
            yield from find_document_contradictions(content)


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


def _idle_rules(rules: Sequence[Conditions], precedence: Sequence[str], table: str) -> Iterator[tuple[Place, str, str]]:
    """Rules without a condition, and rules that an earlier and wider one always beats."""
    tried: dict[str | None, list[Conditions]] = defaultdict(list)
    found: list[tuple[Place, str, str]] = []
    for rule in in_order(rules, precedence):
        role = getattr(rule, "role", None)
        words = f"the rule for {role}" if role else "the rule"
        if not rule.asked and rule.entity is None and rule.from_period is None and rule.to_period is None:
            fix = f"Write {role or 'it'} under {table}, or add one of: {', '.join(RULE_ATTRIBUTES)}"
            found.append((rule.place, f"{words} has no condition", fix))
            continue
        if rule.from_period and rule.to_period and rule.to_period < rule.from_period:
            months = f"from {rule.from_period:%Y-%m} to {rule.to_period:%Y-%m}"
            found.append((rule.place, f"{words} serves no month: {months}", "Swap from and to"))
        earlier = next((one for one in [*tried[role], *(tried[None] if role else ())] if is_wider(one, rule)), None)
        if earlier is not None:
            never = f"{words} never wins: the one on line {earlier.place.line} matches first"
            found.append((rule.place, never, "Put it above that one, or delete it"))
        tried[role].append(rule)
    return iter(sorted(found, key=lambda one: (one[0].line, one[0].column)))


SHELF_FACTS = ("sku", "category", "brand", "location")
"""What goods on a shelf have; a channel, a customer or a currency belong to one of their movements."""


def _fleeting_stock(content: AccountsFile) -> Iterator[tuple[Place, str, str]]:
    """Stock accounts by something that goods have only when they move: they would come in on one and leave another."""
    for rule in content.rules:
        asked = [name for name in rule.asked if name not in SHELF_FACTS]
        if rule.role == "stock_on_hand" and asked:
            found = f"the rule for stock_on_hand asks for {asked[0]}, which goods on the shelf do not have"
            fix = f"Ask for {', '.join(SHELF_FACTS[:-1])} or {SHELF_FACTS[-1]}: goods leave the account they came in on"
            yield rule.place, found, fix


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


def _missing_threshold(content: CloseFile) -> Iterator[tuple[Place, str, str]]:
    """A threshold without its amount."""
    costing = content.close.costing
    if costing.late_cost == "threshold" and not Decimal(costing.late_cost_threshold):
        fix = 'Write the smallest charge that restates, such as late_cost_threshold: "500.00"'
        yield costing.place, "late_cost is threshold, and no amount is given", fix


def _optionless(category: TrackingCategory) -> Iterator[tuple[Place, str, str]]:
    """Options without what chooses them, and categories that give no option at all."""
    named = quote(category.name)
    if category.options and category.by is None:
        fix = "Write what chooses them, such as by: location"
        yield category.place, f"category {named} has options and no `by`", fix
    if category.options is None and not category.rules and category.otherwise is None:
        yield category.place, f"category {named} gives no option", "Write `by` and `options`, `rules`, or `otherwise`"


def _backward_months(content: CorrectionsFile) -> Iterator[tuple[Place, str, str]]:
    """Corrections that end before they begin."""
    for entry in content.entries:
        if entry.from_period and entry.to_period and entry.to_period < entry.from_period:
            months = f"from {entry.from_period:%Y-%m} to {entry.to_period:%Y-%m}"
            yield entry.place, f"correction {quote(entry.id)} serves no month: {months}", "Swap from and to"
