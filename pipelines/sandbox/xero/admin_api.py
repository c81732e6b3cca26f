"""/_sandbox: what a person would do in Xero's own pages, faults to switch on, and the books for a test to read.

No part of Xero. There is no token: the server listens on loopback only.
"""

from dataclasses import asdict
from datetime import date

from fastapi import APIRouter

from pipelines.sandbox.xero.bills import add_bills
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.faults import Fault
from pipelines.sandbox.xero.journal_store import list_journals_plainly
from pipelines.sandbox.xero.person_api import late_commits_router, person_router
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.settings_changes import change_lock_dates, save_account, save_tax_rate, save_tracking
from pipelines.sandbox.xero.shapes import (
    AccountShape,
    BillShape,
    BillsShape,
    FaultShape,
    LockDatesShape,
    TaxRateShape,
    TrackingShape,
)
from pipelines.sandbox.xero.trial_balances import compute_trial_balance
from pipelines.sandbox.xero.wire import text_amount

Content = dict[str, object]


def admin_router(sandbox: Sandbox) -> APIRouter:
    """The admin endpoints; a refusal is 400 with `problems`, one sentence each."""
    router = APIRouter(prefix="/_sandbox")
    _add_changes(router, sandbox)
    _add_faults(router, sandbox)
    _add_views(router, sandbox)
    router.include_router(person_router(sandbox))
    router.include_router(late_commits_router(sandbox))
    return router


def _add_changes(router: APIRouter, sandbox: Sandbox) -> None:
    """Bills and settings."""
    books = sandbox.books

    @router.post("/bills")
    async def post_bills(bills: BillsShape | BillShape) -> Content:
        several = bills.bills if isinstance(bills, BillsShape) else (bills,)
        with books.writing():
            return asdict(add_bills(books, read_chart(books), several))

    @router.post("/accounts")
    async def post_account(account: AccountShape) -> Content:
        with books.writing():
            save_account(books, account)
        return asdict(read_chart(books).accounts[account.code])

    @router.post("/tax-rates")
    async def post_tax_rate(rate: TaxRateShape) -> Content:
        with books.writing():
            save_tax_rate(books, rate)
        return {"tax_type": rate.tax_type}

    @router.post("/tracking")
    async def post_tracking(category: TrackingShape) -> Content:
        with books.writing():
            save_tracking(books, category)
        return {"name": category.name}

    @router.post("/lock-date")
    async def post_lock_date(change: LockDatesShape) -> Content:
        with books.writing():
            change_lock_dates(books, change)
        organisation = read_chart(books).organisation
        return {
            "lock_date": organisation.period_lock_date,
            "end_of_year_lock_date": organisation.end_of_year_lock_date,
        }


def _add_faults(router: APIRouter, sandbox: Sandbox) -> None:
    """Faults: switch one on, see which are on, switch all off."""
    faults = sandbox.faults

    @router.get("/faults")
    async def get_faults() -> Content:
        return {"faults": [asdict(fault) for fault in faults.switched_on]}

    @router.post("/faults")
    async def post_fault(fault: FaultShape) -> Content:
        faults.switched_on.append(Fault(**fault.model_dump()))
        return {"faults": [asdict(each) for each in faults.switched_on]}

    @router.delete("/faults")
    async def delete_faults() -> Content:
        faults.switched_on.clear()
        return {"faults": []}


def _add_views(router: APIRouter, sandbox: Sandbox) -> None:
    """The books, amounts as text and debits positive."""
    books = sandbox.books

    @router.get("/journals")
    async def get_journals() -> Content:
        return {"journals": list_journals_plainly(books)}

    @router.get("/balances")
    async def get_balances(date: date) -> Content:
        lines = compute_trial_balance(books, read_chart(books), date)
        return {"balances": {line.account.code: text_amount(line.balance_cents) for line in lines}}

    @router.get("/bills")
    async def get_bills() -> Content:
        rows = books.rows(
            "SELECT d.number AS reference, document_date AS date, c.name AS contact, currency_code, currency_rate,"
            " a.code AS account_code, l.line_cents * s.sign AS foreign_cents, l.base_net_cents * s.sign AS cents"
            " FROM documents d JOIN document_lines l USING (document_id) JOIN accounts a USING (account_id)"
            " JOIN contacts c USING (contact_id)"
            " JOIN (SELECT 'ACCPAY' AS type, 1 AS sign UNION SELECT 'ACCPAYCREDIT', -1) s USING (type)"
            " WHERE d.status IN ('AUTHORISED', 'PAID') ORDER BY document_date, d.number, position"
        )
        amounts = (
            {"amount": text_amount(row["foreign_cents"]), "base_amount": text_amount(row["cents"])} for row in rows
        )
        kept = ({key: row[key] for key in row.keys() if not key.endswith("cents")} for row in rows)  # noqa: SIM118
        return {"bill_lines": [{**header, **amount} for header, amount in zip(kept, amounts, strict=True)]}
