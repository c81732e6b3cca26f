"""What a plan does with each journal: wanted against posted, journal by journal."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from pipelines.load.change_rules import ChangeRules
from pipelines.load.changes import Case, needs_contents, plan_changes
from pipelines.load.manual_journals import ManualJournal, tag_key, tag_of
from pipelines.load.planned import PlannedDocument, Step
from pipelines.load.posted import PostedState, Standing
from pipelines.load.sameness import describe_edit
from pipelines.load.wanted import WantedJournal

ReadContents = Callable[[Iterable[Standing]], Mapping[str, ManualJournal]]
"""Gives the lines of journals that stand, by tag: as Xero shows them, or as it showed them at first."""

__all__ = ["PlannedDocument", "plan_documents"]


def plan_documents(
    wanted: Sequence[WantedJournal],
    posted: PostedState,
    organisation: str,
    rules: ChangeRules,
    read_shown: ReadContents,
    read_first: ReadContents,
) -> list[Step]:
    """The difference between what a period should hold and what it holds.

    Equal content stays. Other content is replaced, reversed or corrected by its difference, as the rules say for its
    kind; what is not wanted is taken back in the same way.

    Args:
        wanted: the period's journals, in the order of sending.
        posted: what Xero holds for the period.
        organisation: prefix of the tags.
        rules: settings and lock dates.
        read_shown: gives the lines of journals as Xero shows them.
        read_first: gives them as Xero showed them when they were posted, for what somebody changed.

    Returns:
        What is done for the wanted journals in their order, then what becomes of the others, by tag.
    """
    cases = [(one.journal_key, one, posted.live(one.journal_key)) for one in wanted]
    contents = read_shown([one for _, want, live in cases if needs_contents(want, live, rules) for one in live])
    keys = {tag_key(one.journal_key) for one in wanted}
    others = _unwanted(posted, keys)
    contents = {**contents, **read_shown([one for live in others.values() for one in live])}
    edited = [one for one in posted.standings if one.is_live and one.is_edited and one.tag in contents]
    first = read_first(edited)
    edits = {one.tag: describe_edit(first[one.tag], contents[one.tag]) for one in edited if one.tag in first}
    steps: list[Step] = []
    last: list[Step] = []
    for key, want, live in [*cases, *((key, None, live) for key, live in others.items())]:
        tags = _next_tags(organisation, key, posted.next_version(key))
        for step in plan_changes(Case(key, want, live, tags, rules, contents, edits)):
            (last if want is None or step.document.action == "voided" else steps).append(step)
    last.sort(key=lambda step: (len(step.document.label), step.document.label))
    return [_marked(step, rules) for step in (*steps, *last)]


def _unwanted(posted: PostedState, keys: set[str]) -> dict[str, list[Standing]]:
    """What stands and is not wanted, by journal."""
    unwanted = sorted({one.journal_key for one in posted.standings if one.is_live and one.tag_key not in keys})
    return {key: posted.live(key) for key in unwanted}


def _next_tags(organisation: str, journal_key: str, first: int) -> Iterator[str]:
    return (str(tag_of(organisation, journal_key, version)) for version in count(first))


def _marked(step: Step, rules: ChangeRules) -> Step:
    """With the lock date that stands in the way of it."""
    return replace(step, document=replace(step.document, blocked_by=rules.locks.blocking(step.document.dates)))
