"""Reads what `tieout init` has to know from Cin7: master data whole, of documents enough to see the values in use."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation

from pipelines.extract.api.shapes import Api
from pipelines.init.api_rows import Row, count_values, list_rows, recent_rows, values_of
from pipelines.init.facts import Cin7Facts


def read_omni(api: Api, now: datetime) -> Cin7Facts:
    """Branches, products, contacts, adjustments and recent sales of Cin7 Omni (cin7.md sections 1.5 to 1.8).

    Omni's API names no base currency: it is that of most sales with a rate of 1.

    Raises:
        UsageProblem, Incomplete: as any call to Omni.
    """
    products = list(list_rows(api, "Products"))
    contacts = list(list_rows(api, "Contacts"))
    adjustments = list(list_rows(api, "Adjustments"))
    sales = recent_rows(api, "SalesOrders", now)
    at_par = count_values([row for row in sales if _is_one(row.get("currencyrate"))], "currencyCode")
    base = next(iter(at_par.most_common(1)), None)
    return Cin7Facts(
        source="omni",
        read_from=f"Cin7 Omni at {api.server}",
        values={
            "location": values_of(list_rows(api, "Branches"), "company"),
            "channel": values_of(sales, "source"),
            "category": values_of(products, "category"),
            "brand": values_of(products, "brand"),
            "customer_group": values_of([row for row in contacts if _is_customer(row)], "priceColumn"),
        },
        reasons=values_of(adjustments, "adjustmentReason"),
        has_unreasoned_adjustments=any(not str(row.get("adjustmentreason") or "").strip() for row in adjustments),
        currencies=values_of([*sales, *contacts], "currencyCode"),
        base_currency=base[0] if base else None,
        base_currency_reason=f"{base[1]:,} of its recent sales are in it, at the rate 1" if base else "",
        has_production=next(iter(list_rows(api, "ProductionJobs", 1)), None) is not None,
    )


def read_core(api: Api, now: datetime) -> Cin7Facts:
    """Locations, products, contacts, adjustments and recent sales of Cin7 Core (cin7.md section 2.2).

    Core's products name their accounts, which come from Xero: they tell stock and COGS better than any name.

    Raises:
        UsageProblem, Incomplete: as any call to Core.
    """
    products = list(list_rows(api, "product"))
    customers = list(list_rows(api, "customer"))
    sales = recent_rows(api, "saleList", now)
    base = next(iter(count_values(sales, "BaseCurrency").most_common(1)), None)
    contacts = [*customers, *list_rows(api, "supplier")]
    return Cin7Facts(
        source="core",
        read_from=f"Cin7 Core at {api.server}",
        values={
            "location": values_of(list_rows(api, "ref/location"), "Name"),
            "channel": values_of(sales, "SourceChannel"),
            "category": values_of(products, "Category"),
            "brand": values_of(products, "Brand"),
            "customer_group": values_of(customers, "PriceTier"),
        },
        currencies=values_of([*contacts, *sales], "Currency", "CustomerCurrency"),
        base_currency=base[0] if base else None,
        base_currency_reason="the base currency of its sales" if base else "",
        has_production=next(iter(list_rows(api, "finishedGoodsList", 1)), None) is not None,
        account_uses={
            "stock_on_hand": dict(count_values(products, "InventoryAccount")),
            "cogs": dict(count_values(products, "COGSAccount")),
            "revenue": dict(count_values(products, "RevenueAccount")),
        },
    )


def _is_one(rate: object) -> bool:
    """Whether a document is in base currency by its rate."""
    with suppress(InvalidOperation):
        return Decimal(str(rate)) == 1
    return False


def _is_customer(row: Row) -> bool:
    return str(row.get("type") or "").lower() == "customer"
