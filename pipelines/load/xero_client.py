"""The Xero client: what tieout reads from and writes to the Accounting API, one method a call (xero.md)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import quote

import httpx

from pipelines.hosts import is_loopback
from pipelines.load.call_limits import PER_MINUTE, CallLimits
from pipelines.load.credentials import find_credentials
from pipelines.load.json_text import encode_json
from pipelines.load.xero_answers import NoAnswer, NotSent, read_answer, read_list
from pipelines.load.xero_auth import TokenSource, XeroAuth
from pipelines.load.xero_transport import build_transport
from pipelines.settings import Settings

API_PATH = "/api.xro/2.0"
PAGE_SIZE = 1000
"""The most that Xero gives at once (xero.md section 1.1)."""

_HAS_UNIT_DECIMALS = frozenset({"Invoices", "CreditNotes", "Items"})
"""Collections whose UnitAmount keeps 4 places only where `unitdp=4` asks for it (xero.md section 3)."""

HISTORY_LENGTH = 2_500
"""Characters of a note (xero.md section 2)."""

PROMPT = 5.0
"""Seconds within which an answer tells what time it is at the server."""

Element = dict[str, Any]
"""One object of an answer, as Xero spells it."""


def utc_now() -> datetime:
    """The present moment by the clock of this machine."""
    return datetime.now(UTC)


class XeroClient:
    """Calls to one organisation. Every method raises the errors of `xero_answers.read_answer`, and

    `NotSent` when no connection could be made, `NoAnswer` when the answer is lost (both exit 7).
    """

    def __init__(self, http: httpx.Client, tenant_id: str | None = None, limits: CallLimits | None = None) -> None:
        self._http = http
        self._limits = limits or CallLimits()
        self.tenant_id = tenant_id
        self.server_time: datetime | None = None
        """When the last answer was given, by the clock of the server; None before the first one."""
        self._ahead = timedelta()

    def __repr__(self) -> str:
        return f"XeroClient({str(self._http.base_url)!r}, tenant_id={self.tenant_id!r})"

    def __enter__(self) -> "XeroClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def in_server_time(self, clock: Callable[[], datetime]) -> Callable[[], datetime]:
        """A clock put right by the server's, which its prompt answers tell.

        How long ago a request was sent decides whether its key may be used again (xero.md section 9), and from when on
        changes are looked through: a clock of this machine that was set meanwhile would have it sent twice.
        """
        return lambda: clock() + self._ahead

    @property
    def calls_left_today(self) -> int:
        """Calls that the day's limit leaves, by our count and by the headers of Xero's last answer."""
        return self._limits.day_left

    def connections(self) -> list[Element]:
        """The organisations that this token reaches (xero.md section 11); needs no tenant."""
        return read_list(self._request("GET", "/connections"))

    def organisation(self) -> Element:
        """The organisation, with its lock dates."""
        found: list[Element] = self._get("/Organisation")["Organisations"]
        return found[0]

    def accounts(self) -> list[Element]:
        """Every account of the chart, archived ones too."""
        return list(self._get("/Accounts")["Accounts"])

    def tax_rates(self) -> list[Element]:
        """Every tax rate."""
        return list(self._get("/TaxRates")["TaxRates"])

    def tracking_categories(self) -> list[Element]:
        """Every tracking category with its options, archived ones too."""
        return list(self._get("/TrackingCategories", {"includeArchived": "true"})["TrackingCategories"])

    def currencies(self) -> list[Element]:
        """Every currency that is switched on (xero.md section 8)."""
        return list(self._get("/Currencies")["Currencies"])

    def items(self) -> list[Element]:
        """Every item; a tracked one moves stock and COGS in Xero by itself (xero.md section 6)."""
        return list(self._get("/Items")["Items"])

    def one(self, collection: str, identifier: str) -> Element | None:
        """One object by its id; None where an answer has none."""
        found = self._get(f"/{collection}/{identifier}").get(collection) or []
        return found[0] if found else None

    def manual_journals(self, where: str | None = None, modified_since: datetime | None = None) -> Iterator[Element]:
        """Manual journals with their lines, page by page (only pages carry lines, xero.md section 1.1).

        Args:
            where: a filter; `Narration=="…"` is the only one that Xero optimises.
            modified_since: only what changed at or after this instant, to the second.
        """
        return self.documents("ManualJournals", where, modified_since)

    def documents(
        self,
        collection: str,
        where: str | None = None,
        modified_since: datetime | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> Iterator[Element]:
        """Documents of a paged collection with their lines, page by page.

        Args:
            collection: ManualJournals, Invoices, CreditNotes, BankTransactions, PurchaseOrders, Contacts or Payments.
            where: a filter; ranges on Date are optimised for Invoices and CreditNotes (xero.md section 1.1).
            modified_since: only what changed at or after this instant, to the second.
            filters: explicit filters, such as `IDs` or `includeArchived`.
        """
        headers = {"If-Modified-Since": f"{modified_since:%Y-%m-%dT%H:%M:%S}"} if modified_since else {}
        page, page_count = 1, 1
        while page <= page_count:
            query = (
                {"page": str(page), "pageSize": str(PAGE_SIZE)}
                | ({"where": where} if where else {})
                | dict(filters or {})
            )
            answer = self._get(f"/{collection}", query, headers)
            found = answer.get(collection) or []
            yield from found
            pages = answer.get("pagination") or {}
            page_count = int(pages.get("pageCount", page + (len(found) == PAGE_SIZE)))
            page += 1

    def find_by_narration(self, narration: str) -> list[Element]:
        """Manual journals with exactly this narration: how one is found again (xero.md section 2)."""
        return [found for found in self.manual_journals(f'Narration=="{narration}"') if found["Narration"] == narration]

    def manual_journal(self, manual_journal_id: str) -> Element:
        """One manual journal."""
        found: list[Element] = self._get(f"/ManualJournals/{manual_journal_id}")["ManualJournals"]
        return found[0]

    def attachments(self, manual_journal_id: str) -> list[Element]:
        """The files on a manual journal, without their content."""
        return list(self._get(f"/ManualJournals/{manual_journal_id}/Attachments")["Attachments"])

    def history(self, manual_journal_id: str) -> list[Element]:
        """What happened to a manual journal, and the notes on it."""
        return list(self._get(f"/ManualJournals/{manual_journal_id}/History")["HistoryRecords"])

    def trial_balance(self, balance_date: date) -> Element:
        """The trial balance report up to and with a day."""
        found: list[Element] = self._get("/Reports/TrialBalance", {"date": balance_date.isoformat()})["Reports"]
        return found[0]

    def create_manual_journals(self, body: str, idempotency_key: str) -> list[Element]:
        """Create several manual journals; each comes back with its own verdict (xero.md sections 1.2 and 2).

        Sent once: a lost answer is the outbox's business.

        Args:
            body: `{"ManualJournals":[…]}`, the exact text.
            idempotency_key: at most 128 characters, which Xero remembers for six minutes.
        """
        return self._write("PUT", "/ManualJournals", body.encode(), idempotency_key)

    def end_manual_journal(self, manual_journal_id: str, body: str, idempotency_key: str) -> list[Element]:
        """Void a posted manual journal or delete a draft, as the body says; sent once."""
        return self._write("POST", f"/ManualJournals/{manual_journal_id}", body.encode(), idempotency_key)

    def void_manual_journal(self, manual_journal_id: str, narration: str, idempotency_key: str) -> list[Element]:
        """Void a posted manual journal."""
        return self.end_manual_journal(
            manual_journal_id, envelope([ending(manual_journal_id, narration, "VOIDED")]), idempotency_key
        )

    def write_documents(self, action: str, path: str, body: str, idempotency_key: str) -> list[Element]:
        """Create, change or end contacts, items, invoices, credit notes, orders, payments, allocations; sent once.

        Each element comes back with its own verdict (xero.md section 1.2); prices keep 4 places (section 3).

        Args:
            action: create (PUT, which never changes what is there), update or end (POST; of an allocation: DELETE).
            path: under the API's base address, such as `/Invoices`.
            body: the exact text; empty for an allocation that ends.
            idempotency_key: as for journals.
        """
        is_allocation = "/Allocations" in path
        if is_allocation and action == "end":
            return self._delete(path, idempotency_key)
        collection = "Allocations" if is_allocation else path.split("/")[1]
        query = {"summarizeErrors": "false"} | ({"unitdp": "4"} if collection in _HAS_UNIT_DECIMALS else {})
        method = "PUT" if action == "create" else "POST"
        return self._write(method, path, body.encode(), idempotency_key, collection, query=query)

    def _delete(self, path: str, idempotency_key: str) -> list[Element]:
        """Delete something; what is not there any more was deleted by an earlier try whose answer was lost."""
        answer = self._request("DELETE", f"{API_PATH}{path}", headers={"Idempotency-Key": idempotency_key})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return [{"IsDeleted": True}]
        return [read_answer(answer)]

    def attach_file(
        self, manual_journal_id: str, file_name: str, content: bytes, content_type: str, idempotency_key: str
    ) -> list[Element]:
        """Put a file on a manual journal; one of the same name is replaced (xero.md section 2); sent once.

        Args:
            manual_journal_id: of a journal that is not deleted.
            file_name: without `< > : " / \\ | ? * +`.
            content: at most 10 MB, at most ten files a journal.
            content_type: MIME type, such as `text/csv`.
            idempotency_key: as for journals.
        """
        path = f"/ManualJournals/{manual_journal_id}/Attachments/{quote(file_name, safe='')}"
        return self._write("PUT", path, content, idempotency_key, "Attachments", content_type)

    def add_history(self, manual_journal_id: str, body: str, idempotency_key: str) -> list[Element]:
        """Put a note on a manual journal, which nobody can change afterwards (xero.md section 2); sent once.

        Args:
            manual_journal_id: of the journal.
            body: see `history_note`, the exact text.
            idempotency_key: as for journals.
        """
        path = f"/ManualJournals/{manual_journal_id}/History"
        return self._write("PUT", path, body.encode(), idempotency_key, "HistoryRecords")

    def _get(
        self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Element:
        return read_answer(self._request("GET", f"{API_PATH}{path}", query, headers))

    def _write(
        self,
        method: str,
        path: str,
        content: bytes,
        idempotency_key: str,
        collection: str = "ManualJournals",
        content_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> list[Element]:
        """Send once. Elements get verdicts of their own: without `summarizeErrors=false` one bad one is HTTP 400."""
        headers = {"Idempotency-Key": idempotency_key, "Content-Type": content_type}
        query = query or ({"summarizeErrors": "false"} if collection == "ManualJournals" else {})
        answer = read_answer(self._request(method, f"{API_PATH}{path}", query, headers, content))
        found = answer.get(collection)
        if not isinstance(found, list):
            raise NoAnswer(f"{method} {path}: an answer without {collection}. Run the same command again.")
        return found

    def _request(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        tenant = {"xero-tenant-id": self.tenant_id} if self.tenant_id and url.startswith(API_PATH) else {}
        asked_at = monotonic()
        try:
            answer = self._http.request(
                method, url, params=query or {}, headers={**(headers or {}), **tenant}, content=content
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(
                f"Xero cannot be reached at {self._http.base_url} ({type(error).__name__}).\n"
                "    Check TIEOUT_XERO_URL and the network, then run the same command again."
            ) from None
        except httpx.RequestError as error:  # also an answer that cannot be unpacked
            raise NoAnswer(
                f"{method} {url}: no answer from {self._http.base_url} ({type(error).__name__}).\n"
                "    Run the same command again; what was sent is looked up first."
            ) from None
        answered_at = _answered_at(answer)
        self.server_time = answered_at or self.server_time
        if answered_at is not None and monotonic() - asked_at < PROMPT:
            self._ahead = answered_at - utc_now()
        return answer


def _answered_at(answer: httpx.Response) -> datetime | None:
    """The Date of an answer, where it has one that can be read; its zone is UTC, also where none is written."""
    try:
        found = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def envelope(documents: list[Element]) -> str:
    """Documents as the body of one request; the text is what the outbox keeps."""
    return encode_json({"ManualJournals": documents})


def ending(manual_journal_id: str, narration: str, status: str) -> Element:
    """The document that ends a manual journal: VOIDED for a posted one, DELETED for a draft (xero.md section 2)."""
    return {"ManualJournalID": manual_journal_id, "Narration": narration, "Status": status}


def history_note(details: str) -> str:
    """A note as the body of one request; at most 2,500 characters, so a longer one ends in an ellipsis."""
    shown = details if len(details) <= HISTORY_LENGTH else f"{details[: HISTORY_LENGTH - 1]}…"
    return encode_json({"HistoryRecords": [{"Details": shown}]})


def connect(
    settings: Settings,
    *,
    per_minute: int = PER_MINUTE,
    timeout: float = 60.0,
    backoff: float = 0.5,
    transport: httpx.BaseTransport | None = None,
    scopes: str | None = None,
) -> XeroClient:
    """A client for the organisation that the settings name; no request is made yet.

    Args:
        settings: address and client; with a secret a custom connection, else the person who signed in.
        per_minute: limit of requests a minute (xero.md section 10); a server on this machine is not limited.
        timeout: seconds to wait for an answer.
        backoff: seconds before the second retry of a read.
        transport: what really sends; a test gives its own.
        scopes: what a custom connection asks for; None: what the close needs.

    Raises:
        UsageProblem: there is no client, or neither a secret nor a sign-in (exit 2).
    """
    found = find_credentials(settings, transport, timeout, scopes)
    return client_for(
        settings,
        found.source,
        found.tenant_id,
        per_minute=per_minute,
        timeout=timeout,
        backoff=backoff,
        transport=transport,
    )


def client_for(
    settings: Settings,
    source: TokenSource,
    tenant_id: str | None,
    *,
    per_minute: int = PER_MINUTE,
    timeout: float = 60.0,
    backoff: float = 0.5,
    transport: httpx.BaseTransport | None = None,
) -> XeroClient:
    """A client whose calls carry the tokens of a source; the arguments are those of `connect`."""
    limits = CallLimits(per_minute, settings.xero_day_limit, is_paced=not is_loopback(settings.xero_url))
    http = httpx.Client(
        base_url=settings.xero_url,
        auth=XeroAuth(source),
        headers={"Accept": "application/json", "User-Agent": "tieout"},
        timeout=httpx.Timeout(timeout, connect=10.0, pool=None),
        transport=build_transport(limits, backoff, transport),
    )
    return XeroClient(http, tenant_id, limits)
