"""Account, tax type, tracking, price and text of lines."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.sync_policy import KindSent
from tests.transforms.sync.trade import Row, codes, company, mapped, money, one, policy, want
from transforms.sync.unit_prices import fit_unit_prices


def test_accounts_follow_the_kind_of_line_the_side_and_the_rules() -> None:
    rows: list[Row] = [
        {"document_id": "1", "channel": "Wholesale"},
        {"document_id": "2", "kind": "bill", "contact_id": "Depot", "supplier_reference": "R2"},
    ]
    kinds = ("goods", "freight", "surcharge", "other")
    lines: list[Row] = [
        *({"document_id": "1", "kind": kind, "line_amount": "10.00"} for kind in kinds),
        {"document_id": "1", "kind": "discount", "line_amount": "-1.00"},
        {"document_id": "1", "line_amount": "10.00", "order_account": "0260"},
        *({"document_id": "2", "kind": kind, "line_amount": "10.00"} for kind in kinds),
        {"document_id": "2", "sku": "TENT", "line_amount": "10.00"},
        {"document_id": "2", "sku": "SERVICE", "line_amount": "10.00"},
    ]
    products: list[Row] = [{"sku": "TENT"}, {"sku": "SERVICE", "is_stocked": False}]
    rules = [
        {"role": "revenue", "order_account": "02*", "account_code": "260"},
        {"role": "revenue", "channel": "Whole*", "account_code": "201"},
    ]
    wanted = want(company(documents=rows, lines=lines, products=products), mapped(rules=rules))
    found = wanted.lines.select("document_key", "line_kind", "account_code").rows()
    assert [row[1:] for row in found if row[0] == "sales_invoice:1"] == [
        ("goods", "201"), ("freight", "260"), ("surcharge", "200"), ("other", "201"), ("discount", "200"),
        ("goods", "260"),
    ]  # fmt: skip
    assert [row[1:] for row in found if row[0] == "bill:2"] == [
        ("goods", "630"), ("freight", "630"), ("surcharge", "630"), ("other", "429"), ("goods", "630"),
        ("goods", "429"),
    ]  # fmt: skip


def test_an_account_on_the_order_can_be_the_account_where_no_rule_asks_for_it() -> None:
    lines: list[Row] = [
        {"document_id": "1", "line_amount": "10.00", "order_account": "260"},
        {"document_id": "1", "line_amount": "10.00", "order_account": "OLD"},
        {"document_id": "1", "line_amount": "10.00"},
    ]
    rules = [{"role": "revenue", "order_account": "OLD", "account_code": "201"}]
    wanted = want(
        company(documents=[{"document_id": "1"}], lines=lines), mapped(rules=rules), policy(use_order_accounts=True)
    )
    assert wanted.lines["account_code"].to_list() == ["260", "201", "200"]


def test_a_document_follows_the_rules_of_its_own_month() -> None:
    rows: list[Row] = [{"document_id": "1"}, {"document_id": "2", "document_date": "2026-11-02"}]
    lines: list[Row] = [{"document_id": key, "line_amount": "1.00"} for key in ("1", "2")]
    november = mapped(rules=[{"role": "revenue", "account_code": "201"}])
    maps = replace(mapped(), months={date(2026, 11, 1): november})
    assert want(company(documents=rows, lines=lines), maps).lines["account_code"].to_list() == ["200", "201"]


def test_what_no_rule_maps_or_xero_does_not_take_is_listed_by_document() -> None:
    rows: list[Row] = [{"document_id": str(n)} for n in range(1, 6)]
    lines: list[Row] = [
        {"document_id": "1", "line_amount": "1.00", "tax_name": "GST special", "tax_rate": "0.125"},
        {"document_id": "2", "line_amount": "1.00", "order_account": "090"},
        {"document_id": "3", "line_amount": "1.00", "order_account": "nowhere"},
        {"document_id": "4", "line_amount": "1.00", "tax_rate": "0.05"},
    ]
    taxes = {"sales": {"15%": "OUTPUT2", "5%": "GONE"}, "purchases": {}}
    wanted = want(company(documents=rows, lines=lines), mapped(taxes=taxes), policy(use_order_accounts=True))
    assert codes(wanted) == [
        ("no_lines", "sales_invoice:5"), ("unknown_account", "sales_invoice:2"), ("unknown_account", "sales_invoice:3"),
        ("unknown_tax_type", "sales_invoice:4"), ("unmapped_tax", "sales_invoice:1"),
    ]  # fmt: skip
    assert one(wanted.errors, error_code="unmapped_tax")["next_step"] == (
        'Add under tax_types.sales of documents.yaml: "gst special": and the tax type of Xero'
    )


def test_tracked_roles_carry_their_options_and_a_value_without_one_waits() -> None:
    tracking = [
        {
            "rule_order": 1, "slot": 1, "level": "branch", "tracking_category": "Region", "chosen_by": "location",
            "location": ["Auckland"], "tracking_option": "North", "defined_at": "tracking.yaml:1:1",
        },
        {
            "rule_order": 1, "slot": 2, "level": "default", "tracking_category": "Channel", "chosen_by": "channel",
            "tracking_option": "Web", "defined_at": "tracking.yaml:2:1",
        },
    ]  # fmt: skip
    rows: list[Row] = [{"document_id": "1"}, {"document_id": "2", "location": "Perth"}]
    lines: list[Row] = [
        {"document_id": "1", "line_amount": "1.00"},
        {"document_id": "1", "line_amount": "1.00", "kind": "freight"},
        {"document_id": "2", "line_amount": "1.00"},
    ]
    wanted = want(company(documents=rows, lines=lines), mapped(tracking=tracking, tracked_roles=("revenue",)))
    assert wanted.lines["tracking"].to_list() == ["Region: North; Channel: Web", None]
    assert codes(wanted) == [("untracked_value", "sales_invoice:2")]


def test_prices_keep_four_places_where_they_give_the_amount_exactly_and_else_become_one_at_the_amount() -> None:
    lines: list[Row] = [
        {"document_id": "1", "quantity": "3", "unit_price": "33.33", "line_amount": "99.99"},
        {"document_id": "1", "quantity": "8", "unit_price": "1.50", "discount_amount": "1.00", "line_amount": "11.00"},
        {"document_id": "1", "quantity": "3", "unit_price": "33.333333", "line_amount": "100.00"},
        {"document_id": "1", "quantity": "0", "unit_price": "9.00", "line_amount": "0.00"},
        {"document_id": "1", "quantity": "2", "unit_price": "5.00", "line_amount": "10.00", "description": "x" * 5_000},
    ]
    wanted = want(company(documents=[{"document_id": "1"}], lines=lines))
    found = wanted.lines.select("quantity", "unit_price", "line_amount")
    assert [tuple(float(value) for value in row) for row in found.rows()] == [
        (3, 33.33, 99.99), (8, 1.375, 11), (1, 100, 100), (0, 9, 0), (2, 5, 10),
    ]  # fmt: skip
    assert wanted.lines["description"][2] == "Tent · 3 units"
    assert len(wanted.lines["description"][4]) == 4_000


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals("-9999", "9999", places=4),
            st.decimals(0, 99999, places=6),
            st.decimals(-99999, 99999, places=2),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_quantity_times_price_is_the_amount_whatever_the_source_says(
    rows: list[tuple[Decimal, Decimal, Decimal]],
) -> None:
    types = {"quantity": pl.Decimal(18, 4), "unit_price": pl.Decimal(18, 6), "line_amount": pl.Decimal(18, 2)}
    frame = pl.DataFrame(rows, schema=types, orient="row").with_columns(description=pl.lit("Tent"))
    for before, after in zip(rows, fit_unit_prices(frame).to_dicts(), strict=True):
        assert after["quantity"] * after["unit_price"] == after["line_amount"] == before[2]
        assert after["unit_price"] == after["unit_price"].quantize(Decimal("0.0001"))


def test_items_are_sent_untracked_with_their_accounts_and_named_on_the_lines() -> None:
    lines: list[Row] = [
        {"document_id": "1", "sku": sku, "line_amount": "1.00"} for sku in ("TENT", "TENT", "L" * 31, "COUNTED", "FEE")
    ]
    products: list[Row] = [
        {"sku": "TENT", "product_name": "A tent " + "x" * 60}, {"sku": "L" * 31}, {"sku": "COUNTED"},
        {"sku": "FEE", "is_stocked": False}, {"sku": "IDLE"},
    ]  # fmt: skip
    inputs = company(
        documents=[{"document_id": "1"}], lines=lines, products=products,
        xero_items=[{"item_code": "COUNTED", "is_tracked": True}],
    )  # fmt: skip
    assert want(inputs).items.is_empty()
    wanted = want(inputs, policy_=policy(kinds={**policy().kinds, "item": KindSent()}))
    assert wanted.items.select("item_code", "sales_account_code", "purchase_account_code").rows() == [
        ("FEE", "200", "429"), ("TENT", "200", "630"),
    ]  # fmt: skip
    assert len(wanted.items["item_name"][1]) == 50
    assert wanted.lines["item_code"].to_list() == ["TENT", "TENT", None, None, "FEE"]
    assert codes(wanted) == [("item_code", f"item:{'L' * 31}"), ("tracked_item", "item:COUNTED")]
    assert one(wanted.documents)["total_amount"] == money("5.75")[0]
