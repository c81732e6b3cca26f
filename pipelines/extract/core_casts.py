"""SQL that turns a value of any type into the type of a core column, or into null where it does not fit.

- Text that is empty or blank is no value. A blank around a number or a date does not matter.
- A decimal keeps the places of its column and is rounded half away from zero; that a value had more places is counted.
- A binary float is read as its shortest decimal text (0.1 is 0.1), never through its binary digits, and is then
  rounded to the column's places; noise beyond its 15th digit is not counted as rounding.
- What `or_as_sent(worked_out, sent)` gives is the value worked out; where there is none it is the text that was sent.
- A date as text is YYYY-MM-DD, with or without a time. Text with a time zone is refused: which day it is depends on
  where, so the select has to say it. A timestamp with time zone becomes a date in the source's time zone.
"""

import re

import polars as pl

OR_AS_SENT = (
    "create macro or_as_sent(worked_out, sent) as"
    " struct_pack(worked_out := worked_out, sent := case when worked_out is null then sent::varchar end)"
)
"""SQL of the macro for selects: a typed value keeps its type, where writing it as text and reading that is most of a
cast; what could not be worked out keeps the text that was sent, so that its row is refused with it."""
_OR_AS_SENT_TYPE = re.compile(r"STRUCT\(worked_out (.+), sent VARCHAR\)")
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
VISIBLE = "between '!' and '~'"
"""Text that begins with a visible ASCII character: not blank, and nothing to trim in front. It is nearly all text, so
casts ask for it first; asking is cheap, where trimming and a regular expression for each value are most of a cast."""
TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
FLOATS = {"FLOAT": "1e-6", "DOUBLE": "1e-14"}
"""Binary types, and how much of a value their last digits can be off."""
WHOLES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


def as_text(value: str, source_type: str) -> str:
    """SQL for a value as text; a float that is a whole number is written without point."""
    if worked_out := _worked_out_type(source_type):
        return f"coalesce({as_text(f'{value}.worked_out', worked_out)}, {value}.sent)"
    if source_type == "JSON":
        return f"({value} ->> '$')"
    if source_type in FLOATS:
        whole = f"isfinite({value}) and {value} = trunc({value}) and abs({value}) < 1e15"
        return f"(case when {whole} then cast(cast({value} as bigint) as varchar) else cast({value} as varchar) end)"
    return value if source_type == "VARCHAR" else f"cast({value} as varchar)"


def is_given(value: str, source_type: str) -> str:
    """SQL for whether there is a value at all."""
    if worked_out := _worked_out_type(source_type):
        return f"({is_given(f'{value}.worked_out', worked_out)} or {is_given(f'{value}.sent', 'VARCHAR')})"
    if source_type in ("VARCHAR", "JSON"):
        return f"coalesce(trim({as_text(value, source_type)}) <> '', false)"
    return f"({value} is not null)"


def is_there(value: str, source_type: str) -> str:
    """SQL that is true wherever `is_given` is, and of blank text too: quick to ask."""
    if _worked_out_type(source_type):
        return f"({value}.worked_out is not null or {value}.sent is not null)"
    return f"{value} is not null"


def cast_to(dtype: pl.DataType, value: str, source_type: str) -> str:
    """SQL for a value as the type of a core column; null where it does not fit."""
    if worked_out := _worked_out_type(source_type):
        typed, sent = cast_to(dtype, f"{value}.worked_out", worked_out), cast_to(dtype, f"{value}.sent", "VARCHAR")
        return f"case when {value}.worked_out is not null then {typed} else {sent} end"
    text = as_text(value, source_type)
    if isinstance(dtype, pl.Decimal):
        return _to_decimal(duckdb_type(dtype), value, source_type)
    if isinstance(dtype, pl.Date):
        return _to_date(value, source_type)
    if isinstance(dtype, pl.Boolean):
        return _to_boolean(value, source_type)
    if isinstance(dtype, pl.Int64):
        return _to_whole(value, source_type)
    if isinstance(dtype, pl.String):
        plain = f"when {value} {VISIBLE} then {value} " if source_type == "VARCHAR" else ""
        return f"case {plain}when {is_given(value, source_type)} then {text} end"
    raise TypeError(f"no core column of type {dtype} is known here")


def is_rounded(dtype: pl.DataType, value: str, source_type: str, result: str) -> str | None:
    """SQL for whether a value lost places when it was cast; None where that cannot be."""
    if not isinstance(dtype, pl.Decimal) or source_type in WHOLES:
        return None
    if worked_out := _worked_out_type(source_type):
        typed = is_rounded(dtype, f"{value}.worked_out", worked_out, result) or "false"
        sent = is_rounded(dtype, f"{value}.sent", "VARCHAR", result)
        return f"case when {value}.worked_out is not null then {typed} else {sent} end"
    if source_type.startswith("DECIMAL"):
        return f"{value} <> {result}"
    if source_type in FLOATS:
        noise = FLOATS[source_type]
        return f"abs({value} - cast({result} as double)) > abs({value}) * {noise}"
    has_lost = f"try_cast(trim({as_text(value, source_type)}) as decimal(38, 18)) <> {result}"
    return (
        f"case when {_may_lose_places(value, dtype.scale)} then {has_lost} end"
        if source_type == "VARCHAR"
        else has_lost
    )


def type_rule(dtype: pl.DataType) -> str:
    """What a value of a column has to be, in words."""
    if isinstance(dtype, pl.Decimal):
        return f"must be a number below 10^{(dtype.precision or 38) - dtype.scale}"
    if isinstance(dtype, pl.Date):
        return "must be a date: YYYY-MM-DD"
    if isinstance(dtype, pl.Int64):
        return "must be a whole number"
    return "must be true or false" if isinstance(dtype, pl.Boolean) else "must be text"


def duckdb_type(dtype: pl.DataType) -> str:
    """The DuckDB type of a core column."""
    if isinstance(dtype, pl.Decimal):
        return f"decimal({dtype.precision}, {dtype.scale})"
    return {pl.Date: "date", pl.Boolean: "boolean", pl.Int64: "bigint", pl.String: "varchar"}[type(dtype)]


def _worked_out_type(source_type: str) -> str | None:
    """The type of the value in what `or_as_sent` gives; None of any other type."""
    found = _OR_AS_SENT_TYPE.fullmatch(source_type)
    return found[1] if found else None


def _to_decimal(target: str, value: str, source_type: str) -> str:
    if source_type in WHOLES or source_type.startswith("DECIMAL"):
        return f"try_cast({value} as {target})"
    text = f"trim({as_text(value, source_type)})"
    ends_plain = f"right({value}, 1) between '0' and '9' and not contains({value}, '_')"
    plain = f"when {value} {VISIBLE} and {ends_plain} then try_cast({value} as {target}) "
    return (
        f"case {plain if source_type == 'VARCHAR' else ''}"
        f"when regexp_full_match({text}, '{NUMBER}') then try_cast({text} as {target}) end"
    )


def _may_lose_places(value: str, scale: int) -> str:
    """SQL for whether text has more places than a column keeps, or an exponent: quick to ask, where casting is not."""
    more_places = f"strlen({value}) - instr({value}, '.') > {scale} and contains({value}, '.')"
    return f"{more_places} or contains({value}, 'e') or contains({value}, 'E')"


def _to_whole(value: str, source_type: str) -> str:
    if source_type in WHOLES:
        return f"try_cast({value} as bigint)"
    text = f"trim({as_text(value, source_type)})"
    return f"case when regexp_full_match({text}, '[+-]?[0-9]+') then try_cast({text} as bigint) end"


def _to_date(value: str, source_type: str) -> str:
    if source_type == "DATE" or source_type.startswith("TIMESTAMP"):
        return f"case when isfinite({value}) then cast({value} as date) end"
    text = f"trim({as_text(value, source_type)})"
    ends_plain = f"right({value}, 1) between '0' and '9'"
    plain = f"when {value} >= '0' and {value} like '____-__-__' and {ends_plain} then try_cast({value} as date) "
    return (
        f"case {plain if source_type == 'VARCHAR' else ''}"
        f"when regexp_full_match({text}, '{DATE}') then try_cast({text} as date) end"
    )


def _to_boolean(value: str, source_type: str) -> str:
    if source_type == "BOOLEAN":
        return value
    text = f"lower(trim({as_text(value, source_type)}))"
    # no list of the words: DuckDB joins every row with one of five words or more, `in` and list_contains alike
    flags = dict.fromkeys(TRUE, "true") | dict.fromkeys(FALSE, "false")
    return " ".join([f"case {text}", *(f"when '{word}' then {flag}" for word, flag in flags.items()), "end"])
