"""Numbers of a file as decimals, exactly as they are written there or not at all.

Text is read digit by digit. A binary float is read as its shortest decimal text, which is what a person typed before
some program made a float of it; where that text has more places than costing keeps, somebody has to round it first.
"""

import polars as pl

from pipelines.value_table.checks import Check, Reading, unusable

PLAIN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"
WITH_EXPONENT = r"^[+-]?[0-9](\.[0-9]{0,12})?[eE][+-]?[0-9]{1,2}$"
ALL_EXACT = 10.0**15
"""Up to 15 digits a decimal and its nearest float tell each other apart, so the way back needs no text."""

NOT_A_NUMBER = "it is no number"
WRITE_PLAINLY = "Write 1234.5: a point before the decimals, nothing between thousands."
TOO_MANY_PLACES = "Round it in the source, or cast it to Decimal."


def read_number(name: str, dtype: pl.DataType, kept: pl.Decimal) -> Reading:
    """Read a column as a decimal.

    Args:
        name: the column.
        dtype: its type in the file.
        kept: digits and places that costing keeps.
    """
    if dtype == pl.Null:
        return Reading(pl.col(name).cast(kept))
    if dtype.is_float():
        return _from_float(name, dtype, kept)
    if isinstance(dtype, pl.Decimal) or dtype.is_integer():
        return _from_exact(name, dtype, kept)
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return _from_text(name, kept)
    return unusable(name, dtype, "number", kept)


def _from_exact(name: str, dtype: pl.DataType, kept: pl.Decimal) -> Reading:
    """Whole numbers and decimals; only a wider type can hold what does not fit."""
    written = pl.col(name).cast(pl.Decimal(38, 0)) if dtype.is_integer() else pl.col(name)
    value = written.cast(kept, strict=False)
    if isinstance(dtype, pl.Decimal) and _fits(dtype, kept):
        return Reading(value)
    is_too_large, is_rounded = written.is_not_null() & value.is_null(), value != written
    return Reading(value, (_too_large(name, kept, is_too_large), _too_fine(name, kept, is_rounded)))


def _fits(dtype: pl.Decimal, kept: pl.Decimal) -> bool:
    """Whether every number of a type fits in another one."""
    return dtype.scale <= kept.scale and (dtype.precision or 38) - dtype.scale <= (kept.precision or 38) - kept.scale


def _from_float(name: str, dtype: pl.DataType, kept: pl.Decimal) -> Reading:
    """Floats by their shortest text; those of at most 15 digits by arithmetic, which gives the same and is quick."""
    number = pl.col(name) if dtype == pl.Float64 else pl.col(name).cast(pl.String).cast(pl.Float64)
    scaled = (number * 10.0**kept.scale).round()
    # divided by a column: by a constant polars multiplies with its reciprocal, which is one bit off now and then
    divisor = number * 0.0 + 10.0**kept.scale
    is_quick = (scaled.abs() < ALL_EXACT) & (scaled / divisor == number)
    quick = pl.when(is_quick).then(scaled).cast(pl.Int64).cast(pl.Int128).reinterpret(dtype=pl.Decimal(38, kept.scale))
    text = pl.when(~is_quick & number.is_finite()).then(number.cast(pl.String))
    value = pl.coalesce(quick, text.cast(pl.Decimal(38, kept.scale), strict=False)).cast(kept, strict=False)
    is_finite = number.is_finite()
    is_endless = number.is_not_null() & ~is_finite
    is_fine = is_finite & ~is_quick & _is_rounded(text, value, kept)
    return Reading(
        value,
        (
            Check(name, "it is not a finite number", "Leave it empty where nothing is known.", is_endless),
            _too_large(name, kept, is_finite & value.is_null()),
            _too_fine(name, kept, is_fine),
        ),
    )


def _from_text(name: str, kept: pl.Decimal) -> Reading:
    """Text, digit by digit; an empty text is null."""
    text = pl.col(name).cast(pl.String).str.strip_chars()
    text = pl.when(text != "").then(text)
    is_number = text.str.contains(PLAIN) | text.str.contains(WITH_EXPONENT)
    value = pl.when(is_number).then(text).cast(kept, strict=False)
    return Reading(
        value,
        (
            Check(name, NOT_A_NUMBER, WRITE_PLAINLY, ~is_number),
            _too_large(name, kept, is_number & value.is_null()),
            _too_fine(name, kept, is_number & _is_rounded(text, value, kept)),
        ),
    )


def _is_rounded(text: pl.Expr, value: pl.Expr, kept: pl.Decimal) -> pl.Expr:
    """Whether the kept number lost digits of its text; one with an exponent is compared with 24 places."""
    has_more = text.str.contains(rf"\.[0-9]{{{kept.scale}}}[0-9]*[1-9]")
    more = text.cast(pl.Decimal(38, 24), strict=False)
    vanished = (value == 0) & text.str.contains(r"^[+-]?0*\.?0*[1-9]")
    return pl.when(text.str.contains("[eE]")).then((more != value) | vanished).otherwise(has_more)


def _too_large(name: str, kept: pl.Decimal, is_broken: pl.Expr) -> Check:
    digits = (kept.precision or 38) - kept.scale
    return Check(name, f"the number has more than {digits} digits before the point", "Correct it.", is_broken)


def _too_fine(name: str, kept: pl.Decimal, is_broken: pl.Expr) -> Check:
    return Check(name, f"the number has more than {kept.scale} decimals", TOO_MANY_PLACES, is_broken)
