"""Measures the mapping rules: 200 rules over 1 M lines, against one plain join of the same lines, side by side.

The plain join looks up a ready answer: one row per combination of the attributes, joined by all of them. A join by the
SKU alone is shown beside it. Rules are values, lists and patterns; a sample of lines is decided once more by a plain
loop, and both have to agree. Figures go to `results/map_lines.json` and `.md`.

    python -m tests.benchmarks.map_lines [--lines 1000000] [--rules 200] [--repeats 7]
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from fnmatch import fnmatchcase

import polars as pl

from tests.benchmarks.measuring import ROOT, describe_machine
from transforms.rule_lists import decide

RESULTS = ROOT / "tests/benchmarks/results"
MOST = 3.0
"""Times a plain join that deciding may take (issue: mappings that people trust)."""

VALUES = {"role": 8, "sku": 2_000, "category": 40, "location": 10, "channel": 6, "party": 500}
"""Attributes of the lines, and how many values each has."""

ASKED = {"sku": 0.3, "category": 0.4, "location": 0.3, "channel": 0.3, "party": 0.2}
"""How often a rule asks for an attribute; it always asks for a role."""

COMBINATIONS = 10_000
SAMPLE = 2_000

Rule = dict[str, list[str] | None]


def main() -> int:
    """Measure, write the results; 1 where deciding takes longer than it may."""
    options = argparse.ArgumentParser()
    options.add_argument("--lines", type=int, default=1_000_000)
    options.add_argument("--rules", type=int, default=200)
    options.add_argument("--repeats", type=int, default=7)
    asked = options.parse_args()
    figures = measure(asked.lines, asked.rules, asked.repeats)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": describe_machine(), **figures}, indent=2)
    (RESULTS / "map_lines.json").write_text(text + "\n", encoding="utf-8")
    (RESULTS / "map_lines.md").write_text(as_text(figures), encoding="utf-8")
    sys.stdout.write(as_text(figures))
    return 0 if figures["ratio_to_plain_join"] <= MOST else 1


def measure(line_count: int, rule_count: int, repeats: int) -> dict[str, float]:
    """Run the three in turn and keep the best of each, so that whatever else the machine does hits all alike.

    Raises:
        AssertionError: the rules decide otherwise than a plain loop.
    """
    chance = random.Random(3)  # noqa: S311 - made-up lines
    lines, rules = make_lines(line_count, chance), make_rules(rule_count, chance)
    attributes = list(VALUES)
    table = pl.DataFrame(
        [{**rule, "outcome": str(place)} for place, rule in enumerate(rules)],
        schema={**{name: pl.List(pl.String) for name in attributes}, "outcome": pl.String},
    )
    answers = lines.unique().with_columns(outcome=pl.lit("310"))
    by_sku = lines.select("sku").unique().with_columns(outcome=pl.lit("310"))
    runs: dict[str, Callable[[], pl.DataFrame]] = {
        "rules": lambda: decide(lines.lazy(), table, attributes, "outcome").collect(),
        "join": lambda: lines.lazy().join(answers.lazy(), on=attributes, how="left").collect(),
        "sku_join": lambda: lines.lazy().join(by_sku.lazy(), on="sku", how="left").collect(),
    }
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            started = time.perf_counter()
            decided = run()
            taken[name].append(time.perf_counter() - started)
            if name == "rules" and not taken["sku_join"]:
                check_sample(decided, rules, chance)
    best = {name: min(seconds) for name, seconds in taken.items()}
    return {
        "lines": line_count,
        "rules": rule_count,
        "combinations": answers.height,
        "rules_seconds": round(best["rules"], 3),
        "plain_join_seconds": round(best["join"], 3),
        "join_by_sku_seconds": round(best["sku_join"], 3),
        "ratio_to_plain_join": round(best["rules"] / best["join"], 2),
        "ratio_to_join_by_sku": round(best["rules"] / best["sku_join"], 2),
    }


def make_lines(count: int, chance: random.Random) -> pl.DataFrame:
    """Journal entries of `COMBINATIONS` kinds: a company sells the same things to the same customers again and again.

    The fewer combinations, the quicker the plain join; the rules take as long.
    """
    kinds = pl.DataFrame(
        {
            name: pl.Series([f"{name}{place}" for place in range(size)]).gather(
                pl.Series(chance.choices(range(size), k=COMBINATIONS), dtype=pl.UInt32)
            )
            for name, size in VALUES.items()
        }
    )
    return kinds.select(pl.all().gather(pl.Series(chance.choices(range(COMBINATIONS), k=count), dtype=pl.UInt32)))


def make_rules(count: int, chance: random.Random) -> list[Rule]:
    """Rules that ask for a role and some attributes: three in five a value, one in five a list or a pattern."""

    def condition(name: str) -> list[str] | None:
        if chance.random() > ASKED[name]:
            return None
        kind, size = chance.random(), VALUES[name]
        if kind < 0.6:
            return [f"{name}{chance.randrange(size)}"]
        if kind < 0.8:
            return [f"{name}{chance.randrange(size)}" for _ in range(3)]
        return [f"{name}{chance.randrange(10)}*"]

    return [
        {"role": [f"role{chance.randrange(VALUES['role'])}"], **{name: condition(name) for name in ASKED}}
        for _ in range(count)
    ]


def check_sample(decided: pl.DataFrame, rules: list[Rule], chance: random.Random) -> None:
    """Decide some lines as a person would, one rule after the other."""
    for place in chance.sample(range(decided.height), min(SAMPLE, decided.height)):
        row = decided.row(place, named=True)
        first = next((str(number) for number, rule in enumerate(rules) if _matches(row, rule)), None)
        if first != row["outcome"]:
            raise AssertionError(f"{row} is decided by rule {first}")


def _matches(row: dict[str, str], rule: Rule) -> bool:
    return all(
        asked is None or any(fnmatchcase(row[name], condition) for condition in asked) for name, asked in rule.items()
    )


def as_text(figures: dict[str, float]) -> str:
    """The figures as a Markdown table."""
    return (
        f"# Mapping: {figures['rules']:,} rules over {figures['lines']:,} lines "
        f"({figures['combinations']:,} combinations)\n\n"
        "| | seconds | rules take |\n| --- | ---: | ---: |\n"
        f"| rules | {figures['rules_seconds']} | |\n"
        f"| one plain join by all attributes | {figures['plain_join_seconds']} | {figures['ratio_to_plain_join']} x |\n"
        f"| a join by the SKU alone | {figures['join_by_sku_seconds']} | {figures['ratio_to_join_by_sku']} x |\n\n"
        f"At most {MOST:g} x one plain join is asked for.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
