"""What can be read from Cin7 Core: the address of each resource, its keys, and what says that a row has changed.

The facts are those of cin7.md section 2.2. A list gives headers; where lines or costs are needed, the document behind
each header is a resource of its own (`detail_of`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.extract.api.shapes import Resource
from pipelines.extract.core_api.words import SALE_STATUSES, SPELLING, STOCK_STATUSES, TRANSACTION_TYPES

LIST_ROWS = 1000
"""Core's largest page (cin7.md section 2.1)."""

PERSONAL = (
    "Contact", "Phone", "Email", "BillingAddress", "ShippingAddress", "ShippingNotes", "Addresses", "Contacts",
    "Fax", "MobilePhone", "Website",
)  # fmt: skip


PART_STATUSES = ("NOT AVAILABLE", "DRAFT", "AUTHORISED", "VOIDED")
"""Of the parts of a sale or purchase, such as an order, a pick or a bill (cin7.md section 2.2)."""
PURCHASE_STATUSES = (
    "DRAFT", "VOIDED", "ORDERING", "ORDERED", "RECEIVING", "RECEIVED", "INVOICED", "CREDITED", "RECEIVING / CREDITED",
    "RECEIVED / CREDITED", "PARTIALLY INVOICED", "COMPLETED",
)  # fmt: skip
_SALE_PARTS: Mapping[str, tuple[str, ...]] = {
    "Fulfilments.Pick.Status": PART_STATUSES,
    "Fulfilments.Pack.Status": PART_STATUSES,
    "Fulfilments.Ship.Status": (*PART_STATUSES, "PARTIALLY AUTHORISED"),
    "Invoices.Status": (*PART_STATUSES, "PAID"),
    "CreditNotes.Status": PART_STATUSES,
}
_PURCHASE_PARTS: Mapping[str, tuple[str, ...]] = {
    "StockReceived.Status": PART_STATUSES,
    "PutAway.Status": PART_STATUSES,
    "Invoice.Status": (*PART_STATUSES, "PAID"),
    "CreditNote.Status": PART_STATUSES,
}
"""What the selects ask of a part decides what moved and what is billed."""
PRODUCT_TYPES = ("Stock", "Service")


@dataclass(frozen=True)
class Address:
    """Where a resource is, and how it is asked for."""

    path: str
    """Below /ExternalApi/v2/."""
    list_name: str | None = None
    """The list in the envelope; None: the answer is one document."""
    key_parameter: str | None = None
    """Parameter that names the document."""
    since_parameter: str | None = None
    """Parameter of the rows that changed since an instant."""
    fixed: Mapping[str, str] | None = None
    """Parameters of every call."""
    holds: str | None = None
    """The field that tells a document which does not name itself; None: it has its key."""


@dataclass(frozen=True)
class CoreResource:
    """A resource and its address."""

    resource: Resource
    address: Address


def _lower(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words as values are compared: in lower case."""
    return tuple(word.lower() for word in words)


def _enums(fields: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Fields with the values that are documented for them."""
    return {field: _lower(words) for field, words in fields.items() if words}


def _list(
    name: str,
    list_name: str,
    *keys: str,
    since: tuple[str, str] | None = None,
    statuses: tuple[str, ...] = (),
    fixed: Mapping[str, str] | None = None,
    types: tuple[str, ...] = (),
) -> CoreResource:
    """A list; `since` is the field with the change's instant and the parameter that filters by it."""
    resource = Resource(
        name=name,
        keys=keys,
        follows=(since[0],) if since else (),
        page_rows=LIST_ROWS,
        is_swept=since is not None,
        enums=_enums({"Status": statuses, "Type": types}),
        spelling=SPELLING,
        personal=PERSONAL,
    )
    return CoreResource(resource, Address(name, list_name, None, since[1] if since else None, fixed))


def _document(
    name: str,
    list_name: str,
    key: str,
    statuses: tuple[str, ...] = (),
    parameter: str | None = None,
    parts: Mapping[str, tuple[str, ...]] | None = None,
    holds: str | None = None,
) -> CoreResource:
    """The documents behind a list, one call each."""
    resource = Resource(
        name=name,
        keys=(key,),
        detail_of=list_name,
        enums=_enums({"Status": statuses, **(parts or {})}),
        spelling=SPELLING,
        free_fields=frozenset({"additionalattributes"}),
        personal=PERSONAL,
    )
    return CoreResource(resource, Address(name, None, parameter or key, holds=holds))


_TRANSACTIONS = CoreResource(
    Resource(
        name="transactions",
        keys=(),
        page_rows=LIST_ROWS,
        dated="EffectiveDate",
        task="TaskID",
        enums={"Type": _lower(TRANSACTION_TYPES)},
        spelling=SPELLING,
    ),
    Address("transactions", "Transactions"),
)
"""Core's own double entries: no key, and no filter but the day."""

_ALL = (
    _list("saleList", "SaleList", "SaleID", since=("Updated", "UpdatedSince"), statuses=SALE_STATUSES),
    _document("sale", "saleList", "ID", SALE_STATUSES, parts=_SALE_PARTS),
    _list("purchaseList", "PurchaseList", "ID", since=("LastUpdatedDate", "UpdatedSince"), statuses=PURCHASE_STATUSES),
    _document("advanced-purchase", "purchaseList", "ID", PURCHASE_STATUSES, parts=_PURCHASE_PARTS),
    _document("purchase", "purchaseList", "ID", PURCHASE_STATUSES),
    _list("stockadjustmentList", "StockAdjustmentList", "TaskID", statuses=STOCK_STATUSES),
    _document("stockadjustment", "stockadjustmentList", "TaskID", STOCK_STATUSES),
    _list("stockTakeList", "StockTakeList", "TaskID", statuses=STOCK_STATUSES),
    _document("stocktake", "stockTakeList", "TaskID", STOCK_STATUSES),
    _list("stockTransferList", "StockTransferList", "TaskID", statuses=STOCK_STATUSES),
    _document("stockTransfer", "stockTransferList", "TaskID", STOCK_STATUSES),
    _list("inventoryWriteOffList", "InventoryWriteOffs", "TaskID", statuses=STOCK_STATUSES),
    _document("inventoryWriteOff", "inventoryWriteOffList", "TaskID", STOCK_STATUSES),
    _list("finishedGoodsList", "FinishedGoods", "TaskID", statuses=STOCK_STATUSES),
    _document("finishedGoods", "finishedGoodsList", "TaskID", STOCK_STATUSES),
    _list("disassemblyList", "Disassemblies", "TaskID", statuses=STOCK_STATUSES),
    _document("disassembly", "disassemblyList", "TaskID", STOCK_STATUSES),
    _list("production/orderList", "ProductionOrders", "ProductionOrderID"),
    _document("production/order", "production/orderList", "ProductionOrderID"),
    _document("production/order/run", "production/orderList", "ProductionOrderID", holds="Runs"),
    _list(
        "product",
        "Products",
        "ID",
        since=("LastModifiedOn", "ModifiedSince"),
        fixed={"IncludeDeprecated": "true"},
        types=PRODUCT_TYPES,
    ),
    _list("ref/productavailability", "ProductAvailabilityList", "ID", "Location", "Bin", "Batch", "ExpiryDate"),
    _list("customer", "CustomerList", "ID", since=("LastModifiedOn", "ModifiedSince")),
    _list("supplier", "SupplierList", "ID", since=("LastModifiedOn", "ModifiedSince")),
    _list("ref/account", "AccountsList", "Code"),
    _list("ref/tax", "TaxRuleList", "ID"),
    _list("ref/paymentterm", "PaymentTermList", "ID"),
    _list("ref/location", "LocationList", "ID"),
    _list("journal", "Journals", "TaskID"),
    _TRANSACTIONS,
)

CORE_RESOURCES: Mapping[str, CoreResource] = {one.resource.name: one for one in _ALL}
"""By the name that a source YAML gives: `{core: sale}`."""
