"""A payment is written into the local Omni over real HTTP, and read back like any other."""

import json
from pathlib import Path

import pytest

from pipelines.errors import UsageProblem
from pipelines.extract.api.shapes import Question
from pipelines.extract.cin7_client import connect_omni
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.sandbox.cin7 import create_app
from pipelines.sandbox.server import serving
from pipelines.settings import Settings
from pipelines.sync.source_answers import Answer, CinSevenWriter

ORDER = {"id": 7, "reference": "SO-7", "modifiedDate": "2026-10-01T00:00:00Z", "lineItems": []}
PAYMENT = {"orderId": 7, "orderType": "SalesOrder", "amount": 60.5, "transactionRef": "XERO-1"}


@pytest.mark.parametrize("denied", [(), ("Payments",)])
def test_payments_are_taken_one_by_one_refused_with_a_reason_and_shown_in_the_list(
    tmp_path: Path, denied: tuple[str, ...]
) -> None:
    (tmp_path / "SalesOrders.json").write_text(json.dumps([ORDER]), encoding="utf-8")
    with serving(create_app(tmp_path, denied=denied), "cin7") as url:
        settings = Settings(home=tmp_path, omni_url=url, omni_username="sandbox", omni_key="sandbox")  # type: ignore[arg-type]
        with connect_omni(settings, backoff=0.0) as client:
            writer = CinSevenWriter(client)
            if denied:
                with pytest.raises(UsageProblem, match="permission to write payments"):
                    writer.write("Payments", json.dumps([PAYMENT]).encode())
                return
            assert writer.write("Payments", json.dumps([PAYMENT]).encode()) == Answer(
                is_taken=True, payment_id="700001"
            )
            unknown = writer.write("Payments", json.dumps([PAYMENT | {"orderId": 8}]).encode())
            assert unknown == Answer(is_taken=False, reason='["Order 8 was not found"]')
            shown = client.page(RESOURCES["Payments"], Question(), 1).rows
    assert [(row.fields["id"], row.fields["amount"], row.fields["transactionRef"]) for row in shown] == [
        (700001, 60.5, "XERO-1")
    ]
    assert not (tmp_path / "Payments.json").exists()
