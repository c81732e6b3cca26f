"""The first sheet: what month it is, who signed, whether all checks hold, and where everything stands."""

from typing import Any

from pipelines.close_pack.pack import Pack
from pipelines.close_pack.pack_tables import Kind
from pipelines.close_pack.places import Places
from pipelines.close_pack.styles import Styles
from transforms.periods import name_period

WIDTHS = (46, 34, 22, 18, 14)


def write_index(sheet: Any, pack: Pack, places: Places, styles: Styles) -> None:  # noqa: ANN401 xlsxwriter has no types
    """Write the sheet "Index"."""
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, f"Close pack, {name_period(pack.period)}", styles.title)
    about = f"{pack.company} ({pack.organisation}) · base currency {pack.currency} · up to {pack.cut_off}"
    sheet.write_string(1, 0, about, styles.plain)
    sheet.write_string(2, 0, f"Made {pack.made_at:%Y-%m-%d %H:%M} UTC from the warehouse", styles.note)
    row = _write_sign_off(sheet, pack, 4, styles)
    row = _write_checks(sheet, pack, places, row + 1, styles)
    _write_contents(sheet, pack, places, row + 1, styles)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_footer("&L&F&C&A&RPage &P of &N")
    sheet.hide_gridlines(2)


def _write_sign_off(sheet: Any, pack: Pack, row: int, styles: Styles) -> int:  # noqa: ANN401
    for at, label in enumerate(("Sign-off", "By", "When", "Note")):
        sheet.write_string(row, at, label, styles.header("text"))
    for line in pack.sign_off:
        row += 1
        for at, text in enumerate((line.what, line.who, line.when, line.note)):
            sheet.write_string(row, at, text, styles.cell("text"))
    return row + 1


def _write_checks(sheet: Any, pack: Pack, places: Places, row: int, styles: Styles) -> int:  # noqa: ANN401
    """Every check of the sheets, with a link to it, and one verdict."""
    heads: tuple[tuple[str, Kind], ...] = (
        ("Check", "text"),
        ("Sheet", "text"),
        ("Difference", "money"),
        ("State", "text"),
    )
    for at, (label, kind) in enumerate(heads):
        sheet.write_string(row, at, label, styles.header(kind))
    first = row + 1
    for placed in places.all_checks():
        row += 1
        left, right = (places.value(side) for side in (placed.check.left, placed.check.right))
        link = f"internal:{placed.cell(0, 'A').replace('$', '')}"
        sheet.write_url(row, 0, link, styles.link, placed.check.label)
        sheet.write_string(row, 1, placed.sheet, styles.plain)
        sheet.write_formula(row, 2, f"={placed.cell(3)}", styles.check_amount, left - right)
        state = "OK" if left == right else "CHECK"
        sheet.write_formula(row, 3, f"={placed.cell(3, 'C')}", styles.state, state)
        sheet.conditional_format(row, 3, row, 3, styles.bad_state)
    verdict = "OK" if not pack.failed else "CHECK"
    sheet.write_string(row + 1, 0, "All checks hold", styles.total("text"))
    sheet.write_string(row + 1, 1, "", styles.total("text"))
    sheet.write_formula(
        row + 1,
        2,
        f"=SUMPRODUCT(ABS(C{first + 1}:C{row + 1}))",
        styles.total("money"),
        sum(abs(places.value(one.check.left) - places.value(one.check.right)) for one in places.all_checks()),
    )
    sheet.write_formula(row + 1, 3, f'=IF(C{row + 2}=0,"OK","CHECK")', styles.state, verdict)
    sheet.conditional_format(row + 1, 3, row + 1, 3, styles.bad_state)
    return row + 2


def _write_contents(sheet: Any, pack: Pack, places: Places, row: int, styles: Styles) -> None:  # noqa: ANN401
    for at, label in enumerate(("Sheet", "Rows")):
        sheet.write_string(row, at, label, styles.header("text"))
    for key, table in pack.tables.items():
        row += 1
        sheet.write_url(row, 0, f"internal:'{places.sheet(key)}'!A1", styles.link, table.title)
        sheet.write_string(row, 1, f"{table.frame.height:,}", styles.plain)
