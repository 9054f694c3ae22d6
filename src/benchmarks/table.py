"""Renders measurements as rows of one aligned table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

HEADINGS = ("measured", "ours", "against", "theirs", "result", "target")


@dataclass(frozen=True)
class Row:
    """Holds `value` of ours and `other` of its contender, both in `unit`; `result` says how they compare."""

    measured: str
    value: float
    unit: str
    against: str = ""
    other: float | None = None
    result: str = ""
    target: str = ""


def beside(row: Row) -> Row:
    """Return the row of a measurement that was made beside a busy process; its target is that of an idle machine."""
    return replace(row, measured=f"{row.measured}, beside a busy process", target="")


def speed(
    measured: str, images: int, seconds: float, against: str = "", theirs: float | None = None, target: str = ""
) -> Row:
    """Return the row of `images` in `seconds`, beside a contender's `theirs` where there is one."""
    if theirs is None:
        return Row(measured, images / seconds, "images/s")
    return Row(measured, images / seconds, "images/s", against, images / theirs, times(theirs, seconds), target)


def share(measured: str, operations: float, seconds: float, rate: float, target: str = "") -> Row:
    """Return the row of floating-point operations in `seconds`, as a share of the machine's `rate` of them."""
    result = f"{operations / seconds / rate:.0%}"
    return Row(measured, operations / seconds / 1e9, "GFLOP/s", "matrix product", rate / 1e9, result, target)


def times(ours: float, theirs: float) -> str:
    """Return the ratio of `ours` to `theirs` as text, such as `3.1 x`."""
    return f"{ours / theirs:.2g} x" if ours < 10 * theirs else f"{ours / theirs:.0f} x"


def render(rows: Sequence[Row]) -> str:
    """Return the rows as text, in columns as wide as their widest cell."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    return "\n".join(line.rstrip() for line in (lines[0], "  ".join(rule), *lines[1:]))


def _cells(row: Row) -> tuple[str, ...]:
    other = "" if row.other is None else f"{_number(row.other)} {row.unit}"
    return (row.measured, f"{_number(row.value)} {row.unit}".strip(), row.against, other, row.result, row.target)


def _number(value: float) -> str:
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return f"{value:.1e}"
