"""The records of moves that wait for a move of another pool: sides of a document, and returns with what tells them."""

import numpy as np
import polars as pl

from transforms.costing.kernel.frames import Columns, Whole, is_in_document
from transforms.costing.kernel.layout import (
    DOCUMENT_HEAD,
    FOLLOWING,
    IS_LAST,
    IS_LINK,
    KEPT_BACK,
    LINK_FIELDS,
    LINK_MOVE,
    LINK_POOL,
    PREVIOUS,
    TELL,
    WEIGHT,
    WEIGHTS,
)
from transforms.costing.plain.running_totals import to_wide_cents

MOST_CENTS = 2**62
"""By-products of more take all that there is: 64 bits hold no more cents in a document."""


def build_links(columns: Columns) -> Whole:
    """One record for each link, in the order of the moves; who waits for whom, and what products weigh."""
    at = np.flatnonzero(columns.action & IS_LINK)
    read = ("at", "row", "document", "move_order", "action", "quantity", "told_to", "is_told")
    found = columns.moves.select(read)[at].with_row_index("link").with_columns(pl.col("link").cast(pl.Int64))
    links = np.zeros((found.height, LINK_FIELDS), dtype=np.int64)
    links[:, LINK_MOVE] = at
    links[:, LINK_POOL] = np.searchsorted(columns.starts, at, side="right") - 1
    links[:, PREVIOUS] = links[:, FOLLOWING] = links[:, DOCUMENT_HEAD] = -1
    _chain_documents(links, found.filter(is_in_document))
    _chain_tellers(links, found)
    _weigh_products(links, columns.moves, found)
    return links


def _chain_documents(links: Whole, sides: pl.DataFrame) -> None:
    """Each side of a document waits for the one before it."""
    document, link = sides["document"].to_numpy(), sides["link"].to_numpy()
    order = np.lexsort((sides["move_order"].to_numpy(), document))
    link, is_next = link[order], np.diff(document[order]) == 0
    links[link[1:][is_next], PREVIOUS] = link[:-1][is_next]
    links[link[:-1][is_next], FOLLOWING] = link[1:][is_next]
    heads = np.flatnonzero(np.r_[True, ~is_next]) if link.size else np.empty(0, dtype=np.intp)
    links[link, DOCUMENT_HEAD] = np.repeat(link[heads], np.diff(np.r_[heads, link.size]))


def _chain_tellers(links: Whole, found: pl.DataFrame) -> None:
    """A return waits for the row that tells it what its sale has cost."""
    tellers = found.filter(pl.col("action") == TELL).select("link", row="told_to")
    pairs = tellers.join(found.filter("is_told").select("row", told="link"), on="row", how="inner")
    links[pairs["link"].to_numpy(), FOLLOWING] = pairs["told"].to_numpy()
    links[pairs["told"].to_numpy(), PREVIOUS] = pairs["link"].to_numpy()


def _weigh_products(links: Whole, moves: pl.DataFrame, found: pl.DataFrame) -> None:
    """Say which share of what is left each product of an assembly takes (the rule: documents.weigh_outputs)."""
    is_product = (pl.col("kind") == "assembly_in") & pl.col("document").is_not_null()
    own_cents = to_wide_cents(pl.col("own_cost").cast(pl.Int128)).fill_null(0)
    columns = ("at", "document", "move_order", "own_cost", "cost_share", "quantity")
    made = moves.filter(is_product).select(*columns, own_cents=own_cents).sort("document", "move_order")
    kept_back = pl.col("own_cents").cum_sum(reverse=True).over("document").clip(upper_bound=MOST_CENTS)
    is_weighed = pl.col("own_cost").is_null() & (pl.col("quantity") != 0)
    products = made.with_columns(kept_back=kept_back).filter(is_weighed)
    if products.is_empty():
        return
    share = pl.col("cost_share").fill_null(0).cast(pl.Int128)
    weight = pl.when((share != 0).any().over("document")).then(share).otherwise(pl.col("quantity").abs())
    weighed = products.with_columns(weight=weight).select(
        "at",
        "weight",
        "kept_back",
        weights=pl.col("weight").cum_sum(reverse=True).over("document"),
        is_last=pl.col("at") == pl.col("at").last().over("document"),
    )
    placed = weighed.join(found.select("at", "link"), on="at", how="inner")
    at = placed["link"].to_numpy()
    takes_all = placed["is_last"] | (placed["weights"] == 0) | (placed["weight"] == placed["weights"])
    links[at, WEIGHT] = placed["weight"].cast(pl.Int64).to_numpy()
    links[at, WEIGHTS] = placed["weights"].cast(pl.Int64).to_numpy()
    links[at, IS_LAST] = takes_all.cast(pl.Int64).to_numpy()
    links[at, KEPT_BACK] = placed["kept_back"].cast(pl.Int64).to_numpy()
