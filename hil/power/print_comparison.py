# SPDX-License-Identifier: Apache-2.0
"""A comparison of two boards for people, and as one JSON object."""

from typing import Any

from rich.table import Table

from ..console import PlainConsole
from .compare import Compared, Comparison
from .units import scaled_unit, told_value, unit_of

__all__ = ["document_of_comparison", "print_comparison"]

_NOTHING = "–"
_SAME, _NEARLY = 1e-12, 1e-3  # shares of the values: what rounding leaves; what their own unit tells badly
_NAME_WIDTH, _DIFFERENCE_WIDTH, _FRAME_WIDTH = 32, 10, 13


def document_of_comparison(found: Comparison, supply: str) -> dict[str, Any]:
    """The object that ``xky power compare --json`` prints."""
    return {
        "boards": [board.id for board in found.boards], "supply": supply, "mode": str(found.analyses[0].mode),
        "rows": [row.as_json() for row in found.rows], "parts": [row.as_json() for row in found.parts],
    }  # fmt: skip


def print_comparison(found: Comparison, title: str, console: PlainConsole) -> None:
    """Print what both do, and in which parts they differ."""
    console.print(title, highlight=False)
    console.print(_table(console, found, found.rows, "what they do"))
    if found.parts:
        console.print("what is not the same in their files:", highlight=False)
        console.print(_table(console, found, found.parts, "key in the power table"))
    else:
        console.print("their files say the same of power, wake and listen", highlight=False)


def _table(console: PlainConsole, found: Comparison, rows: tuple[Compared, ...], what: str) -> Table:
    left = console.width - _NAME_WIDTH - _DIFFERENCE_WIDTH - _FRAME_WIDTH
    table = Table()
    longest = max(len(_named(row)) for row in rows)
    table.add_column(what, min_width=min(longest, _NAME_WIDTH), overflow="fold")
    for name in (*(board.id for board in found.boards), "difference"):
        table.add_column(name, justify="right", max_width=max(len(name), left // 2), overflow="fold")
    for row in rows:
        if row.values == ("", ""):
            continue
        unit = row.unit or unit_of(row.name)
        table.add_row(_named(row), *(_told(value, unit) for value in row.values), _differs(row, unit))
    return table


def _named(row: Compared) -> str:
    """Short: nearly all keys begin with ``power.``."""
    return row.name.removeprefix("power.")


def _told(value: float | str | None, unit: str) -> str:
    if value is None:
        return _NOTHING
    return value if isinstance(value, str) else told_value(value, unit)


def _differs(row: Compared, unit: str) -> str:
    """In the unit of the values, unless they are nearly the same."""
    difference = row.difference
    if difference is None:
        return ""
    largest = max(abs(value) for value in row.values if isinstance(value, int | float))
    if abs(difference) <= _SAME * largest:
        return "same"
    factor, named = scaled_unit(largest if abs(difference) > _NEARLY * largest else difference, unit)
    return f"{difference * factor:+.4g} {named}".rstrip()
