"""The documents.yaml that tieout init proposes: off at first, and right once it is switched on."""

from datetime import date
from pathlib import Path

import pytest

from mappings.documents_checks import check_documents_against_xero
from mappings.reader import read_documents, read_mappings
from pipelines.init.decisions import Decisions
from pipelines.init.facts import XeroFacts
from pipelines.init.files import render
from pipelines.init.proposal import propose
from pipelines.init.questions import Questions
from tests.pipelines.init.charts import AMERICAN, cin7, xero

TODAY = date(2026, 11, 22)


NO_ROUNDING = "accounts.rounding is left out, and Xero shows no rounding account of its own"


@pytest.mark.parametrize(
    ("organisation", "missing"), [(xero(), []), (xero(AMERICAN, base_currency="USD"), [NO_ROUNDING])]
)
def test_the_proposed_file_sends_nothing_and_fits_xero_once_its_kinds_are_switched_on(
    organisation: XeroFacts, missing: list[str], tmp_path: Path
) -> None:
    proposal = propose(organisation, cin7(), Decisions(Questions({}, None, print)), TODAY)
    texts = render(proposal)
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert read_documents(tmp_path) is None

    on = texts["documents"].replace("kinds: {}", "kinds:")
    for kind in ("contacts", "bills"):
        on = on.replace(f"# {kind}", kind)
    (tmp_path / "documents.yaml").write_text(on, encoding="utf-8")
    documents = read_documents(tmp_path)
    assert documents is not None
    assert documents.kinds_on == {"contact", "bill"}
    assert documents.tax_types.purchases
    mappings = read_mappings(tmp_path)
    found = check_documents_against_xero(documents, mappings, organisation.accounts, organisation.tax_rates, ())
    assert [one.found for one in found] == missing
