"""A signed month stays as it was signed: what changes later is explained to the cent, and booked in the next month."""

from decimal import Decimal

from tests.end_to_end.october_story import (
    COGS_AFTER,
    LEDGER_AFTER,
    NOVEMBER,
    SIGNER,
    causes_of,
    change_october,
    in_december,
    totals,
)
from tests.sample_company import OCTOBER, Company

BALANCES = {"630": "98125.41", "310": "45420.46", "311": "25891.35"}
"""In Xero when October was signed."""


def test_what_changes_after_the_sign_off_is_explained_and_caught_up_in_the_next_month(closed: Company) -> None:
    signed = closed.tieout("sign", OCTOBER, "--as", SIGNER)
    assert signed.exit_code == 0, signed.message
    assert "COGS so far 71,311.81, stock 106,131.61" in signed.out
    bookings = closed.query("from close.bookings order by all")
    change_october(closed)

    planned = closed.tieout("plan", OCTOBER, "--as", "Bo")
    assert planned.exit_code == 0, planned.message
    assert "DEMO-COGS-2026-10-v2" in planned.out
    assert planned.out.splitlines()[-2].startswith(f"2026-10 is signed: {SIGNER} on ")
    assert closed.query("from close.bookings order by all").equals(bookings)  # a look at a signed month keeps nothing

    facts = closed.tieout("diff", OCTOBER, "--json").json
    effects = {cause["rows"][0]["document"]: (cause["cogs_effect"], cause["stock_effect"]) for cause in facts["causes"]}
    assert effects == {"PO-308": ("14.32", "282.89"), "SO-1337": ("-17.69", "17.69")}
    assert (facts["cogs_change"], facts["stock_change"]) == ("-3.37", "300.58")

    looked = closed.tieout("tie-out", OCTOBER)
    assert looked.exit_code == 0, looked.message
    october = causes_of(closed, OCTOBER)
    assert (october["630", "foreign"], october["630", "xero_balance"]) == ("250.00", "98375.41")
    assert {october["425", step] for step in ("stock_ledger", "xero_balance")} == {"300.00"}  # the freight, not booked

    with in_december():
        november = closed.tieout("close", NOVEMBER)
    assert november.exit_code == 0, november.message
    assert totals(closed) == (COGS_AFTER, LEDGER_AFTER)
    after = causes_of(closed, NOVEMBER)
    assert not [key for key in (*october, *after) if key[1] == "unexplained"]
    assert (after["630", "stock_ledger"], after["630", "foreign"]) == (LEDGER_AFTER, "250.00")
    assert ("425", "xero_balance") not in after
    moved = {code: Decimal(closed.books.balance(code, "2026-11-30")) - Decimal(was) for code, was in BALANCES.items()}
    # 310 and 311 are COGS; the stranger took 250.00 of 310. PO-312's bill of 4 November is 8,032.72 of the stock.
    assert moved["310"] + moved["311"] + 250 == Decimal("-3.37")
    assert moved["630"] - 250 - Decimal("8032.72") == Decimal("300.58")
    assert {closed.books.statuses()[tag] for tag in ("DEMO-COGS-2026-10-v1", "DEMO-COGS-2026-11-v1")} == {"POSTED"}
