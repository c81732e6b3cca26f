"""Items: what lines take prices and accounts from (xero.md section 6).

Xero moves the quantity of a tracked item with its bills and invoices. This server does not: a close with an inventory
system beside Xero uses untracked items, and a tracked one is only there to be seen.
"""

import json
import uuid
from collections.abc import Mapping
from decimal import Decimal
from sqlite3 import Row

from pipelines.sandbox.xero import document_words as words
from pipelines.sandbox.xero import refusal_words
from pipelines.sandbox.xero.answers import not_found
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart
from pipelines.sandbox.xero.document_lines import Item
from pipelines.sandbox.xero.history import record
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.wire import ZERO_ID, xero_instant
from pipelines.sandbox.xero.writing import Element, Findings, Outcome

TEXTS: Mapping[str, int] = {"Name": 50, "Description": 4000, "PurchaseDescription": 4000}
SIDES = ("PurchaseDetails", "SalesDetails")
SIDE_TEXTS = ("AccountCode", "TaxType", "COGSAccountCode")


def save_item(
    books: Books, chart: Chart, fields: Fields, item_id: str | None, *, may_update: bool, unit_places: int
) -> Outcome:
    """Save an item, new or known by identifier or code.

    Args:
        books: the books, inside a transaction.
        chart: accounts and tax rates.
        fields: the item as sent; a field that was left out keeps its value.
        item_id: the item of the path.
        may_update: POST: a known code updates its item. PUT: it is refused.
        unit_places: decimals of UnitPrice, 2 or 4.

    Raises:
        Refusal: 404, an unknown identifier.
    """
    findings = Findings()
    code = fields.text("Code") or ""
    known = _find(books, code, item_id or fields.guid("ItemID"))
    if known is not None and not may_update:
        findings.refuse(words.item_exists(code))
    code = code or (known["code"] if known else "")
    other = books.row("SELECT item_id FROM items WHERE code = ?", [code])
    if other is not None and known is not None and other["item_id"] != known["item_id"]:
        findings.refuse(words.item_exists(code))
    if not code:
        findings.refuse(words.ITEM_CODE_MISSING)
    if len(code) > 30:
        findings.refuse(words.too_long("Code", 30))
    details = {**(json.loads(known["details"]) if known else {}), **_details(fields, chart, unit_places, findings)}
    _check_tracking(details, chart, findings)
    if findings.errors:
        return Outcome({**fields.sent, "ItemID": known["item_id"] if known else ZERO_ID}, findings)
    saved = known["item_id"] if known else str(uuid.uuid4())
    books.execute(
        "INSERT INTO items (item_id, code, details, updated_at) VALUES (:id, :code, :details, :now)"
        " ON CONFLICT (item_id) DO UPDATE SET code = :code, details = :details, updated_at = :now",
        {"id": saved, "code": code, "details": json.dumps(details), "now": books.now_ms()},
    )
    record(books, saved, "Edited" if known else "Created")
    return Outcome(show_item(find_item(books, saved)), findings)


def delete_item(books: Books, item_id: str) -> list[str]:
    """Delete an item that no document uses, or say why not.

    Raises:
        Refusal: 404, no such item.
    """
    item = find_item(books, item_id)
    if books.row("SELECT 1 FROM document_lines WHERE item_code = ?", [item["code"]]) is not None:
        return [words.ITEM_USED]
    books.execute("DELETE FROM items WHERE item_id = ?", [item["item_id"]])
    return []


def find_item(books: Books, item: str) -> Row:
    """An item by identifier or code.

    Raises:
        Refusal: 404, no such item.
    """
    row = books.row("SELECT * FROM items WHERE item_id = ? OR code = ?", [item.lower(), item])
    if row is None:
        row = books.row("SELECT * FROM items WHERE lower(code) = lower(?)", [item])
    if row is None:
        raise not_found()
    return row


def read_line_items(books: Books, *, is_sale: bool) -> dict[str, Item]:
    """Every item by code, with the price and account of one side."""
    return {row["code"]: _line_item(row, is_sale=is_sale) for row in books.rows("SELECT * FROM items")}


def show_item(row: Row) -> Element:
    """An item as Xero shows it."""
    details = json.loads(row["details"])
    is_tracked = bool(details.get("InventoryAssetAccountCode"))
    shown: Element = {
        "ItemID": row["item_id"],
        "Code": row["code"],
        **{name: details[name] for name in (*TEXTS, "InventoryAssetAccountCode") if details.get(name)},
        **{name: _show_side(details.get(name) or {}) for name in SIDES},
        "IsTrackedAsInventory": is_tracked,
        "IsSold": bool(details.get("IsSold", True)),
        "IsPurchased": bool(details.get("IsPurchased", True)),
        "UpdatedDateUTC": xero_instant(row["updated_at"]),
    }
    return {**shown, "QuantityOnHand": 0.0, "TotalCostPool": 0.0} if is_tracked else shown


def _find(books: Books, code: str, item_id: str | None) -> Row | None:
    """The item that is meant."""
    if item_id is not None:
        return find_item(books, item_id)
    return books.row("SELECT * FROM items WHERE code = ?", [code])


def _details(fields: Fields, chart: Chart, unit_places: int, findings: Findings) -> dict[str, object]:
    """What was sent beside the code; a side that is set to false loses its details."""
    details: dict[str, object] = {}
    for name, length in TEXTS.items():
        text = fields.text(name)
        if text is not None:
            details[name] = text
            if len(text) > length:
                findings.refuse(words.too_long(name, length))
    if (asset := fields.text("InventoryAssetAccountCode")) is not None:
        details["InventoryAssetAccountCode"] = asset
    for flag, side in (("IsPurchased", "PurchaseDetails"), ("IsSold", "SalesDetails")):
        value, sent = fields.boolean(flag), fields.child(side)
        if sent is not None:
            details[side] = _side(sent, chart, unit_places, findings)
        if value is not None:
            details[flag] = value
        if value is False:
            details[side] = {}
    return details


def _side(sent: Fields, chart: Chart, unit_places: int, findings: Findings) -> dict[str, str]:
    """Price, account and tax of one side, as texts."""
    side = {name: text for name in SIDE_TEXTS if (text := sent.text(name))}
    for name in ("AccountCode", "COGSAccountCode"):
        if name in side and side[name] not in chart.accounts:
            findings.refuse(refusal_words.account_not_valid(side[name]))
    if "TaxType" in side and side["TaxType"] not in chart.tax_rates:
        findings.refuse(refusal_words.tax_type_unknown(side["TaxType"]))
    price = sent.number("UnitPrice")
    if price is not None:
        side["UnitPrice"] = str(round(price, unit_places))
    return side


def _check_tracking(details: Mapping[str, object], chart: Chart, findings: Findings) -> None:
    """Tracked if and only if both accounts are there (xero.md section 6)."""
    asset = str(details.get("InventoryAssetAccountCode") or "")
    purchase = details.get("PurchaseDetails")
    cogs = purchase.get("COGSAccountCode") if isinstance(purchase, dict) else None
    account = chart.accounts.get(asset)
    if bool(asset) != bool(cogs) or (asset and (account is None or account.type != "INVENTORY")):
        findings.refuse(words.ITEM_UNTRACKABLE)


def _line_item(row: Row, *, is_sale: bool) -> Item:
    """What a line takes over."""
    details = json.loads(row["details"])
    side = details.get(SIDES[1] if is_sale else SIDES[0]) or {}
    price = side.get("UnitPrice")
    text = details.get("Description" if is_sale else "PurchaseDescription")
    return Item(
        row["code"], None if price is None else Decimal(price), side.get("AccountCode"), side.get("TaxType"), text
    )


def _show_side(side: Mapping[str, str]) -> Element:
    """One side in Xero's names."""
    texts: Element = {name: side[name] for name in SIDE_TEXTS if name in side}
    return {**texts, "UnitPrice": float(side["UnitPrice"])} if "UnitPrice" in side else texts
