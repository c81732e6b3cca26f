"""A client's view of the local Xero server, as the tests use it: plain HTTP with a token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from tests.pipelines.sandbox.xero.checked_answers import CheckedAnswers

API = "/api.xro/2.0"
Journal = dict[str, Any]
Json = Any
Sides = tuple[Decimal | int, Decimal | int]


@dataclass
class LocalXero:
    """A running server and an authorised client for it."""

    url: str
    http: httpx.Client
    answers: CheckedAnswers

    def put(
        self, *journals: Journal, summarize: bool = False, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """PUT manual journals; each gets a result of its own, unless errors are summarised."""
        return self.http.put(
            f"{API}/ManualJournals",
            params={"summarizeErrors": str(summarize)},
            json={"ManualJournals": list(journals)},
            headers=headers,
        )

    def create(self, *journals: Journal) -> list[Journal]:
        """PUT manual journals that are all accepted, and give them as Xero shows them."""
        created: list[Journal] = self.put(*journals, summarize=True).raise_for_status().json()["ManualJournals"]
        return created

    def update(self, journal_id: str, **fields: Json) -> httpx.Response:
        """POST fields of one journal."""
        content = {"ManualJournals": [{"ManualJournalID": journal_id, **fields}]}
        return self.http.post(f"{API}/ManualJournals/{journal_id}", params={"summarizeErrors": "false"}, json=content)

    def read(self, path: str, **query: str | int) -> Json:
        """GET a collection or report that is there."""
        return self.http.get(f"{API}/{path}", params=query).raise_for_status().json()

    def narrations(self) -> list[str]:
        """Narrations of every journal in the books."""
        return [journal["narration"] for journal in self.admin_get("journals")["journals"]]

    def trial_balance(self, day: str) -> dict[str, Sides]:
        """Account code -> movement of the month and balance, debit positive, as a client computes them."""
        rows = self.read("Reports/TrialBalance", date=day)["Reports"][0]["Rows"]
        accounts = [row["Cells"] for section in rows for row in section.get("Rows", ()) if row["RowType"] == "Row"]
        return {cells[0]["Value"].rpartition("(")[2].rstrip(")"): _sides(cells) for cells in accounts}

    def close(self) -> None:
        """Close the connection."""
        self.http.close()

    def admin(self, path: str, content: Mapping[str, Json]) -> Json:
        """POST to an admin endpoint that accepts it."""
        return self.http.post(f"/_sandbox/{path}", json=content).raise_for_status().json()

    def admin_get(self, path: str) -> Json:
        """GET an admin endpoint."""
        return self.http.get(f"/_sandbox/{path}").raise_for_status().json()


def connect(url: str) -> LocalXero:
    """Get a token by client credentials; `close` the client afterwards."""
    http = httpx.Client(base_url=url, headers={"Accept": "application/json"}, timeout=30)
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    token = http.post("/connect/token", data=form).raise_for_status().json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    answers = CheckedAnswers()
    http.event_hooks = {"response": [answers.check]}
    return LocalXero(url, http, answers)


def journal(narration: str = "ACME-COGS-2026-09-v1", amount: str = "10.00", **fields: Json) -> Journal:
    """A journal that Xero accepts: cost of goods sold to stock on hand, posted on 30 September 2026."""
    return {
        "Narration": narration,
        "Date": "2026-09-30",
        "Status": "POSTED",
        "JournalLines": lines(("310", amount), ("630", f"-{amount}")),
        **fields,
    }


def lines(*accounts_and_amounts: tuple[str, str]) -> list[dict[str, Json]]:
    """Journal lines of account codes and amounts."""
    return [{"AccountCode": code, "LineAmount": float(amount)} for code, amount in accounts_and_amounts]


def messages(response: httpx.Response) -> Sequence[str]:
    """Every validation error of an answer, of 200 as of 400."""
    content = response.json()
    elements = content.get("Elements") or content["ManualJournals"]
    return [error["Message"] for element in elements for error in element.get("ValidationErrors", ())]


def _sides(cells: Sequence[Mapping[str, Json]]) -> Sides:
    """Movement and balance of one row."""
    debit, credit, ytd_debit, ytd_credit = (Decimal(cell["Value"] or "0") for cell in cells[1:])
    return debit - credit, ytd_debit - ytd_credit
