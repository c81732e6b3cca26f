"""The Xero client: what tieout reads from and writes to the Accounting API, one method a call (xero.md)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import httpx

from pipelines.errors import UsageProblem
from pipelines.load.json_text import encode_json
from pipelines.load.xero_answers import NoAnswer, NotSent, read_answer
from pipelines.load.xero_auth import ClientCredentials
from pipelines.load.xero_transport import build_transport
from pipelines.settings import Settings
from schemas.problems import Problem

API_PATH = "/api.xro/2.0"
PAGE_SIZE = 1000
"""The most that Xero gives at once (xero.md section 1.1)."""

Element = dict[str, Any]
"""One object of an answer, as Xero spells it."""


class XeroClient:
    """Calls to one organisation. Every method raises the errors of `xero_answers.read_answer`, and

    `NotSent` when no connection could be made, `NoAnswer` when the answer is lost (both exit 7).
    """

    def __init__(self, http: httpx.Client, tenant_id: str | None = None) -> None:
        self._http = http
        self.tenant_id = tenant_id

    def __repr__(self) -> str:
        return f"XeroClient({str(self._http.base_url)!r}, tenant_id={self.tenant_id!r})"

    def __enter__(self) -> "XeroClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

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

    def manual_journals(self, where: str | None = None, modified_since: datetime | None = None) -> Iterator[Element]:
        """Manual journals with their lines, page by page (only pages carry lines, xero.md section 1.1).

        Args:
            where: a filter; `Narration=="…"` is the only one that Xero optimises.
            modified_since: only what changed at or after this instant, to the second.
        """
        headers = {"If-Modified-Since": f"{modified_since:%Y-%m-%dT%H:%M:%S}"} if modified_since else {}
        page, page_count = 1, 1
        while page <= page_count:
            query = {"page": str(page), "pageSize": str(PAGE_SIZE)} | ({"where": where} if where else {})
            answer = self._get("/ManualJournals", query, headers)
            found = answer.get("ManualJournals") or []
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
        return self._write("PUT", "/ManualJournals", body, idempotency_key)

    def end_manual_journal(self, manual_journal_id: str, body: str, idempotency_key: str) -> list[Element]:
        """Void a posted manual journal or delete a draft, as the body says; sent once."""
        return self._write("POST", f"/ManualJournals/{manual_journal_id}", body, idempotency_key)

    def void_manual_journal(self, manual_journal_id: str, narration: str, idempotency_key: str) -> list[Element]:
        """Void a posted manual journal."""
        return self.end_manual_journal(
            manual_journal_id, envelope([ending(manual_journal_id, narration, "VOIDED")]), idempotency_key
        )

    def _get(
        self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Element:
        return self._send("GET", path, query or {}, headers or {}, None)

    def _write(self, method: str, path: str, body: str, idempotency_key: str) -> list[Element]:
        headers = {"Idempotency-Key": idempotency_key, "Content-Type": "application/json"}
        answer = self._send(method, path, {"summarizeErrors": "false"}, headers, body.encode())
        found = answer.get("ManualJournals")
        if not isinstance(found, list):
            raise NoAnswer(f"{method} {path}: an answer without ManualJournals. Run the same command again.")
        return found

    def _send(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes | None
    ) -> Element:
        tenant = {"xero-tenant-id": self.tenant_id} if self.tenant_id else {}
        url = f"{API_PATH}{path}"
        try:
            response = self._http.request(method, url, params=query, headers={**headers, **tenant}, content=content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(_unreachable(method, self._http.base_url, error)) from None
        except httpx.TransportError as error:
            raise NoAnswer(
                f"{method} {url}: no answer from {self._http.base_url} ({type(error).__name__}).\n"
                "    Run the same command again; what was sent is looked up first."
            ) from None
        return read_answer(response)


def _unreachable(method: str, base_url: httpx.URL, error: httpx.TransportError) -> str:
    return (
        f"{method}: Xero cannot be reached at {base_url} ({type(error).__name__}).\n"
        "    Check TIEOUT_XERO_URL and the network, then run the same command again."
    )


def envelope(documents: list[Element]) -> str:
    """Documents as the body of one request; the text is what the outbox keeps."""
    return encode_json({"ManualJournals": documents})


def ending(manual_journal_id: str, narration: str, status: str) -> Element:
    """The document that ends a manual journal: VOIDED for a posted one, DELETED for a draft (xero.md section 2)."""
    return {"ManualJournalID": manual_journal_id, "Narration": narration, "Status": status}


def connect(
    settings: Settings,
    *,
    per_minute: int = 60,
    timeout: float = 60.0,
    backoff: float = 0.5,
    transport: httpx.BaseTransport | None = None,
) -> XeroClient:
    """A client for the organisation that the settings name; no request is made yet.

    Args:
        settings: address, client and secret.
        per_minute: limit of requests a minute (xero.md section 10); a server on this machine is not limited.
        timeout: seconds to wait for an answer.
        backoff: seconds before the second retry of a read.
        transport: what really sends; a test gives its own.

    Raises:
        UsageProblem: client or secret is missing (exit 2).
    """
    client_id, secret = settings.xero_client_id, settings.xero_client_secret
    missing = [
        Problem(f"TIEOUT_{name.upper()}", "is not set", "Set it in the environment; Xero shows it on the app's page.")
        for name, value in (("xero_client_id", client_id), ("xero_client_secret", secret))
        if not value
    ]
    if client_id is None or secret is None or missing:
        raise UsageProblem("The settings do not say how to sign in to Xero.", missing)
    http = httpx.Client(
        base_url=settings.xero_url,
        auth=ClientCredentials(settings.xero_token_url, client_id, secret.get_secret_value()),
        headers={"Accept": "application/json", "User-Agent": "tieout"},
        timeout=httpx.Timeout(timeout, connect=10.0),
        transport=build_transport(settings.xero_url, per_minute, backoff, transport),
    )
    return XeroClient(http, settings.xero_tenant_id)
