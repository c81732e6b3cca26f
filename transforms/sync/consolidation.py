"""Puts sales of a channel together, by day or month: one document of at most 500 lines, and the way back to orders."""

from dataclasses import dataclass

import polars as pl

from schemas.dtypes import MONEY, RATE
from schemas.sync_policy import Consolidation, SyncPolicy
from transforms.rule_lists import passes
from transforms.texts import fill

MOST_LINES = 500
"""Lines of one consolidated document (cin7.md 3B, Consolidation)."""

ANY = "*"
_WIDE = pl.Decimal(38, 12)
_LINE = ["group_key", "kind", "account_code", "tax_type", "tracking", "item_code"]
_MODES = {"inclusive": "INC", "exclusive": "EXC", "exempt": "EXE"}
GROUP_COLUMNS = ("group_key", "group_number", "group_date", "group_contact", "takes_average")
_NO_RULE = Consolidation((ANY,), "day", "-", kinds=())
_SHARED = (
    "group_number", "group_date", "group_contact", "kind", "side", "is_credit", "is_void", "currency_code", "tax_mode",
    "channel",
)  # fmt: skip
_LETTERS = {"sales_invoice": "SO", "sales_credit": "CR"}
_WORDS = {
    "goods": "Sales",
    "other": "Other",
    "deposit": "Deposits",
    "freight": "Freight",
    "surcharge": "Surcharges",
    "discount": "Discounts",
    "rounding": "Rounding",
}
"""Words of a consolidated line; the lines stand in this order."""


@dataclass(frozen=True)
class Grouped:
    """Documents and lines in which the consolidated ones took the place of their members."""

    documents: pl.DataFrame
    """As they came in; a consolidated one has no `document_id`."""
    lines: pl.DataFrame
    """Likewise; those of a consolidated document have no `line_id`."""
    sources: pl.DataFrame
    """`document_key`, `line_key`, `source_document_id`, `source_line_id`, `line_amount`, `tax_amount`."""
    members: pl.DataFrame
    """`source_key` (of the single document), `document_key` that carries it now, `is_grouped`."""


def assign_groups(documents: pl.DataFrame, apart: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """Say of each document which group it becomes part of; purchases never do.

    The documents of a group share kind, day or month, currency, tax mode, channel and currency rate, or the group takes
    the average of its rates (cin7.md 3B). A group's key says only what its documents share, so an order that is added
    later changes what the group holds and not which one it is.

    Args:
        documents: those that count, with `applied_rate`.
        apart: `document_key` of documents that stay by themselves: those with a deposit, those that were sent already.
        policy: the rules, tried from top to bottom.

    Returns:
        The same rows with `group_key`, `group_number`, `group_date`, `group_contact`, `takes_average`, null for a
        document that stays by itself.
    """
    free = documents.filter(~pl.col("is_void")).join(apart, on="document_key", how="anti")
    taken = [_name_groups(documents.clear(), _NO_RULE, policy).select("document_key", *GROUP_COLUMNS)]
    for rule in policy.consolidations:
        chosen = free.filter(pl.col("kind").is_in(rule.kinds), _fits(rule))
        taken.append(_name_groups(chosen, rule, policy).select("document_key", *GROUP_COLUMNS))
        free = free.join(chosen.select("document_key"), on="document_key", how="anti")
    return documents.join(pl.concat(taken), on="document_key", how="left", validate="1:1")


def consolidate(documents: pl.DataFrame, lines: pl.DataFrame) -> Grouped:
    """Put the documents of each group together.

    Lines of one account, tax type, tracking and item become one; more than 500 of them make further documents, which
    are numbered. An average rate is weighted by the totals. Net, tax and total are conserved, to the cent.

    Args:
        documents: of `assign_groups`, those that may go, void ones too.
        lines: theirs, with `item_code` and `line_key`.
    """
    is_grouped = pl.col("group_key").is_not_null()
    rest, grouped = documents.filter(~is_grouped), documents.filter(is_grouped)
    own = rest.select(
        pl.col("document_key").alias("source_key"), "document_key", pl.lit(value=False).alias("is_grouped")
    )
    alone = lines.join(grouped.select("document_key"), on="document_key", how="anti")
    if grouped.is_empty():
        return Grouped(rest, alone, _own_sources(rest, alone), own)
    keys = grouped.select("document_key", "group_key", pl.col("document_id").alias("source_document_id"))
    inside = lines.join(keys, on="document_key", how="inner", validate="m:1")
    summed = _sum_lines(inside)
    places = summed.select(*_LINE, pl.col("line_key").alias("group_line"), "part_key")
    sources = inside.join(places, on=_LINE, how="inner", validate="m:1", nulls_equal=True).select(
        pl.col("part_key").alias("document_key"),
        pl.col("group_line").alias("line_key"),
        "source_document_id",
        pl.col("line_id").alias("source_line_id"),
        "line_amount",
        "tax_amount",
    )
    carried = grouped.select(
        pl.col("document_key").alias("source_key"),
        fill("{}:1", "group_key").alias("document_key"),
        pl.lit(value=True).alias("is_grouped"),
    )
    made = summed.rename({"part_key": "document_key"})
    return Grouped(
        documents=pl.concat([rest, _like(_sum_documents(grouped, summed), rest)]),
        lines=pl.concat([alone, _like(made, alone)]),
        sources=pl.concat([_own_sources(rest, alone), sources]),
        members=pl.concat([own, carried]),
    )


def _fits(rule: Consolidation) -> pl.Expr:
    """Whether a document's channel is one of the rule's."""
    if ANY in rule.channels:
        return pl.lit(value=True)
    return pl.any_horizontal(passes(pl.col("channel"), channel) for channel in rule.channels).fill_null(value=False)


def _name_groups(documents: pl.DataFrame, rule: Consolidation, policy: SyncPolicy) -> pl.DataFrame:
    """`group_key`, `group_number`, `group_date`, `group_contact`, `takes_average` for each document."""
    day = pl.col("document_date")
    span = day.dt.strftime("%Y-%m-%d" if rule.span == "day" else "%Y-%m")
    prefix = {kind: sent.number_prefix for kind, sent in policy.kinds.items()}
    rate = pl.col("applied_rate").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    is_foreign = pl.col("currency_code") != policy.base_currency
    shown_rate = pl.when(is_foreign & pl.lit(rule.rate == "document")).then(fill("-{}", rate)).otherwise(pl.lit(""))
    shared = fill(
        "{}-{}-{}-{}{}",
        span,
        pl.col("channel").fill_null("-"),
        "currency_code",
        pl.col("tax_mode").replace_strict(_MODES, return_dtype=pl.String),
        shown_rate,
    )
    letters = pl.col("kind").replace_strict(_LETTERS, return_dtype=pl.String)
    return documents.with_columns(
        group_key=fill("{}:group:{}:{}", "kind", pl.lit(rule.contact_name), shared),
        group_number=fill("{}{}-{}", pl.col("kind").replace_strict(prefix, return_dtype=pl.String), letters, shared),
        group_date=day if rule.span == "day" else day.dt.month_end(),
        group_contact=pl.lit(f"summary:{rule.contact_name}"),
        takes_average=pl.lit(rule.rate == "average"),
    )


def _sum_lines(inside: pl.DataFrame) -> pl.DataFrame:
    """One row per line of a group, in the columns of lines, with `part_key` of the document that it goes on."""
    first = [name for name in ("role", "tax_mode", "side") if name in inside.columns]
    place = pl.int_range(pl.len()).over("group_key")
    orders = pl.col("document_key").n_unique()
    kind_order = pl.col("kind").replace_strict(list(_WORDS), range(len(_WORDS)), default=0, return_dtype=pl.Int64)
    plural = pl.when(pl.col("orders") == 1).then(pl.lit("order")).otherwise(pl.lit("orders"))
    words = pl.col("kind").replace_strict(_WORDS, default="Sales", return_dtype=pl.String)
    return (
        inside.group_by(_LINE)
        .agg(
            pl.col("line_amount").sum().cast(MONEY),
            pl.col("tax_amount").sum().cast(MONEY),
            pl.col("quantity").sum(),
            orders.alias("orders"),
            *(pl.col(name).first() for name in first),
        )
        # discounts first: a further document of positive lines only cannot fall below zero
        .sort("group_key", pl.col("line_amount") >= 0, kind_order, *_LINE[2:], nulls_last=True)
        .with_columns(position=place, part=place // MOST_LINES + 1)
        .with_columns(
            part_key=fill("{}:{}", "group_key", "part"),
            line_key=fill("{}:{}", "group_key", "position"),
            description=fill("{}, {} {}", words, "orders", plural),
            quantity=pl.when(pl.col("item_code").is_not_null()).then("quantity").otherwise(pl.lit(1)),
        )
        .with_columns(unit_price=pl.col("line_amount"), discount_amount=pl.lit(0))
    )


def _sum_documents(grouped: pl.DataFrame, summed: pl.DataFrame) -> pl.DataFrame:
    """One row per consolidated document, in the columns of documents."""
    is_inclusive = pl.col("tax_mode") == "inclusive"
    return (
        summed.group_by("group_key", "part", "part_key")
        .agg(pl.col("line_amount").sum().cast(MONEY), pl.col("tax_amount").sum().cast(MONEY))
        .join(_head_groups(grouped), on="group_key", how="inner", validate="m:1")
        .with_columns(
            total_amount=pl.when(is_inclusive)
            .then("line_amount")
            .otherwise(pl.col("line_amount") + pl.col("tax_amount")),
            is_whole=pl.len().over("group_key") == 1,
        )
        .with_columns(
            document_key=pl.col("part_key"),
            document_date=pl.col("group_date"),
            due_date=pl.max_horizontal("due_date", "group_date"),
            contact_key=pl.col("group_contact"),
            shown_number=fill("{}-{}", "group_number", "part"),
            net_amount=pl.col("total_amount") - pl.col("tax_amount"),
            source_total_amount=pl.when("is_whole").then("all_totals"),
            order_number=fill("{} orders", "order_count"),
            is_group=pl.lit(value=True),
        )
    )


def _head_groups(grouped: pl.DataFrame) -> pl.DataFrame:
    """One row per group: what its documents share, the last due date, and the rate or its average."""
    total = pl.col("total_amount").cast(_WIDE)
    mean = (total * pl.col("applied_rate")).sum() / total.sum()
    average = pl.when(total.sum() != 0).then(mean).otherwise(pl.col("applied_rate").max().cast(_WIDE))
    one_place = pl.when(pl.col("location").n_unique() == 1).then(pl.col("location").first())
    return grouped.group_by("group_key").agg(
        *(pl.col(name).first() for name in _SHARED),
        pl.col("due_date").max(),
        pl.when(pl.col("takes_average").first())
        .then(average.round(8, mode="half_away_from_zero").cast(RATE))
        .otherwise(pl.col("applied_rate").first())
        .alias("applied_rate"),
        one_place.alias("location"),
        pl.len().alias("order_count"),
        pl.when(pl.col("source_total_amount").is_not_null().all())
        .then(pl.col("source_total_amount").sum())
        .alias("all_totals"),
    )


def _like(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Rows in the columns and types of others; what they lack is null."""
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in others.schema.items()
    )


def _own_sources(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that are their own source."""
    ids = documents.select("document_key", pl.col("document_id").alias("source_document_id"))
    return lines.join(ids, on="document_key", how="inner", validate="m:1").select(
        "document_key",
        "line_key",
        "source_document_id",
        pl.col("line_id").alias("source_line_id"),
        "line_amount",
        "tax_amount",
    )
