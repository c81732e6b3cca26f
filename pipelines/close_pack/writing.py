"""Writes the files of a close pack: read this first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.close_pack.pack import Pack, read_pack
from pipelines.close_pack.page import write_page
from pipelines.close_pack.workbook import write_workbook
from pipelines.close_pack.xero_import import import_files
from pipelines.errors import Incomplete
from pipelines.settings import Settings
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class WrittenPack:
    """What was written, and the figures in it."""

    pack: Pack
    workbook: Path
    page: Path
    imports: tuple[Path, ...]
    """Xero's import files; none where Xero holds every journal."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return self.workbook, self.page, *self.imports


def pack_folder(settings: Settings, month: str) -> Path:
    """Where the packs of a month go: beside the warehouse."""
    return settings.warehouse.parent / "packs" / f"{settings.organisation}-{month}"


def write_pack(close: CloseContext, warehouse: Warehouse, folder: Path | None = None) -> WrittenPack:
    """Write workbook, page and import files of a month; files of an earlier pack of it are replaced.

    Args:
        close: which month.
        warehouse: the open warehouse or its published copy.
        folder: where to; None: beside the warehouse.

    Raises:
        UsageProblem: the month was never valued (exit 2).
        Incomplete: a file cannot be written, such as a workbook that is open in Excel (exit 7).
    """
    pack = read_pack(close, warehouse, datetime.now(UTC))
    place = folder or pack_folder(close.settings, pack.month)
    workbook, page = place / f"close-pack-{pack.month}.xlsx", place / f"close-pack-{pack.month}.html"
    try:
        place.mkdir(parents=True, exist_ok=True)
        _replace(workbook, lambda file: write_workbook(pack, file))
        _replace(page, lambda file: write_page(pack, file))
        imports = _write_imports(close, warehouse, place, pack.month)
    except OSError as error:
        raise Incomplete(
            f"The close pack could not be written to {place}: {error}.\n"
            f"    Close its files where they are open, then run: tieout pack {pack.month}"
        ) from None
    return WrittenPack(pack, workbook, page, imports)


def _replace(file: Path, write: Callable[[Path], None]) -> None:
    """Write beside the file, then put it in its place: a reader never finds half a file."""
    fresh = file.with_name(f".{file.stem}.new{file.suffix}")
    write(fresh)
    fresh.replace(file)


def _write_imports(close: CloseContext, warehouse: Warehouse, place: Path, month: str) -> tuple[Path, ...]:
    """Import files; those of an earlier pack go, so that nobody imports what Xero holds by now."""
    for old in place.glob(f"xero-journals-{month}-*.csv"):
        old.unlink()
    written = []
    for number, text in enumerate(import_files(warehouse, close.period, close.settings.organisation), start=1):
        file = place / f"xero-journals-{month}-{number}.csv"
        file.write_text(text, encoding="utf-8", newline="")
        written.append(file)
    return tuple(written)
