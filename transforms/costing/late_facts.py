"""When something became known that changes what earlier months should have booked."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import VALUE_KINDS, is_inflow, is_transfer, is_value_only
from transforms.costing.known_rows import find_rows, known_since, raise_to_needed

TEXTS = ("move_id", "kind", "sku", "location", "lot", "document_id", "source_move_id")


def number_month(day: pl.Expr) -> pl.Expr:
    """Months counted from the year 0."""
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


def first_day(month: pl.Expr) -> pl.Expr:
    """First day of a numbered month."""
    return pl.date(month // 12, month % 12 + 1, 1)


def may_be_late(moves: pl.DataFrame, valued: pl.DataFrame) -> bool:
    """Whether anything at all can be booked elsewhere than in its own month: a look at a few columns.

    Args:
        moves: StockMoves.
        valued: ValuedMoves of them.
    """
    moved, known = pl.col("moved_on").cast(pl.Date), known_since(moves)
    kinds = moves["kind"].unique().cast(pl.String)
    has_links = kinds.is_in([*VALUE_KINDS, "assembly_in"]).any()
    is_provisional = valued["provisional_amount"].null_count() < valued.height
    return has_links or is_provisional or bool(moves.select((moved < pl.lit(known)).any()).item())


def date_rows(moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Say in which month each row counts for the first time.

    Args:
        moves: StockMoves.
        policy: under `restate` a row counts in its own month, and a charge in that of the receipt that it names; else
        both not before they were known.

    Returns:
        `row`, the texts that costing reads, `quantity`, `moved_month`, `counts_from` (months as numbers) and
        `source_month` (of the receipt that a charge names): one row for each move, in order.
    """
    texts = [(pl.col(name) if name in moves.columns else pl.lit(None)).cast(pl.String).alias(name) for name in TEXTS]
    # a transfer inside a pool moves nothing
    stays = is_transfer if policy.pool == "sku" else pl.lit(value=False)
    rows = moves.select(
        *texts,
        quantity=pl.when(stays).then(None).otherwise("quantity").fill_null(0),
        moved_month=number_month(pl.col("moved_on").cast(pl.Date)),
    ).with_row_index("row")
    # no location or lot is one location or lot, as `links` has it
    rows = _with_source_month(rows.with_columns(pl.col("location", "lot").fill_null("")))
    if policy.late_cost == "restate":
        return rows.with_columns(counts_from=pl.coalesce("source_month", "moved_month"))
    own = rows.select(
        pl.max_horizontal("moved_month", "source_month", number_month(pl.lit(known_since(moves)))).alias("counts_from")
    ).to_series()
    is_late = (own > rows["moved_month"]).any()
    return rows.with_columns(counts_from=raise_to_needed(moves, own) if is_late else own)


def _with_source_month(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `source_month` to charges."""
    charges = rows.filter(is_value_only & pl.col("source_move_id").is_not_null()).select("row", "source_move_id")
    if charges.is_empty():
        return rows.with_columns(source_month=pl.lit(None, dtype=pl.Int32))
    sources = find_rows(rows, charges["source_move_id"], source_month="moved_month")
    months = charges.join(sources, on="source_move_id", how="inner").select("row", "source_month")
    return rows.join(months, on="row", how="left", validate="1:1", maintain_order="left")


def find_suspects(rows: pl.DataFrame, valued: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Rows whose pools may have booked something else in an earlier month; cheap, over the whole table.

    Args:
        rows: as `date_rows` leaves them.
        valued: ValuedMoves of them.
        policy: which charges change earlier months.
    """
    is_provisional = valued["provisional_amount"].head(rows.height).is_not_null()
    is_moved = (pl.col("counts_from") != pl.col("moved_month")) | pl.lit(is_provisional)
    return pl.concat([rows.filter(is_moved | _changes_earlier(policy)), _split_outputs(rows)]).unique("row")


def _changes_earlier(policy: CostingPolicy) -> pl.Expr:
    """A charge that comes to a receipt of an earlier month, and re-prices it from the start."""
    if policy.late_cost == "prospective" or policy.method == "standard":
        return pl.lit(value=False)
    return (pl.col("counts_from") > pl.col("source_month")).fill_null(value=False)


def _split_outputs(rows: pl.DataFrame) -> pl.DataFrame:
    """Products of assemblies that come in over several months: each later one takes a share from those before."""
    made = rows.filter((pl.col("kind") == "assembly_in") & pl.col("document_id").is_not_null())
    first = pl.col("counts_from").min().over("document_id")
    return made.filter(pl.col("counts_from") > first)


def find_late_facts(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Say in which months each component learned something about months before.

    Args:
        rows: dated rows of the components in question, with `pool` and `component`.
        policy: which charges change earlier months.

    Returns:
        `component`, `month`, each once.
    """
    late = rows.filter((pl.col("counts_from") > pl.col("moved_month")) | _changes_earlier(policy))
    facts = [
        late.select("component", month="counts_from"),
        _split_outputs(rows).select("component", month="counts_from"),
        _months_brought_forward(rows),
    ]
    if policy.method != "standard":
        facts.append(_coverings(rows))
    return pl.concat(facts).unique().sort("month", "component")


def _months_brought_forward(rows: pl.DataFrame) -> pl.DataFrame:
    """Months up to its own in which a charge that counts from the start stands: its cents follow its pool's total."""
    early = rows.filter(pl.col("counts_from") < pl.col("moved_month"))
    months = pl.int_ranges(pl.col("counts_from") + 1, pl.col("moved_month") + 1, dtype=pl.Int32)
    return early.select("component", month=months).explode("month").drop_nulls()


def _coverings(rows: pl.DataFrame) -> pl.DataFrame:
    """Months whose inflows cover what earlier months had issued without having it."""
    by_month = (
        rows.group_by("component", "pool", "counts_from")
        .agg(pl.col("quantity").sum(), has_inflow=(is_inflow & (pl.col("quantity") > 0)).any())
        .sort("pool", "counts_from")
    )
    opening = pl.col("quantity").cum_sum().over("pool") - pl.col("quantity")
    return by_month.filter(pl.col("has_inflow") & (opening < 0)).select("component", month="counts_from")
