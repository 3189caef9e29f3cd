# SPDX-License-Identifier: Apache-2.0
"""A board through a scenario: the capacitor's voltage, what the supply gave, when it read and when it was lost."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xky.boards.description.states import OFF
from xky.boards.power.clocked_train import train_of
from xky.boards.power.event_simulation import PowerEventKind

from ...plot.file import write_picture
from ...plot.sheet import GREY, LEFT_IN, Sheet, add_legend, plain
from ..scenario_run import ScenarioRun
from .trace import trace_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from xky.boards import Board

__all__ = ["draw_scenario_run"]

_LINE_IN = 0.22
_VOLTAGE: dict[str, Any] = {"color": "black", "linewidth": 1.1}
_ON: dict[str, Any] = {"color": "#2b6a2b", "linestyle": (0, (6, 1.5, 1, 1.5)), "linewidth": 1.0}
_OFF: dict[str, Any] = {"color": "#a31515", "linestyle": (0, (4, 2)), "linewidth": 1.0}
_BEGINS: dict[str, Any] = {"color": "#2b6a2b", "linestyle": (0, (2, 4)), "linewidth": 1.0}
_BREAKS_OFF: dict[str, Any] = {"color": "#b36b00", "linestyle": (0, (1, 1.2)), "linewidth": 1.2}
_GIVEN: dict[str, Any] = {"facecolor": "#cfe3f1", "edgecolor": "#3c6e91", "hatch": "\\\\\\", "linewidth": 0.8}


def draw_scenario_run(run: ScenarioRun, board: "Board", path: Path, title: str) -> None:
    """Draw it into a file, SVG or PNG by its ending.

    Args:
        run: of the board.
        board: lives on the TIC.
        path: of the picture.
        title: over it.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky power", lambda: _figure_of(run, board, title))


def _figure_of(run: ScenarioRun, board: "Board", title: str) -> "Figure":
    minutes = run.duration_s / 60
    lines = textwrap.wrap(title, 108)
    sheet = Sheet({"title": 0.2 + _LINE_IN * len(lines), "voltage": 2.8, "gap": 0.12, "supply": 1.0, "times": 0.5})
    for row, line in enumerate(lines):
        sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12 - _LINE_IN * row, line, size=11, weight="bold")
    assert board.power is not None
    train, supply = train_of(board.power), run.supplies[0][1]
    trace = trace_of(run.stretches, 0.0, run.duration_s)
    axes = sheet.axes("voltage", minutes)
    handles: list[Any] = axes.plot([at_s / 60 for at_s in trace.times_s], trace.terminal_v, **_VOLTAGE)
    labels = ["at the capacitor's terminals"]
    on_v = train.state(supply, OFF).on_terminal_v
    off_v = max(train.state(supply, name).off_terminal_v for name in board.power.loads)
    policy = board.power.policy
    for voltage_v, look, name in (
        (on_v, _ON, "power on"),
        (policy.begins_v, _BEGINS, "its firmware begins a wake"),
        (policy.stop_v, _BREAKS_OFF, "its firmware breaks off"),
        (off_v, _OFF, "resets, at its worst load"),
    ):
        if voltage_v is None:
            continue
        handles.append(axes.axhline(voltage_v, **look))
        labels.append(f"{voltage_v:.2f} V: {name}")
    highest_v = max(*trace.terminal_v, on_v)
    axes.set_ylim(-0.19 * highest_v, 1.06 * highest_v)
    axes.axhline(0, color=GREY, linewidth=0.6)
    marks = (
        ("|", run.readings_s, "a reading", -0.06),
        ("x", [one.at_s for one in run.events if one.what is PowerEventKind.BROWN_OUT], "a brown-out", -0.13),
    )
    for marker, times_s, name, place in marks:
        if times_s:
            handles += axes.plot([at_s / 60 for at_s in times_s], [place * highest_v] * len(times_s), linestyle="none",
                                 marker=marker, markersize=5, color="black")  # fmt: skip
            labels.append(name)
    axes.set_ylabel("voltage (V)")
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    axes.tick_params(axis="x", labelbottom=False, length=2)
    add_legend(axes, "Capacitor", handles, labels)
    _draw_supply(sheet, run, minutes)
    return sheet.figure


def _draw_supply(sheet: Sheet, run: ScenarioRun, minutes: float) -> None:
    from matplotlib.patches import Patch

    axes = sheet.axes("supply", minutes)
    edges = [*(at_s / 60 for at_s, _ in run.supplies), minutes]
    axes.stairs([one.open_circuit_v for _, one in run.supplies], edges, fill=True, **_GIVEN)
    axes.set_ylim(0, 14)
    axes.set_ylabel("V rms")
    axes.set_xlabel("time since the scenario began (min)")
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    add_legend(axes, "Supply", [Patch(**_GIVEN)], ["open-circuit voltage of I1-A"])
