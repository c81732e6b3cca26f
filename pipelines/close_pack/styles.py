"""Formats of the workbook's cells: accounting figures, headings, totals, states."""

from typing import Any

from pipelines.close_pack.pack_tables import Kind

NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "money": '#,##0.00;[Red]-#,##0.00;"-"??',
    "quantity": '#,##0.####;[Red]-#,##0.####;"-"??',
    "count": "#,##0",
    "date": "yyyy-mm-dd",
    "percent": "0.0%",
}
"""Accounting formats: thousands, red negatives, a dash for nothing."""

FONT = "Arial"


class Styles:
    """One format object for each use: a workbook keeps few."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 xlsxwriter has no types
        self._book = book
        self.title = self._make(bold=True, font_size=14)
        self.plain = self._make()
        self.strong = self._make(bold=True)
        self.note = self._make(italic=True, font_color="#595959")
        self.link = self._make(font_color="#1F4E9E", underline=1)
        self.check_amount = self._make(num_format=NUMBER_FORMATS["money"])
        self.check_total = self._make(num_format=NUMBER_FORMATS["money"], top=1, bold=True)
        self.state = self._make(bold=True, font_color="#1B6E3C")
        self.bad_state = {
            "type": "cell",
            "criteria": "!=",
            "value": '"OK"',
            "format": self._make(bold=True, font_color="#FFFFFF", bg_color="#B3261E"),
        }
        kinds = NUMBER_FORMATS
        self._cells = {
            kind: self._make(num_format=text, valign="top", **({"align": "left"} if kind == "date" else {}))
            for kind, text in kinds.items()
        }
        self._totals = {kind: self._make(num_format=text, bold=True, top=1, bottom=6) for kind, text in kinds.items()}
        self._headers = {kind: self._header(kind) for kind in kinds}

    def cell(self, kind: Kind) -> Any:  # noqa: ANN401
        """A cell of the data."""
        return self._cells[kind]

    def total(self, kind: Kind) -> Any:  # noqa: ANN401
        """A sum: a line above, a double one below."""
        return self._totals[kind]

    def header(self, kind: Kind) -> Any:  # noqa: ANN401
        """A heading, on the side of its figures."""
        return self._headers[kind]

    def _header(self, kind: Kind) -> Any:  # noqa: ANN401
        align = "left" if kind in {"text", "date"} else "right"
        return self._make(bold=True, bg_color="#E7ECF3", bottom=1, text_wrap=True, valign="bottom", align=align)

    def _make(self, **options: object) -> Any:  # noqa: ANN401
        return self._book.add_format({"font_name": FONT, "font_size": 10, **options})
