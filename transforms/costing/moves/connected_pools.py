"""Pools that hand value to each other, through documents and returns: what has to be valued again together."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.moves.known_rows import find_rows
from transforms.costing.moves.links import POOL_SEPARATOR


def pool_columns(policy: CostingPolicy) -> list[str]:
    """The codes that make a pool."""
    by_place = ["location"] if policy.pool == "sku_location" else []
    return ["sku", *by_place, *(["lot"] if policy.method == "specific" else [])]


def connect_pools(rows: pl.DataFrame, pools: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Find everything that is connected with some pools.

    Args:
        rows: moves with `row`, `move_id`, `kind`, `sku`, `location`, `lot`, `document_id`, `source_move_id`.
        pools: the codes of pools, each once.
        policy: method and pool.

    Returns:
        The pools and all that are connected with them, with `component`: the same number for pools that hang together.
    """
    codes = pool_columns(policy)
    edges = pl.concat([_by_document(rows, policy), _by_return(rows, codes)])
    found = pools.select(codes).unique()
    while True:
        links = edges.join(found, on=codes, how="semi", nulls_equal=True)["link"].unique()
        wider = edges.filter(pl.col("link").is_in(links.implode())).select(codes)
        widened = pl.concat([found, wider]).unique()
        if widened.height == found.height:
            break
        found = widened
    return _number_components(found, edges.filter(pl.col("link").is_in(links.implode())), codes)


def _by_document(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Pools that stand in one transfer or assembly."""
    kinds = "^(transfer|assembly)_" if policy.pool == "sku_location" else "^assembly_"
    sides = rows.filter(pl.col("kind").str.contains(kinds))
    is_transfer = pl.col("kind").str.starts_with("transfer")
    part = [pl.when(is_transfer).then(code).otherwise(pl.lit("")) for code in ("sku", "lot")]
    document = pl.col("document_id").fill_null("")
    link = pl.concat_str(is_transfer.cast(pl.String), document, *part, separator=POOL_SEPARATOR)
    return sides.select(*pool_columns(policy), link=link).unique()


def _by_return(rows: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    """Pools of returns and of the sales and receipts that they name."""
    returns = rows.filter(
        pl.col("kind").is_in(("sale_return", "purchase_return")) & pl.col("source_move_id").is_not_null()
    )
    link = pl.concat_str(pl.lit("return"), "source_move_id", separator=POOL_SEPARATOR)
    originals = find_rows(rows, returns["source_move_id"], **{code: code for code in codes})
    both = pl.concat([returns.select(*codes, link=link), originals.select(*codes, link=link)]).unique()
    # a return into the pool of its sale connects nothing
    return both.filter(pl.col("link").is_duplicated())


def _number_components(pools: pl.DataFrame, edges: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    """The least number of any pool that it can reach."""
    numbered = pools.with_row_index("component")
    while True:
        reached = edges.join(numbered, on=codes, how="inner", nulls_equal=True).with_columns(
            least=pl.col("component").min().over("link")
        )
        least = reached.group_by(codes).agg(pl.col("least").min())
        lower = numbered.join(least, on=codes, how="left", nulls_equal=True, maintain_order="left")
        after = lower.select(*codes, component=pl.coalesce("least", "component"))
        if after["component"].equals(numbered["component"]):
            return after
        numbered = after
