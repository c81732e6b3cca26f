"""Puts values into sentences and keys.

`pl.format` of Polars 2.1 panics on some batches without rows in the streaming engine; joining the parts with `+` does
not, and gives null for a null part just the same.
"""

from functools import reduce
from operator import add

import polars as pl


def fill(template: str, *parts: str | pl.Expr) -> pl.Expr:
    """The template with its `{}` filled in order; a part that is text is the name of a column.

    Raises:
        ValueError: as many parts as places are needed.
    """
    texts = template.split("{}")
    if len(texts) != len(parts) + 1:
        raise ValueError(f"{template!r} has {len(texts) - 1} places for {len(parts)} values")
    pieces: list[pl.Expr] = []
    for text, part in zip(texts, [*parts, None], strict=True):
        if text:
            pieces.append(pl.lit(text))
        if part is not None:
            pieces.append((pl.col(part) if isinstance(part, str) else part).cast(pl.String))
    return reduce(add, pieces)
