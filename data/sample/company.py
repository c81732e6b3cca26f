"""Who the made-up sample company is: branches, suppliers, customers and the catalogue. Every name here is invented."""

from dataclasses import dataclass
from decimal import Decimal

BASE_CURRENCY = "NZD"
TIME_ZONE = "Pacific/Auckland"
GST = Decimal("15")


@dataclass(frozen=True)
class Branch:
    """A place that holds stock."""

    branch_id: int
    name: str


@dataclass(frozen=True)
class Supplier:
    """Who the goods are bought from."""

    contact_id: int
    name: str
    currency: str
    categories: tuple[str, ...]
    """What it supplies."""


@dataclass(frozen=True)
class Sku:
    """One stock keeping unit: an option of a product."""

    code: str
    option_id: int
    product_id: int
    product_name: str
    option_name: str
    category: str
    cost: Decimal
    """What its supplier asks at first, in the supplier's currency, without GST."""
    price: Decimal
    """Shop price in NZD with GST."""
    weight: Decimal
    volume: Decimal

    @property
    def brand(self) -> str:
        """Each range has its own."""
        return BRANDS[self.category]


BRANDS = {"Packs": "Ridgeback", "Clothing": "Tussock", "Tents": "Skyline", "Cooking": "Billy Can"}

BRANCHES = (Branch(1, "Auckland"), Branch(2, "Wellington"), Branch(3, "Christchurch"))
AUCKLAND, WELLINGTON, CHRISTCHURCH = BRANCHES

PACK_MAKER = Supplier(201, "Tasman Packworks Ltd", "NZD", ("Packs",))
CLOTH_MAKER = Supplier(202, "Southern Thread Co", "NZD", ("Clothing",))
GEAR_IMPORTER = Supplier(203, "Ridgeline Gear Inc", "USD", ("Tents", "Cooking"))
SUPPLIERS = (PACK_MAKER, CLOTH_MAKER, GEAR_IMPORTER)
FREIGHT_CARRIER = "Longwake Freight"
CUSTOMS_BROKER = "Harbour Gate Customs"

WHOLESALE_CUSTOMERS = (
    (301, "Fiordland Guides Ltd"),
    (302, "Tramper's Corner"),
    (303, "Alpine Huts Trust"),
    (304, "Coastline Kayaks & Camp"),
)
FIRST_NAMES = (
    "Aroha",
    "Ben",
    "Chloe",
    "Dev",
    "Emere",
    "Finn",
    "Grace",
    "Hemi",
    "Isla",
    "Jack",
    "Kiri",
    "Liam",
    "Mei",
    "Nikau",
)
LAST_NAMES = (
    "Anderson",
    "Brown",
    "Chen",
    "Fraser",
    "Harris",
    "Kaur",
    "Moana",
    "Patel",
    "Smith",
    "Tamihana",
    "Walker",
    "Young",
)

ONE_SIZE = ("",)
S_M_L = ("S", "M", "L")
_CATALOGUE: tuple[tuple[str, str, str, tuple[str, ...], str, str, str, str], ...] = (
    # code, product, category, options, cost in the supplier's currency, shop price in NZD, weight kg, volume m3
    ("PCK-DAY20", "Day pack 20 L", "Packs", ("Moss", "Slate", "Rust"), "41.20", "99.90", "0.72", "0.012"),
    ("PCK-TRK45", "Trek pack 45 L", "Packs", ("Moss", "Slate"), "88.50", "219.00", "1.45", "0.031"),
    ("PCK-EXP65", "Expedition pack 65 L", "Packs", ("Moss", "Slate"), "132.75", "329.00", "1.98", "0.046"),
    ("PCK-LINER", "Pack liner", "Packs", ONE_SIZE, "3.1850", "9.90", "0.08", "0.001"),
    ("PCK-COVER", "Rain cover", "Packs", ONE_SIZE, "9.4025", "29.90", "0.11", "0.001"),
    ("CLO-MER", "Merino tee", "Clothing", S_M_L, "23.4575", "79.90", "0.18", "0.002"),
    ("CLO-FLC", "Fleece mid layer", "Clothing", S_M_L, "36.1250", "119.00", "0.34", "0.005"),
    ("CLO-SHL", "Storm shell", "Clothing", S_M_L, "74.3333", "249.00", "0.41", "0.006"),
    ("CLO-SOCK", "Hiking socks", "Clothing", S_M_L, "6.6667", "24.90", "0.09", "0.001"),
    ("CLO-CAP", "Sun cap", "Clothing", ("Black", "Olive"), "7.9150", "34.90", "0.07", "0.002"),
    ("TNT-SOLO", "Solo tent", "Tents", ("Green", "Sand"), "98.40", "399.00", "1.35", "0.011"),
    ("TNT-DUO", "Duo tent", "Tents", ("Green", "Sand"), "141.25", "559.00", "2.10", "0.016"),
    ("TNT-FAM4", "Family tent 4", "Tents", ONE_SIZE, "212.60", "849.00", "6.80", "0.052"),
    ("TNT-PEG", "Peg set", "Tents", ONE_SIZE, "3.7525", "16.90", "0.22", "0.001"),
    ("TNT-FLY", "Tarp fly", "Tents", ONE_SIZE, "28.90", "119.00", "0.66", "0.004"),
    ("TNT-PAD", "Sleeping pad", "Tents", ("Regular", "Long"), "31.4575", "129.00", "0.48", "0.008"),
    ("COO-STOVE", "Gas stove", "Cooking", ONE_SIZE, "19.8850", "79.90", "0.12", "0.001"),
    ("COO-POT", "Camp pot", "Cooking", ("0.9 L", "1.4 L"), "11.2050", "44.90", "0.21", "0.003"),
    ("COO-MUG", "Steel mug", "Cooking", ("Red", "Blue", "Green"), "4.1175", "19.90", "0.11", "0.001"),
    ("COO-SPORK", "Spork", "Cooking", ONE_SIZE, "0.8333", "4.90", "0.02", "0.0001"),
    ("COO-KIT", "Trail kitchen kit", "Cooking", ONE_SIZE, "0", "139.00", "0.36", "0.005"),
)


def catalogue() -> tuple[Sku, ...]:
    """All stocked SKUs, ids in the order of the catalogue."""
    rows = [(product, option) for product in enumerate(_CATALOGUE, 1) for option in product[1][3]]
    return tuple(_sku(500 + number, 1000 + place, row, option) for place, ((number, row), option) in enumerate(rows, 1))


def _sku(
    product_id: int, option_id: int, row: tuple[str, str, str, tuple[str, ...], str, str, str, str], option: str
) -> Sku:
    """One option of a catalogue row."""
    code, name, category, _, cost, price, weight, volume = row
    suffix = "".join(letter for letter in option.upper() if letter.isalnum())[:5]
    return Sku(
        code=f"{code}-{suffix}" if suffix else code,
        option_id=option_id,
        product_id=product_id,
        product_name=name,
        option_name=option,
        category=category,
        cost=Decimal(cost),
        price=Decimal(price),
        weight=Decimal(weight),
        volume=Decimal(volume),
    )


SKUS = catalogue()
BY_CODE = {sku.code: sku for sku in SKUS}
KIT = BY_CODE["COO-KIT"]
KIT_COMPONENTS = (("COO-STOVE", 1), ("COO-POT-09L", 1), ("COO-MUG-RED", 2), ("COO-SPORK", 2))
"""What one made kit takes."""
REPAIR_CODE = "SVC-REPAIR"
"""A service that is sold now and then and never held."""
