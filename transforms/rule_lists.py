"""Which rule decides: of the rules that match a row's attributes, the one that is tried first.

No row is looked at by itself. Each attribute's distinct values are compared with all rules once, and a value keeps the
rules that let it pass as bits of whole numbers, the rule tried first as the lowest bit. A combination of values passes
where all its attributes do, so the bits are joined by "and", and the lowest bit left is the rule that decides.
"""

import re
from functools import reduce
from operator import and_, or_

import polars as pl

WORD_BITS = 63
"""Rules that fit into one whole number, its sign left alone."""

ANY_TEXT, ONE_LETTER = "*", "?"


def decide(rows: pl.LazyFrame, rules: pl.DataFrame, attributes: list[str], outcome: str) -> pl.LazyFrame:
    """Give each row the outcome of the rule that decides.

    Args:
        rows: any frame with some or all of the attributes as text; one that is missing is null.
        rules: one row per rule in the order in which rules are tried: for each attribute a list of texts and patterns
            (`*` any text, `?` any letter), null for anything, and `outcome`.
        attributes: columns of conditions in `rules`.
        outcome: column of `rules` that rows get.

    Returns:
        The same rows and columns plus `outcome`, null where no rule matches.
    """
    columns = rows.collect_schema().names()
    outcomes = rules.lazy().with_row_index("rule_index").select(pl.col("rule_index").cast(pl.Int64), outcome)
    matched = match(rows, rules, attributes)
    return matched.join(outcomes, on="rule_index", how="left", validate="m:1").select(*columns, outcome)


def match(rows: pl.LazyFrame, rules: pl.DataFrame, attributes: list[str]) -> pl.LazyFrame:
    """Find the rules that match each row.

    Args:
        rows: any frame with some or all of the attributes as text.
        rules: as for `decide`.
        attributes: columns of conditions in `rules`.

    Returns:
        The same rows and columns plus `rule_index` (position of the rule that decides, null for none) and
        `matching_0`, `matching_1`, ...: bits of all rules that match, `WORD_BITS` a column.
    """
    keys = _asked(rules, attributes, rows.collect_schema().names())
    words = range(max(1, -(-rules.height // WORD_BITS)))
    passed = rows
    for place, name in enumerate(keys):
        values = rows.select(name).unique()
        bits = [_bits_that_pass(rules, name, word).alias(f"{place}_{word}") for word in words]
        passed = passed.join(values.with_columns(bits), on=name, how="left", validate="m:1", nulls_equal=True)
    # a rule that asks for an attribute which the rows do not have cannot match
    possible = _possible(rules, [name for name in attributes if name not in keys])
    matching = [
        reduce(and_, [pl.col(f"{place}_{word}") for place in range(len(keys))], _bits(possible, word)).alias(
            f"matching_{word}"
        )
        for word in words
    ]
    return (
        passed.with_columns(matching)
        .with_columns(rule_index=_first_bit(words))
        .drop(f"{place}_{word}" for place in range(len(keys)) for word in words)
    )


def matching_rules(matched: pl.DataFrame) -> list[list[int]]:
    """Positions of all rules that match, first the one that decides: a list for each row of `match`, collected."""
    words = [name for name in matched.columns if name.startswith("matching_")]
    return [
        [word * WORD_BITS + bit for word, bits in enumerate(row) for bit in range(WORD_BITS) if bits >> bit & 1]
        for row in matched.select(words).iter_rows()
    ]


def is_pattern(condition: str) -> bool:
    """Whether a condition stands for more than one text."""
    return ANY_TEXT in condition or ONE_LETTER in condition


def passes(value: pl.Expr, condition: str) -> pl.Expr:
    """Whether a text is what a condition says, or fits its pattern."""
    if not is_pattern(condition):
        return value == condition
    parts = re.split(r"([*?])", condition)
    wild = {ANY_TEXT: ".*", ONE_LETTER: "."}
    return value.str.contains("(?s)^" + "".join(wild.get(part, re.escape(part)) for part in parts) + "$")


def _asked(rules: pl.DataFrame, attributes: list[str], given: list[str]) -> list[str]:
    """The attributes that some rule asks for and the rows have."""
    return [name for name in attributes if name in given and rules[name].null_count() < rules.height]


def _bits_that_pass(rules: pl.DataFrame, name: str, word: int) -> pl.Expr:
    """The bits of the rules of one word whose condition on an attribute lets its value pass."""
    conditions = rules[name].slice(word * WORD_BITS, WORD_BITS).to_list()
    free = sum(1 << bit for bit, allowed in enumerate(conditions) if allowed is None)
    by_condition: dict[str, int] = {}
    for bit, allowed in enumerate(conditions):
        for condition in allowed or ():
            by_condition[condition] = by_condition.get(condition, 0) | 1 << bit
    plain = {condition: bits for condition, bits in by_condition.items() if not is_pattern(condition)}
    exact = (
        pl.col(name).replace_strict(plain, default=0, return_dtype=pl.Int64).fill_null(0)
        if plain
        else pl.lit(0, pl.Int64)
    )
    patterns = [
        pl.when(passes(pl.col(name), condition)).then(pl.lit(bits, pl.Int64)).otherwise(pl.lit(0, pl.Int64))
        for condition, bits in by_condition.items()
        if is_pattern(condition)
    ]
    return reduce(or_, [exact, *patterns], pl.lit(free, pl.Int64))


def _possible(rules: pl.DataFrame, absent: list[str]) -> list[bool]:
    """Which rules ask for nothing that is absent."""
    asked = [rules[name].is_not_null() for name in absent]
    return [not any(column[place] for column in asked) for place in range(rules.height)]


def _bits(flags: list[bool], word: int) -> pl.Expr:
    """One word of flags as bits."""
    chosen = flags[word * WORD_BITS : (word + 1) * WORD_BITS]
    return pl.lit(sum(1 << bit for bit, flag in enumerate(chosen) if flag), pl.Int64)


def _first_bit(words: range) -> pl.Expr:
    """Position of the lowest bit over all words; null where there is none."""
    return pl.coalesce(
        pl.when(pl.col(f"matching_{word}") != 0).then(
            pl.col(f"matching_{word}").bitwise_trailing_zeros().cast(pl.Int64) + word * WORD_BITS
        )
        for word in words
    )
