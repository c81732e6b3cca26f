"""A close pack that was written, for tests to look into."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.close_pack.pack import Pack
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class MadePack:
    """The files, what they were drawn from, and the warehouse that everything stands in."""

    folder: Path
    settings: Settings
    pack: Pack
    warehouse: Warehouse

    @property
    def workbook(self) -> Path:
        return self.folder / "close-pack-2026-10.xlsx"

    @property
    def page(self) -> Path:
        return self.folder / "close-pack-2026-10.html"
