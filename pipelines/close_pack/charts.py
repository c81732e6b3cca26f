"""The charts of the page as SVG, drawn by Vega-Lite without a browser; colours are the page's own, light or dark."""

from collections.abc import Sequence
from decimal import Decimal
from textwrap import wrap
from typing import Any

import polars as pl
import vl_convert

from pipelines.close_pack.ledger_tables import AGES, ROLL_FORWARD, TIE_OUT
from pipelines.close_pack.pack import Pack
from pipelines.reports.month import money
from schemas.reporting import AGE_BANDS, MOVEMENTS
from transforms.stock_ages import NO_RECEIPT

Spec = dict[str, Any]
Row = dict[str, object]

FONT = "Roboto, Helvetica, Arial, sans-serif"
INK, SOFT, GRID = "var(--ink)", "var(--soft)", "var(--grid)"
UP, DOWN, WHOLE = "var(--up)", "var(--down)", "var(--whole)"
SERIES = [f"var(--series-{number})" for number in range(1, 7)]
WIDTH, HEIGHT = 520, 250
MOST_SERIES = 6
LABEL_LETTERS = 24
ROOM_FOR_WIDER_LETTERS = {"left": 36, "right": 8, "top": 5, "bottom": 5}
"""Labels are measured in Roboto; where the reader's font is wider they still have to fit."""

AMOUNTS = {"format": "~s", "tickCount": 5}

STEPS_THAT_ARE_NO_CAUSE = ("stock_ledger", "expected_in_xero", "xero_balance")


def draw_charts(pack: Pack) -> dict[str, str]:
    """Roll-forward, trend, variance and stock by age, each as SVG; one without data is left out.

    Args:
        pack: its tables hold the figures. Bars are drawn from them as floats; every figure in words is a Decimal.
    """
    specs = {
        "Roll-forward of stock value": waterfall(pack),
        "COGS and margin by month (per cent: before late cost)": trend(pack),
        "From the stock ledger to Xero, by cause": variance(pack),
        "Stock by age in days": ages(pack),
    }
    return {title: draw(spec, title) for title, spec in specs.items() if spec is not None}


def draw(spec: Spec, title: str) -> str:
    """A specification as SVG text, with a title that screen readers read."""
    config = {
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": INK,
            "titleColor": SOFT,
            "gridColor": GRID,
            "domainColor": GRID,
            "tickColor": GRID,
            "labelFontSize": 12,
            "labelLimit": 220,
            "title": None,
        },
        "legend": {"labelColor": INK, "title": None, "orient": "bottom", "labelFontSize": 12, "columns": 3},
        "text": {"color": INK, "fontSize": 11},
    }
    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": config, **spec}
    svg: str = vl_convert.vegalite_to_svg(whole)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)


def waterfall(pack: Pack) -> Spec | None:
    """From opening to closing, a bar for each movement that there is."""
    table = pack.tables[ROLL_FORWARD]
    rows: list[Row] = []
    level = Decimal(0)
    for name, label in MOVEMENTS.items():
        amount = table.total(name)
        is_whole = name in {"opening", "closing"}
        if amount == 0 and not is_whole:
            continue
        start = Decimal(0) if is_whole else level
        level = start + amount
        colour = WHOLE if is_whole else UP if amount > 0 else DOWN
        rows.append({"step": label, "from": start, "to": level, "label": money(amount), "colour": colour})
    return _bars(rows, height=27) if len(rows) > 2 or any(row["label"] != "0.00" for row in rows) else None


def variance(pack: Pack) -> Spec | None:
    """Each cause of the tie-out over all accounts, and what is unexplained."""
    steps = pack.tables[TIE_OUT].frame
    if steps.is_empty():
        return None
    causes = (
        steps.filter(~pl.col("cause").is_in(list(STEPS_THAT_ARE_NO_CAUSE)))
        .group_by("cause", "description", maintain_order=True)
        .agg(pl.col("amount").sum())
        .filter((pl.col("amount") != 0) | (pl.col("cause") == "unexplained"))
        .sort(pl.col("cause") == "unexplained", maintain_order=True)
    )
    rows: list[Row] = [
        {
            "step": row["description"],
            "from": Decimal(0),
            "to": row["amount"],
            "label": money(row["amount"]),
            "colour": UP if row["amount"] >= 0 else DOWN,
        }
        for row in causes.to_dicts()
    ]
    return _bars(rows, height=40)


def _bars(rows: Sequence[Row], height: int) -> Spec:
    """Lying bars with their amounts beside them, from top to bottom."""
    values = [
        {
            **row,
            "step": "\n".join(wrap(str(row["step"]), LABEL_LETTERS)),
            "from": _number(row["from"]),
            "to": _number(row["to"]),
        }
        for row in rows
    ]
    ends = [_number(row[end]) for row in rows for end in ("from", "to")]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = (high - low or 100.0) * 0.22  # of zeros a small one would have thousandths on its axis
    axis = {"ticks": False, "domain": False, "labelExpr": "split(datum.label, '\\n')", "labelPadding": 8}
    y = {"field": "step", "type": "nominal", "sort": None, "axis": axis}
    scale = {"domain": [low - (room if low < 0 else 0), high + room], "nice": False}
    x = {"field": "from", "type": "quantitative", "scale": scale, "axis": AMOUNTS}
    label = {"type": "text", "align": "left", "dx": 5, "color": INK}
    most = {"calculate": "max(datum.from, datum.to)", "as": "most"}
    return {
        "width": WIDTH - 210,
        "height": {"step": height},
        "padding": ROOM_FOR_WIDER_LETTERS,
        "data": {"values": values},
        "transform": [most],
        "layer": [
            {
                "mark": {"type": "bar", "height": {"band": 0.66}},
                "encoding": {"y": y, "x": x, "x2": {"field": "to"}, "color": _as_given("colour")},
            },
            {
                "mark": label,
                "encoding": {"y": y, "x": {"field": "most", "type": "quantitative"}, "text": _text("label")},
            },
        ],
    }


def trend(pack: Pack) -> Spec | None:
    """COGS and margin of each month, one upon the other: together they are the revenue. Per cent: before late cost."""
    if pack.trend.is_empty():
        return None
    values: list[Row] = []
    shares: list[Row] = []
    for row in pack.trend.to_dicts():
        month, revenue, cogs = f"{row['period']:%Y-%m}", row["revenue_amount"], row["cogs_amount"]
        margin = revenue - cogs
        for order, (what, amount) in enumerate((("COGS", cogs), ("Margin", margin))):
            values.append({"month": month, "what": what, "amount": _number(amount), "order": order})
        before = margin + row["late_cost_amount"]
        share = f"{100 * before / revenue:.1f} %" if revenue else ""
        shares.append({"month": month, "top": _number(max(revenue, cogs, Decimal(0))), "share": share})
    x = {"field": "month", "type": "ordinal", "axis": {"labelAngle": 0 if len(shares) < 8 else -40}}
    band = {"band": 0.62} if len(shares) > 3 else 70
    return {
        "width": WIDTH - 60,
        "height": HEIGHT,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "width": band},
                "encoding": {
                    "x": x,
                    "y": {"field": "amount", "type": "quantitative", "axis": AMOUNTS},
                    "color": _series("what", ["COGS", "Margin"], [WHOLE, UP]),
                    "order": {"field": "order", "type": "quantitative"},
                },
            },
            {
                "data": {"values": shares},
                "mark": {"type": "text", "dy": -8, "color": INK},
                "encoding": {"x": x, "y": {"field": "top", "type": "quantitative"}, "text": _text("share")},
            },
        ],
    }


def ages(pack: Pack) -> Spec | None:
    """Stock value in each band of age, by category."""
    rows = pack.tables[AGES].frame
    if rows.is_empty():
        return None
    by_value = rows.group_by("category").agg(pl.col("value_amount").sum()).sort("value_amount", descending=True)
    largest = by_value["category"].to_list()[: MOST_SERIES if by_value.height <= MOST_SERIES else MOST_SERIES - 1]
    named = rows.with_columns(
        pl.when(pl.col("category").is_in(largest)).then("category").otherwise(pl.lit("Others")).alias("category")
    )
    summed = named.group_by("age_band", "category").agg(pl.col("value_amount").sum()).to_dicts()
    bands = [band for band in [*AGE_BANDS, NO_RECEIPT] if band in named["age_band"].to_list() or band != NO_RECEIPT]
    totals = {
        row["age_band"]: row["value_amount"]
        for row in named.group_by("age_band").agg(pl.col("value_amount").sum()).to_dicts()
    }
    x = {"field": "band", "type": "ordinal", "sort": bands, "scale": {"domain": bands}, "axis": {"labelAngle": 0}}
    names = [*largest, *(["Others"] if by_value.height > len(largest) else [])]
    values = [
        {
            "band": row["age_band"],
            "category": row["category"],
            "amount": _number(row["value_amount"]),
            "order": names.index(row["category"]),
        }
        for row in summed
    ]
    labels = [
        {"band": band, "top": _number(max(totals[band], Decimal(0))), "label": money(totals[band])}
        for band in bands
        if band in totals
    ]
    return {
        "width": WIDTH - 60,
        "height": HEIGHT,
        "layer": [
            {
                "data": {"values": values},
                "mark": "bar",
                "encoding": {
                    "x": x,
                    "y": {"field": "amount", "type": "quantitative", "axis": AMOUNTS},
                    "color": _series("category", names, SERIES[: len(names)]),
                    "order": {"field": "order", "type": "quantitative"},
                },
            },
            {
                "data": {"values": labels},
                "mark": {"type": "text", "dy": -8, "color": INK},
                "encoding": {"x": x, "y": {"field": "top", "type": "quantitative"}, "text": _text("label")},
            },
        ],
    }


def _series(field: str, names: list[str], colours: list[str]) -> Spec:
    return {"field": field, "type": "nominal", "sort": names, "scale": {"domain": names, "range": colours}}


def _as_given(field: str) -> Spec:
    """The field is the colour."""
    return {"field": field, "type": "nominal", "scale": None}


def _text(field: str) -> Spec:
    return {"field": field, "type": "nominal"}


def _number(amount: object) -> float:
    """For the length of a bar only."""
    return float(str(amount))
