"""Makes up tables of moves for benchmarks: the same rows for the same size and shape, whatever the machine.

SKUs differ in how often they move (the busiest hundredth of them makes a fifth of all moves), three moves in ten are
receipts, and three years pass. As in real books a few pools are short for a moment: one SKU in two hundred.
"""

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

Shape = Literal["plain", "linked"]
Numbers = np.ndarray[tuple[int], np.dtype[Any]]

SKUS, LOCATIONS, DAYS = 50_000, 10, 3 * 365
FIRST_DAY = (date(2023, 1, 1) - date(1970, 1, 1)).days
SHORT_ONE_IN, SHORT_BY = 200, 50
KINDS = ["receipt", "sale", "transfer_out", "transfer_in", "assembly_out", "assembly_in"]
RECEIPT, SALE, TRANSFER_OUT, TRANSFER_IN, ASSEMBLY_OUT, ASSEMBLY_IN = range(6)
BOUGHT, LEVELS = 7, 3
"""Of ten SKUs seven are bought only; the eighth is made of these, the ninth of eighths, the tenth of ninths."""


@dataclass(frozen=True)
class Rows:
    """Moves as numbers."""

    time: Numbers
    """0 to 1."""
    kind: Numbers
    sku: Numbers
    location: Numbers
    quantity: Numbers
    document: Numbers
    """-1: none."""

    def in_time(self) -> "Rows":
        """Sorted by time; the sides of a document stay in order."""
        order = np.argsort(self.time, kind="stable")
        return Rows(*(getattr(self, field.name)[order] for field in fields(self)))


def write_ledger(path: Path, moves: int, shape: Shape) -> None:
    """Write a table of moves.

    Args:
        path: a Parquet file.
        moves: about how many rows.
        shape: plain: receipts and sales; linked: one row in twenty a side of a transfer between ten locations, and one
            in twenty a side of an assembly, of three levels.
    """
    random = np.random.default_rng(moves)
    is_linked = shape == "linked"
    rows = _linked_rows(random, moves) if is_linked else _plain_rows(random, moves)
    _fill_up(rows, rows.sku * LOCATIONS + rows.location if is_linked else rows.sku)
    _as_frame(random, rows, has_documents=is_linked).sink_parquet(path)


def _skewed(random: np.random.Generator, rows: int, skus: int) -> Numbers:
    """SKUs, the first ones much more often."""
    return np.asarray(skus * random.random(rows) ** 3, dtype=np.int32)


def _plain_rows(random: np.random.Generator, moves: int) -> Rows:
    """Receipts and sales; the first move of a SKU is a receipt."""
    sku = _skewed(random, moves, SKUS)
    is_receipt = random.random(moves) < 0.3
    is_receipt[np.unique(sku, return_index=True)[1]] = True
    return Rows(
        np.arange(moves) / moves,
        np.where(is_receipt, RECEIPT, SALE).astype(np.uint8),
        sku,
        random.integers(0, LOCATIONS, moves, dtype=np.uint8),
        np.where(is_receipt, _received(random, moves), -_sold(random, moves)),
        np.full(moves, -1, dtype=np.int32),
    )


def _linked_rows(random: np.random.Generator, moves: int) -> Rows:
    """A receipt of every SKU at every location; after that receipts, sales, transfers and assemblies mixed in time."""
    skus = min(SKUS, max(20, moves // 2000 * 10))
    openings = np.arange(skus * LOCATIONS)
    transfers, assemblies = moves * 5 // 100 // 2, moves * 5 // 100 // 3
    bought, sold = max(moves * 30 // 100 - openings.size, 0), moves * 60 // 100
    parts = [
        _singles(np.zeros(openings.size), RECEIPT, openings // LOCATIONS, openings % LOCATIONS, openings * 0 + 100),
        _singles(
            random.random(bought),
            RECEIPT,
            _skewed(random, bought, skus),
            random.integers(0, LOCATIONS, bought),
            _received(random, bought),
        ),
        _singles(
            random.random(sold),
            SALE,
            _skewed(random, sold, skus),
            random.integers(0, LOCATIONS, sold),
            -_sold(random, sold),
        ),
        *_transfers(random, transfers, skus),
        *_assemblies(random, assemblies, skus, first_document=transfers),
    ]
    together = Rows(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Rows)))
    return together.in_time()


def _singles(time: Numbers, kind: int, sku: Numbers, location: Numbers, quantity: Numbers) -> Rows:
    """Moves without a document."""
    return _sides(time, kind, sku, location, quantity, np.full(time.size, -1))


def _sides(time: Numbers, kind: int, sku: Numbers, location: Numbers, quantity: Numbers, document: Numbers) -> Rows:
    """One side of each of some documents."""
    kinds = np.full(time.size, kind, dtype=np.uint8)
    return Rows(time, kinds, sku.astype(np.int32), location.astype(np.uint8), quantity, document.astype(np.int32))


def _transfers(random: np.random.Generator, count: int, skus: int) -> list[Rows]:
    """Goods from one location to another."""
    time, document = random.random(count), np.arange(count)
    sku, start = _skewed(random, count, skus), random.integers(0, LOCATIONS, count)
    end = (start + random.integers(1, LOCATIONS, count)) % LOCATIONS
    quantity = random.integers(1, 50, count)
    return [
        _sides(time, TRANSFER_OUT, sku, start, -quantity, document),
        _sides(time, TRANSFER_IN, sku, end, quantity, document),
    ]


def _assemblies(random: np.random.Generator, count: int, skus: int, first_document: int) -> list[Rows]:
    """A product of one level and its two components of the level below, always the same two."""
    time, document = random.random(count), first_document + np.arange(count)
    family, level = _skewed(random, count, skus) // 10, random.integers(1, LEVELS + 1, count)
    location, quantity = random.integers(0, LOCATIONS, count), random.integers(1, 20, count)
    sides = [_sides(time, ASSEMBLY_IN, family * 10 + BOUGHT - 1 + level, location, quantity, document)]
    for part in (1, 2):
        of_family = (family * 31 + level * 7 + part) % (skus // 10)
        digit = np.where(level == 1, (family + part) % BOUGHT, BOUGHT - 2 + level)
        sides.append(_sides(time, ASSEMBLY_OUT, of_family * 10 + digit, location, -quantity * part, document))
    return sides


def _received(random: np.random.Generator, rows: int) -> Numbers:
    return random.integers(20, 500, rows, dtype=np.int64)


def _sold(random: np.random.Generator, rows: int) -> Numbers:
    return random.integers(1, 200, rows, dtype=np.int64)


def _fill_up(rows: Rows, pool: Numbers) -> None:
    """Let the first receipt of a pool bring as much as keeps it from falling below zero, but for a few pools."""
    order = np.argsort(pool, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(pool[order]) != 0])
    on_hand = np.cumsum(rows.quantity[order])
    before = np.r_[0, on_hand[starts[1:] - 1]]
    lowest = np.minimum.reduceat(on_hand, starts) - before
    first = order[starts]
    is_short = rows.sku[first] % SHORT_ONE_IN == SHORT_ONE_IN // 2
    rows.quantity[first] += np.maximum(-lowest - np.where(is_short, SHORT_BY, 0), 0)


def _as_frame(random: np.random.Generator, rows: Rows, *, has_documents: bool) -> pl.LazyFrame:
    """The columns of a table of moves."""
    moves = rows.sku.size
    base = 1 + 500 * np.random.default_rng(1).random(SKUS) ** 2
    cents = (base[rows.sku] * (90 + random.integers(0, 21, moves))).astype(np.int64)
    numbers = pl.LazyFrame(
        {
            "sku": rows.sku,
            "location": rows.location,
            "day": (FIRST_DAY + rows.time * DAYS).astype(np.int32),
            "kind": rows.kind,
            "quantity": rows.quantity,
            "document": rows.document,
            "cents": cents,
        }
    ).with_row_index("number")
    is_priced = pl.col("kind") == RECEIPT
    columns = {
        "move_id": pl.format("M{}", pl.col("number").cast(pl.String).str.zfill(9)),
        "sku": pl.format("SKU-{}", pl.col("sku").cast(pl.String).str.zfill(5)),
        "location": pl.format("WH-{}", pl.col("location") + 1),
        "moved_on": pl.col("day").cast(pl.Date),
        "kind": pl.col("kind").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String),
        "quantity": pl.col("quantity").cast(pl.Decimal(18, 4)),
        "unit_cost": pl.when(is_priced)
        .then((pl.col("cents") * 10_000).cast(pl.Int128))
        .reinterpret(dtype=pl.Decimal(18, 6)),
    }
    if has_documents:
        columns["document_id"] = pl.when(pl.col("document") >= 0).then(pl.format("D{}", "document"))
    return numbers.select(**columns)
