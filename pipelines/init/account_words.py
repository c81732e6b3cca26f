"""Which words in an account's name speak for a role, and which against it: how charts of accounts are written."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RoleWords:
    """How an account of a role is named."""

    speaks: Mapping[str, int]
    """Words of a name -> points, the plainest name with the most."""
    against: tuple[str, ...] = ()
    """Words of accounts that look alike and serve something else."""
    types: tuple[str, ...] = ()
    """Types that such an account has as a rule, the most usual first."""


_NOT_STOCK = (
    "work in progress", "wip", "in transit", "prepaid", "prepayment", "deposit", "clearing", "provision", "allowance",
    "obsolescence", "accrual", "accrued", "suspense", "consumable", "office", "raw material", "received not invoiced",
    "petty", "loan", "tax", "receivable", "share", "livestock",
)  # fmt: skip
_NOT_PLAIN_COGS = (
    "freight", "duty", "customs", "shipping", "courier", "labour", "labor", "wage", "salary", "discount", "adjustment",
    "variance", "write", "count", "exchange", "currency", "rounding", "commission", "fee", "late", "other", "service",
    "difference", "shrinkage", "packaging", "subcontract", "old", "do not use",
)  # fmt: skip
_COSTS = ("DIRECTCOSTS", "EXPENSE", "OVERHEADS")
_STOCK_COSTS = ("stock adjustment", "inventory adjustment", "stock variance", "inventory variance")

ROLE_WORDS: Mapping[str, RoleWords] = {
    "stock_on_hand": RoleWords(
        {
            "stock on hand": 100, "inventory on hand": 100, "inventory asset": 100, "inventory": 90, "inventories": 90,
            "stock": 85, "finished goods": 85, "merchandise": 85, "trading stock": 100, "goods for resale": 90,
            "closing stock": 80, "goods": 50,
        },
        _NOT_STOCK,
        ("CURRENT",),
    ),
    "cogs": RoleWords(
        {
            "cost of goods sold": 100, "cogs": 100, "cost of sales": 95, "cost of goods": 90,
            "costs of goods sold": 100, "cost of product sold": 90, "purchases": 60,
            "direct costs": 55, "materials": 50, "product costs": 60,
        },
        _NOT_PLAIN_COGS,
        _COSTS,
    ),
    "production_clearing": RoleWords(
        {
            "production clearing": 100, "manufacturing clearing": 100, "work in progress": 95, "wip": 90,
            "assembly": 80, "production": 75, "manufacturing": 75,
        },
        ("labour", "labor", "wage", "overhead"),
        ("CURRENT", "CURRLIAB"),
    ),
    "rounding": RoleWords(
        {"stock rounding": 100, "inventory rounding": 100, "rounding": 90}, (), _COSTS
    ),
    "exchange_difference": RoleWords(
        {
            "exchange difference": 100, "foreign exchange": 95, "currency gain": 90, "currency difference": 95,
            "exchange gain": 90, "exchange": 80, "currency": 75, "fx": 85, "forex": 90,
        },
        ("bank", "unrealised", "unrealized", "fee"),
        _COSTS,
    ),
    "purchase_price_variance": RoleWords(
        {
            "purchase price variance": 100, "price variance": 95, "ppv": 95, "purchase variance": 90,
            "cost variance": 80, "inventory variance": 75, "stock variance": 75, "variance": 65,
        },
        ("labour", "labor", "exchange"),
        _COSTS,
    ),
    "purchase_return_variance": RoleWords(
        {
            "purchase return": 95, "supplier return": 90, "purchase price variance": 80, "price variance": 75,
            "ppv": 75, "inventory variance": 65, "stock variance": 65, "variance": 60,
        },
        ("labour", "labor", "exchange", "sales"),
        _COSTS,
    ),
    "opening_difference": RoleWords(
        {
            "opening stock": 95, "opening difference": 95, **dict.fromkeys(_STOCK_COSTS, 90),
            "stock count": 85, "stocktake": 85, "inventory count": 85, "stock write": 70, "inventory write": 70,
            "shrinkage": 75,
        },
        ("sales",),
        _COSTS,
    ),
    "late_cost": RoleWords({"late cost": 95, "prior period": 75}, (), _COSTS),
}  # fmt: skip
"""How the account of each role is named."""

REASON_WORDS: Mapping[str, tuple[tuple[str, ...], Mapping[str, int]]] = {
    "loss": (
        ("damage", "broken", "breakage", "expir", "spoil", "write", "scrap", "obsolete", "faulty", "waste", "dispos",
         "lost", "missing", "theft", "stolen", "destroy"),
        {
            "stock written off": 100, "stock write": 95, "inventory write": 95, "write off": 85, "written off": 85,
            "damaged": 90, "spoilage": 90, "scrap": 90, "obsolete": 80, "shrinkage": 85, "stock loss": 95,
            "inventory loss": 95, "wastage": 90,
        },
    ),
    "count": (
        ("count", "stocktake", "stock take", "found", "adjust", "correct", "recount", "cycle", "variance"),
        {
            "stock count": 100, "stocktake": 100, "inventory count": 100, "count difference": 100,
            **dict.fromkeys(_STOCK_COSTS, 95), "shrinkage": 85,
        },
    ),
    "sample": (
        ("sample", "marketing", "promo", "gift", "giveaway", "display", "demo", "influencer", "donation", "charity"),
        {
            "sample": 100, "marketing": 90, "advertising": 85, "promotion": 90, "promotional": 90, "donation": 80,
            "gift": 75,
        },
    ),
    "use": (
        ("internal", "own use", "office", "staff", "consum", "workshop", "repair", "warrant"),
        {
            "consumable": 90, "own use": 95, "internal use": 95, "warranty": 95, "repairs": 75, "office expenses": 70,
            "staff": 60,
        },
    ),
}  # fmt: skip
"""What a reason is about: words in its name, and words of the accounts for it."""

GENERAL_ADJUSTMENT = RoleWords(
    {
        **dict.fromkeys(_STOCK_COSTS, 95), "stock written off": 90, "stock write": 85, "inventory write": 85,
        "shrinkage": 85, "stocktake": 80, "stock count": 80, "adjustment": 60,
    },
    ("sales", "tax", "payroll"),
    _COSTS,
)  # fmt: skip
"""The account of adjustments that say nothing about themselves."""

CHARGE_WORDS: Mapping[str, Mapping[str, int]] = {
    "freight": {
        "freight inward": 100, "inward freight": 100, "freight in": 100, "freight clearing": 100, "freight": 85,
        "shipping": 75, "cartage": 80, "courier": 70, "delivery": 60, "carriage": 75, "landed cost": 70,
    },
    "customs": {
        "customs clearing": 100, "customs": 90, "import duty": 95, "duty": 85, "duties": 85, "tariff": 85,
        "import": 65, "landed cost": 70,
    },
    "insurance": {"cargo insurance": 100, "marine insurance": 100, "transit insurance": 100, "landed cost": 75},
    "brokerage": {"brokerage": 95, "customs": 75, "landed cost": 75},
}  # fmt: skip
"""How the accounts of charges are named, by a word in the kind of charge."""

ASKED_CHARGE: Mapping[str, tuple[str, ...]] = {
    "freight": ("freight", "ship", "courier", "carriage", "cartage", "transport", "delivery"),
    "customs": ("custom", "duty", "duties", "tariff", "import"),
    "insurance": ("insur",),
    "brokerage": ("broker", "clearance", "agent"),
}
"""Words in the name of a kind of charge."""

OUTWARD = ("outward", "freight out", "out", "sales", "to customers", "recovered", "income", "vehicle", "general")
"""Freight to customers is no cost of purchase."""
