# SPDX-License-Identifier: Apache-2.0
"""One table a frame, for people, as Rich would set it.

Rich measures and wraps each cell of each table anew, 10 ms a frame. Here a cell that was seen before is
wrapped already, and most cells of a frame are those of the frame before. Looks are Rich's, which is the judge
in a test; it also sets what is too narrow for whole columns.
"""

from collections.abc import Sequence
from functools import cache, lru_cache

from rich.console import Console, OverflowMethod
from rich.text import Text

from xky.protocol import LABELS, Frame, Group, Mode

__all__ = ["FrameTable"]

_HEADINGS = ("label", "value", "horodate", "what")
_OVERFLOW: tuple[OverflowMethod, ...] = ("ellipsis", "fold", "ellipsis", "fold")
_NO_WRAP = (False, False, True, False)
_PADDING = 2  # right of each cell
_KNOWN_MAX = 1 << 14  # cells and lines kept; a frame has 300
_REFUSED = "red"

_Row = tuple[str, str, str, str]


class FrameTable:
    """Sets frames for one console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line = lru_cache(_KNOWN_MAX)(self._set_row)
        self._codes = cache(self._codes_around)

    def text(self, frame: Frame, number: int) -> str:
        """The table of a frame, with its end of line."""
        rows = [_cells(group.label, group.value, _stamp(group), frame.mode) if isinstance(group, Group)
                else (group.label or "?", "refused", "", f"{group.reason} at byte {group.offset}")
                for group in frame.groups]  # fmt: skip
        refused = [not group.ok for group in frame.groups]
        whole = "" if frame.complete else ", partial"
        title = f"frame {number}: {frame.mode}, byte {frame.offset}{whole}"
        natural = [max(map(len, column)) + _PADDING for column in zip(_HEADINGS, *rows, strict=True)]
        widths = _widths(tuple(natural), self._console.width)
        if widths is None or len(title) > sum(widths):
            return self._set_by_rich(title, rows, refused)
        begin, end = self._codes("table.title")
        lines = [f"{begin}{title.ljust(sum(widths))}{end}\n", self._line(_HEADINGS, widths, "table.header")]
        lines += [self._line(row, widths, _REFUSED if bad else None) for row, bad in zip(rows, refused, strict=True)]
        return "".join(lines)

    def _set_row(self, row: _Row, widths: tuple[int, ...], style: str | None) -> str:
        """The lines of one row."""
        columns = [
            Text(cell).wrap(self._console, width - _PADDING, overflow=overflow, no_wrap=no_wrap)
            for cell, width, overflow, no_wrap in zip(row, widths, _OVERFLOW, _NO_WRAP, strict=True)
        ]
        begin, end = ("", "") if style is None else self._codes(style)
        height = max(1, *map(len, columns))
        lines = (
            "".join(
                (lines[at].plain if at < len(lines) else "").ljust(width)
                for lines, width in zip(columns, widths, strict=True)
            )
            for at in range(height)
        )
        return "".join(f"{begin}{line}{end}\n" for line in lines)

    def _codes_around(self, style: str) -> tuple[str, str]:
        """What the console writes before and after a text of a style."""
        with self._console.capture() as captured:
            self._console.print(Text("|", style), end="")
        begin, _, end = captured.get().partition("|")
        return begin, end

    def _set_by_rich(self, title: str, rows: Sequence[_Row], refused: Sequence[bool]) -> str:
        from rich.table import Table

        table = Table(title=title, title_justify="left", box=None, padding=(0, _PADDING, 0, 0))
        for heading, overflow, no_wrap in zip(_HEADINGS, _OVERFLOW, _NO_WRAP, strict=True):
            table.add_column(heading, overflow=overflow, no_wrap=no_wrap)
        for row, bad in zip(rows, refused, strict=True):
            table.add_row(*map(Text, row), style=_REFUSED if bad else None)
        with self._console.capture() as captured:
            self._console.print(table)
        return captured.get()


def _stamp(group: Group) -> str | None:
    return group.timestamp if group.timestamp_mark is None else f"{group.timestamp} {group.timestamp_mark}"


@lru_cache(_KNOWN_MAX)
def _cells(label: str, value: str, timestamp: str | None, mode: Mode) -> _Row:
    known = LABELS[mode].get(label)
    unit = f" {known.unit}" if known and known.unit else ""
    return label, value + unit, timestamp or "", known.content if known else "not in the label table"


@cache
def _widths(natural: tuple[int, ...], available: int) -> tuple[int, ...] | None:
    """Widths of the columns: the widest of those that may wrap give way first; None where that is not enough."""
    widths = list(natural)
    while (excess := sum(widths) - available) > 0:
        wrapping = [width for width, no_wrap in zip(widths, _NO_WRAP, strict=True) if not no_wrap]
        widest = max(wrapping)
        next_widest = max((width for width in wrapping if width < widest), default=0)
        if not next_widest:
            return None
        giving = [at for at, width in enumerate(widths) if width == widest and not _NO_WRAP[at]]
        for count, at in zip(range(len(giving), 0, -1), giving, strict=True):
            share = min(widest - next_widest, round(excess / count))
            widths[at] -= share
            excess -= share
    return tuple(widths)
