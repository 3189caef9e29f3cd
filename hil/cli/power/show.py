# SPDX-License-Identifier: Apache-2.0
"""``xky power BOARD``: will it live on a meter's terminal A, how often can it speak, and by what margin?"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from xky.boards import Board, board_named, board_names
from xky.boards.description.parts import ROOM_C
from xky.boards.power.analysis import Analysis, analyse
from xky.emulator import scenario_named, scenario_names
from xky.emulator.supply import HIGHEST, SUPPLIES, Supply, supply_named
from xky.protocol import InputError, Mode

from ...console import PlainConsole
from ...plot import check_plot
from ...power.document import document_of
from ...power.durations import seconds_of
from ...power.print_analysis import print_analysis, title_of, verdict_of
from ...power.print_scenario_run import document_of_scenario_run, print_scenario_run
from ...power.scenario_run import run_scenario
from ...power.wake_table import reset_of

__all__ = ["command"]

_COLDEST_C, _HOTTEST_C = -40.0, 85.0  # what industrial parts are made for


def command(
    board: Annotated[
        str, typer.Argument(autocompletion=board_names, help=f"One of {', '.join(board_names())}, or a TOML file.")
    ],
    supply: Annotated[str, typer.Option(help=f"What the meter gives: {', '.join(SUPPLIES)}.")] = "min_spec",
    period: Annotated[str | None, typer.Option(help="From wake to wake: 10s, 2min, 1h; else the board's own.")] = None,
    mode: Annotated[Mode | None, typer.Option(help="Of the TIC: frames of historic mode take longer.")] = None,
    temperature: Annotated[float, typer.Option(metavar="CELSIUS", help="Of all parts.")] = 27.0,
    scenario: Annotated[
        str | None,
        typer.Option(
            autocompletion=scenario_names,
            help="Let it live through a scenario's supply: supply-cut-outs, supply-weak, outage, a file.",
        ),
    ] = None,
    plot: Annotated[
        list[Path] | None, typer.Option(help="Draw charge, cycles and a wake: FILE.svg or FILE.png; may be repeated.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit status 1 unless it lives, whatever the word in its place."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Show what a board does on a meter's supply: cold start, wakes, shortest period, margin, energy, ratings."""
    for path in plot or ():
        check_plot(path)
    if not _COLDEST_C <= temperature <= _HOTTEST_C:
        raise InputError(f"--temperature {temperature:g}: expected {_COLDEST_C:g} to {_HOTTEST_C:g} °C")
    period_s = None if period is None else seconds_of("--period", period)
    looked_at, fed_by = board_named(board), supply_named(supply)
    if period_s is not None and looked_at.power is not None and looked_at.wake is None:
        raise InputError(f"--period {period}: board {looked_at.id} never sleeps; leave it out")
    if scenario is not None:
        lives = _tell(
            looked_at, fed_by, scenario, _mode(looked_at, mode), period_s, temperature, plot or [], as_json=as_json
        )
        if check and not lives:
            raise typer.Exit(1)
        return
    analysis = analyse(
        looked_at, fed_by, highest=HIGHEST, mode=_mode(looked_at, mode), period_s=period_s, temperature_c=temperature
    )
    title = title_of(analysis, fed_by, temperature)
    if plot:
        _draw(analysis, title, plot)
    if as_json:
        document = document_of(analysis, fed_by, temperature)
        sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        print_analysis(analysis, title, HIGHEST, PlainConsole())
    if check and not analysis.lives:
        raise typer.Exit(1)


def _tell(
    board: Board,
    supply: Supply,
    scenario: str,
    mode: Mode,
    period_s: float | None,
    temperature_c: float,
    plots: list[Path],
    *,
    as_json: bool,
) -> bool:
    """The board through a scenario; whether it lives at its end."""
    if temperature_c != ROOM_C:
        raise InputError(f"--temperature {temperature_c:g}: not with --scenario; leave one out")
    played = scenario_named(scenario)
    run = run_scenario(board, played, supply, mode=mode, period_s=period_s)
    title = f"{board.title}: {played.title or scenario}"
    if plots:
        from ...power.plot.scenario_run import draw_scenario_run

        for path in plots:
            draw_scenario_run(run, board, path, title)
    if as_json:
        document = document_of_scenario_run(run, board, supply, scenario)
        sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        print_scenario_run(run, title, PlainConsole())
    return not run.dies


def _draw(analysis: Analysis, title: str, paths: list[Path]) -> None:
    if analysis.refused:
        raise InputError(f"--plot {paths[0]}: nothing to draw; {analysis.board.id} {analysis.refused}")
    from ...power.plot.figure import draw_analysis

    word, reason = verdict_of(analysis)
    for path in paths:
        draw_analysis(analysis, path, f"{title}. {word}: {reason}", reset=reset_of(analysis))


def _mode(board: Board, mode: Mode | None) -> Mode:
    if mode is None:
        return Mode.STANDARD if Mode.STANDARD in board.modes else board.modes[0]
    if mode not in board.modes:
        raise InputError(f"--mode {mode}: board {board.id} reads only {', '.join(board.modes)}")
    return mode
