"""Opening stock that Xero's balance does not agree to: nobody's, until somebody approves just that amount."""

from decimal import Decimal

import pytest

from tests.sample_company import SEPTEMBER, Company

FILE = "data/sample/files/opening_stock.csv"
APPROVED = """
opening_differences:
  - { account: "630", amount: "AMOUNT", reason: Counted again, owner: finance@example.com }
"""


def count_two_more(opened: Company) -> str:
    """Two more units in the first layer of the opening file; what they cost."""
    lines = (opened.home / FILE).read_text(encoding="utf-8").splitlines()
    names, first = lines[0].split(","), lines[1].split(",")
    place = names.index("quantity")
    more = [*first[:place], str(int(first[place]) + 2), *first[place + 1 :]]
    opened.edit_text(FILE, lines[1] + "\n", ",".join(more) + "\n")
    return f"{2 * Decimal(first[names.index('unit_cost')]):.2f}"


@pytest.mark.thorough
def test_an_opening_difference_is_booked_once_somebody_approved_it(opened: Company) -> None:
    gap = count_two_more(opened)

    stopped = opened.tieout("close", SEPTEMBER)
    assert stopped.exit_code == 3
    assert stopped.message.startswith(
        "The opening stock does not agree to Xero's balance. Nothing was posted.\n"
        'HOME/mappings/close.yaml: account "630" on 2026-08-31: the ledger has '
    )
    assert stopped.message.endswith(
        f"opening difference {gap}\n    Correct the opening stock or Xero's balance; or approve it under "
        f'opening_differences:  - {{account: "630", amount: "{gap}", reason: "...", owner: "..."}}'
    )

    close = opened.home / "mappings/close.yaml"
    text = close.read_text(encoding="utf-8")
    close.write_text(text + APPROVED.replace("AMOUNT", "1.00"), encoding="utf-8")
    wrong = opened.tieout("plan", SEPTEMBER)
    assert wrong.message.endswith(f'opening difference {gap}, approved were 1.00\n    Write amount: "{gap}"')

    close.write_text(text + APPROVED.replace("AMOUNT", gap), encoding="utf-8")
    done = opened.tieout("close", SEPTEMBER)
    assert (done.exit_code, done.message) == (0, "")  # it ties out: Xero holds the opening stock now
    shown = opened.tieout("explain", f"DEMO-VALUATION-{SEPTEMBER}").out
    assert "opening stock less Xero's balance, approved in close.yaml" in shown


def test_stock_that_opens_in_the_course_of_the_first_month_is_left_to_its_tie_out(opened: Company) -> None:
    count_two_more(opened)
    text = (opened.home / FILE).read_text(encoding="utf-8")
    opened.rewrite(FILE, text.replace("2026-08-31", "2026-09-01"))
    planned = opened.tieout("plan", SEPTEMBER)
    assert (planned.exit_code, planned.message) == (0, "")
