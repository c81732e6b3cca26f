"""/_sandbox/journals/…, contacts/merge: what a person does in Xero's own pages; late commits; no part of Xero."""

from fastapi import APIRouter

from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.contacts import merge_contacts
from pipelines.sandbox.xero.journal_store import list_journals_plainly
from pipelines.sandbox.xero.person_changes import STATUSES, change_status, edit_journal, enter_journal
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.shapes import ContactMergeShape, PersonActionShape, PersonEditShape, PersonJournalShape

Content = dict[str, object]


def person_router(sandbox: Sandbox) -> APIRouter:
    """POST journals/enter, journals/edit, and journals/ACTION for each status; each answers with the journal.

    POST contacts/merge merges two contacts.
    """
    router = APIRouter()
    books = sandbox.books

    @router.post("/journals/enter")
    async def enter(entered: PersonJournalShape) -> Content:
        with books.writing():
            return _show(sandbox, enter_journal(books, read_chart(books), entered))

    @router.post("/journals/edit")
    async def edit(change: PersonEditShape) -> Content:
        with books.writing():
            return _show(sandbox, edit_journal(books, read_chart(books), change))

    @router.post("/contacts/merge")
    async def merge(wish: ContactMergeShape) -> Content:
        with books.writing():
            merge_contacts(books, wish.merged.lower(), wish.kept.lower())
            return {"kept": wish.kept.lower()}

    for action in STATUSES:
        _add_action(router, sandbox, action)
    return router


def late_commits_router(sandbox: Sandbox) -> APIRouter:
    """GET late-commits says how many writes wait; POST commits them all, DELETE loses them."""
    router = APIRouter()

    @router.get("/late-commits")
    async def get_late_commits() -> Content:
        return {"waiting": sandbox.late_commits.count}

    @router.post("/late-commits")
    async def post_late_commits() -> Content:
        return {"committed": await sandbox.late_commits.commit_all()}

    @router.delete("/late-commits")
    async def delete_late_commits() -> Content:
        return {"lost": sandbox.late_commits.forget()}

    return router


def _add_action(router: APIRouter, sandbox: Sandbox, action: str) -> None:
    """One change of status."""

    @router.post(f"/journals/{action}")
    async def act(change: PersonActionShape) -> Content:
        with sandbox.books.writing():
            return _show(sandbox, change_status(sandbox.books, change.journal, action))


def _show(sandbox: Sandbox, journal_id: str) -> Content:
    """One journal, plainly."""
    return next(each for each in list_journals_plainly(sandbox.books) if each["journal_id"] == journal_id)
