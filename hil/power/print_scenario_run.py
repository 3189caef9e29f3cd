# SPDX-License-Identifier: Apache-2.0
"""A board's way through a scenario for people, and as one JSON object."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich.table import Table

from xky.boards import Board
from xky.boards.power.event_simulation import PowerEventKind
from xky.emulator.supply import Supply

from ..console import PlainConsole
from .durations import told_time
from .scenario_run import ScenarioRun

__all__ = ["document_of_scenario_run", "print_scenario_run"]

_SHOWN = 40  # lines of the table


def document_of_scenario_run(run: ScenarioRun, board: Board, supply: Supply, scenario: str) -> dict[str, Any]:
    """The object that ``xky power BOARD --scenario NAME --json`` prints."""
    return {
        "board": board.id,
        "supply": supply.name,
        "scenario": scenario,
        "duration_s": run.duration_s,
        "readings": len(run.readings_s),
        "first_reading_s": run.readings_s[0] if run.readings_s else None,
        "last_reading_s": run.readings_s[-1] if run.readings_s else None,
        "longest_gap_s": run.longest_gap_s,
        "brown_outs": run.brown_outs,
        "lowest_v": run.lowest_v,
        "lives": not run.dies,
        "supplies": [
            {"at_s": at_s, "open_circuit_v": one.open_circuit_v, "source_ohm": one.source_ohm}
            for at_s, one in run.supplies
        ],
        "events": [{"at_s": one.at_s, "what": str(one.what), "terminal_v": one.terminal_v} for one in run.events],
    }


def print_scenario_run(run: ScenarioRun, title: str, console: PlainConsole) -> None:
    """Print what happened, in order.

    Args:
        run: to be told.
        title: over it.
        console: to print on.
    """
    table = Table(title=title, title_justify="left")
    table.add_column("after", justify="right", no_wrap=True)
    table.add_column("capacitor", justify="right", no_wrap=True)
    table.add_column("what")
    lines = sorted([*_of_supplies(run), *_of_board(run)], key=lambda line: line[0])
    for at_s, terminal, text in lines[:_SHOWN]:
        table.add_row(told_time(at_s) if at_s else "0 s", terminal, text)
    if len(lines) > _SHOWN:
        table.add_row("", "", f"… {len(lines) - _SHOWN} more; --json has all")
    console.print(table)
    readings = f"{len(run.readings_s)} readings, the longest time without one {told_time(run.longest_gap_s)}"
    downs = run.brown_outs
    brown_outs = "no brown-out" if not downs else "one brown-out" if downs == 1 else f"{downs} brown-outs"
    console.print(f"{readings}; {brown_outs}, {run.lowest_v:.2f} V at the least.")
    word, style, why = ("LIVES", "bold green", "it reads to the end, or may still come to")
    if run.dies:
        word, style, why = ("DIES", "bold red", "it lost its rail and does not come to read again")
    console.print_headline(word, style, f": {why}.")


def _of_supplies(run: ScenarioRun) -> Iterator[tuple[float, str, str]]:
    for at_s, supply in run.supplies:
        given = f"{supply.open_circuit_v:g} V rms behind {supply.source_ohm:g} Ω" if supply.open_circuit_v else "none"
        yield at_s, "", f"supply: {given}"


def _of_board(run: ScenarioRun) -> Iterator[tuple[float, str, str]]:
    """Its events; brown-outs that follow each other without a reading are one line."""
    readings = iter(run.readings_s)
    seen = 0
    reading_s = next(readings, None)

    def readings_before(at_s: float) -> int:
        nonlocal seen, reading_s
        while reading_s is not None and reading_s <= at_s:
            seen += 1
            reading_s = next(readings, None)
        return seen

    for _, group in groupby(run.events, key=lambda one: readings_before(one.at_s)):
        events = list(group)
        downs = [one for one in events if one.what is PowerEventKind.BROWN_OUT]
        if len(downs) > 1:
            last = f"; the last after {told_time(downs[-1].at_s)} at {downs[-1].terminal_v:.2f} V"
            yield downs[0].at_s, f"{downs[0].terminal_v:.2f} V", f"{len(downs)} brown-outs without a reading{last}"
            events = [one for one in events if one.at_s < downs[0].at_s or one.at_s > downs[-1].at_s]
        for one in events:
            yield one.at_s, f"{one.terminal_v:.2f} V", _WORDS[one.what]


_WORDS = {
    PowerEventKind.POWER_ON: "power on",
    PowerEventKind.BROWN_OUT: "brown-out",
    PowerEventKind.STOPS: "breaks off its wake: the charge runs out",
}
