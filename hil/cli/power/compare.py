# SPDX-License-Identifier: Apache-2.0
"""``xky power compare``: a revision of a board against another one."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from xky.boards.board import board_named
from xky.emulator.supply import SUPPLIES, supply_named
from xky.protocol import Mode

from ...plot import check_plot
from ...power.compare import Compared, Comparison, compare
from ...power.durations import seconds_of

__all__ = ["command"]

_NOTHING = "–"
_NAME_WIDTH, _DIFFERENCE_WIDTH, _FRAME_WIDTH = 32, 10, 13


def command(
    first: Annotated[str, typer.Argument(metavar="BOARD_A", help="A board's name, or its TOML file.")],
    second: Annotated[str, typer.Argument(metavar="BOARD_B", help="The one to compare it with.")],
    supply: Annotated[str, typer.Option(help=f"{', '.join(SUPPLIES)}.")] = "min_spec",
    mode: Annotated[Mode | None, typer.Option(help="Of the TIC; the last that both read unless told.")] = None,
    period: Annotated[str | None, typer.Option(help="From wake to wake, as 30s or 2min; what each does.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw both: FILE.svg or FILE.png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Two boards on one supply, side by side: what they do, and in which parts they differ."""
    if plot is not None:
        check_plot(plot)
    period_s = None if period is None else seconds_of("--period", period)
    found = compare(board_named(first), board_named(second), supply_named(supply), mode=mode, period_s=period_s)
    title = f"{found.boards[0].id} against {found.boards[1].id} on {supply}, {found.analyses[0].mode} mode"
    if plot is not None:
        from ...power.plot.compare import draw_comparison

        draw_comparison(found, plot, title)
    if as_json:
        told = {
            "boards": [board.id for board in found.boards], "supply": supply, "mode": str(found.analyses[0].mode),
            "rows": [row.as_json() for row in found.rows], "parts": [row.as_json() for row in found.parts],
        }  # fmt: skip
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        _print(found, title)


def _print(found: Comparison, title: str) -> None:
    console = Console()
    console.print(title, markup=False, highlight=False)
    console.print(_table(console, found, found.rows, "what they do"))
    if found.parts:
        console.print("what is not the same in their files:", highlight=False)
        console.print(_table(console, found, found.parts, "key in the power table"))
    else:
        console.print("their files say the same of power, wake and listen", highlight=False)


def _table(console: Console, found: Comparison, rows: tuple[Compared, ...], what: str) -> Table:
    left = console.width - _NAME_WIDTH - _DIFFERENCE_WIDTH - _FRAME_WIDTH
    table = Table()
    longest = max(len(_named(row)) for row in rows)
    table.add_column(what, min_width=min(longest, _NAME_WIDTH), overflow="fold")
    for name in (*(board.id for board in found.boards), "difference"):
        table.add_column(name, justify="right", max_width=max(len(name), left // 2), overflow="fold")
    for row in rows:
        if row.values == ("", ""):
            continue
        difference = "" if row.difference is None else f"{row.difference:+.4g}"
        table.add_row(_named(row), *(_told(value) for value in row.values), difference)
    return table


def _named(row: Compared) -> str:
    """Short: nearly all keys begin with ``power.``."""
    return f"{row.name} ({row.unit})" if row.unit else row.name.removeprefix("power.")


def _told(value: float | str | None) -> str:
    if value is None:
        return _NOTHING
    return value.replace("[", r"\[") if isinstance(value, str) else f"{value:.5g}"
