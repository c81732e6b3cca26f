"""What `tieout cost` is asked for, and the files that it leaves."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schemas.policies import CostingPolicy

VALUED_MOVES, CLOSING_STOCK, PERIODS = "valued_moves.parquet", "closing_stock.parquet", "periods.parquet"
FILES = (VALUED_MOVES, CLOSING_STOCK, PERIODS)


@dataclass(frozen=True)
class CostRequest:
    """What `tieout cost` was asked for."""

    moves: Path
    policy: CostingPolicy
    standard_costs: Path | None = None
    as_known_on: date | None = None
    """Only what was known at the end of this day counts."""
    time_zone: str = "UTC"
    """Where zoned times become days."""
    out: Path | None = None
    """None: nothing is written."""
