"""A company in memory: closes months with the transforms alone, and keeps Xero's books by hand beside them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from schemas.checking import check
from schemas.closing import LeftOut, TieOuts
from schemas.documents import UncountedLines
from schemas.dtypes import MONEY, QUANTITY
from schemas.journals import JournalEntries, JournalLines, JournalLineSources, Journals
from schemas.maps import MappingTables
from schemas.policies import ClosePolicy
from schemas.stock import Bookings, LandedCostAllocations, RollForward, StockMoves, ValuedMoves
from tests.transforms.builders import mappings, table
from transforms.bookings import book_period
from transforms.core_tables import CoreTables
from transforms.costing import value_moves
from transforms.entries.month import enter_month
from transforms.journals import build_journals
from transforms.known_charges import allocate_known_charges
from transforms.left_out import OpenLines, list_left_out
from transforms.matching import match_bills
from transforms.periods import last_day, previous_period
from transforms.roll_forward import roll_forward
from transforms.stock_moves import build_stock_moves
from transforms.tie_out.ledger import cause_of_billing, cause_of_method, cause_of_recognition, sum_ledger
from transforms.tie_outs import tie_out

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Month:
    """What closing one month gave."""

    period: date
    bookings: pl.DataFrame
    journals: pl.DataFrame
    lines: pl.DataFrame
    sources: pl.DataFrame
    unmapped: pl.DataFrame
    left_out: pl.DataFrame
    rolled: pl.DataFrame
    steps: pl.DataFrame

    def unexplained(self) -> dict[str, Decimal]:
        """What no cause explains, by stock account."""
        rest = self.steps.filter(cause="unexplained")
        return dict(zip(rest["account_code"], rest["amount"], strict=True))

    def cause(self, name: str, account_code: str = "630") -> Decimal:
        """One step of the tie-out."""
        found: Decimal = self.steps.filter(cause=name, account_code=account_code)["amount"].item()
        return found


@dataclass
class Company:
    """Closes month after month; what an earlier month booked stays as it is."""

    policy: ClosePolicy
    maps: MappingTables = field(default_factory=mappings)
    horizon_days: int = 45
    """How far after the cut-off goods may leave that were recognised before it."""
    bookings: list[pl.DataFrame] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    stock_accounts: dict[str, str] = field(default_factory=lambda: {"Made": "631"})
    """Where accounts staff code goods of a category; all others to 630."""
    coded: dict[str, str | None] = field(default_factory=dict)

    def close(self, core: CoreTables, period: date, to: date | None = None) -> Month:
        """Close one month on the documents as they are now, post its journals and tie out."""
        cut_off = to or last_day(period)
        if not self.bookings:
            opening_day = self.policy.first_period - timedelta(days=1)
            self._book(core, previous_period(self.policy.first_period), opening_day)
        self._book(core, period, cut_off)
        month = self._build(core, period, cut_off)
        self.months.append(month)
        return month

    def _book(self, core: CoreTables, period: date, cut_off: date) -> None:
        rules, base = self.policy.recognition, self.policy.base_currency
        known = allocate_known_charges(core, self.maps.charge_types, base, cut_off)
        allocations = check(LandedCostAllocations, known)
        horizon = cut_off + timedelta(days=self.horizon_days)
        built = check(StockMoves, build_stock_moves(core, allocations.lazy(), rules, base, horizon))
        due = pl.col("recognised_on") <= cut_off
        horizon = max([cut_off, *built.filter(due)["moved_on"]])
        moves = check(StockMoves, build_stock_moves(core, allocations.lazy(), rules, base, horizon))
        valued = check(ValuedMoves, value_moves(moves, self.policy.costing))
        before = pl.concat([check(Bookings, pl.DataFrame(schema=_types())), *self.bookings]).lazy()
        booked = book_period(moves.lazy(), valued.lazy(), core.products, self.maps.accounts, before, period, cut_off)
        self.bookings.append(check(Bookings, booked))

    def _build(self, core: CoreTables, period: date, cut_off: date) -> Month:
        so_far, bookings = pl.concat(self.bookings).lazy(), self.bookings[-1]
        before = pl.concat(self.bookings[:-1]).lazy()
        sources = [month.sources for month in self.months]
        sources_before = pl.concat([check(JournalLineSources, _no_sources()), *sources]).lazy()
        entries = enter_month(core, self.maps.charge_types, so_far, sources_before, self.policy, period, cut_off)
        built = build_journals(check(JournalEntries, entries).lazy(), self.maps, period)
        lines = check(JournalLines, built.lines)
        left_out = check(
            LeftOut,
            list_left_out(_open_lines(core, so_far), self.policy.recognition, period, cut_off),
        )
        posted = pl.concat([*[month.lines for month in self.months], lines])
        is_periodic = self.policy.inventory_method == "periodic"
        causes = [
            *([cause_of_method(so_far, self.policy.first_period)] if is_periodic else []),
            cause_of_recognition(left_out.lazy(), so_far),
            cause_of_billing(
                match_bills(core, self.policy.base_currency, cut_off), so_far, core.products, self.maps.accounts
            ),
        ]
        ledger = sum_ledger(so_far, self.maps.accounts).with_columns(account_role=pl.lit("stock_on_hand"))
        codes = ledger.select("account_code").collect()["account_code"].sort().to_list()
        balances = pl.LazyFrame(
            {"account_code": codes, "amount": [self._balance(core, code, posted, cut_off) for code in codes]},
            schema={"account_code": pl.String, "amount": pl.Decimal(18, 2)},
        )
        return Month(
            period=period,
            bookings=bookings,
            journals=check(Journals, built.journals),
            lines=lines,
            sources=check(JournalLineSources, built.sources),
            unmapped=built.unmapped.collect(),
            left_out=left_out,
            rolled=check(RollForward, roll_forward(bookings.lazy(), before, period, self.policy.costing.pool)),
            steps=check(TieOuts, tie_out(ledger, pl.concat(causes), balances, period)),
        )

    def _balance(self, core: CoreTables, code: str, posted: pl.DataFrame, cut_off: date) -> Decimal:
        """An account in Xero: opening balance, supplier bills coded to stock, and our journals. Plain sums."""
        total = sum((row["line_amount"] for row in posted.filter(account_code=code).to_dicts()), Decimal(0))
        products = {row["sku"]: row for row in core.products.collect().to_dicts()}
        received = {row["receipt_line_id"]: row["sku"] for row in core.receipt_lines.collect().to_dicts()}
        for row in core.opening_stock.collect().to_dicts():
            if self._coded(f"opening {row['opening_id']}", products[row["sku"]]) == code:
                total += (row["quantity"] * row["unit_cost"]).quantize(CENT, ROUND_HALF_UP)
        for row in core.bill_lines.collect().to_dicts():
            sku = received.get(row["receipt_line_id"])
            if not sku or row["bill_date"] > cut_off:
                continue
            if self._coded(row["bill_line_id"], products[sku]) == code:
                total += _in_base(row, self.policy.base_currency)
        return total

    def _coded(self, document: str, product: dict[str, object]) -> str | None:
        """The account of a document in Xero: where it was coded when it came."""
        return self.coded.setdefault(document, self._account(product))

    def _account(self, product: dict[str, object]) -> str | None:
        """Where accounts staff code a product: by its category, as they were told."""
        if not product["is_stocked"]:
            return None
        return self.stock_accounts.get(str(product["category"]), "630")


def _in_base(bill_line: dict[str, Decimal], base_currency: str) -> Decimal:
    """A bill line in Xero: divided by the rate that the bill carries, 6 places, foreign units for one of base."""
    if bill_line["currency_code"] in {None, base_currency}:
        return bill_line["line_amount"]
    rate = (1 / bill_line["currency_rate"]).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return (bill_line["line_amount"] / rate).quantize(CENT, ROUND_HALF_UP)


def _types() -> dict[str, pl.DataType]:
    return {name: column.dtype.type for name, column in Bookings.to_schema().columns.items()}


def _no_sources() -> pl.DataFrame:
    columns = JournalLineSources.to_schema().columns
    return pl.DataFrame(schema={name: column.dtype.type for name, column in columns.items()})


def _open_lines(core: CoreTables, so_far: pl.LazyFrame) -> OpenLines:
    """Everything; the goods at what those on hand cost."""
    values = so_far.group_by("sku").agg(
        pl.col("moved_quantity").sum().cast(QUANTITY).alias("quantity"),
        pl.col("cost_amount").sum().cast(MONEY).alias("value"),
    )
    return OpenLines(core.sale_lines, table(UncountedLines).lazy(), so_far, values, core.stocked())
