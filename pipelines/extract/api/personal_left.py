"""Rows that were landed with fields about people, before a setting said to drop those."""

from collections.abc import Iterable

from pipelines.extract.api.landing import MINE, InputState


def note_personal_left(states: Iterable[InputState]) -> str | None:
    """What the run report says of rows that still have personal fields; None where no row has any.

    Reading everything again lands new versions without them. The versions before and rows that the source deleted stay
    as they came until `retention.py` forgets them.
    """
    names = [state.input_name for state in states if _has_personal(state)]
    if not names:
        return None
    return (
        f"dropped from now on, but rows of {', '.join(names)} that were landed before still have them in raw."
        " `tieout extract --full` drops them from the current rows; earlier versions and deleted rows keep them until"
        " TIEOUT_RAW_MONTHS months have passed"
    )


def _has_personal(state: InputState) -> bool:
    """Whether a raw table has personal fields; rows are looked at only where such a field ever came.

    Where no row has one any more, that it came is forgotten, so that the next run need not look again.
    """
    personal = {name.lower() for name in state.resource.personal}
    fields = state.warehouse.read("control.source_fields", MINE, state.name)["field_path"].to_list()
    came = [path for path in fields if path.rpartition(".")[2].lower() in personal]
    if not came:
        return False
    names = "|".join(sorted({path.rpartition(".")[2].lower() for path in came}))
    found = state.warehouse.query(
        f"select 1 from {state.raw.table} where regexp_matches(row::varchar, $pattern) limit 1",
        {"pattern": f'(?i)"({names})"\\s*:'},
    )
    if found.is_empty():
        condition = f"{MINE} and field_path in ({', '.join('?' * len(came))})"
        state.warehouse.execute(f"delete from control.source_fields where {condition}", [*state.name, *came])
    return not found.is_empty()
