"""Measures the extract without HTTP: 1 M order lines landed in raw with their hash, and typed from raw into core.

Both are compared with what DuckDB alone takes to read the same JSON and to write a typed table of sale lines: that
ratio has the limit. Core has three tables of such orders, so typing is shown beside DuckDB writing those three, too,
and typing with a source that gives sale lines alone beside DuckDB writing those.
Each step runs in a process of its own, so that its memory is its own. The calls of a full load and of a repeated one
are counted against their floor (rows / page size, and one probe a table).
Figures go to `results/extract_load.json` and `.md`.

    python -m tests.benchmarks.extract_load [--lines 1000000] [--repeats 3]
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import import_module
from math import ceil
from pathlib import Path
from shutil import copyfile

import duckdb

from pipelines.extract import extract_source, read_source
from pipelines.extract.api.calls import CallLimits, Calls
from pipelines.extract.api.json_rows import array_rows
from pipelines.extract.api.raw_versions import Stamp
from pipelines.extract.api.reading import ApiInputSpec, read_inputs
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Page, Question, Resource
from pipelines.extract.api.wishes import Wish
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.extract.source_shapes import OmniInput
from pipelines.extract.wish import ExtractWish
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import open_warehouse
from tests.benchmarks.measuring import ROOT, Taken, best_of, describe_machine, run_python

RESULTS = ROOT / "tests/benchmarks/results"
SAMPLE = ROOT / "data/sample"
SOURCE = ROOT / "mappings/sources/omni.yaml"
MOST_LANDING, MOST_TYPING, MOST_GIGABYTES, MOST_CALLS = 4.0, 2.5, 1.5, 1.1
"""Limits of the issue: extract from Cin7 Omni and Cin7 Core."""

LINES_AN_ORDER = 3
PAGE = 250
_LINE = (
    '{{"id": {line}, "transactionId": {order}, "parentId": 0, "productOptionId": 1010, "sort": {sort}, '
    '"code": "SKU-{sku}", "qty": 3, "qtyShipped": 3, "unitCost": 0, "unitPrice": 43.08, "discount": 0, '
    '"stockControl": "FIFO"}}'
)
_ORDER = (
    '{{"id": {order}, "createdDate": "{at}", "modifiedDate": "{at}", "isApproved": true, "reference": "SO-{order}", '
    '"memberId": 303, "firstName": null, "lastName": null, "company": "Alpine Huts Trust", "branchId": 1, '
    '"productTotal": 934.68, "freightTotal": 0, "surcharge": 0, "discountTotal": 0, "total": 1074.88, '
    '"currencyCode": "NZD", "currencyRate": 1, "taxStatus": "Excl", "taxRate": 0.15, "source": "Wholesale", '
    '"invoiceDate": "2026-08-31T12:00:00Z", "invoiceNumber": {order}, "dispatchedDate": "2026-08-31T12:00:00Z", '
    '"modifiedCOGSDate": "2026-09-01T05:20:00Z", "status": "APPROVED", "stage": "Dispatched", "isVoid": false, '
    '"accountingAttributes": {{"importDate": "2026-09-01T11:15:00Z", "accountingImportStatus": "IMPORTED"}}, '
    '"lineItems": [{lines}]}}'
)


def order_texts(lines: int) -> Iterator[str]:
    """Orders as Omni sends them, oldest first."""
    for order in range(1, lines // LINES_AN_ORDER + 1):
        minutes, second = divmod(order, 60)
        hours, minute = divmod(minutes, 60)
        days, hour = divmod(hours, 24)
        at = f"2026-{1 + days // 28:02}-{1 + days % 28:02}T{hour:02}:{minute:02}:{second:02}Z"
        first = order * LINES_AN_ORDER
        made = [
            _LINE.format(line=first + sort, order=order, sort=sort, sku=(first + sort) % 5000)
            for sort in range(LINES_AN_ORDER)
        ]
        yield _ORDER.format(order=order, at=at, lines=", ".join(made))


class PagesOfFile:
    """An API whose orders stand in a file, a page a line; everything else is empty."""

    name = "omni"
    server = "127.0.0.1"
    parallel = 4
    resources: Mapping[str, Resource] = RESOURCES

    def __init__(self, pages: Path) -> None:
        self.calls = Calls("Cin7 Omni", "benchmark", CallLimits())
        self._file = pages.open("rb")
        self.asked = 0

    def page(self, resource: Resource, question: Question, number: int) -> Page:
        """The next page of the orders."""
        self.asked += 1
        rows: Sequence[ReceivedRow] = ()
        if resource.name == "SalesOrders" and not question.is_null:
            rows = array_rows(self._file.readline() or b"[]")
        return Page(rows, is_last=len(rows) < PAGE)

    def detail(self, resource: Resource, key: str) -> ReceivedRow | None:
        """Omni has none."""
        return None


def write_inputs(folder: Path, lines: int) -> None:
    """The same orders once as JSON lines, for DuckDB, and once as pages."""
    with (folder / "orders.jsonl").open("w") as flat, (folder / "pages.txt").open("w") as pages:
        page: list[str] = []
        for text in order_texts(lines):
            flat.write(text + "\n")
            page.append(text)
            if len(page) == PAGE:
                pages.write(f"[{', '.join(page)}]\n")
                page = []
        pages.write(f"[{', '.join(page)}]\n")


def floor(folder: Path) -> None:
    """DuckDB alone: read the JSON, write the typed table."""
    nested = "STRUCT(id BIGINT, code VARCHAR, qty DECIMAL(18,4), qtyShipped DECIMAL(18,4), unitPrice DECIMAL(18,6),"
    nested += " discount DECIMAL(18,6))[]"
    connection = duckdb.connect(str(folder / "floor.duckdb"), config={"threads": 2})
    connection.execute(
        f"""
        create table sale_lines as
        select 'SO' || l.id as sale_line_id, 'SO' || id as sale_id, reference as sale_number, 'sale' as kind,
          l.code as sku, l.qty as ordered_quantity, l.qtyShipped as moved_quantity,
          timezone('Pacific/Auckland', invoiceDate::timestamptz)::date as invoice_date,
          timezone('Pacific/Auckland', dispatchedDate::timestamptz)::date as moved_date, lower(status) as status,
          accountingAttributes.accountingImportStatus as accounting_status, 'branch ' || branchId as location,
          source as channel, company as customer, (l.unitPrice * l.qty - l.discount)::decimal(18,2) as revenue_amount
        from (
          select *, unnest(lineItems) as l from read_json('{folder}/orders.jsonl', format = 'newline_delimited',
            columns = {{id: 'BIGINT', reference: 'VARCHAR', invoiceDate: 'VARCHAR', dispatchedDate: 'VARCHAR',
            status: 'VARCHAR', branchId: 'BIGINT', source: 'VARCHAR', company: 'VARCHAR', taxStatus: 'VARCHAR',
            accountingAttributes: 'STRUCT(accountingImportStatus VARCHAR)', lineItems: '{nested}'}})
        )
        """
    )
    connection.close()


def floor_of_all(folder: Path) -> None:
    """DuckDB alone: the tables that core has of orders, each read from the JSON and written typed."""
    floor(folder)
    connection = duckdb.connect(str(folder / "floor.duckdb"), config={"threads": 2})
    orders = f"read_json('{folder}/orders.jsonl', format = 'newline_delimited', columns = {{"
    connection.execute(
        f"""
        create table trade_documents as
        select 'SO' || id as document_id, 'sales_invoice' as kind, invoiceNumber as document_number,
          reference as order_number, memberId as contact_id, company as contact_name,
          timezone('Pacific/Auckland', invoiceDate::timestamptz)::date as document_date, currencyCode as currency_code,
          lower(taxStatus) as tax_mode, lower(status) as status, 'branch ' || branchId as location, source as channel,
          total as total_amount, timezone('Pacific/Auckland', dispatchedDate::timestamptz)::date as moved_date
        from {orders} id: 'BIGINT', invoiceNumber: 'VARCHAR', reference: 'VARCHAR', memberId: 'VARCHAR',
          company: 'VARCHAR', invoiceDate: 'VARCHAR', dispatchedDate: 'VARCHAR', currencyCode: 'VARCHAR',
          taxStatus: 'VARCHAR', status: 'VARCHAR', branchId: 'BIGINT', source: 'VARCHAR', total: 'DECIMAL(18,2)'}})
        """
    )
    nested = "STRUCT(id BIGINT, sort BIGINT, code VARCHAR, qty DECIMAL(18,4), unitPrice DECIMAL(18,6),"
    nested += " discount DECIMAL(18,2), accountCode VARCHAR)[]"
    connection.execute(
        f"""
        create table trade_lines as
        select 'SO' || l.id as line_id, 'SO' || id as document_id,
          row_number() over (partition by id order by l.sort, l.id) as position, 'goods' as kind, l.code as sku,
          l.code as description, l.qty as quantity, l.unitPrice as unit_price, l.discount as discount_amount,
          (l.unitPrice * l.qty - l.discount)::decimal(18,2) as line_amount, taxRate as tax_rate,
          l.accountCode as order_account
        from (
          select *, unnest(lineItems) as l
          from {orders} id: 'BIGINT', taxRate: 'DECIMAL(9,4)', lineItems: '{nested}'}})
        )
        """
    )
    connection.close()


def _settings(folder: Path) -> Settings:
    return load_settings(home=folder, data=SAMPLE / "files", threads=2, memory="1GB")


def land(folder: Path) -> None:
    """Every page into raw, with its hash."""
    names = {"sales": "SalesOrders", "branches": "Branches"}
    specs = [ApiInputSpec(name, "omni", resource, "omni.yaml") for name, resource in names.items()]
    with open_warehouse(_settings(folder), publishes=False) as warehouse:
        api = PagesOfFile(folder / "pages.txt")
        stamp = Stamp("benchmark", datetime.now(UTC))
        read_inputs("omni", specs, {"omni": api}, warehouse, Wish(), stamp, lambda _, __: None)
    note_calls(folder, api.asked)


def complete(folder: Path) -> None:
    """The other inputs, which are empty, so that core can be typed without a call."""
    source = read_source(SOURCE)
    specs = [
        ApiInputSpec(str(name), "omni", one.omni, "omni.yaml")
        for name, one in source.inputs.items() if isinstance(one, OmniInput) and str(name) not in ("sales", "branches")
    ]  # fmt: skip
    with open_warehouse(_settings(folder), publishes=False) as warehouse:
        api = PagesOfFile(Path("/dev/null"))
        read_inputs("omni", specs, {"omni": api}, warehouse, Wish(), Stamp("b", datetime.now(UTC)), lambda _, __: None)


def type_core(folder: Path) -> None:
    """Core from raw alone."""
    with open_warehouse(_settings(folder), publishes=False) as warehouse:
        report = extract_source(
            read_source(SOURCE), _settings(folder), warehouse, {}, wish=ExtractWish(is_offline=True)
        )
        refused = report.table("core.sale_lines").rejected_count
        if refused:
            raise RuntimeError(f"{refused} rows were refused")


def type_sale_lines(folder: Path) -> None:
    """Of core the sale lines alone, from raw alone: a copy of omni.yaml that gives no other table."""
    whole = read_source(SOURCE)
    alone = {name: sql for name, sql in whole.tables.items() if name == "sale_lines"}
    source = replace(whole, content=replace(whole.content, tables=alone), text=f"{whole.text}# sale lines alone\n")
    with open_warehouse(_settings(folder), publishes=False) as warehouse:
        report = extract_source(source, _settings(folder), warehouse, {}, wish=ExtractWish(is_offline=True))
        if report.table("core.sale_lines").rejected_count:
            raise RuntimeError("rows were refused")


def note_calls(folder: Path, calls: int) -> None:
    """For the process that started this one."""
    (folder / "calls").write_text(str(calls))


STEPS: dict[str, Callable[[Path], None]] = {
    "floor": floor,
    "floors": floor_of_all,
    "land": land,
    "complete": complete,
    "type": type_core,
    "alone": type_sale_lines,
}


def timed(step: str, folder: Path) -> Taken:
    """A step in a process of its own; its seconds without the start of Python and the imports."""
    taken = run_python("-m", "tests.benchmarks.extract_load", "--step", step, "--folder", folder)
    seconds, cpu_seconds = map(float, (folder / "seconds").read_text().split())
    return replace(taken, seconds=seconds, cpu_seconds=cpu_seconds)


def measure(lines: int, repeats: int) -> int:
    """Every step, side by side."""
    runs: dict[str, list[Taken]] = {"floor": [], "floors": [], "land": [], "type": [], "alone": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, lines)
        for _ in range(repeats):
            for file in folder.glob("**/*.duckdb*"):
                file.unlink()
            runs["floor"].append(timed("floor", folder))
            (folder / "floor.duckdb").unlink()
            runs["floors"].append(timed("floors", folder))
            runs["land"].append(timed("land", folder))
            calls = int((folder / "calls").read_text())
            timed("complete", folder)
            landed = folder / "landed.duckdb"
            copyfile(_settings(folder).warehouse, landed)  # both type the same warehouse, whose core is empty
            runs["type"].append(timed("type", folder))
            copyfile(landed, _settings(folder).warehouse)
            runs["alone"].append(timed("alone", folder))
    best = {step: best_of(taken) for step, taken in runs.items()}
    orders = lines // LINES_AN_ORDER
    steps = ("floors", "land", "type", "alone")
    ratios = {step: best[step].seconds / best["floor"].seconds for step in steps}
    ratios["type_of_floors"] = best["type"].seconds / best["floors"].seconds
    cpu_ratios = {step: best[step].cpu_seconds / best["floor"].cpu_seconds for step in steps}
    cpu_ratios["type_of_floors"] = best["type"].cpu_seconds / best["floors"].cpu_seconds
    least = ceil(orders / PAGE) + 2
    found = {
        "lines": lines,
        "orders": orders,
        "machine": describe_machine(),
        "steps": {step: asdict(taken) for step, taken in best.items()},
        "times_of_floor": ratios,
        "processor_times_of_floor": cpu_ratios,
        "calls": {"made": calls, "least": least, "ratio": calls / least},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "extract_load.json").write_text(json.dumps(found, indent=2) + "\n")
    text = write_table(found, best, ratios, calls, least)
    (RESULTS / "extract_load.md").write_text(text)
    print(text)
    most = max(best[step].peak_gigabytes for step in ("land", "type", "alone"))
    holds = ratios["land"] <= MOST_LANDING and max(ratios["type"], ratios["alone"]) <= MOST_TYPING
    return 0 if holds and most <= MOST_GIGABYTES and calls <= MOST_CALLS * least else 1


def write_table(
    found: Mapping[str, object], best: Mapping[str, Taken], ratios: Mapping[str, float], calls: int, least: int
) -> str:
    """The figures as Markdown."""
    words = {
        "floor": "DuckDB: read the JSON, write typed sale lines",
        "floors": "DuckDB: the same for the three tables of orders",
        "land": "landing raw with its hash",
        "type": "typing core from raw",
        "alone": "typing sale lines alone",
    }
    limits = {"land": f"at most {MOST_LANDING}", "type": f"at most {MOST_TYPING}", "alone": f"at most {MOST_TYPING}"}
    lines = [
        f"# Extract: {found['lines']:,} order lines",
        "",
        "| step | s | processor s | times | limit | GB |",
        "| --- | --: | --: | --: | --- | --: |",
    ]
    for step, taken in best.items():
        times = f"{ratios[step]:.2f}" if step in ratios else "1"
        lines.append(
            f"| {words[step]} | {taken.seconds:.2f} | {taken.cpu_seconds:.2f} | {times} | {limits.get(step, '')} |"
            f" {taken.peak_gigabytes:.2f} |"
        )
    own = f"{ratios['type_of_floors']:.2f}"
    lines.append(f"| typing, in times of the three tables | | | {own} | | |")
    lines += [
        "",
        f"Calls of a full load: {calls:,}, least {least:,} ({calls / least:.3f} times, at most {MOST_CALLS}).",
    ]
    return "\n".join([*lines, ""])


def main() -> int:
    """Measure, write the results; 1 where a limit is passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--step", choices=list(STEPS))
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if not given.step:
        return measure(given.lines, given.repeats)
    # pandera imports the tools of tests at its first check, where they are installed; imports are not measured
    import_module("pandera.backends.polars.register").register_polars_backends()
    started, started_cpu = time.perf_counter(), time.process_time()
    STEPS[given.step](given.folder)
    taken = time.perf_counter() - started, time.process_time() - started_cpu
    (given.folder / "seconds").write_text(" ".join(map(str, taken)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
