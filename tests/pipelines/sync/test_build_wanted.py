"""The `sync` tables in the warehouse: replaced by each run, with what is known of each error kept."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import DataProblem
from pipelines.settings import load_settings
from pipelines.steps.context import CloseContext, open_close
from pipelines.sync.wanted import build_wanted, load_documents
from pipelines.warehouse import Warehouse, open_warehouse
from tests.mappings.conftest import FILES
from tests.transforms.sync.trade import Row, company

DOCUMENTS = """
from: 2026-10-01
kinds: {contacts: {}, sales_invoices: {}}
accounts: {revenue: "200"}
tax_types: {sales: {"15%": OUTPUT2}}
owners: {sales_invoices: Ana}
"""
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ORGANISATION = (
    "insert into xero.organisation (organisation_id, name, base_currency, mirrored_at) values ('o', 'o', ?, ?)"
)


def _write(home: Path, documents: str | None) -> CloseContext:
    folder = home / "mappings"
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "documents.yaml").unlink(missing_ok=True)
    if documents is not None:
        (folder / "documents.yaml").write_text(documents)
    return open_close(load_settings(home=home, mappings=folder), date(2026, 10, 1), is_preview=True)


def _fill(warehouse: Warehouse, documents: list[Row]) -> None:
    lines: list[Row] = [{"document_id": row["document_id"], "line_amount": "100.00"} for row in documents]
    inputs = company(documents=documents, lines=lines)
    tables = {"contacts": inputs.contacts, "trade_documents": inputs.documents, "trade_lines": inputs.lines}
    for name, frame in tables.items():
        warehouse.replace(f"core.{name}", frame)


def test_each_run_replaces_the_tables_keeps_since_when_an_error_is_known_and_asks_for_one_base_currency(
    tmp_path: Path,
) -> None:
    close = _write(tmp_path, DOCUMENTS)
    with open_warehouse(close.settings, publishes=False) as warehouse:
        warehouse.execute(ORGANISATION, ["NZD", NOW])
        _fill(
            warehouse,
            [
                {"document_id": "1"},
                {"document_id": "2", "total_amount": "1.00"},
                {"document_id": "3", "status": "draft"},
            ],
        )
        counts = build_wanted(close, warehouse, clock=lambda: NOW)
        assert counts.documents["sales_invoice"] == 1
        assert counts.errors == {"total_differs": 1}
        assert counts.left_out == {"draft": 1}
        warehouse.execute("update sync.errors set skip_reason = 'looked at', skipped_until = date '2026-12-31'")
        warehouse.execute(
            "insert into sync.errors (document_key, kind, error_code, reason, next_step, first_seen_at) "
            "values ('sales_invoice:9', 'sales_invoice', 'refused', 'Xero said no', 'look', ?)",
            [NOW],
        )

        build_wanted(close, warehouse, clock=lambda: NOW + timedelta(days=3))
        kept = warehouse.query(
            "select error_code, owner, first_seen_at, skip_reason from sync.errors order by all"
        ).rows()
        assert kept == [("refused", None, NOW, None), ("total_differs", "Ana", NOW, "looked at")]

        _fill(warehouse, [{"document_id": "1"}, {"document_id": "2", "total_amount": "115.00"}])
        build_wanted(close, warehouse, clock=lambda: NOW)
        assert warehouse.read("sync.documents")["document_key"].to_list() == ["sales_invoice:1", "sales_invoice:2"]
        assert warehouse.read("sync.errors")["error_code"].to_list() == ["refused"], "fixed ones leave by themselves"

        build_wanted(_write(tmp_path, None), warehouse)
        assert warehouse.read("sync.documents").is_empty()

        aud = tmp_path / "mappings" / "close.yaml"
        close = _write(tmp_path, DOCUMENTS)
        aud.write_text(FILES["close"] + "  base_currency: AUD\n")
        close = open_close(close.settings, date(2026, 10, 1), is_preview=True)
        with pytest.raises(DataProblem, match="the base currency is AUD, and Xero's is NZD"):
            build_wanted(close, warehouse)


def test_a_file_that_does_not_hold_stops_the_sync_with_every_problem(tmp_path: Path) -> None:
    close = _write(tmp_path, DOCUMENTS.replace("revenue", "revenues").replace("contacts", "contract"))
    with pytest.raises(DataProblem) as stopped:
        load_documents(close.settings)
    assert len(stopped.value.problems) == 2
