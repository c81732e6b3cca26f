"""What a plan changes line by line: the amounts that an account and its tracking hold before and after."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.load.effects import NOTHING
from pipelines.load.manual_journals import Line, ManualJournal
from pipelines.load.mirror_rows import frame_of
from pipelines.load.planned import Step
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class PlanLine:
    """One line of a journal that a plan changes; amounts in base currency, debit positive."""

    position: int
    """The document's place in the plan."""
    tag: str
    account_code: str
    tracking: str
    """Options, a comma between them."""
    description: str
    old_amount: Decimal
    new_amount: Decimal
    why: str = ""

    @property
    def changed_amount(self) -> Decimal:
        """After less before."""
        return self.new_amount - self.old_amount


def compare_lines(steps: Sequence[Step], contents: Mapping[str, ManualJournal]) -> list[PlanLine]:
    """The lines that differ, of every document of a plan that is created, replaced or voided.

    Args:
        steps: the plan's documents with the journals that are posted.
        contents: lines of what is voided, by tag, as Xero shows them.

    Returns:
        In the order of the plan; lines that stay as they are, are left out.
    """
    return [
        line
        for position, step in enumerate(steps, 1)
        if step.document.is_change
        for line in _changes(position, step, contents)
    ]


def _changes(position: int, step: Step, contents: Mapping[str, ManualJournal]) -> Iterable[PlanLine]:
    ended = step.document.ended_tag
    before = _amounts(contents[ended].lines if ended else ())
    after = _amounts(step.journal.lines if step.journal else ())
    for place in dict.fromkeys([*after, *before]):
        old, new = before.get(place, NOTHING), after.get(place, NOTHING)
        if old != new:
            yield PlanLine(position, step.document.label, *place, old, new)


def _amounts(lines: Iterable[Line]) -> dict[tuple[str, str, str], Decimal]:
    """Amounts by account, tracking and description; two lines that share them count together."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: NOTHING)
    for line in lines:
        tracking = ", ".join(option for _, option in sorted(line.tracking))
        sums[line.account_code, tracking, line.description] += line.line_amount
    return dict(sums)


def save_lines(warehouse: Warehouse, plan_hash: str, lines: Sequence[PlanLine]) -> None:
    """Replace the rows of post.plan_lines of a plan."""
    rows = [{"plan_hash": plan_hash, "line_number": number, **vars(one)} for number, one in enumerate(lines, 1)]
    warehouse.replace("post.plan_lines", frame_of("post.plan_lines", rows), "plan_hash = ?", [plan_hash])


def read_lines(warehouse: Warehouse, plan_hash: str) -> list[PlanLine]:
    """The lines of a plan as they were kept, in its order."""
    rows = warehouse.read("post.plan_lines", "plan_hash = ? order by line_number", [plan_hash]).to_dicts()
    return [PlanLine(**{name: row[name] for name in PlanLine.__dataclass_fields__}) for row in rows]


def changed_by_account(lines: Iterable[PlanLine]) -> dict[str, Decimal]:
    """What a plan moves on each account, without signs: 100.00 more here and 40.00 less there are 140.00."""
    sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for line in lines:
        sums[line.account_code] += abs(line.changed_amount)
    return dict(sums)
