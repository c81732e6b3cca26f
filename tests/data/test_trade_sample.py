"""The sample company's trade documents, from both Cin7s: totals to the cent, something for every row of the sync."""

import csv
import json
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.extract.source_shapes import FileInput
from tests.data.trade_selects import Row, read, select

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
TABLES = ("contacts", "trade_documents", "trade_lines", "payments")
CENT = Decimal("0.01")
Tables = dict[str, list[Row]]


@pytest.fixture(scope="module", params=["omni", "core"])
def company(request: pytest.FixtureRequest) -> tuple[str, Tables]:
    source = read(request.param)
    inputs: dict[str, list[Row]] = {}
    for name, definition in source.inputs.items():
        if isinstance(definition, FileInput):
            with (SAMPLE / "files" / definition.file).open(encoding="utf-8", newline="") as file:
                inputs[str(name)] = list(csv.DictReader(file))
            continue
        file_name = SAMPLE / request.param / f"{definition.resource.replace('/', '_')}.json"
        inputs[str(name)] = json.loads(file_name.read_text(encoding="utf-8")) if file_name.is_file() else []
    return request.param, {table: select(source, table, **inputs) for table in TABLES}


def lines_of(tables: Tables) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in tables["trade_lines"]:
        found[row["document_id"]].append(row)
    return found


def total_of(document: Row, lines: list[Row]) -> Decimal:
    """Lines, and their tax where prices do not contain it: as stated, else by rate on the whole document."""
    net = sum((Decimal(row["line_amount"]) for row in lines), Decimal(0))
    if document["tax_mode"] != "exclusive":
        return net
    if all(row["tax_amount"] is not None for row in lines):
        return net + sum((Decimal(row["tax_amount"]) for row in lines), Decimal(0))
    (rate,) = {Decimal(row["tax_rate"]) for row in lines}
    return net + (net * rate).quantize(CENT, ROUND_HALF_UP)


def test_every_document_is_its_lines_to_the_cent(company: tuple[str, Tables]) -> None:
    _, tables = company
    lines = lines_of(tables)
    stated = {row["document_id"]: Decimal(row["total_amount"]) for row in tables["trade_documents"]}
    assert stated == {row["document_id"]: total_of(row, lines[row["document_id"]]) for row in tables["trade_documents"]}
    assert lines.keys() == stated.keys()


def test_there_is_something_for_every_kind_of_the_sync(company: tuple[str, Tables]) -> None:
    name, tables = company
    documents = tables["trade_documents"]
    assert {row["kind"] for row in documents} == {
        "sales_invoice", "sales_credit", "bill", "supplier_credit", "purchase_order", "sales_deposit",
        "purchase_deposit",
    }  # fmt: skip
    modes = {row["tax_mode"] for row in documents if row["kind"] == "sales_invoice"}
    assert modes >= ({"inclusive", "exclusive", "exempt"} if name == "omni" else {"inclusive", "exclusive"})
    assert {row["currency_code"] for row in documents} == {"NZD", "USD", "AUD"}
    abroad = next(row for row in documents if row["currency_code"] == "AUD")
    assert Decimal(abroad["currency_rate"]) == Decimal("1.0911")
    assert {row["kind"] for row in tables["trade_lines"]} == {
        "goods", "freight", "surcharge", "discount", "deposit", "other",
    }  # fmt: skip
    notes = [row for row in documents if row["kind"] in ("sales_credit", "supplier_credit")]
    assert {row["original_document_id"] is None for row in notes if row["kind"] == "sales_credit"} == {True, False}
    assert len([row for row in notes if row["kind"] == "supplier_credit"]) == 2
    assert "void" in {row["status"] for row in documents}


def test_payments_are_of_several_methods_one_is_a_refund_one_too_much_and_deposits_are_paid(
    company: tuple[str, Tables],
) -> None:
    name, tables = company
    payments = tables["payments"]
    totals = {row["document_id"]: Decimal(row["total_amount"]) for row in tables["trade_documents"]}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in payments:
        paid[row["document_id"]] += Decimal(row["amount"])
    assert len({row["method"] for row in payments}) == 3
    assert [row["kind"] for row in payments].count("refund") == 1
    assert [paid[key] - totals[key] for key in paid if paid[key] > totals[key]] == [Decimal("20.00")]
    assert sum(paid[key] < totals[key] for key in paid) == 1
    deposits = {key for key in totals if key.startswith(("SD", "PD"))}
    assert {key: paid[key] for key in deposits} == {key: totals[key] for key in deposits}
    assert sum(bool(row["is_from_accounting"]) for row in payments) == (1 if name == "omni" else 0)


def test_contacts_have_emails_numbers_terms_and_one_id_of_xero(company: tuple[str, Tables]) -> None:
    name, tables = company
    contacts: dict[str, dict[str, Any]] = {row["contact_name"]: row for row in tables["contacts"]}
    guides = contacts["Fiordland Guides Ltd"]
    assert (guides["accounts_email"], guides["email"]) == (
        "Accounts@FiordlandGuides.example", "base@fiordlandguides.example",
    )  # fmt: skip
    assert (guides["tax_number"], guides["payment_terms"]) == ("49-333-301", "20th of the following month")
    known = {row["contact_name"] for row in tables["contacts"] if row["xero_contact_id"]}
    assert known == ({"Coastline Kayaks & Camp"} if name == "omni" else set())
    named = {row["contact_id"] for row in tables["trade_documents"]}
    assert named <= {row["contact_id"] for row in tables["contacts"]}, "a credit without an order finds its supplier"
