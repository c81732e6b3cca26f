"""Choices of tracking.yaml: what chooses the options of each tracking category, and the option of each value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.wording import nearest
from pipelines.init.accounts import has, plain
from pipelines.init.decisions import Choice, Decisions, Option
from pipelines.init.facts import Cin7Facts, TrackingChoice, XeroFacts

NAMES_OF: Mapping[str, tuple[str, ...]] = {
    "location": ("branch", "location", "region", "warehouse", "site", "store", "state", "city", "area"),
    "channel": ("channel", "source", "platform", "marketplace", "sales type"),
    "category": ("category", "product", "department", "division", "range", "line"),
    "brand": ("brand", "label", "make"),
    "customer_group": ("customer", "group", "segment", "tier", "market"),
}
"""How a tracking category is named, by the attribute that chooses its options."""

REST = ("other", "others", "unassigned", "unallocated", "none", "general", "head office", "admin", "default", "misc")
"""Names of options that stand for everything else."""

CLOSE = 0.84
"""How much a name has to look like an option, from 0 to 1."""


@dataclass(frozen=True)
class TrackingPlan:
    """One category as it will stand in tracking.yaml."""

    category: TrackingChoice
    by: str
    reason: str
    options: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None


def plan_tracking(xero: XeroFacts, cin7: Cin7Facts, decisions: Decisions) -> tuple[list[TrackingPlan], list[str]]:
    """Decide every active category of Xero.

    Returns:
        The categories that are used, and sentences about those that are not. A category serves only where every value
        that occurs has an option: a value without one would stop the close.
    """
    plans: list[TrackingPlan] = []
    left_out: list[str] = []
    for category in xero.tracking:
        by = decisions.settle(_by_choice(category, cin7))
        if by is None:
            left_out.append(
                f'Tracking category "{category.name}" is not used: its options are not named like anything in Cin7.'
            )
            continue
        plan = _plan_options(category, by, cin7.values.get(by.value, ()), decisions)
        missing = [value for value in cin7.values.get(by.value, ()) if value not in plan.options]
        if plan.otherwise is None and (missing or not plan.options):
            listed = ", ".join(missing[:5])
            left_out.append(f'Tracking category "{category.name}" is not used: no option is named like {listed}.')
            continue
        plans.append(plan)
    return plans, left_out


def _by_choice(category: TrackingChoice, cin7: Cin7Facts) -> Choice:
    """What chooses the options: the attribute whose values are named like them, or that the category is named after."""
    scored: list[tuple[float, Option]] = []
    for attribute, words in NAMES_OF.items():
        values = cin7.values.get(attribute, ())
        alike = sum(_like(value, category.options) is not None for value in values)
        is_named = any(has(plain(category.name), word) for word in words)
        if not values or not (alike or is_named):
            continue
        share = alike / len(values)
        named = f'it is named "{category.name}"' if is_named else ""
        same = f"{alike} of {len(values)} values are named like its options" if alike else ""
        reason = ", ".join(part for part in (same, named) if part)
        scored.append((share + 0.5 * is_named, Option(attribute, attribute, reason)))
    scored.sort(key=lambda one: -one[0])
    is_certain = bool(scored) and scored[0][0] >= 1 and (len(scored) == 1 or scored[0][0] > scored[1][0])
    return Choice(
        key=f"tracking.{category.name}.by",
        question=f'What chooses the option of tracking category "{category.name}"?',
        options=[option for _, option in scored],
        is_certain=is_certain or not scored,
        is_optional=True,
        doubt="several things would do" if len(scored) > 1 else "few values are named like its options",
    )


def _plan_options(category: TrackingChoice, by: Option, values: tuple[str, ...], decisions: Decisions) -> TrackingPlan:
    """An option for each value that occurs; the rest option, if there is one, for all others."""
    rest = next((option for option in category.options if plain(option) in REST), None)
    options: dict[str, str] = {}
    for value in values:
        like = _like(value, category.options)
        chosen = decisions.settle(_option_choice(category, value, like, rest))
        if chosen is not None and chosen.value != rest:
            options[value] = chosen.value
    return TrackingPlan(category, by.value, by.reason, options, rest)


def _option_choice(category: TrackingChoice, value: str, like: str | None, rest: str | None) -> Choice:
    """The option of one value: the one that is named like it, else the one for the rest; else a person has to say."""
    first = like or rest
    ordered = [*([first] if first else []), *(option for option in category.options if option != first)]
    reasons = {like: "named like it", rest: "the option for everything else"}
    listed = [Option(option, option, reasons.get(option, "")) for option in ordered]
    return Choice(
        key=f"tracking.{category.name}.{value}",
        question=f'Which option of "{category.name}" has {value}?',
        options=listed,
        is_certain=first is not None,
        is_optional=True,
        needs_answer=first is None,
        doubt="" if first else "no option is named like it",
    )


def _like(value: str, options: tuple[str, ...]) -> str | None:
    """The option that is named like a value."""
    by_plain = {plain(option): option for option in options}
    near = nearest(plain(value), by_plain, cutoff=CLOSE)
    return by_plain[near] if near is not None else None
