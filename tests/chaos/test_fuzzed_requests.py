"""schemathesis sends the local Xero whatever the specification allows, and what it does not: never a 5xx.

Every answer with a schema keeps to it. A minute, so in `make chaos` only.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines.sandbox.xero import running_sandbox
from tests.chaos.fuzzed_specification import fuzzed_specification, name_what_there_is
from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, connect, journal
from tests.pipelines.xero_specification import needs_specification

SECONDS = 60
SCHEMATHESIS = Path(sys.executable).parent / ("st.exe" if os.name == "nt" else "st")
LINE = {"Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}
DOCUMENT = {"Contact": {"Name": "Ann"}, "DueDate": "2026-10-10", "LineItems": [LINE], "Status": "AUTHORISED"}

pytestmark = [
    needs_specification,
    pytest.mark.skipif(os.environ.get("CHAOS") != "all", reason="takes a minute and a half: make chaos"),
]


def _fill(xero: LocalXero) -> dict[str, str]:
    """One of each thing in the books, and its identifier by the name that paths have for it."""
    bank = {"Type": "SPEND", "BankAccount": {"Code": "090"}, "LineItems": [{**LINE, "AccountCode": "404"}]}
    elements: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("ManualJournals", "ManualJournalID", journal()),
        ("Invoices", "InvoiceID", {**DOCUMENT, "Type": "ACCREC"}),
        ("CreditNotes", "CreditNoteID", {**DOCUMENT, "Type": "ACCRECCREDIT"}),
        ("PurchaseOrders", "PurchaseOrderID", DOCUMENT),
        ("BankTransactions", "BankTransactionID", bank),
        ("Items", "ItemID", {"Code": "SKU"}),
        ("TrackingCategories", "TrackingCategoryID", {"Name": "Region"}),
        ("Accounts", "AccountID", {"Code": "0631", "Name": "Made stock", "Type": "CURRENT"}),
        ("Contacts", "ContactID", {"Name": "Bo", "ContactNumber": "C-1"}),
    )
    found = {}
    for collection, name, element in elements:
        answer = xero.http.put(f"{API}/{collection}", json=element).raise_for_status()
        found[name] = str(answer.json()[collection][0][name])
    return {**found, "FileName": "a.csv", "TaxType": "INPUT2", "ContactNumber": "C-1", "JournalNumber": "1"}


def test_no_request_gets_a_server_error_or_an_answer_outside_the_schema(tmp_path: Path) -> None:
    log, file = tmp_path / "log.jsonl", tmp_path / "specification.json"
    with running_sandbox(tmp_path / "books.sqlite", log=log) as url, closing(connect(url)) as xero:
        document = fuzzed_specification(tmp_path)
        name_what_there_is(document, _fill(xero))
        file.write_text(json.dumps(document, default=str))  # YAML reads some defaults as dates
        tenant = xero.http.get("/connections").json()[0]["tenantId"]
        headers = {
            "Authorization": xero.http.headers["Authorization"],
            "Accept": "application/json",
            "xero-tenant-id": tenant,
        }
        command = [
            *(str(SCHEMATHESIS), "run", str(file), "--url", f"{url}{API}", "--phases", "coverage,fuzzing"),
            *("--max-time", str(SECONDS), "--checks", "not_a_server_error,response_schema_conformance"),
            *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
            *("--continue-on-failure", "--no-shrink", "--warnings", "off", "--suppress-health-check", "all"),
        ]
        longest = SECONDS * 5 + 120
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=longest, check=False)
    statuses = Counter(json.loads(line)["status"] for line in log.read_text().splitlines())
    print(f"schemathesis: {sum(statuses.values())} requests, by status {dict(statuses)}")
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
    assert statuses[200] > 50
    assert not [status for status in statuses if status is None or status >= 500]
