"""The products on documents that go, as untracked items of Xero."""

import polars as pl

from schemas.sync import SyncItems
from schemas.sync_policy import SyncMaps, SyncPolicy
from transforms.account_rules import resolve_accounts
from transforms.sync.contact_words import spaced
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import complain
from transforms.texts import fill

LONGEST_CODE, LONGEST_NAME = 30, 50


def list_items(
    inputs: SyncInputs, lines: pl.DataFrame, maps: SyncMaps, policy: SyncPolicy
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The items that lines name, with the accounts of their sales and purchases (xero.md section 6).

    Args:
        inputs: products, and the items of Xero.
        lines: lines of documents that go, with `sku`.
        maps: accounts by role.
        policy: whether items are sent.

    Returns:
        SyncItems, none where items are off; complaints about codes that are too long and items that Xero counts itself:
        lines of such products name no item.
    """
    used = (
        lines.filter(pl.col("sku").is_not_null()).select("sku").unique()
        if "item" in policy.kinds
        else lines.select("sku").clear()
    )
    products = used.join(inputs.products.unique("sku"), on="sku", how="inner", validate="1:1").with_columns(
        item_key=fill("item:{}", "sku"),
        item_code=pl.col("sku"),
        item_name=spaced(pl.col("product_name")).str.slice(0, LONGEST_NAME),
    )
    for role, name in (("revenue", "sales_account_code"), ("purchases", "purchase_account_code")):
        used_role = (
            pl.when(pl.col("is_stocked") | pl.lit(role == "revenue"))
            .then(pl.lit(role))
            .otherwise(pl.lit(f"{role}_not_stocked"))
        )
        products = (
            resolve_accounts(products.with_columns(role=used_role).lazy(), maps.accounts)
            .rename({"account_code": name})
            .collect()
        )
    tracked = inputs.xero_items.filter("is_tracked").select("item_code")
    is_long = pl.col("item_code").str.len_chars() > LONGEST_CODE
    named = products.with_columns(document_key="item_key", kind=pl.lit("item"), shown_number="sku")
    fine = products.filter(~is_long).join(tracked, on="item_code", how="anti")
    counted = named.join(tracked, on="item_code", how="semi")
    return fine.select(list(SyncItems.to_schema().columns)).sort("item_key"), [
        complain(named.filter(is_long), "item_code", fill("the code {} is longer than 30 characters", "sku")),
        complain(counted, "tracked_item", fill("{} is an item that Xero counts itself", "sku")),
    ]
