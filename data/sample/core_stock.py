"""What changes stock inside the company, as Cin7 Core gives it: adjustments, counts, transfers and assemblies."""

from decimal import Decimal

from data.sample import company
from data.sample.company import Sku
from data.sample.core_ids import REASON_ACCOUNTS, STOCK_ACCOUNT, day, guid
from data.sample.core_values import number_of, updated_at
from data.sample.deals import Adjustment, Books, Job, Transfer
from data.sample.omni_rows import Row, reference
from data.sample.on_hand import changes


def is_count(adjustment: Adjustment) -> bool:
    """Whether somebody counted the shelf: Core has a document of its own for it, the stocktake."""
    return adjustment.reason == "Stock count"


class UnitsBefore:
    """What was on hand just before each adjustment: Core writes the new quantity, not the change."""

    def __init__(self, books: Books) -> None:
        self._before: dict[tuple[int, str], int] = {}
        on_hand: dict[tuple[str, str], int] = {}
        for _, _, _, sku, place, units, adjustment in sorted(changes(books), key=lambda change: change[:3]):
            if adjustment is not None:
                self._before[adjustment, sku] = on_hand.get((place, sku), 0)
            on_hand[place, sku] = on_hand.get((place, sku), 0) + units

    def before(self, adjustment: Adjustment, sku: Sku) -> int:
        """Units at the adjustment's place; a count that nobody finished has seen enough for its difference."""
        return self._before.get((adjustment.number, sku.code), 20)


def adjustment_row(adjustment: Adjustment, held: UnitsBefore) -> Row:
    """An adjustment: the new quantity of what is there, with the expense account that somebody chose."""
    return _stock_document("adjustment", adjustment) | {
        "ExistingStockLines": [_counted(adjustment, sku, units, cost, held) for sku, units, cost in adjustment.lines],
        "NewStockLines": [],
    }


def stocktake_row(adjustment: Adjustment, held: UnitsBefore) -> Row:
    """A count: as an adjustment, under other names."""
    return _stock_document("stocktake", adjustment) | {
        "LocationID": guid("location", adjustment.branch.name),
        "Location": adjustment.branch.name,
        "NonZeroStockOnHandProducts": [
            _counted(adjustment, sku, units, cost, held) for sku, units, cost in adjustment.lines
        ],
        "ZeroStockOnHandProducts": [],
    }


def _stock_document(kind: str, adjustment: Adjustment) -> Row:
    return {
        "TaskID": guid(kind, adjustment.number),
        "EffectiveDate": day(adjustment.on),
        "StocktakeNumber": reference(adjustment),
        "Status": "COMPLETED" if adjustment.is_approved else "DRAFT",
        "Account": REASON_ACCOUNTS[adjustment.reason],
        "Reference": adjustment.reason,
        "LastModifiedOn": updated_at(adjustment.created),
    }


def _counted(adjustment: Adjustment, sku: Sku, units: int, cost: Decimal, held: UnitsBefore) -> Row:
    """`Adjustment` is what is there afterwards; a cost of 0 is one that nobody typed."""
    before = held.before(adjustment, sku)
    return {"ProductID": guid("product", sku.code), "SKU": sku.code, "Location": adjustment.branch.name,
            "LocationID": guid("location", adjustment.branch.name), "QuantityOnHand": before, "Available": before,
            "Adjustment": before + units, "UnitCost": number_of(cost), "BatchSN": None}  # fmt: skip


def transfer_row(transfer: Transfer) -> Row:
    """A transfer between two locations with the days it left and came in."""
    number = reference(transfer)
    return {
        "TaskID": guid("transfer", number),
        "Number": number,
        "From": guid("location", transfer.source.name),
        "FromLocation": transfer.source.name,
        "To": guid("location", transfer.destination.name),
        "ToLocation": transfer.destination.name,
        "Status": "COMPLETED",
        "InTransitAccount": STOCK_ACCOUNT,
        "CostDistributionType": "Cost",
        "DepartureDate": day(transfer.dispatched),
        "CompletionDate": day(transfer.received),
        "LastModifiedOn": updated_at(transfer.created, transfer.received),
        "Lines": [
            {"ProductID": guid("product", sku.code), "SKU": sku.code, "QuantityOnHand": None, "TransferQuantity": units,
             "BatchSN": None}
            for sku, units in transfer.lines
        ],
    }  # fmt: skip


def assembly_row(job: Job) -> Row:
    """Core calls it finished goods: what it takes is picked, what it makes stands in the head."""
    number = reference(job)
    picked = [
        {
            "ProductID": guid("product", code),
            "ProductCode": code,
            "Quantity": each * job.kits,
            "Cost": 0,
            "BatchSN": None,
        }
        for code, each in company.KIT_COMPONENTS
    ]
    return {
        "TaskID": guid("assembly", number),
        "AssemblyNumber": number,
        "ProductID": guid("product", company.KIT.code),
        "ProductCode": company.KIT.code,
        "Quantity": job.kits,
        "Location": job.branch.name,
        "Status": "COMPLETED",
        "WIPAccount": "635",
        "Account": STOCK_ACCOUNT,
        "WIPDate": day(job.completed),
        "CompletionDate": day(job.completed),
        "LastModifiedOn": updated_at(job.created, job.completed),
        "OrderLines": [],
        "PickLines": picked,
    }
