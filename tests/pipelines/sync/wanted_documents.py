"""What the tests of posting share: rows of the `sync` tables, small enough for a pencil, and how they are planned."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.load.mirror import mirror_xero
from pipelines.load.mirror_rows import frame_of
from pipelines.load.plan_store import StoredPlan
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient
from pipelines.sync.apply import SyncMeans, SyncResult, apply_sync_plan
from pipelines.sync.books import SyncScope
from pipelines.sync.mirror import mirror_settings, mirror_state
from pipelines.sync.plan import make_sync_plan
from pipelines.warehouse import Warehouse
from schemas.sync import SYNC_KINDS

TERMS = PlanTerms(organisation="ACME", code_hash="c")
DAY = date(2026, 10, 5)
SCOPE = SyncScope(frozenset(SYNC_KINDS), date(2026, 9, 1))

Row = Mapping[str, object]


def contact(key: str, name: str, **other: object) -> Row:
    """A contact that Xero does not have yet."""
    nothing = dict.fromkeys(
        ("email", "tax_number", "first_name", "last_name", "phone", "xero_contact_id", "candidates")
    )
    return {
        "contact_key": key,
        "contact_name": name,
        "contact_number": f"CIN7-{key}",
        "matched_by": "new",
        "candidate_count": 0,
        **nothing,
        **other,
    }


def document(number: str, *lines: Row, kind: str = "sales_invoice", mode: str = "exclusive", **other: object) -> Row:
    """A document with its lines under `lines`; its totals are theirs."""
    amounts = [Decimal(str(line["line_amount"])) for line in lines]
    tax = sum((Decimal(str(line["tax_amount"])) for line in lines), Decimal("0.00"))
    net = sum(amounts, Decimal("0.00")) - (tax if mode == "inclusive" else 0)
    key = f"{kind}:{number}"
    rows = [{"document_key": key, "line_number": place, **line} for place, line in enumerate(lines, 1)]
    nothing = ("reference", "currency_rate", "channel", "location", "original_document_key")
    return {
        "document_key": key,
        "kind": kind,
        "xero_number": number,
        "contact_key": "C1",
        "document_date": DAY,
        "due_date": date(2026, 11, 4),
        "currency_code": "NZD",
        "tax_mode": mode,
        "wanted_status": "AUTHORISED",
        "net_amount": net,
        "tax_amount": tax,
        "total_amount": net + tax,
        "source_total_amount": net + tax,
        "order_count": 1,
        "source_document_id": number,
        "lines": rows,
        **dict.fromkeys(nothing),
        **other,
    }


def line(amount: str, tax: str = "0.00", account: str = "200", tax_type: str = "OUTPUT2", **other: object) -> Row:
    """A line of one unit."""
    return {
        "line_kind": "goods",
        "description": "Tent",
        "item_code": None,
        "quantity": Decimal(1),
        "unit_price": Decimal(amount),
        "line_amount": Decimal(amount),
        "tax_amount": Decimal(tax),
        "account_code": account,
        "tax_type": tax_type,
        "tracking": None,
        **other,
    }


def payment(key: str, document_key: str, amount: str, account: str = "090", **other: object) -> Row:
    """A payment on the day of the documents."""
    return {
        "payment_key": f"payment:{key}",
        "document_key": document_key,
        "reference": f"CIN7-PAY-{key}",
        "paid_on": DAY,
        "amount": Decimal(amount),
        "currency_rate": None,
        "account_code": account,
        **other,
    }


def allocation(credit: str, invoice: str, amount: str) -> Row:
    """A credit set against an invoice."""
    return {
        "allocation_key": f"{credit}|{invoice}",
        "credit_key": credit,
        "invoice_key": invoice,
        "allocated_on": DAY,
        "amount": Decimal(amount),
    }


def want(
    warehouse: Warehouse,
    *documents: Row,
    contacts: Sequence[Row] | None = None,
    payments: Sequence[Row] = (),
    allocations: Sequence[Row] = (),
    items: Sequence[Row] = (),
) -> None:
    """Put rows where `build_wanted` leaves them."""
    people = [contact("C1", "Tramping Club")] if contacts is None else contacts
    lines = [row for one in documents for row in one["lines"]]  # type: ignore[attr-defined]
    rows = {
        "sync.contacts": people,
        "sync.documents": [{name: value for name, value in one.items() if name != "lines"} for one in documents],
        "sync.lines": lines,
        "sync.payments": payments,
        "sync.allocations": allocations,
        "sync.items": items,
    }
    for table, found in rows.items():
        warehouse.replace(table, frame_of(table, found))


def plan_documents(client: XeroClient, warehouse: Warehouse, scope: SyncScope = SCOPE) -> StoredPlan:
    """Read Xero and plan, as the command does."""
    mirror_xero(client, warehouse)
    mirror_settings(client, warehouse)
    mirror_state(client, warehouse, scope.first_date)
    return make_sync_plan(warehouse, scope, TERMS)


def sync(client: XeroClient, warehouse: Warehouse, scope: SyncScope = SCOPE) -> SyncResult:
    """Plan and apply."""
    plan = plan_documents(client, warehouse, scope)
    return apply_sync_plan(means(client, warehouse), plan.plan_hash, TERMS)


def means(client: XeroClient, warehouse: Warehouse) -> SyncMeans:
    """Nobody waits."""
    return SyncMeans(client, warehouse, pause=lambda _: None)


def actions(warehouse: Warehouse, plan: StoredPlan) -> dict[str, str]:
    """Key -> action, or the code of what blocks it."""
    rows = warehouse.read("post.planned_sync", "plan_hash = ? order by position", [plan.plan_hash]).to_dicts()
    return {row["document_key"]: row["error_code"] or row["action"] for row in rows}


def want_one_of_each(client: XeroClient, warehouse: Warehouse) -> None:
    """Every kind of document, tax mode and a foreign currency, with payments and allocations."""
    client._write("PUT", "/Currencies", b'{"Code":"EUR"}', "eur", "Currencies")
    people = [contact("C1", "Tramping Club"), contact("S1", "Tent Maker")]
    bought: dict[str, Any] = {"contact_key": "S1"}
    euro: dict[str, Any] = {"currency_code": "EUR", "currency_rate": Decimal("1.81818182")}  # 0.55 EUR for one NZD
    want(
        warehouse,
        document("INV-1", line("99.99", "15.00"), line("-10.00", "-1.50", "260")),
        document("INV-2", line("115.00", "15.00"), mode="inclusive"),
        document("INV-3", line("33.33", tax_type="NONE"), mode="exempt"),
        document("INV-4", line("33.33", "5.00"), line("0.01"), **euro),
        document("A-1 | PO-1", line("50.00", "7.50", "630", "INPUT2"), kind="bill", **bought),
        document("PO-9", line("30.00", "4.50", "630", "INPUT2"), kind="purchase_order", **bought),
        document("DEP-1", line("23.00", "3.00", "850"), kind="sales_deposit", mode="inclusive"),
        document("DEP-1R", line("23.00", "3.00", "850"), kind="sales_deposit_reversal", mode="inclusive"),
        document("PD-1", line("40.00", "6.00", "620", "INPUT2"), kind="purchase_deposit", **bought),
        document("CN-1", line("20.00", "3.00"), kind="sales_credit"),
        document("SCN-1 | PO-1", line("5.00", "0.75", "630", "INPUT2"), kind="supplier_credit", **bought),
        contacts=people,
        payments=[payment("1", "sales_invoice:INV-1", "50.00"), payment("2", "bill:A-1 | PO-1", "57.50")],
        allocations=[
            allocation("sales_credit:CN-1", "sales_invoice:INV-1", "23.00"),
            allocation("sales_deposit_reversal:DEP-1R", "sales_deposit:DEP-1", "23.00"),
        ],
    )
