"""Runs the tests of a company's mappings: what each case's line gets, against what the case expects."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from mappings.case_shapes import Case
from mappings.findings import YamlProblem
from mappings.kinds import PlacedText
from mappings.mapping_set import Mappings
from mappings.rule_shapes import Conditions
from mappings.wording import did_you_mean, quote
from pipelines.mapping.explain import Rule, describe_rule, entries_of
from schemas.maps import MappingTables
from schemas.problems import Problem
from transforms.periods import format_period, next_period
from transforms.rule_use import RuleList, match_entries, rule_lists

NAMES = {"account": "account", "tax_type": "tax type"}


@dataclass(frozen=True)
class Expectation:
    """One thing that a case expects of one list of rules."""

    case: Case
    list_name: str
    """account, tax_type, or the name of the tracking category."""
    wanted: PlacedText


def run_cases(cases: Sequence[Case], mappings: Mappings, entity: str | None) -> list[Problem]:
    """Run the cases by the rules as they are now.

    Args:
        cases: of mappings/tests/*.yaml.
        mappings: the rules.
        entity: the organisation of cases that name none.

    Returns:
        One problem for each expectation that is not met, at the place where it is written, with what came instead and
        the rule that decided. A case without a period is run in every month from which other rules are in force, and
        the first month that fails is told.
    """
    runs: dict[tuple[date, str | None], list[Case]] = defaultdict(list)
    turns = turning_months(mappings)
    for case in cases:
        for month in turns if case.period is None else [case.period]:
            runs[month, case.entity or entity].append(case)
    failed: dict[int, tuple[PlacedText, Problem]] = {}
    for (month, of_entity), chosen in sorted(runs.items(), key=lambda run: run[0][0]):
        for wanted, problem in _run(chosen, mappings, mappings.tables(month, of_entity), month):
            failed.setdefault(id(wanted), (wanted, problem))
    in_order = sorted(failed.values(), key=lambda one: (one[0].place.file, one[0].place.line, one[0].place.column))
    return [problem for _, problem in in_order]


def turning_months(mappings: Mappings) -> list[date]:
    """The first month of the company, and every later one from which other rules are in force."""
    first = mappings.close.policy.first_period
    rules: list[Conditions] = [*mappings.accounts.rules, *mappings.taxes.rules]
    rules += [rule for category in mappings.tracking.categories for rule in category.rules]
    begins = {rule.from_period for rule in rules if rule.from_period}
    ends = {next_period(rule.to_period) for rule in rules if rule.to_period}
    return sorted({first, *(month for month in begins | ends if month > first)})


def _run(
    cases: Sequence[Case], mappings: Mappings, maps: MappingTables, month: date
) -> Iterator[tuple[PlacedText, Problem]]:
    """What the cases of one month and organisation expect and do not get."""
    lists = {one.category or one.name: one for one in rule_lists(maps)}
    entries = entries_of([case.line.values for case in cases]).with_columns(
        pl.Series("case_place", range(len(cases)), dtype=pl.Int64)
    )
    decided = {
        name: dict(match_entries(entries.lazy(), one).select("case_place", "rule_index").collect().rows())
        for name, one in lists.items()
    }
    for place, case in enumerate(cases):
        for expectation in _expectations(case):
            name = expectation.list_name
            if name not in lists and name not in NAMES:
                yield expectation.wanted, _unknown_category(expectation, mappings)
                continue
            rule = _rule(lists.get(name), decided.get(name, {}).get(place), maps, case.line.role)
            if rule is None or rule.gives != expectation.wanted:
                why = _why_nothing(lists.get(name), case.line.role) if rule is None else _by_rule(rule)
                yield expectation.wanted, _unmet(expectation, why, month)


def _expectations(case: Case) -> Iterator[Expectation]:
    """Each thing that a case looks at."""
    for name, wanted in (("account", case.expect.account), ("tax_type", case.expect.tax_type)):
        if wanted is not None:
            yield Expectation(case, name, wanted)
    for category, option in (case.expect.tracking or {}).items():
        yield Expectation(case, str(category), option)


def _rule(one: RuleList | None, position: int | None, maps: MappingTables, role: str) -> Rule | None:
    return None if one is None or position is None else describe_rule(one, position, maps, role)


def _by_rule(rule: Rule) -> str:
    return f"gets {quote(rule.gives)}, by {rule.defined_at} ({rule.asks})"


def _why_nothing(one: RuleList | None, role: str) -> str:
    if one is not None and not one.serves(role):
        return f"gets none: entries of role {role} carry no tracking (tracked_roles)"
    return "gets none: no rule matches"


def _unmet(expectation: Expectation, why: str, month: date) -> Problem:
    """Expected, found, and the rule that decided."""
    case = expectation.case
    what = NAMES.get(expectation.list_name, expectation.list_name)
    when = "" if case.period is not None else f" in {format_period(month)}"
    found = f"case {quote(case.name)} expects {what} {quote(expectation.wanted)} and{when} {why}"
    return YamlProblem(expectation.wanted.defined_at, found, "Change the rule, or what the case expects")


def _unknown_category(expectation: Expectation, mappings: Mappings) -> Problem:
    known = [str(category.name) for category in mappings.tracking.categories]
    found = (
        f"case {quote(expectation.case.name)} expects an option of {quote(expectation.list_name)}, "
        "which is no category of tracking.yaml"
    )
    fix = did_you_mean(expectation.list_name, known) if known else "Add the category"
    return YamlProblem(expectation.wanted.defined_at, found, fix)
