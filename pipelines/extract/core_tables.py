"""Rows of a select as rows of a core table: cast, judged by the model's rules, split into good and refused ones."""

from dataclasses import dataclass

import polars as pl

from mappings.findings import Place
from mappings.wording import did_you_mean, nearest, quote
from pipelines.extract.core_casts import as_text, cast_to, duckdb_type, is_given, is_rounded, type_rule
from pipelines.extract.core_columns import CoreColumn, CoreTable
from pipelines.extract.source_sql import SELECTED, Selected
from schemas.problems import Problem


@dataclass(frozen=True)
class TypedTable:
    """What a select gave for a core table."""

    rows: pl.DataFrame
    """The good rows, in the model's columns and in the order of the select."""
    rejected: pl.DataFrame
    """core_table, source_key, rule, column_name, value: one row per rule broken by a source row."""
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


def type_rows(table: CoreTable, selected: Selected) -> TypedTable:
    """Cast the rows of a select and split them.

    Args:
        table: the core table they are meant for.
        selected: the result of the select, with every required column and no unknown one.

    Returns:
        Good rows and refused rows. Of rows that share a key the first one stays, the others are refused.
    """
    types = {name.lower(): (f'"{name}"', source_type) for name, source_type in selected.columns.items()}
    present = [column for column in table.columns if column.name in types]
    first_row = selected.query(f"select coalesce(min(rowid), 0) from {SELECTED}").item()
    selected.execute(_cast_view(present, types, first_row))
    faults = [fault for column in present for fault in _faults(column, types[column.name][1])]
    has_bad, has_rounded = _keep_good_rows(present, faults, types, selected)
    broken = _broken(faults, selected) if has_bad else []
    refused = [_refused(fault, table, types) for fault in broken]
    for key in table.keys:
        refused += _refuse_duplicates(key, table, types, selected)
    rejected = _rejected(refused, table, selected)
    return TypedTable(
        rows=selected.query(f"select {_in_model_order(table, present)} from good_rows"),
        rejected=rejected.drop("row_number"),
        rejected_count=rejected["row_number"].n_unique(),
        null_columns=tuple(column.name for column in table.columns if column not in present),
        rounded=_rounded(present, types, selected) if has_rounded else (),
    )


def _cast_view(present: list[CoreColumn], types: dict[str, tuple[str, str]], first_row: int) -> str:
    """SQL of a view with each value as it was given (`given: name`) and as the table takes it (`name`)."""
    parts = [f"rowid - {first_row} + 1 as row_number"]
    for column in present:
        value, source_type = types[column.name]
        parts.append(f'{value} as "given: {column.name}"')
        parts.append(f'{cast_to(column.dtype, value, source_type)} as "{column.name}"')
    return f"create temp view cast_rows as select {', '.join(parts)} from {SELECTED}"


def _keep_good_rows(
    present: list[CoreColumn], faults: list[_Fault], types: dict[str, tuple[str, str]], selected: Selected
) -> tuple[bool, bool]:
    """Make the table `good_rows`, in the order of the select: one pass casts every value and asks for every rule.

    Returns:
        Whether a row was refused, and whether a value was rounded: which ones is looked at only then.
    """
    names = ", ".join(f'"{column.name}"' for column in present)
    is_bad = " or ".join(f"({fault.condition})" for fault in faults)
    is_rounded = " or ".join(f"coalesce({condition}, false)" for condition in _roundings(present, types).values())
    selected.execute(
        f"create temp table good_rows as select row_number, {names}, {is_bad} as is_bad,"
        f" {is_rounded or 'false'} as is_rounded from cast_rows"
    )
    found = selected.query("select count(*) filter (where is_bad), count(*) filter (where is_rounded) from good_rows")
    bad_count, rounded_count = found.row(0)
    if bad_count:
        selected.execute("delete from good_rows where is_bad")
    return bool(bad_count), bool(rounded_count)


def _faults(column: CoreColumn, source_type: str) -> list[_Fault]:
    """The rules of a column: its type, that it is there, and its limits."""
    name, given = f'"{column.name}"', is_given(f'"given: {column.name}"', source_type)
    faults = [_Fault(column.name, type_rule(column.dtype), f"{given} and {name} is null")]
    if column.is_required:
        faults.append(_Fault(column.name, "must not be empty", f"not {given}"))
    limits = [(rule.words, rule.condition.format(name)) for rule in column.rules]
    return faults + [_Fault(column.name, words, f"not coalesce({condition}, true)") for words, condition in limits]


def _broken(faults: list[_Fault], selected: Selected) -> list[_Fault]:
    """The rules that at least one row breaks: one pass over the rows."""
    counts = ", ".join(f"count(*) filter (where {fault.condition})" for fault in faults)
    found = selected.query(f"select {counts} from cast_rows").row(0)
    return [fault for fault, count in zip(faults, found, strict=True) if count]


def _key_text(table: CoreTable, types: dict[str, tuple[str, str]]) -> str:
    """SQL for the key of a source row as people know it; its row number where the key itself is empty."""
    parts = ", ".join(as_text(f'"given: {name}"', types[name][1]) for name in (table.keys or (("row_number",),))[0])
    return f"coalesce(nullif(trim(concat_ws(' ', {parts})), ''), 'row ' || row_number)"


def _refused(fault: _Fault, table: CoreTable, types: dict[str, tuple[str, str]]) -> str:
    """SQL for the rows that break a rule."""
    value = as_text(f'"given: {fault.column}"', types[fault.column][1])
    words = fault.words.replace("'", "''")
    return (
        f"select row_number, {_key_text(table, types)} as source_key, '{words}' as rule, "
        f"'{fault.column}' as column_name, {value} as value from cast_rows where {fault.condition}"
    )


def _refuse_duplicates(
    key: tuple[str, ...], table: CoreTable, types: dict[str, tuple[str, str]], selected: Selected
) -> list[str]:
    """Take the second and later rows of a key out of the good rows; SQL for what they were."""
    columns = ", ".join(f'"{name}"' for name in key)
    counts = selected.query(f"select count(*), count(distinct ({columns})) from good_rows").row(0)
    if counts[0] == counts[1]:
        return []
    later = (
        f"select row_number from good_rows qualify row_number() over (partition by {columns} order by row_number) > 1"
    )
    selected.execute(f"create temp table repeated_rows as {later}")
    selected.execute("delete from good_rows where row_number in (select row_number from repeated_rows)")
    name = f"'{key[0]}'" if len(key) == 1 else "null"
    words = f"{' and '.join(key)} must be unique: an earlier row has the same"
    return [
        f"select row_number, {_key_text(table, types)} as source_key, '{words}' as rule, {name} as column_name, "
        f"{_key_text(table, types)} as value from cast_rows where row_number in (select row_number from repeated_rows)"
    ]


def _rejected(refused: list[str], table: CoreTable, selected: Selected) -> pl.DataFrame:
    """All refused rows, in the order of the select."""
    nothing = "select 0 as row_number, '' as source_key, '' as rule, '' as column_name, '' as value where false"
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
