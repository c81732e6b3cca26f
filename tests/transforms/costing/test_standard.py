"""Standard cost: variances and changes of standard as rows of their own, by example and against a bookkeeper."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.dtypes import UNIT_COST
from schemas.policies import CostingPolicy, Pool
from schemas.stock import ValuedMoves
from tests.transforms.costing.generated import FIRST, PRICES, ledgers
from tests.transforms.costing.naive import Move
from tests.transforms.costing.standard_by_hand import StandardLedger, Standards
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import MoveProblems, value_moves
from transforms.costing.standard.rows import own_rows

START = date(2026, 1, 1)


def table_of(standards: Standards) -> pl.DataFrame:
    """The file that `--standard-costs` names."""
    rows = [(sku, cost, since) for sku, costs in standards.items() for since, cost in costs]
    schema = {"sku": pl.String(), "unit_cost": UNIT_COST, "valid_from": pl.Date()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def costs(moves: list[Move], standards: Standards, pool: Pool = "sku") -> dict[str, Decimal]:
    valued = check(ValuedMoves, value_moves(frame_of(moves), CostingPolicy("standard", pool), table_of(standards)))
    return dict(valued.select("move_id", "cost_amount").iter_rows())


def in_words(table: str, standards: Standards, pool: Pool = "sku") -> list[str]:
    return [f"{move_id} {cost}" for move_id, cost in costs(read_table(table)[0], standards, pool).items()]


def test_a_purchase_enters_at_its_price_and_its_variance_leaves_at_once() -> None:
    # the classic of the textbooks: standard 5.00, bought 100 for 520.00: 20.00 unfavourable; sold at standard
    table = """
        1 receipt r  100 for 520.00
        2 sale    s  -60
    """
    found = in_words(table, {"A": [(START, Decimal(5))]})
    assert found == ["r 520.00", "s -300.00", "purchase_price_variance:r -20.00"]


def test_a_change_of_standard_revalues_what_is_on_hand_at_the_start_of_its_day() -> None:
    # 40 on hand on the 10th, 0.25 more each; the sale of that day leaves at the new standard
    table = """
        1  receipt r  100 at 5.00
        2  sale    s1 -60
        10 sale    s2 -10
    """
    standards = {"A": [(START, Decimal(5)), (date(2026, 9, 10), Decimal("5.25"))]}
    found = in_words(table, standards)
    assert found == ["r 500.00", "s1 -300.00", "s2 -52.50", "standard_revaluation:2026-09-10:A 10.00"]


def test_freight_and_revaluations_of_a_receipt_are_variances() -> None:
    table = """
        1 receipt     r 10 at 5.00
        3 landed_cost f 0 for 7.00 source=r
        4 revaluation v 0 for -2.00 source=r
    """
    found = in_words(table, {"A": [(START, Decimal(5))]})
    assert found == [
        "r 50.00",
        "f 7.00",
        "v -2.00",
        "purchase_price_variance:f -7.00",
        "purchase_price_variance:v 2.00",
    ]


def test_goods_come_back_at_the_standard_of_their_day() -> None:
    # sold at 5.00 and back at 6.00: the units on hand cannot be told apart, and all of them are worth 6.00
    table = """
        1  receipt         r  10 at 5.00
        2  sale            s  -4
        12 sale_return     b   1 source=s
        12 purchase_return p  -2 source=r
        13 adjustment_in   f   1
    """
    standards = {"A": [(START, Decimal(5)), (date(2026, 9, 10), Decimal(6))]}
    found = in_words(table, standards)
    assert found == ["r 50.00", "s -20.00", "b 6.00", "p -12.00", "f 6.00", "standard_revaluation:2026-09-10:A 6.00"]


def test_a_standard_that_changes_on_the_way_is_a_variance_where_the_goods_arrive() -> None:
    table = """
        1  receipt      r 10 at 5.00
        9  transfer_out o -4 document=T
        11 transfer_in  i  4 document=T location=Shop
    """
    standards = {"A": [(START, Decimal(5)), (date(2026, 9, 10), Decimal(6))]}
    assert in_words(table, standards, "sku_location") == [
        "r 50.00", "o -20.00", "i 20.00",
        "standard_revaluation:2026-09-10:A:Main 6.00", "purchase_price_variance:i 4.00",
    ]  # fmt: skip


def test_an_assembly_takes_its_components_at_standard_and_shows_what_differs() -> None:
    # 2 wheels and a frame at standard are 20.00, a bike is 25.00 at standard
    table = """
        1 receipt      r1  2 at 4.00 sku=wheel
        1 receipt      r2  1 at 12.00 sku=frame
        2 assembly_out a1 -2 sku=wheel document=bikes
        2 assembly_out a2 -1 sku=frame document=bikes
        2 assembly_in  a3  1 sku=bike  document=bikes
    """
    standards = {sku: [(START, Decimal(cost))] for sku, cost in (("wheel", 4), ("frame", 12), ("bike", 25))}
    assert in_words(table, standards) == [
        "r1 8.00", "r2 12.00", "a1 -8.00", "a2 -12.00", "a3 20.00", "purchase_price_variance:a3 5.00",
    ]  # fmt: skip


def test_own_rows_look_like_the_moves_that_they_belong_to() -> None:
    moves = frame_of(read_table("1 receipt r 2 at 6.00 location=Shop lot=L1\n12 sale s -1 location=Shop")[0])
    moves = moves.with_columns(channel=pl.Series(["import", "web"]))
    standards = table_of({"A": [(START, Decimal(5)), (date(2026, 9, 10), Decimal(7))]})
    valued = value_moves(moves, CostingPolicy("standard", "sku_location"), standards)
    own = own_rows(moves, valued)
    assert own.schema == moves.schema
    assert own["move_id"].to_list() == valued["move_id"].to_list()[2:]
    columns = ["kind", "moved_on", "quantity", "unit_cost", "sku", "location", "lot", "source_move_id", "channel"]
    nothing = Decimal("0.0000")
    assert own.select(columns).rows() == [
        ("standard_revaluation", date(2026, 9, 10), nothing, None, "A", "Shop", None, None, None),
        ("purchase_price_variance", date(2026, 9, 1), nothing, None, "A", "Shop", "L1", "r", "import"),
    ]


def test_codes_with_colons_keep_their_rows_apart() -> None:
    moves = [Move("r", "receipt", START, Decimal(1), sku="a:b", location="c%"),
             Move("q", "receipt", START, Decimal(1), sku="a", location="b:c%")]  # fmt: skip
    standards = {sku: [(START, Decimal(1)), (date(2026, 1, 9), Decimal(2))] for sku in ("a:b", "a")}
    frame = frame_of(moves)
    valued = value_moves(frame, CostingPolicy("standard", "sku_location"), table_of(standards))
    assert valued["move_id"].to_list()[2:] == [
        "standard_revaluation:2026-01-09:a:b%3Ac%25", "standard_revaluation:2026-01-09:a%3Ab:c%25",
    ]  # fmt: skip
    assert own_rows(frame, valued).select("sku", "location").rows() == [("a", "b:c%"), ("a:b", "c%")]


def test_a_standard_counts_up_to_the_month_of_the_last_move_or_the_day_asked_for() -> None:
    frame = frame_of(read_table("1 receipt r 1 at 5.00")[0])
    days = (date(2026, 9, 30), date(2026, 10, 1))
    standards = table_of({"A": [(START, Decimal(5)), *((day, Decimal(day.day)) for day in days)]})
    policy = CostingPolicy("standard")
    assert value_moves(frame, policy, standards).height == 2
    assert value_moves(frame, policy, standards, until=days[1]).height == 3
    assert value_moves(frame, policy, standards, until=date(2026, 9, 29)).height == 1


def test_a_transfer_inside_a_pool_and_a_late_entry_bring_a_change_of_standard_into_the_table_too() -> None:
    # nothing else happens in October; what is on hand is worth the October standard at its end all the same
    standards = {"A": [(START, Decimal(5)), (date(2026, 10, 15), Decimal(6))]}
    transfer = """
        9-1  receipt      r  4 at 5.00
        10-2 transfer_out o -1 document=T
        10-2 transfer_in  i  1 document=T location=Shop
    """
    revalued = "standard_revaluation:2026-10-15:A 4.00"
    assert in_words(transfer, standards) == ["r 20.00", "o 0.00", "i 0.00", revalued]
    assert in_words("9-1 receipt r 4 at 5.00 known=10-2", standards) == ["r 20.00", revalued]


def test_seventy_tenths_leave_nothing_at_standard() -> None:
    table = "1 receipt r 7.0 for 1.00\n" + "\n".join(f"2 sale s{number} -0.1" for number in range(70))
    found = costs(read_table(table)[0], {"A": [(START, Decimal("0.333333"))]})
    assert sum(found.values()) == 0


def test_pools_at_the_limit_keep_their_cents() -> None:
    # 10^8 units at almost 5 x 10^9 in and out: 10^18 of value, more cents than 64 bits hold
    moves = read_table("1 receipt r 100000000 for 1.00\n2 sale s -99999999.9999")[0]
    standards = table_of({"A": [(START, Decimal("4999999999.999999"))]})
    valued = value_moves(frame_of(moves), CostingPolicy("standard"), standards)
    assert str(valued["cost_amount"][1]) == "-499999999999499900.00"
    with pytest.raises(MoveProblems, match=r"more than 10\^18 of base currency pass through one pool"):
        costs(moves, {"A": [(START, Decimal(9999999999))]})


def test_every_sku_without_a_standard_is_named_at_once() -> None:
    table = "1 receipt r 1 at 5.00 sku=A\n2 sale s -1 sku=B\n3 sale t -1 sku=B\n4 revaluation v 0 at 4.00 sku=C"
    with pytest.raises(MoveProblems) as raised:
        costs(read_table(table)[0], {"A": [(date(2026, 9, 2), Decimal(5))], "C": [(START, Decimal(1))]})
    assert str(raised.value) == (
        "core.stock_moves.kind: a pool at standard cost cannot be revalued (1 row)\n"
        "    Give a new standard cost from that day on.\n"
        "    First: v\n"
        "standard costs, SKU A: no standard cost on 2026-09-01 (1 row)\n"
        "    Give one from that day on, or earlier.\n"
        "    First: r\n"
        "standard costs, SKU B: no standard cost on 2026-09-02 (2 rows)\n"
        "    Give one from that day on, or earlier.\n"
        "    First: s, t"
    )


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("A", "-1", START)], "unit_cost: a unit costs less than nothing"),
        ([("A", None, START)], "unit_cost: the cost is missing"),
        ([(None, "1", START)], "sku: the SKU is missing"),
        ([("A", "1", None), ("A", "2", None)], "valid_from: a SKU has several costs from the same day"),
        ([("A", "10000000000.000001", START)], "unit_cost: a unit costs more than 10,000,000,000"),
    ],
)
def test_standard_costs_that_are_none_are_told(
    rows: list[tuple[str | None, str | None, date | None]], found: str
) -> None:
    read = [(sku, None if cost is None else Decimal(cost), since) for sku, cost, since in rows]
    schema = {"sku": pl.String(), "unit_cost": UNIT_COST, "valid_from": pl.Date()}
    moves = frame_of(read_table("1 receipt r 1 at 5.00")[0])
    with pytest.raises(MoveProblems, match=f"standard costs.{found}"):
        value_moves(moves, CostingPolicy("standard"), pl.DataFrame(read, schema=schema, orient="row"))


def test_an_id_that_an_own_row_could_have_is_refused() -> None:
    moves = [Move("purchase_price_variance:x", "receipt", START, Decimal(1))]
    with pytest.raises(MoveProblems, match="one of those that standard costing gives its own rows"):
        costs(moves, {"A": [(START, Decimal(1))]})


@st.composite
def standards(draw: st.DrawFn) -> Standards:
    """A standard for each SKU from the start, and some changes."""
    days = st.dates(FIRST, date(2026, 10, 31))
    changes = {sku: sorted(draw(st.sets(days, max_size=2))) for sku in ("A", "B", "P", "Q")}
    return {sku: [(day, draw(PRICES)) for day in (START, *changed)] for sku, changed in changes.items()}


@pytest.mark.parametrize("pool", ["sku", "sku_location"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=ledgers(), standards=standards())
def test_standard_costs_what_a_bookkeeper_finds(moves: list[Move], standards: Standards, pool: Pool) -> None:
    by_hand = StandardLedger(moves, pool == "sku_location", standards).run()
    assert costs(moves, standards, pool) == by_hand


@pytest.mark.parametrize("pool", ["sku", "sku_location"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=ledgers(), standards=standards())
def test_a_pool_is_worth_its_units_at_standard(moves: list[Move], standards: Standards, pool: Pool) -> None:
    frame = frame_of(moves)
    valued = value_moves(frame, CostingPolicy("standard", pool), table_of(standards))
    keys = ["sku"] if pool == "sku" else ["sku", "location"]
    both = pl.concat([frame, own_rows(frame, valued)]).with_columns(valued["cost_amount"])
    for *codes, quantity, value in both.group_by(keys).agg(pl.col("quantity", "cost_amount").sum()).iter_rows():
        last = max(m.moved_on for m in moves)
        standard = [cost for since, cost in standards[codes[0]] if (since.year, since.month) <= (last.year, last.month)]
        # the rounded totals of what came and what went are half a cent off at most, each
        assert abs(value - quantity * standard[-1]) <= Decimal("0.01")
        assert value == 0 or quantity != 0
