"""Rows of a select as rows of a core table: cast, judged by the model's rules, split into good and refused ones."""

from dataclasses import dataclass

import polars as pl

from mappings.findings import Place
from mappings.wording import did_you_mean, nearest, quote
from pipelines.extract.core_casts import as_text, cast_to, duckdb_type, is_given, is_rounded, is_there, type_rule
from pipelines.extract.core_columns import CoreColumn, CoreTable, Rule
from pipelines.extract.source_sql import SELECTED, Selected
from schemas.problems import Problem

GIVEN = "given: "
"""Before the name of a column, as the select gave it."""

GOOD = "not is_bad and repeated_key is null"
"""SQL for the rows of `typed_rows` that no rule refuses."""


@dataclass(frozen=True)
class TypedTable:
    """What a select gave for a core table."""

    good_rows: str
    """SQL for the good rows, in the model's columns and in the order of the select: they may be more than memory holds,
    so they are streamed on (Selected.stream) while the select is open."""
    row_count: int
    """Good rows."""
    rejected: pl.DataFrame
    """core_table, source_key, document_number, rule, column_name, value: one row per rule broken by a source row."""
    rejected_count: int
    """Source rows refused."""
    null_columns: tuple[str, ...]
    """Columns that the select leaves out and that are null."""
    rounded: tuple[tuple[str, int], ...]
    """Columns with values of more places than the table keeps, and how many."""


@dataclass(frozen=True)
class _Fault:
    """A rule that a row can break."""

    column: str
    words: str
    condition: str
    """SQL over `cast_rows`, true where the rule is broken."""


def find_column_problems(table: CoreTable, columns: list[str], at: Place) -> list[Problem]:
    """Columns that a select lacks although the table needs them, and columns that the table does not have."""
    short = table.name.removeprefix("core.")
    given = {name.lower() for name in columns}
    missing = [column for column in table.columns if column.is_required and column.name not in given]
    unknown = [name for name in columns if name.lower() not in table.column_names]
    problems = [
        Problem(
            str(at),
            f"tables.{short} gives a column {quote(name)}, which {table.name} does not have",
            _advice(name, table, given),
        )
        for name in unknown
    ]
    if missing:
        listed = "".join(
            f"\n      {column.name} ({duckdb_type(column.dtype)}): {column.description}" for column in missing
        )
        found = f"tables.{short} leaves out {len(missing)} of the columns that {table.name} needs"
        problems.append(Problem(str(at), found, f"Add to the select:{listed}"))
    return problems


def _advice(name: str, table: CoreTable, given: set[str]) -> str:
    """The column that was meant, most likely one that is not given yet."""
    open_names = [column for column in table.column_names if column not in given]
    return did_you_mean(name, open_names if nearest(name, open_names) else table.column_names)


def type_rows(table: CoreTable, selected: Selected, *, is_in_order: bool = True) -> TypedTable:
    """Cast the rows of a select and split them.

    Args:
        table: the core table they are meant for.
        selected: the select, with every required column and no unknown one.
        is_in_order: whether the order of the select means anything: that of rows from an API does not, and it changes
            with the number of DuckDB's threads.

    Returns:
        Good rows and refused rows. Of rows that share a key the first one stays, the others are refused; without an
        order it is the first by its values.

    Raises:
        SqlFaultError: the select stopped at a row, from the block in which it is open.
    """
    types = {name.lower(): (f'"{name}"', source_type) for name, source_type in selected.columns.items()}
    present = [column for column in table.columns if column.name in types]
    faults = [fault for column in present for fault in _faults(column, types)]
    selected.execute(_typed_rows(table, present, faults, types))
    counts = "count(*), count(*) filter (where is_bad), count(*) filter (where is_rounded), coalesce(min(rowid), 0)"
    row_count, bad_count, rounded_count, first_row = selected.query(f"select {counts} from typed_rows").row(0)
    selected.execute(_cast_view(present, first_row))
    refused = [_refused(fault, table, types) for fault in (_broken(faults, selected) if bad_count else [])]
    for key in table.keys:
        first = [] if is_in_order else [column.name for column in present]
        refused += _refuse_duplicates(key, table, types, selected, first)
    rejected = _rejected(refused, table, selected)
    rejected_count = rejected["row_number"].n_unique()
    return TypedTable(
        good_rows=f"select {_in_model_order(table, present)} from typed_rows where {GOOD}",
        row_count=row_count - rejected_count,
        rejected=rejected.drop("row_number"),
        rejected_count=rejected_count,
        null_columns=tuple(column.name for column in table.columns if column not in present),
        rounded=_rounded(present, types, selected) if rounded_count else (),
    )


def _typed_rows(
    table: CoreTable, present: list[CoreColumn], faults: list[_Fault], types: dict[str, tuple[str, str]]
) -> str:
    """SQL of the table `typed_rows`, in the order of the select: one pass casts every value and asks for every rule.

    What was given is kept of refused and rounded rows only, for the words about them, or of all rows where text cannot
    tell what a key was; in a list, whose columns take no room in rows that have none. A row that looks fine at a glance
    is asked for none of the rules.
    """
    given = ", ".join(f'{types[column.name][0]} as "{GIVEN}{column.name}"' for column in present)
    cast = ", ".join(
        f'{cast_to(column.dtype, f"{chr(34)}{GIVEN}{column.name}{chr(34)}", types[column.name][1])} as "{column.name}"'
        for column in present
    )
    suspicions = " or ".join(condition for column in present for condition in _suspicions(column, types))
    is_bad = " or ".join(f"({fault.condition})" for fault in faults)
    is_rounded = " or ".join(f"coalesce({condition}, false)" for condition in _roundings(present, types).values())
    key_columns = {name for key in table.keys for name in key}
    has_text_keys = all(isinstance(column.dtype, pl.String) for column in table.columns if column.name in key_columns)
    kept = ", ".join(f'"{column.name}" := "{GIVEN}{column.name}"' for column in present)
    names = ", ".join(f'"{column.name}"' for column in present)
    return (
        f"create temp table typed_rows as select {names}, is_bad, is_rounded, null::varchar as repeated_key,"
        f" case when {'is_bad or is_rounded' if has_text_keys else 'true'} then [struct_pack({kept})] end as given"
        f" from (select *, case when {suspicions or 'false'} then {is_bad} else false end as is_bad,"
        f" {is_rounded or 'false'} as is_rounded from (select *, {cast} from (select {given} from {SELECTED})))"
    )


def _suspicions(column: CoreColumn, types: dict[str, tuple[str, str]]) -> list[str]:
    """SQL that is true, of a column's typed value, wherever a rule of the column may be broken; quick to ask."""
    name = f'"{column.name}"'
    given, source_type = f'"{GIVEN}{column.name}"', types[column.name][1]
    is_nothing = f"{name} is null" if column.is_required else f"({name} is null and {is_there(given, source_type)})"
    return [is_nothing, *(f"not coalesce({rule.condition.format(name)}, true)" for rule in _asked(column, types))]


def _asked(column: CoreColumn, types: dict[str, tuple[str, str]]) -> list[Rule]:
    """The limits of a column that can be asked for, by the columns that the select gives."""
    return [rule for rule in column.rules if rule.reads <= types.keys()]


def _cast_view(present: list[CoreColumn], first_row: int) -> str:
    """SQL of a view with each value as it was given (`given: name`, where it is kept) and as the table takes it."""
    given = ", ".join(f'given[1]."{column.name}" as "{GIVEN}{column.name}"' for column in present)
    return (
        f"create temp view cast_rows as select rowid - {first_row} + 1 as row_number, * exclude (given), {given}"
        " from typed_rows"
    )


def _faults(column: CoreColumn, types: dict[str, tuple[str, str]]) -> list[_Fault]:
    """The rules of a column: its type, that it is there, and its limits."""
    name, given = f'"{column.name}"', is_given(f'"given: {column.name}"', types[column.name][1])
    faults = [_Fault(column.name, type_rule(column.dtype), f"{given} and {name} is null")]
    if column.is_required:
        faults.append(_Fault(column.name, "must not be empty", f"not {given}"))
    limits = [(rule.words, rule.condition.format(name)) for rule in _asked(column, types)]
    return faults + [_Fault(column.name, words, f"not coalesce({condition}, true)") for words, condition in limits]


def _broken(faults: list[_Fault], selected: Selected) -> list[_Fault]:
    """The rules that at least one row breaks: one pass over the rows."""
    counts = ", ".join(f"count(*) filter (where {fault.condition})" for fault in faults)
    found = selected.query(f"select {counts} from cast_rows where is_bad").row(0)
    return [fault for fault, count in zip(faults, found, strict=True) if count]


def _key_text(table: CoreTable, types: dict[str, tuple[str, str]]) -> str:
    """SQL for the key of a source row as people know it; its row number where the key itself is empty."""
    parts = ", ".join(_given_text(name, table, types) for name in table.keys[0])
    return f"coalesce(nullif(trim(concat_ws(' ', {parts})), ''), 'row ' || row_number)"


def _number_text(table: CoreTable, types: dict[str, tuple[str, str]]) -> str:
    """SQL for the number that people know the row's document by; null where the select has none."""
    numbers = [name for name in table.column_names if name.endswith("_number") and name in types]
    return f'"{numbers[0]}"' if numbers else "cast(null as varchar)"


def _given_text(name: str, table: CoreTable, types: dict[str, tuple[str, str]]) -> str:
    """SQL for a value as text as it was given; of a text column the typed value says the same."""
    given = as_text(f'"{GIVEN}{name}"', types[name][1])
    is_text = any(column.name == name and isinstance(column.dtype, pl.String) for column in table.columns)
    return f'coalesce({given}, "{name}")' if is_text else given


def _refused(fault: _Fault, table: CoreTable, types: dict[str, tuple[str, str]]) -> str:
    """SQL for the rows that break a rule."""
    value = as_text(f'"given: {fault.column}"', types[fault.column][1])
    words = fault.words.replace("'", "''")
    return (
        f"select row_number, {_key_text(table, types)} as source_key, '{words}' as rule, "
        f"'{fault.column}' as column_name, {value} as value, {_number_text(table, types)} as document_number"
        f" from cast_rows where is_bad and ({fault.condition})"
    )


def _refuse_duplicates(
    key: tuple[str, ...], table: CoreTable, types: dict[str, tuple[str, str]], selected: Selected, first: list[str]
) -> list[str]:
    """Take the second and later rows of a key out of the good rows, by the columns `first`; SQL for what they were."""
    columns = ", ".join(f'"{name}"' for name in key)
    counts = selected.query(f"select count(*), count(distinct ({columns})) from typed_rows where {GOOD}").row(0)
    if counts[0] == counts[1]:
        return []
    order = ", ".join(f'"{name}" nulls first' for name in first) + ", rowid" if first else "rowid"
    shared = f"select {columns} from typed_rows where {GOOD} group by all having count(*) > 1"
    selected.execute(
        f"update typed_rows set repeated_key = '{' '.join(key)}' where rowid in (select rowid from typed_rows"
        f" where {GOOD} and ({columns}) in ({shared})"
        f" qualify row_number() over (partition by {columns} order by {order}) > 1)"
    )
    name = f"'{key[0]}'" if len(key) == 1 else "null"
    words = f"{' and '.join(key)} must be unique: an earlier row has the same"
    return [
        f"select row_number, {_key_text(table, types)} as source_key, '{words}' as rule, {name} as column_name, "
        f"{_key_text(table, types)} as value, {_number_text(table, types)} as document_number"
        f" from cast_rows where repeated_key = '{' '.join(key)}'"
    ]


def _rejected(refused: list[str], table: CoreTable, selected: Selected) -> pl.DataFrame:
    """All refused rows, in the order of the select."""
    nothing = (
        "select 0 as row_number, '' as source_key, '' as rule, '' as column_name, '' as value, '' as document_number"
        " where false"
    )
    union = " union all ".join([nothing, *refused])
    frame = selected.query(f"select * from ({union}) order by row_number, column_name, rule")
    return frame.with_columns(pl.lit(table.name).alias("core_table"))


def _in_model_order(table: CoreTable, present: list[CoreColumn]) -> str:
    """The table's columns; those that the select leaves out are null."""
    return ", ".join(
        f'"{column.name}"' if column in present else f'cast(null as {duckdb_type(column.dtype)}) as "{column.name}"'
        for column in table.columns
    )


def _rounded(
    present: list[CoreColumn], types: dict[str, tuple[str, str]], selected: Selected
) -> tuple[tuple[str, int], ...]:
    """Columns whose values had more places than the table keeps."""
    conditions = _roundings(present, types)
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in conditions.values())
    found = selected.query(f"select {counts} from cast_rows").row(0)
    return tuple((name, count) for name, count in zip(conditions, found, strict=True) if count)


def _roundings(present: list[CoreColumn], types: dict[str, tuple[str, str]]) -> dict[str, str]:
    """SQL for whether a value lost places, by column where that can be."""
    return {
        column.name: condition
        for column in present
        if (condition := is_rounded(column.dtype, f'"given: {column.name}"', types[column.name][1], f'"{column.name}"'))
    }
