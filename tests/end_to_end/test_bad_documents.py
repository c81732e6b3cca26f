"""Documents that do not hold: the close says what to do, posts nothing, and goes on once it is done."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sample_company import ROOT, SEPTEMBER, Company
from tests.some_thorough import some_thorough

JOURNALS_OF_SEPTEMBER = 12
CHARGES = "data/sample/files/landed_costs.csv"
STOPPED = "2026-09 cannot close yet. Nothing was posted."
UNREADABLE = "The source omni has inputs that cannot be read."

OMNI = (ROOT / "mappings/sources/omni.yaml").read_text(encoding="utf-8").splitlines()

Change = Callable[[Company], None]


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong, what is said about it, and what a person does then."""

    breaks: Change
    message: str
    repairs: Change
    exit_code: int = 3


def place(text: str) -> str:
    """Where the last word of a text stands in omni.yaml."""
    (number,) = (number for number, line in enumerate(OMNI, 1) if line.strip() == text)
    return f"HOME/mappings/sources/omni.yaml:{number}"


LANDED_COSTS = place("landed_costs: {file: landed_costs.csv, renamed: {nzd_amount: base_amount}}")
CHARGE = place("landed_costs.base_amount as charge_amount,")


def rows(resource: str, reference: str, **values: object) -> Change:
    """Set fields of a document in Cin7."""
    return lambda company: company.edit_rows(resource, reference, lambda row: row.update(values))


def first_line(reference: str, **values: object) -> Change:
    """Set fields of the first line of a sales order."""
    return lambda company: company.edit_rows("SalesOrders", reference, lambda row: row["lineItems"][0].update(values))


def text(file: str, old: str, new: str) -> Change:
    """Change a mapping or a source file."""
    return lambda company: company.edit_text(file, old, new)


def accept_missing_cost(subject: str) -> Change:
    """Write a correction."""
    entry = f"{{id: C-1, accepts: missing_cost, subjects: [{subject}], reason: It is free, owner: me, status: open}}"
    return text("mappings/corrections.yaml", "corrections: []", f"corrections:\n  - {entry}")


def send_line_twice(company: Company) -> None:
    company.edit_rows("SalesOrders", "SO-1001", lambda row: row["lineItems"].append(row["lineItems"][0]))


def send_line_once(company: Company) -> None:
    company.edit_rows("SalesOrders", "SO-1001", lambda row: row["lineItems"].pop())


def sell_what_was_never_bought(company: Company) -> None:
    file = company.home / "data/sample/omni/Products.json"
    products: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    option = {**products[0]["productOptions"][0], "id": 9999, "code": "HUT-1", "productOptionCode": "HUT-1"}
    voucher = {**products[0], "id": 999, "name": "Night in a hut", "productOptions": [option]}
    file.write_text(json.dumps([*products, voucher]), encoding="utf-8")
    first_line("SO-1001", code="HUT-1")(company)


CASES = {
    "unknown adjustment reason": Case(
        rows("Adjustments", "ADJ-41", adjustmentReason="Eaten by mice"),
        f"""{STOPPED}
core.adjustment_lines, Eaten by mice: adjustment reason "Eaten by mice" has no account (1 row, 223.06)
    Add to mappings/adjustments.yaml under reasons:  "Eaten by mice": {{account: "..."}}
    First: ADJ-41""",
        text("mappings/adjustments.yaml", "reasons:\n", 'reasons:\n  "Eaten by mice": {account: "429"}\n'),
    ),
    "quantity that is not a number": Case(
        first_line("SO-1001", qtyShipped="three"),
        f"""{STOPPED}
core.sale_lines.moved_quantity: must be a number below 10^14 (1 row)
    Repair the row in the source, or accept it in corrections.yaml: {{id: ..., accepts: rejected_row, \
subjects: ["core.sale_lines:SO100001"], reason: ..., owner: ..., status: open}}
    First: order SO-1001, line SO100001 = 'three'""",
        first_line("SO-1001", qtyShipped=3),
    ),
    "tax that nobody knows": Case(
        rows("SalesOrders", "SO-1001", taxStatus="Net"),
        f"""{STOPPED}
core.sale_lines.revenue_amount: the tax that is in the price is not known (1 row)
    Expected: taxStatus Incl, Excl or Exempt, and taxRate as a number, such as 15 or 0.15.
    Repair the row in the source, or accept it in corrections.yaml: {{id: ..., accepts: rejected_row, \
subjects: ["core.sale_lines:SO100001"], reason: ..., owner: ..., status: open}}
    First: order SO-1001, line SO100001 = 'taxStatus Net, taxRate 15'""",
        rows("SalesOrders", "SO-1001", taxStatus="Incl"),
    ),
    "document line that comes twice": Case(
        send_line_twice,
        f"""{STOPPED}
core.sale_lines.sale_line_id: sale_line_id must be unique: an earlier row has the same (1 row)
    Repair the row in the source, or accept it in corrections.yaml: {{id: ..., accepts: rejected_row, \
subjects: ["core.sale_lines:SO100001"], reason: ..., owner: ..., status: open}}
    First: order SO-1001, line SO100001 = 'SO100001'""",
        send_line_once,
    ),
    "currency without a rate": Case(
        rows("PurchaseOrders", "PO-302", currencyCode="CHF"),
        f"""{STOPPED}
core.receipt_lines, CHF: currency "CHF" has no rate on or before the day of the document (8 rows)
    Add the rate to the document, or to core.currency_rates (select currency_rates of the source's YAML).
    First: PO-302""",
        rows("PurchaseOrders", "PO-302", currencyCode="NZD"),
    ),
    "sale without any cost": Case(
        sell_what_was_never_bought,
        f"""{STOPPED}
core.sale_lines, HUT-1: sold, and not received by the cut-off: no cost is known (1 row)
    Bring receipts of the month or before into the source, or accept it in corrections.yaml: {{id: ..., \
accepts: missing_cost, subjects: ["HUT-1"], reason: ..., owner: ..., status: open}}
    First: SO-1001""",
        accept_missing_cost("HUT-1"),
    ),
    "SKU in other letters": Case(
        first_line("SO-1001", code="clo-Mer-s"),
        f"""{STOPPED}
core.sale_lines, clo-Mer-s: SKU "clo-Mer-s" is not among the products (1 row)
    The products have "CLO-MER-S", which is spelt otherwise: write it alike in Cin7 or in the data file, or in the \
select of the source's YAML.
    First: SO-1001""",
        first_line("SO-1001", code="CLO-MER-S"),
    ),
    "negative stock": Case(
        first_line("SO-1001", qty=300, qtyShipped=300),
        f"""{STOPPED}
core.sale_lines, CLO-MER-S: more was issued than is on hand at the cut-off (9 rows, 7,013.02)
    Enter the missing receipt or count, set close.negative_stock to list, or accept it in corrections.yaml: \
{{id: ..., accepts: negative_stock, subjects: ["CLO-MER-S"], reason: ..., owner: ..., status: open}}
    First: SO-1001, SO-1035, SO-1054""",
        first_line("SO-1001", qty=3, qtyShipped=3),
    ),
    "correction that matches nothing any more": Case(
        accept_missing_cost("TNT-FAM4"),
        f"""{STOPPED}
HOME/mappings/corrections.yaml:17:5: correction "C-1" accepts missing_cost, and nothing matches it any more (1 row)
    The source was probably repaired: delete the subject, or the whole correction.
    First: TNT-FAM4""",
        lambda company: company.rewrite("mappings/corrections.yaml", "corrections: []\n"),
    ),
    "file that is not there": Case(
        lambda company: company.rewrite(CHARGES, None),
        f"""{UNREADABLE}
{LANDED_COSTS}:17: the file HOME/{CHARGES} is missing
    The folder holds: currency_rates.csv, deposits.csv, opening_stock.csv, supplier_bills.csv, supplier_credits.csv""",
        lambda company: company.restore(CHARGES),
    ),
    "file that is cut off": Case(
        lambda company: company.cut_off(CHARGES),
        f"""{UNREADABLE}
{LANDED_COSTS}:17: line 7 of HOME/{CHARGES} has 4 fields, and 6 are expected
    The file looks cut off: export or copy it again.""",
        lambda company: company.restore(CHARGES),
    ),
    "file in another encoding": Case(
        lambda company: company.rewrite(CHARGES, b"charge_id,purchase_order\nLC-01,PO-301\xe4\n"),
        f"""{UNREADABLE}
{LANDED_COSTS}:17: line 2 of HOME/{CHARGES} is not utf-8: byte 0xE4, invalid continuation byte
    Name the encoding, such as `encoding: windows-1252` or `encoding: utf-16`.""",
        lambda company: company.restore(CHARGES),
    ),
    "column that is gone": Case(
        text(CHARGES, "base_amount", "amount"),
        f"""The source omni has selects that cannot be used; core is as it was.
{CHARGE}:7: tables.charges: Table "landed_costs" does not have a column named "base_amount"
    Candidate bindings: "amount"\
""",
        text(CHARGES, "amount", "base_amount"),
    ),
}


@pytest.mark.parametrize("case", some_thorough(CASES, "SKU in other letters"))
def test_the_close_says_what_to_do_and_goes_on_when_it_is_done(opened: Company, case: Case) -> None:
    case.breaks(opened)
    stopped = opened.tieout("close", SEPTEMBER)
    assert stopped.message == case.message
    assert (stopped.exit_code, stopped.out, opened.books.journals()) == (case.exit_code, "", [])

    case.repairs(opened)
    repaired = opened.tieout("close", SEPTEMBER)
    assert repaired.exit_code == 0, repaired.message
    assert len(opened.books.standing()) == JOURNALS_OF_SEPTEMBER
