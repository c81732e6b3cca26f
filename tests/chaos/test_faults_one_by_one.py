"""Each fault in Xero's books by itself: its own cause moves by what was done, no other does, nothing is unexplained."""

import os
from decimal import Decimal

import pytest

from pipelines.load.xero_client import connect
from pipelines.month_end import mirror
from pipelines.steps.context import open_close, read_month
from pipelines.steps.run import CloseRun
from pipelines.steps.tie_out import tie_out_month
from pipelines.warehouse import Warehouse, open_warehouse
from tests.end_to_end.xero_accountants import accountants_of
from tests.end_to_end.xero_faults import FAULTS, Cause, changes, read_causes
from tests.sample_company import OCTOBER, Company

pytestmark = pytest.mark.skipif(os.environ.get("CHAOS") != "all", reason="a tie-out for each fault: make chaos")


def test_each_fault_moves_its_own_cause_and_no_other(closed: Company) -> None:
    with accountants_of(closed) as people, open_warehouse(closed.settings, publishes=False) as warehouse:
        causes = tied_out(closed, warehouse)
        for inject, expected in FAULTS:
            inject(closed, people)
            known, causes = causes, tied_out(closed, warehouse)
            assert changes(known, causes) == dict(expected)


def tied_out(company: Company, warehouse: Warehouse) -> dict[Cause, Decimal]:
    """The causes of October as Xero's books are now."""
    close = open_close(company.settings, read_month(OCTOBER))
    with CloseRun(close, warehouse, "faults", client_factory=connect) as run:
        mirror(run)
        return read_causes(tie_out_month(close, warehouse, run.client).steps)
