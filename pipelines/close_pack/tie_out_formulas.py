"""Live subtotals inside the tie-out sheet: expected is the ledger and its causes, unexplained is what is left."""

from decimal import Decimal

from pipelines.close_pack.ledger_tables import TIE_OUT
from pipelines.close_pack.pack_tables import PackTable
from pipelines.close_pack.places import FIRST_ROW

START, EXPECTED, BALANCE, REST = "stock_ledger", "expected_in_xero", "xero_balance", "unexplained"


def tie_out_formulas(table: PackTable) -> dict[tuple[int, str], str]:
    """Formulas by row (from 0) and column, for each account whose steps are in the usual order.

    A subtotal that the steps above it do not come to stays a number: the difference shows in the checks, not as a
    formula with another result than DuckDB's.
    """
    if table.key != TIE_OUT:
        return {}
    letter = "ABCDEFGHIJ"[table.column_names.index("amount")]
    found: dict[tuple[int, str], str] = {}
    rows = list(enumerate(table.frame.iter_rows(named=True)))
    for account in dict.fromkeys(row["account_code"] for _, row in rows):
        own = [(at, row) for at, row in rows if row["account_code"] == account]
        place = {row["cause"]: at for at, row in own}
        amounts: dict[int, Decimal] = {at: row["amount"] for at, row in own}
        if EXPECTED in place and own[0][0] < place[EXPECTED]:
            first, last = own[0][0], place[EXPECTED] - 1
            if sum(amounts[at] for at in range(first, last + 1)) == amounts[place[EXPECTED]]:
                area = f"{letter}{FIRST_ROW + first + 1}:{letter}{FIRST_ROW + last + 1}"
                found[place[EXPECTED], "amount"] = f"=SUM({area})"
        if {EXPECTED, BALANCE, REST} <= place.keys():
            balance, expected = (amounts[place[name]] for name in (BALANCE, EXPECTED))
            if balance - expected == amounts[place[REST]]:
                cells = [f"{letter}{FIRST_ROW + place[name] + 1}" for name in (BALANCE, EXPECTED)]
                found[place[REST], "amount"] = f"={cells[0]}-{cells[1]}"
    return found
