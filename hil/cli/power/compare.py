# SPDX-License-Identifier: Apache-2.0
"""``xky power compare``: a revision of a board against another one."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from xky.boards import board_names
from xky.boards.description.board import board_named
from xky.emulator.supply import SUPPLIES, supply_named
from xky.protocol import Mode

from ...console import PlainConsole
from ...plot import check_plot
from ...power.compare import compare
from ...power.durations import seconds_of
from ...power.print_comparison import document_of_comparison, print_comparison

__all__ = ["command"]


def command(
    first: Annotated[
        str, typer.Argument(autocompletion=board_names, metavar="BOARD_A", help="A board's name, or its TOML file.")
    ],
    second: Annotated[
        str, typer.Argument(autocompletion=board_names, metavar="BOARD_B", help="The one to compare it with.")
    ],
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
        document = document_of_comparison(found, supply)
        sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        print_comparison(found, title, PlainConsole())
