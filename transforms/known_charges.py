"""Which landed charges are known on a day, spread over the goods that had come in by then."""

from datetime import date

import polars as pl

from transforms.charge_carriers import list_carriers
from transforms.core_tables import CoreTables
from transforms.currencies import cost_receipts
from transforms.landed_costs import allocate_charges


def allocate_known_charges(
    core: CoreTables, charge_types: pl.DataFrame, base_currency: str, cut_off: date
) -> pl.LazyFrame:
    """Spread the charges dated up to a day over what came in up to that day: by purchase order, transfer or job.

    Args:
        core: the source documents.
        charge_types: ChargeTypes.
        base_currency: ISO 4217 code; the basis `value` is the receipt's cost in it.
        cut_off: last day that counts.

    Returns:
        LandedCostAllocations, one row per charge and line. When more of the order comes in later, the same charge is
        spread anew over all of it.
    """
    receipts = cost_receipts(core.receipt_lines, core.currency_rates, base_currency)
    carriers = list_carriers(core, receipts).filter(pl.col("received_date") <= cut_off)
    charges = core.charges.filter(pl.col("charge_date") <= cut_off)
    base_costs = carriers.select("receipt_line_id", "amount")
    return allocate_charges(charges, carriers, core.products, charge_types.lazy(), base_costs)
