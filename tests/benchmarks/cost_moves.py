"""Measures `tieout cost`: against the floor of sorting the same file, against the obvious program, and as tables grow.

Every figure is a ratio of runs side by side, each a process of its own that reads Parquet and writes Parquet. Tables
are made once, in a folder that git ignores. Figures go to `results/cost_moves.json`, `.md` and `.svg`.

    python -m tests.benchmarks.cost_moves [--largest 50] [--repeats 3] [--folder .bench]
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.ledgers import Shape, write_ledger
from tests.benchmarks.measuring import ROOT, Taken, as_numbers, best_of, describe_machine, run_python
from tests.benchmarks.plotting import draw_growth

MILLION = 1_000_000
RESULTS = ROOT / "tests/benchmarks/results"
Ratio = tuple[float | None, float | None]
"""By the clock, and in processor time, which tells more where the machine does something else beside."""

COMMAND = "from pipelines.cli import main; main()"
METHODS = ("fifo", "moving_average", "periodic_average")
FLOOR, LOOP, MOVES_LOOP = "sort floor", "Decimal loop", "Decimal loop, moves only"


@dataclass
class Bench:
    """Tables, runs and what they took."""

    folder: Path
    repeats: int
    taken: dict[tuple[str, Shape, int], Taken] = field(default_factory=dict)

    def table(self, shape: Shape, millions: int) -> Path:
        """The table of a shape and size, made if it is not there."""
        path = self.folder / f"{shape}-{millions}.parquet"
        if not path.is_file():
            print(f"making {path.name}", flush=True)
            write_ledger(path, millions * MILLION, shape)
        return path

    def compare(self, shape: Shape, millions: int, names: tuple[str, ...], repeats: int) -> None:
        """Run programs in turn, so that whatever else the machine does hits all of them alike."""
        table = self.table(shape, millions)
        runs: dict[str, list[Taken]] = {name: [] for name in names}
        for _ in range(repeats):
            for name in names:
                runs[name].append(self._run(name, table, shape))
                last = runs[name][-1]
                took = f"{last.seconds:8.2f} s  {last.cpu_seconds:8.2f} s of processors  {last.peak_gigabytes:5.1f} GB"
                print(f"{shape} {millions} M  {name:<24} {took}", flush=True)
        for name, taken in runs.items():
            self.taken[name, shape, millions] = best_of(taken)

    def _run(self, name: str, table: Path, shape: Shape) -> Taken:
        target, out = self.folder / "written.parquet", self.folder / "written"
        pool = "sku_location" if shape == "linked" else "sku"
        if name == FLOOR:
            return run_python("-m", "tests.benchmarks.sort_floor", table, target, pool.replace("_", ","))
        if name in (LOOP, MOVES_LOOP):
            more = ["--moves-only"] if name == MOVES_LOOP else []
            return run_python("-m", "tests.benchmarks.decimal_loop", table, out, *more)
        return run_python("-c", COMMAND, "cost", table, "--method", name, "--pool", pool, "--out", out, "--json")

    def ratio(self, one: tuple[str, Shape, int], other: tuple[str, Shape, int]) -> Ratio:
        """One run over another, by the clock and in processor time; None where one was not run."""
        if one not in self.taken or other not in self.taken:
            return None, None
        run, base = self.taken[one], self.taken[other]
        return run.seconds / base.seconds, run.cpu_seconds / base.cpu_seconds


@dataclass(frozen=True)
class Figure:
    """One line of the result."""

    what: str
    found: Ratio
    target: float
    at_least: bool = False
    unit: str = "x"

    @property
    def is_met(self) -> bool:
        """Whether the figure keeps its target by the clock."""
        found = self.found[0]
        if found is None:
            return False
        return found >= self.target if self.at_least else found <= self.target


def figures(bench: Bench, largest: int) -> Iterator[Figure]:
    """The ratios that issue a promise."""
    main_size = min(10, largest)
    for method, target in zip(METHODS, (2.5, 3.0, 3.0), strict=True):
        words = {"fifo": "FIFO"}.get(method, method.replace("_", " "))
        what = f"{words}, {main_size} M moves, over the sort floor"
        yield Figure(what, bench.ratio((method, "plain", main_size), (FLOOR, "plain", main_size)), target)
    what = f"FIFO with transfers and assemblies, {main_size} M moves, over the sort floor"
    yield Figure(what, bench.ratio(("fifo", "linked", main_size), (FLOOR, "linked", main_size)), 5.0)
    found = bench.ratio((LOOP, "plain", 1), ("fifo", "plain", 1))
    what = "FIFO, 1 M moves, quicker than a Decimal loop"
    yield Figure(f"{what} that writes the same three files", found, 2.5, at_least=True)
    found = bench.ratio((MOVES_LOOP, "plain", 1), ("fifo", "plain", 1))
    yield Figure(f"{what} that writes the valued moves only", found, 2.5, at_least=True)
    if largest > 1:
        by_clock, by_processor = bench.ratio(("fifo", "plain", largest), ("fifo", "plain", 1))
        growth = (by_clock / largest if by_clock else None, by_processor / largest if by_processor else None)
        yield Figure(f"time per move, {largest} M over 1 M", growth, 1.3)
        peak = bench.taken["fifo", "plain", largest].peak_gigabytes
        yield Figure(f"memory at {largest} M moves", (peak, None), 12.0, unit=" GB")
    peak = bench.taken["fifo", "linked", main_size].peak_gigabytes
    yield Figure(f"memory at {main_size} M moves with transfers and assemblies", (peak, None), 12.0, unit=" GB")


def main() -> None:
    """Run everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=50, help="millions of moves: 1, 10 or 50")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each program; the quickest counts")
    parser.add_argument("--folder", type=Path, default=ROOT / ".bench", help="where tables are made")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.folder, given.repeats)
    run_all(bench, given.largest)
    write_results(bench, given.largest)


def run_all(bench: Bench, largest: int) -> None:
    """From small to large; the first run lets the compiled kernel fill its cache."""
    sizes = [size for size in (1, 10, 50) if size <= largest]
    bench.compare("linked", 1, ("fifo",), 1)
    for size in sizes:
        names = (FLOOR, *METHODS) if size <= 10 else (FLOOR, "fifo")
        loops = (LOOP, MOVES_LOOP) if size == 1 else ()
        bench.compare("plain", size, (*names, *loops), bench.repeats if size <= 10 else 1)
    bench.compare("linked", min(10, largest), (FLOOR, "fifo"), bench.repeats)


def write_results(bench: Bench, largest: int) -> None:
    """All numbers as JSON, the ratios as a table, growth as a plot."""
    machine, lines = describe_machine(), list(figures(bench, largest))
    runs = [
        {"program": name, "shape": shape, "millions": millions, **as_numbers(taken)}
        for (name, shape, millions), taken in bench.taken.items()
    ]
    found = [
        {"what": line.what, "by_clock": line.found[0], "in_processor_time": line.found[1], "target": line.target}
        | {"is_met": line.is_met}
        for line in lines
    ]
    RESULTS.mkdir(exist_ok=True)
    numbers = {"machine": machine, "repeats": bench.repeats, "ratios": found, "runs": runs}
    (RESULTS / "cost_moves.json").write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    table = as_markdown(lines, machine)
    (RESULTS / "cost_moves.md").write_text(table, encoding="utf-8")
    draw_growth(bench.taken, RESULTS / "cost_moves.svg")
    print(table)


def as_markdown(lines: list[Figure], machine: dict[str, object]) -> str:
    """The table of the README."""
    rows = ["| measured | by the clock | in processor time | target | |", "| --- | ---: | ---: | --- | --- |"]
    for line in lines:
        by_clock, by_processor = (f"{one:.2f}{line.unit}" if one is not None else "" for one in line.found)
        target = f"{'≥' if line.at_least else '≤'} {line.target:g}{line.unit}"
        rows.append(f"| {line.what} | {by_clock} | {by_processor} | {target} | {'' if line.is_met else 'missed'} |")
    where = f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gigabytes']} GB"
    return "\n".join([*rows, "", f"{where}, Python {machine['python']}. Run it again with `make bench`.", ""])


if __name__ == "__main__":
    main()
