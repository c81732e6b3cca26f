"""Brand, customer group, currency and order account travel from the documents to the entries that rules look at."""

from datetime import date

from schemas.policies import ClosePolicy
from tests.transforms.builders import core, mappings, pick
from tests.transforms.small_company import Company, Month

SEPTEMBER = date(2026, 9, 1)
DOCUMENTS = core(
    products=[{"sku": "TENT", "brand": "Kea"}, {"sku": "PACK", "brand": "Weka"}],
    opening_stock=[
        {"opening_id": "1", "sku": "TENT", "quantity": 10, "unit_cost": 10},
        {"opening_id": "2", "sku": "PACK", "quantity": 10, "unit_cost": 7},
    ],
    sale_lines=[
        {"sale_line_id": "1", "moved_quantity": 1, "moved_date": "09-05"},
        {"sale_line_id": "2", "moved_quantity": 2, "moved_date": "09-05", "customer_group": "Trade"},
        {"sale_line_id": "3", "moved_quantity": 3, "moved_date": "09-05", "currency_code": "AUD"},
        {"sale_line_id": "4", "moved_quantity": 4, "moved_date": "09-05", "order_account": "4100"},
        {"sale_line_id": "5", "moved_quantity": 5, "moved_date": "09-05", "sku": "PACK"},
    ],
    adjustment_lines=[
        {"adjustment_line_id": "1", "adjustment_date": "09-06", "sku": "PACK", "quantity": -1, "order_account": "6200"}
    ],
)


def close(*rules: dict[str, object]) -> Month:
    return Company(ClosePolicy(SEPTEMBER, "NZD"), mappings(*rules)).close(DOCUMENTS, SEPTEMBER)


def cogs_by_account(*rules: dict[str, object]) -> dict[str, str]:
    """COGS debits by account. All five sales together cost 10 + 20 + 30 + 40 + 5 x 7 = 135.00."""
    return dict(pick(close(*rules).lines.filter(role="cogs"), "account_code", "line_amount"))


def test_without_rules_all_of_it_is_cogs() -> None:
    assert cogs_by_account() == {"310": "135.00"}


def test_a_rule_asks_for_the_brand_of_the_product() -> None:
    assert cogs_by_account({"role": "cogs", "brand": "Weka", "account_code": "311"}) == {
        "310": "100.00",
        "311": "35.00",
    }


def test_a_rule_asks_for_the_group_of_the_customer() -> None:
    rule: dict[str, object] = {"role": "cogs", "customer_group": "Trade", "account_code": "311"}
    assert cogs_by_account(rule) == {"310": "115.00", "311": "20.00"}


def test_a_rule_asks_for_the_currency_and_a_sale_without_one_is_in_base_currency() -> None:
    assert cogs_by_account({"role": "cogs", "currency": "AUD", "account_code": "311"}) == {
        "310": "105.00", "311": "30.00",
    }  # fmt: skip
    assert cogs_by_account({"role": "cogs", "currency": "NZD", "account_code": "311"}) == {
        "310": "30.00", "311": "105.00",
    }  # fmt: skip


def test_a_rule_asks_for_the_account_that_somebody_chose_on_the_order() -> None:
    rule: dict[str, object] = {"role": "cogs", "order_account": "41*", "account_code": "311"}
    assert cogs_by_account(rule) == {"310": "95.00", "311": "40.00"}
    month = close({"role": "adjustment", "order_account": "6200", "account_code": "431"})
    assert pick(month.lines.filter(role="adjustment"), "account_code", "line_amount") == [("431", "7.00")]


def test_the_stock_account_may_follow_the_brand() -> None:
    month = close({"role": "stock_on_hand", "brand": "Weka", "account_code": "631"})
    # 10 packs at 7, less 5 sold and 1 written off: 4 x 7 = 28.00; tents 10 x 10 - 100.00 = 0
    assert pick(month.rolled.sort("account_code"), "account_code", "closing_value") == [
        ("630", "0.00"), ("631", "28.00"),
    ]  # fmt: skip
