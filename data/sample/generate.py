"""Writes the sample company: `python -m data.sample.generate [FOLDER]`, the same bytes every time.

The story (everybody and everything in it is made up): Kererū Outdoors sells tents, packs, clothing and cooking gear
from three branches, Auckland, Wellington and Christchurch, on the web, in shops and to four wholesale customers. It
buys packs and clothing from two New Zealand makers and tents and cooking gear from one importer who bills in US
dollars, and packs its own trail kitchen kits in Auckland. It runs Cin7 Omni; its accounts are in NZ dollars.

Two months are to be closed, September and October 2026; opening stock is dated 31 August. On the way happens what
always happens: an order leaves on the last day of September and is invoiced the day after, one is invoiced and still
stands in the warehouse when October ends, one line is part-shipped, customs for a September container are billed in
October when part of it is sold, the last October receipt is billed in November, goods come back, break, vanish and
turn up. `cases.csv` names the document of each. What only the document sync reads (freight, discounts, deposits,
payments, the first days of November) is in `sync_story.py`; no figure of a month depends on it.

Files: `omni/RESOURCE.json` are rows as Omni's API gives them (a business date is the UTC instant at which the day
begins in Auckland, so it carries the date before); `core/RESOURCE.json` are the same documents as Cin7 Core gives them,
with what Core booked by itself; `files/*.csv` are what Omni's API does not give. Amounts of landed costs and opening
stock are NZ dollars without GST; bills are in their own currency with the rate `base_for_one`.
"""

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from data.sample.chance import Chance
from data.sample.core_postings import Postings
from data.sample.core_rows import core_resources
from data.sample.core_trade import add_core_trade
from data.sample.deals import Adjustment, Books, Credit, Job, Order, Purchase, Transfer
from data.sample.omni_rows import Row, omni_resources, reference
from data.sample.omni_trade import add_trade, australian_rates, trade_files
from data.sample.side_files import Table, side_files
from data.sample.stories import EXPLANATIONS, mark, tell
from data.sample.sync_story import EXPLANATIONS as SYNC_EXPLANATIONS
from data.sample.sync_story import SyncStory, tell_sync
from data.sample.trading import Trading, days

SEED = 20260831
FOLDER = Path(__file__).parent
D = TypeVar("D", Order, Credit, Purchase, Adjustment, Transfer, Job)


def generate() -> dict[str, str]:
    """The whole sample: text of each file by its path under the sample's folder."""
    chance = Chance(SEED)
    books = trade(chance)
    story = tell_sync(books)
    omni = omni_resources(books)
    add_trade(omni, books, story)
    tables = side_files(books, chance)
    postings = Postings(books, tables)
    core = core_resources(books, tables, postings)
    add_core_trade(core, books, story, postings)
    tables["currency_rates.csv"] += australian_rates()
    tables |= trade_files(story)
    resources = {f"omni/{name}.json": _json(rows) for name, rows in omni.items()}
    files = {f"files/{name}": _csv(table) for name, table in tables.items()}
    documents = {f"core/{name.replace('/', '_')}.json": _json(rows) for name, rows in core.items()}
    return {**resources, **documents, **files, "cases.csv": _csv(_cases(books, story))}


def trade(chance: Chance) -> Books:
    """Live through the two months and number the documents in the order in which they were created."""
    trading = Trading(chance)
    trading.open_stock()
    for day in days():
        trading.receive(day)
        tell(trading, day)
        trading.sell(day)
        trading.give_back(day)
        trading.transfer(day)
        trading.arrive(day)
        trading.produce(day)
        trading.adjust(day)
    books = trading.books
    mark(books)
    _number(books.orders, 1001)
    _number(books.credits, 51)
    _number(books.purchases, 301)
    _number(books.adjustments, 41)
    _number(books.transfers, 21)
    _number(books.jobs, 11)
    return books


def _number(documents: list[D], first: int) -> None:
    """Documents get their numbers when they are created, not when they are dispatched."""
    documents.sort(key=lambda document: document.created)
    for number, document in enumerate(documents, first):
        document.number = number


def _cases(books: Books, story: SyncStory) -> Table:
    """Which document shows which special case."""
    numbers = {document.case: reference(document) for document in books.documents() if document.case}
    numbers |= {case: reference(document) for case, document in story.cases.items()}
    numbers["credit_without_invoice"] = f"CRN-{max(credit.number for credit in books.credits) + 1}"
    return [
        ("case", "document", "what_it_shows"),
        *((case, numbers[case], text) for case, text in (EXPLANATIONS | SYNC_EXPLANATIONS).items()),
    ]


def _json(rows: Sequence[Row]) -> str:
    """A JSON array with one row a line: small, and a change shows as one line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return f"[\n{lines}\n]\n"


def _csv(table: Table) -> str:
    """A CSV file with Unix line ends, the same on every system."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue()


def write(folder: Path) -> None:
    """Write every file under a folder."""
    for name, text in generate().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
