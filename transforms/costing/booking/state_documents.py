"""Assemblies of which no product is known yet: their components leave as other goods do (`links.link_documents`)."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.costing.booking.pool_graph import Flags, Numbers
from transforms.costing.flows import is_assembly
from transforms.costing.kernel.layout import IS_MADE
from transforms.costing.loop.linked_moves import BRING, ISSUE


@dataclass(frozen=True)
class StateDocuments:
    """Documents, and the products that take their value."""

    document: Numbers
    """Of each place in the kernel's columns the number of its assembly; -1 elsewhere."""
    action: NDArray[np.int8]
    """What a side does without its document, with the marks of the kernel."""
    product: Numbers
    """Rows of products without a cost of their own,"""
    product_of: Numbers
    """and their documents."""
    count: int

    @classmethod
    def of(cls, moves: pl.DataFrame) -> "StateDocuments":
        """Find them.

        Args:
            moves: of the kernel's columns (`frames.Columns`).
        """
        is_side = is_assembly & pl.col("document").is_not_null()
        document = moves.select(pl.when(is_side).then("document").cast(pl.Int64).fill_null(-1)).to_series().to_numpy()
        is_made = moves.select((pl.col("kind") == "assembly_in").fill_null(value=False)).to_series().to_numpy()
        products = moves.filter(is_side & (pl.col("kind") == "assembly_in") & pl.col("own_cost").is_null())
        return cls(
            document,
            np.where(is_made, BRING | IS_MADE, ISSUE).astype(np.int8),
            products["row"].cast(pl.Int64).to_numpy(),
            products["document"].cast(pl.Int64).to_numpy(),
            int(document.max(initial=-1)) + 1,
        )

    def with_product(self, is_known: Flags) -> Flags | None:
        """Whether a product of each document is known; None where all are."""
        if not self.count:
            return None
        has_product = np.zeros(self.count, dtype=np.bool_)
        has_product[self.product_of[is_known[self.product]]] = True
        return has_product

    def lacks_product(self, places: Numbers, has_product: Flags) -> Flags:
        """Which places are sides of assemblies without one."""
        of_place = self.document[places]
        lacks: Flags = (of_place >= 0) & ~has_product[of_place]
        return lacks
