"""The rows of Core in a folder: one JSON file a resource, read again when it changes."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.errors import UsageProblem
from pipelines.sandbox.cin7.core.headers import list_row
from pipelines.sandbox.cin7.edits import stamp_edits
from pipelines.sandbox.cin7.rows import Row
from schemas.problems import Problem


@dataclass(frozen=True)
class ServedList:
    """A list: the name in its envelope, and the documents that it is made from where it has no file of its own."""

    envelope: str
    documents: str | None = None


LISTS = {
    "saleList": ServedList("SaleList", "sale"),
    "purchaseList": ServedList("PurchaseList", "advanced-purchase"),
    "stockadjustmentList": ServedList("StockAdjustmentList", "stockadjustment"),
    "stockTakeList": ServedList("StockAdjustmentList", "stocktake"),  # the name that Core really gives it
    "stockTransferList": ServedList("StockTransferList", "stockTransfer"),
    "inventoryWriteOffList": ServedList("InventoryWriteOffs", "inventoryWriteOff"),
    "finishedGoodsList": ServedList("FinishedGoods", "finishedGoods"),
    "disassemblyList": ServedList("Disassemblies", "disassembly"),
    "production/orderList": ServedList("ProductionOrders", "production/order"),
    "product": ServedList("Products"),
    "ref/productavailability": ServedList("ProductAvailabilityList"),
    "customer": ServedList("CustomerList"),
    "supplier": ServedList("SupplierList"),
    "ref/account": ServedList("AccountsList"),
    "ref/tax": ServedList("TaxRuleList"),
    "ref/paymentterm": ServedList("PaymentTermList"),
    "ref/location": ServedList("LocationList"),
    "journal": ServedList("Journals"),
    "transactions": ServedList("Transactions"),
}
DOCUMENTS = {
    "sale": "ID", "advanced-purchase": "ID", "purchase": "ID", "stockadjustment": "TaskID", "stocktake": "TaskID",
    "stockTransfer": "TaskID", "inventoryWriteOff": "TaskID", "finishedGoods": "TaskID", "disassembly": "TaskID",
    "production/order": "ProductionOrderID", "production/order/run": "ProductionOrderID",
}  # fmt: skip
"""The parameter, and field, that names a document."""


class CoreFolder:
    """`sale.json`, `product.json`, `ref/account.json` (or `ref_account.json`), ... of a folder, or of `core` in it."""

    def __init__(self, folder: Path) -> None:
        """Look at every file.

        Raises:
            UsageProblem: a file that holds no rows (exit 2).
        """
        self._folder = folder / "core" if (folder / "core").is_dir() else folder
        self._names = {_plain(name): name for name in (*LISTS, *DOCUMENTS, "me")}
        self._read: dict[Path, tuple[tuple[int, int], list[Row]]] = {}
        self._files: dict[str, Path] = {}
        for path in sorted(self._folder.rglob("*.json")):
            known = self._name_of(path)
            if known is not None:
                self._files[known] = path
                self.own_rows(known)

    def resource(self, path: str) -> str | None:
        """The resource of an address, in any case; None where Core has none there."""
        return next((name for name in (*LISTS, *DOCUMENTS, "me") if name.lower() == path.strip("/").lower()), None)

    def own_rows(self, name: str) -> list[Row]:
        """Rows of the file of a resource; none where there is no file."""
        path = self._files.get(name)
        if path is None or not path.is_file():
            return []
        stamp = (path.stat().st_mtime_ns, path.stat().st_size)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            rows = _read_rows(path)
            stamp_edits(known[1] if known else [], rows, datetime.now(UTC))
            known = self._read[path] = (stamp, rows)
        return known[1]

    def documents(self, name: str) -> list[Row]:
        """The documents of a resource: /purchase and /advanced-purchase read the same purchases."""
        rows = self.own_rows(name)
        if rows or name not in ("purchase", "advanced-purchase"):
            return rows
        return self.own_rows("purchase" if name == "advanced-purchase" else "advanced-purchase")

    def has_file(self, name: str) -> bool:
        """Whether a list stands in a file of its own."""
        return name in self._files

    def rows(self, name: str, documents: list[Row]) -> list[Row]:
        """Rows of a list, from its own file or from its documents."""
        return self.own_rows(name) if self.has_file(name) else [list_row(name, each) for each in documents]

    def _name_of(self, path: Path) -> str | None:
        """The resource that a file is for."""
        inside = _plain(str(path.relative_to(self._folder).with_suffix("")))
        return self._names.get(inside) or self._names.get(f"ref{inside}")


def _plain(name: str) -> str:
    """A name without case, slashes and dashes."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _read_rows(path: Path) -> list[Row]:
    """The objects of a JSON array, of the list in an envelope, or the one object that the file is."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise _unusable(path, f"not JSON: {error}") from None
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        is_envelope = "Total" in content and len(lists) == 1
        content = lists[0] if is_envelope else [content]
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise _unusable(path, "not an array of objects")
    return content


def _unusable(path: Path, found: str) -> UsageProblem:
    """A file that cannot be served."""
    return UsageProblem("The Cin7 server cannot serve a file.", [Problem(str(path), found)])
