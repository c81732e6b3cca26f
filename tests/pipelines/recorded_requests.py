"""Keeps what a client sends, so that Xero's own specification can judge it."""

import httpx

from tests.pipelines.xero_specification import request_problems

COLLECTIONS = (
    "Accounts", "Attachments", "BankTransactions", "Contacts", "CreditNotes", "Currencies", "HistoryRecords",
    "Invoices", "Items", "ManualJournals", "Organisations", "Reports", "TaxRates", "TrackingCategories",
)  # fmt: skip


class Recorder(httpx.BaseTransport):
    """Keeps the requests that pass; without another transport it answers them itself."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/connect/token"):
            assert self._transport is not None
            return self._transport.handle_request(request)
        request.read()
        self.requests.append(request)
        if self._transport is not None:
            return self._transport.handle_request(request)
        if request.url.path == "/connections":
            return httpx.Response(200, json=[])
        return httpx.Response(200, json={name: [{"Narration": "x"}] for name in COLLECTIONS})

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def problems(self) -> list[str]:
        return [problem for request in self.requests for problem in request_problems(request)]
