"""What posting many journals takes: 5,000 of two to 200 lines, in requests, seconds and memory, against the floor.

The floor of requests is ceil(n / 50) creations (xero.md section 1.2). The floor of time is a plain loop that sends the
same bodies to the same server and keeps nothing. `python -m tests.benchmarks.post_load [JOURNALS]`; `make bench`.
"""

import json
import math
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.load.apply import apply_plan
from pipelines.load.mirror import refresh_posted
from pipelines.load.plan import make_plan
from pipelines.load.xero_client import connect
from pipelines.sandbox.xero import running_sandbox
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse
from schemas.frames import dtypes_of
from schemas.tables import TABLES
from tests.benchmarks.measuring import ROOT, as_numbers, describe_machine, run_python
from tests.pipelines.load.closed_months import OCTOBER, TERMS, sandbox_settings

JOURNALS = 5_000
FEWEST_LINES, MOST_LINES = 2, 200
IN_ONE_REQUEST = 50
RESULTS = ROOT / "tests/benchmarks/results"


def main() -> None:
    """Measure and write `results/post_load.json` and `.md`."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else JOURNALS
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), count)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": describe_machine(), **figures}, indent=2)
    (RESULTS / "post_load.json").write_text(text + "\n", encoding="utf-8")
    (RESULTS / "post_load.md").write_text(as_text(figures), encoding="utf-8")
    sys.stdout.write(as_text(figures))


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Post journals to a new Xero in a process of its own, then send the same bodies plainly to another new Xero."""
    home = folder / "home"
    home.mkdir()
    with open_warehouse(Settings(home=home), publishes=False) as warehouse:
        lines = fill_month(warehouse, count)
    log = folder / "requests.jsonl"
    with running_sandbox(folder / "books.sqlite", log=log) as url:
        taken = run_python("-m", "tests.benchmarks.post_load", "--post", home, url)
    with running_sandbox(folder / "plain.sqlite") as url:
        plain = run_python("-m", "tests.benchmarks.post_load", "--plain", home, url)
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    calls = Counter(entry["method"] for entry in entries if entry["path"].startswith("/api.xro"))
    phases = json.loads((home / "phases.json").read_text(encoding="utf-8"))
    floor = math.ceil(count / IN_ONE_REQUEST)
    return {
        "journals": count,
        "lines": lines,
        "creations": calls["PUT"],
        "floor": floor,
        "reads": calls["GET"],
        "other_writes": calls["POST"],
        "phases_seconds": phases,
        "posting": as_numbers(taken),
        "plain_sending": as_numbers(plain),
        "ratio_to_plain": round(taken.seconds / plain.seconds, 2),
    }


def as_text(figures: dict[str, Any]) -> str:
    """The figures as a small table of Markdown."""
    posting, plain, phases = figures["posting"], figures["plain_sending"], figures["phases_seconds"]
    return (
        f"{figures['journals']:,} journals, {figures['lines']:,} lines\n\n"
        "| | tieout | floor |\n| --- | ---: | ---: |\n"
        f"| requests that create | {figures['creations']} | {figures['floor']} |\n"
        f"| reads (plan, apply, read back) | {figures['reads']} | |\n"
        f"| seconds, whole process | {posting['seconds']} | {plain['seconds']} (same bodies, sent plainly) |\n"
        f"| seconds to plan, to apply, to apply again | {phases['plan']}, {phases['apply']}, {phases['again']} | |\n"
        f"| peak memory, GB | {posting['peak_gigabytes']} | {plain['peak_gigabytes']} |\n"
    )


def fill_month(warehouse: Warehouse, count: int) -> int:
    """Put adjustments of two to 200 lines where a close leaves them; returns the number of lines."""
    headers, lines = [], []
    for number in range(1, count + 1):
        key, size = f"ADJUSTMENT-2026-10-{number}", FEWEST_LINES + (number * 37) % (MOST_LINES - FEWEST_LINES + 1)
        amounts = [Decimal(100 + line).scaleb(-2) for line in range(1, size)]
        amounts.append(-sum(amounts, Decimal(0)))
        lines += [_line(key, place, amount) for place, amount in enumerate(amounts, 1)]
        headers.append(_header(key, number, -amounts[-1], size))
    for table, rows in {"close.journals": headers, "close.journal_lines": lines}.items():
        warehouse.replace(table, pl.DataFrame(rows, schema=dtypes_of(TABLES[table]), orient="row"))
    return len(lines)


def _header(key: str, number: int, debit: Decimal, size: int) -> dict[str, object]:
    return {
        "period": OCTOBER,
        "journal_key": key,
        "journal_kind": "adjustment",
        "journal_date": date(2026, 10, 1 + number % 31),
        "narration_text": f"Adjustment {number}",
        "debit_amount": debit,
        "line_count": size,
    }


def _line(key: str, number: int, amount: Decimal) -> dict[str, object]:
    nothing = dict.fromkeys(
        ("tax_type", "tracking_category_1", "tracking_option_1", "tracking_category_2", "tracking_option_2")
    )
    return {
        "period": OCTOBER,
        "journal_key": key,
        "line_number": number,
        "role": "adjustment" if amount > 0 else "stock_on_hand",
        "account_code": "310" if amount > 0 else "630",
        "description": f"line {number}",
        "line_amount": amount,
        "source_count": 1,
        **nothing,
    }


def post(home: Path, url: str) -> None:
    """Read Xero, plan, apply, and apply again: what a close does with the warehouse."""
    phases: dict[str, float] = {}
    settings = sandbox_settings(home, url)
    terms = replace(TERMS, evidence="monthly")
    with open_warehouse(settings, publishes=False) as warehouse, connect(settings) as client:
        started = time.perf_counter()
        refresh_posted(client, warehouse)
        plan = make_plan(warehouse, terms, OCTOBER)
        phases["plan"] = round(time.perf_counter() - started, 1)
        for name in ("apply", "again"):
            started = time.perf_counter()
            apply_plan(client, warehouse, plan.plan_hash, terms, post_log=settings.post_log)
            phases[name] = round(time.perf_counter() - started, 1)
    (home / "phases.json").write_text(json.dumps(phases), encoding="utf-8")


def send_plainly(home: Path, url: str) -> None:
    """The bodies that the outbox sent, one after the other, to another Xero."""
    settings = sandbox_settings(home, url)
    with open_warehouse(settings, publishes=False) as warehouse:
        bodies = warehouse.read("post.requests", "action = 'create' order by first_sent_at")["body"].to_list()
    with connect(settings) as client:
        for number, body in enumerate(bodies):
            client.create_manual_journals(body, f"plain-{number}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--post"]:
        post(Path(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["--plain"]:
        send_plainly(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
