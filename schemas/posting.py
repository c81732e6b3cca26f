"""What was planned, approved and sent, and what Xero holds from us: the tables of the DuckDB schema `post`."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Instant, Money

DOCUMENT_STATUSES = ["DRAFT", "POSTED", "VOIDED", "DELETED"]
"""Statuses of a manual journal (xero.md section 2, Transitions); VOIDED ends a posted one, DELETED a draft."""

PLAN_ACTIONS = ["new", "replaced", "reversed", "corrected", "voided", "unchanged"]
"""What a plan does with a journal, in the order in which a summary shows them: reversed posts what takes an earlier
journal back, corrected posts the difference to it; both leave it standing."""

OUTBOX_ACTIONS = ["create", "update", "end", "attach", "note"]
"""What the outbox does: create a document, change one of the sync, void or delete one, attach a journal's evidence,
write a note into its history."""

OUTBOX_STATES = ["planned", "sending", "confirmed", "refused", "unknown"]
"""Where a document of the outbox stands; design.md, "Plan, approve, apply"."""

PLAN_STATUSES = ["planned", "applied", "partly_applied", "failed"]
"""Where a plan stands: failed means that it has to be made again."""


class PostedDocuments(pa.DataFrameModel):
    """One row per manual journal that tieout has put into Xero, or found there and took over."""

    tag: str = pa.Field(unique=True, description="Unique first word of the narration, never used again")
    journal_key: str = pa.Field(description="The journal that it is a version of")
    version: int = pa.Field(
        ge=0, description="Number of the version, as the tag has it; 0: somebody else's journal that was adopted"
    )
    period: pl.Date = pa.Field(description="First day of the month closed")
    journal_date: pl.Date = pa.Field(description="Accounting date")
    manual_journal_id: str = pa.Field(description="Xero's id of the journal")
    status: str = pa.Field(isin=DOCUMENT_STATUSES, description="Status that we gave it last")
    narration: str = pa.Field(description="The whole narration, by which it is found again")
    content_hash: str = pa.Field(description="sha256 over date, status, text and lines, without the tag")
    debit_amount: Money = pa.Field(description="Sum of the debits in base currency")
    plan_hash: str = pa.Field(description="The plan that posted it")
    posted_at: Instant = pa.Field(description="When Xero's confirmation was recorded")
    ended_by_plan: str = pa.Field(nullable=True, description="The plan that voided or deleted it")
    ended_at: Instant = pa.Field(nullable=True, description="When that was confirmed")
    journal_kind: str = pa.Field(nullable=True, description="Kind of journal; null where it was found in Xero")
    material_hash: str = pa.Field(
        nullable=True, description="sha256 over date, accounts, amounts, tax and tracking as Xero showed them at first"
    )
    content_json: str = pa.Field(nullable=True, description="Date, text and lines as Xero showed them at first")

    class Config:
        strict = True


class Plans(pa.DataFrameModel):
    """One row per plan: what a period, or the document sync, should hold in Xero against what it holds."""

    plan_hash: str = pa.Field(unique=True, description="sha256 over canonical_json")
    period: pl.Date = pa.Field(nullable=True, description="First day of the month closed; null: a plan of documents")
    to_date: pl.Date = pa.Field(nullable=True, description="For a month that has not ended: the day it was closed to")
    status: str = pa.Field(isin=PLAN_STATUSES, description="Where the plan stands")
    created_at: Instant = pa.Field(description="When it was first made")
    planned_at: Instant = pa.Field(description="When the same plan was made last")
    prepared_by: str = pa.Field(description="Login that made it first")
    prepared_on: str = pa.Field(description="Host that it was made on")
    new_count: int = pa.Field(ge=0, description="Journals that Xero does not hold yet")
    replaced_count: int = pa.Field(ge=0, description="Journals that get a new version")
    voided_count: int = pa.Field(ge=0, description="Journals that are not wanted any more")
    unchanged_count: int = pa.Field(ge=0, description="Journals that stand as they are")
    blocked_count: int = pa.Field(ge=0, description="Changes that a lock date stood in the way of when it was planned")
    canonical_json: str = pa.Field(description="Everything that the hash covers: rows sorted, decimals as text")
    reversed_count: int = pa.Field(ge=0, description="Reversals of journals that stand")
    corrected_count: int = pa.Field(ge=0, description="Differences to journals that stand")
    preparer_name: str = pa.Field(nullable=True, description="Name that the preparer gave; null: none was given")

    class Config:
        strict = True


class PlanDocuments(pa.DataFrameModel):
    """One row per journal of a plan, and per further version of it that still stands in Xero."""

    plan_hash: str = pa.Field(description="The plan")
    position: int = pa.Field(ge=1, description="Order in which documents are shown and sent")
    journal_key: str = pa.Field(description="The journal")
    journal_kind: str = pa.Field(nullable=True, description="Kind of journal; null where it is no longer wanted")
    action: str = pa.Field(
        isin=PLAN_ACTIONS, description="new, replaced, reversed, corrected (by the difference), voided or unchanged"
    )
    tag: str = pa.Field(nullable=True, description="Tag that is posted, or stands unchanged; null: none")
    old_tag: str = pa.Field(
        nullable=True, description="Tag that is voided (replaced, voided) or taken back by another journal; null: none"
    )
    journal_date: pl.Date = pa.Field(description="Accounting date, of the old version where there is no new one")
    old_journal_date: pl.Date = pa.Field(
        nullable=True, description="Accounting date of what is voided; null: nothing is"
    )
    debit_amount: Money = pa.Field(nullable=True, description="Sum of the debits afterwards, in base currency")
    old_debit_amount: Money = pa.Field(nullable=True, description="Sum of the debits before, in base currency")
    reason: str = pa.Field(description="Why, in words")
    blocked_by: str = pa.Field(nullable=True, description="Lock date that stood in the way when it was planned")

    class Config:
        strict = True
        unique = ["plan_hash", "position"]


class PlanLines(pa.DataFrameModel):
    """One row per journal line that a plan changes: before, after, and why."""

    plan_hash: str = pa.Field(description="The plan")
    line_number: int = pa.Field(ge=1, description="Order in which lines are shown")
    position: int = pa.Field(ge=1, description="The document's position in post.plan_documents")
    tag: str = pa.Field(description="Tag of the document, of the old version where there is no new one")
    account_code: str = pa.Field(description="Xero account code, as text")
    tracking: str = pa.Field(description="Tracking options, a comma between them; empty: none")
    description: str = pa.Field(description="Description of the line")
    old_amount: Money = pa.Field(description="Base currency, debit positive, as Xero shows it; 0: no such line")
    new_amount: Money = pa.Field(description="The same afterwards; 0: no such line any more")
    why: str = pa.Field(description="Late cost, edited document, mapping, rate or version of tieout, with the rows")

    class Config:
        strict = True
        unique = ["plan_hash", "line_number"]


class PostedSources(pa.DataFrameModel):
    """One row per source row and line of a journal, as it was when the journal was posted."""

    tag: str = pa.Field(description="Tag of the journal")
    role: str = pa.Field(description="What the account is for")
    account_code: str = pa.Field(description="Xero account code, as text")
    description: str = pa.Field(description="Description of the line")
    source_table: str = pa.Field(description="Table that holds the source row")
    source_id: str = pa.Field(description="Key of the source row")
    source_amount: Money = pa.Field(description="Part of the line in base currency, debit positive")
    document_number: str = pa.Field(nullable=True, description="Number of its document")
    sku: str = pa.Field(nullable=True, description="Stock keeping unit")
    tracking: str = pa.Field(description="Tracking options, a comma between them; empty: none")

    class Config:
        strict = True


class PostedInputs(pa.DataFrameModel):
    """One row per plan that was posted: with which source rows, mappings and version of tieout."""

    plan_hash: str = pa.Field(unique=True, description="The plan")
    frozen_as: int = pa.Field(ge=1, description="The state of the source rows in post.signed_rows")
    day: pl.Date = pa.Field(description="Last day of rows that count")
    frozen_at: Instant = pa.Field(description="When")
    mappings_hash: str = pa.Field(description="sha256 over the mappings")
    code_hash: str = pa.Field(description="sha256 over the code of tieout")

    class Config:
        strict = True


class Approvals(pa.DataFrameModel):
    """One row per person who approved a plan."""

    plan_hash: str = pa.Field(description="The plan")
    approved_by: str = pa.Field(description="Name that the approver gave")
    login: str = pa.Field(description="Login of the operating system")
    host: str = pa.Field(description="Host on which it was approved")
    approved_at: Instant = pa.Field(description="When")

    class Config:
        strict = True
        unique = ["plan_hash", "approved_by"]


class OutboxDocuments(pa.DataFrameModel):
    """One row per document that a plan sends: a journal to be created or ended, evidence to attach, a note to write."""

    plan_hash: str = pa.Field(description="The plan")
    action: str = pa.Field(
        isin=OUTBOX_ACTIONS,
        description="create, update, end (void, or deletion of a draft), attach evidence, or history note",
    )
    tag: str = pa.Field(description="Tag of the journal, +2 for a second one under it; or key of the document")
    position: int = pa.Field(ge=1, description="Order of sending")
    manual_journal_id: str = pa.Field(
        nullable=True, description="Xero's id, of a document of the sync too; null until a created one is confirmed"
    )
    narration: str = pa.Field(description="What it is found again by: the whole narration; number, reference or ids")
    content_hash: str = pa.Field(description="sha256 over date, status, text and lines, without the tag")
    body: str = pa.Field(description="The document exactly as it stands in the request: JSON, or the CSV of evidence")
    state: str = pa.Field(isin=OUTBOX_STATES, description="Where it stands")
    attempts: int = pa.Field(ge=0, description="Requests it was part of, each under a key of its own")
    idempotency_key: str = pa.Field(nullable=True, description="Key of the last of these requests")
    first_sent_at: Instant = pa.Field(nullable=True, description="When that request went out first")
    answered_at: Instant = pa.Field(nullable=True, description="When Xero's verdict was recorded")
    reason: str = pa.Field(
        nullable=True, description="Xero's words on a refusal, why the outcome is unknown, or why it was left out"
    )
    resource: str = pa.Field(nullable=True, description="Endpoint of a document of the sync; null: a manual journal")

    class Config:
        strict = True
        unique = ["plan_hash", "action", "tag"]


class OutboxRequests(pa.DataFrameModel):
    """One row per request that changes something in Xero, committed before it leaves."""

    idempotency_key: str = pa.Field(unique=True, description="Hash of organisation, plan, tags, attempt and body")
    plan_hash: str = pa.Field(description="The plan")
    action: str = pa.Field(isin=OUTBOX_ACTIONS, description="create, update, end, attach or note")
    path: str = pa.Field(description="Path under the API's base address")
    body: str = pa.Field(description="The exact text that was sent, UTF-8")
    first_sent_at: Instant = pa.Field(
        description="Just before it went out first: Xero keeps the key six minutes from then"
    )
    answered_at: Instant = pa.Field(nullable=True, description="When an answer came; null: none came")
    outcome: str = pa.Field(nullable=True, description="What the answer was, in words")

    class Config:
        strict = True


class SignOffs(pa.DataFrameModel):
    """One row per sign-off of a month; the last one of a month counts."""

    sign_off: int = pa.Field(unique=True, ge=1, description="Number, counted up")
    period: pl.Date = pa.Field(description="First day of the month signed")
    cut_off: pl.Date = pa.Field(description="Its last day")
    signed_by: str = pa.Field(description="Name that was given")
    login: str = pa.Field(description="Login of the operating system")
    host: str = pa.Field(description="Host on which it was signed")
    signed_at: Instant = pa.Field(description="When")
    plan_hash: str = pa.Field(description="The plan that the month was posted with")
    row_count: int = pa.Field(ge=0, description="Source rows that it rests on")
    inputs_hash: str = pa.Field(description="sha256 over the digests of these rows")
    mappings_hash: str = pa.Field(description="sha256 over the mappings")
    code_hash: str = pa.Field(description="sha256 over the code of tieout")
    cogs_amount: Money = pa.Field(description="COGS recognised up to the cut-off since the opening, base currency")
    stock_amount: Money = pa.Field(description="Stock value at the cut-off, base currency")

    class Config:
        strict = True


class Reopenings(pa.DataFrameModel):
    """One row per sign-off that somebody set aside, so that its month can be posted again."""

    sign_off: int = pa.Field(unique=True, ge=1, description="The sign-off that counts no more")
    period: pl.Date = pa.Field(description="First day of its month")
    reopened_for: pl.Date = pa.Field(description="First day of the month to post again: this one, or one before it")
    reason: str = pa.Field(description="Why, in the words of the person")
    reopened_by: str = pa.Field(description="Name that was given, or the login")
    login: str = pa.Field(description="Login of the operating system")
    host: str = pa.Field(description="Host on which it was reopened")
    reopened_at: Instant = pa.Field(description="When")

    class Config:
        strict = True


class SignedRows(pa.DataFrameModel):
    """One row per source row and state that it changed for: a sign-off or a posted plan; the latest one counts."""

    sign_off: int = pa.Field(ge=1, description="The sign-off or posted plan that first has the row like this")
    core_table: str = pa.Field(description="Table in core")
    row_key: str = pa.Field(description="Key of the row")
    counts_from: pl.Date = pa.Field(description="First day on which the row counts")
    row_digest: str = pa.Field(nullable=True, description="md5 over row_json; null: the row was gone")
    row_json: str = pa.Field(nullable=True, description="The row without its empty fields; null: it was gone")

    class Config:
        strict = True
        unique = ["sign_off", "core_table", "row_key"]
