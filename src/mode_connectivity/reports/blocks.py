"""Defines what a report is made of: sections of text, lists, tables and figures, once for Markdown and for the page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

Interval = Sequence[float | None]  # two ends; None is an infinite one


@dataclass(frozen=True)
class Number:
    """Holds a number with what it rests on, in brackets: square for an interval, round for the seeds."""

    value: float | None
    interval: Interval | None = None
    seeds: Sequence[float] = ()
    form: str = "%.3g"

    def __str__(self) -> str:
        if self.value is None:
            return f"-{self._brackets()}"
        return f"{self.form % self.value}{self._brackets()}"

    def _brackets(self) -> str:
        if self.interval is not None:
            low, high = self.interval
            return f" [{'-∞' if low is None else self.form % low}, {'∞' if high is None else self.form % high}]"
        return f" ({', '.join(self.form % each for each in self.seeds)})" if len(self.seeds) > 1 else ""


Cell = str | int | float | Number | None


@dataclass(frozen=True)
class Table:
    """Holds rows of cells under a title; None is a cell with nothing to say. `note` stands below."""

    kind: ClassVar[str] = "table"
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    @property
    def numeric(self) -> list[bool]:
        """Whether the first cell of each column that says something is a number."""
        known = ([row[k] for row in self.rows if row[k] is not None] for k in range(len(self.columns)))
        return [bool(cells) and number_of(cells[0]) is not None for cells in known]


@dataclass(frozen=True)
class Picture:
    """Holds a figure: the file of its picture, if it has one, and under `name` what the page draws itself."""

    kind: ClassVar[str] = "figure"
    title: str
    caption: str
    file: str = ""
    name: str = ""


@dataclass(frozen=True)
class Items:
    """Holds the items of a list."""

    kind: ClassVar[str] = "items"
    items: Sequence[str]


@dataclass(frozen=True)
class Note:
    """Holds what is missing, and what turns it on."""

    kind: ClassVar[str] = "note"
    text: str


Block = str | Table | Picture | Items | Note


@dataclass(frozen=True)
class Section:
    """Holds blocks under a title; `short` names it in a list of sections, `name` is its anchor."""

    name: str
    short: str
    title: str
    blocks: Sequence[Block]


def number_of(cell: Cell) -> float | None:
    """Return the number of a cell, or None."""
    value = cell.value if isinstance(cell, Number) else cell
    return None if value is None or isinstance(value, str) else float(value)


def text_of(cell: Cell) -> str:
    """Return what a cell shows: at most four significant digits of a number."""
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "-" if cell is None else str(cell)


def as_html(text: str) -> str:
    """Return a line of Markdown, already escaped for HTML, with its emphasis and its code as elements."""
    text = str(text)  # of a safe string, whose own methods would escape the elements
    for mark, element in ((r"\*\*", "strong"), (r"\*", "em"), ("`", "code")):
        text = re.sub(f"{mark}(.+?){mark}", rf"<{element}>\1</{element}>", text)
    return text
