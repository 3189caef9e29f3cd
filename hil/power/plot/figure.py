# SPDX-License-Identifier: Apache-2.0
"""A board on a supply: the start from an empty capacitor, one period, its wake with its phases, and the currents."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from xky.boards.power.analysis import Analysis

from ...plot.file import write_picture
from ...plot.sheet import LEFT_IN, Sheet, plain
from .current import draw_currents
from .voltage import WAKE_INK, draw_phases, draw_voltage, mark_events, mark_margin, mark_reset
from .windows import PlotWindow, enlarged_of, period_of, start_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_analysis"]

_LINE_IN = 0.22
_HEADING_IN, _PHASES_IN, _TIMES_IN, _GAP_IN = 0.28, 0.58, 0.5, 0.1


def draw_analysis(analysis: Analysis, path: Path, title: str, *, reset: tuple[str, float] | None = None) -> None:
    """Draw an analysis into a file, SVG or PNG by its ending.

    Args:
        analysis: of a board that lives on the TIC.
        path: of the picture.
        title: over it.
        reset: the phase at which its last wake resets, and the terminal voltage that it needs.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky power", lambda: _figure_of(analysis, title, reset))


def _figure_of(analysis: Analysis, title: str, reset: tuple[str, float] | None) -> "Figure":
    start, period = start_of(analysis), period_of(analysis)
    enlarged = enlarged_of(analysis, period)
    lines = textwrap.wrap(title, 108)
    sheet = Sheet({
        "title": 0.16 + _LINE_IN * len(lines),
        **_rows("start", 2.5, times=period is not None or enlarged is not None),
        **(_rows("period", 1.3, times=True) if period is not None else {}),
        **(_rows("wake", 1.9, times=False, phases=True) if enlarged is not None else {}),
        "gap": _GAP_IN, "currents": 1.6, "times": _TIMES_IN,
    })  # fmt: skip
    for row, line in enumerate(lines):
        sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12 - _LINE_IN * row, line, size=11, weight="bold")
    above = _panel(sheet, "start", start)
    draw_voltage(above, analysis, start, "Voltage from empty", thresholds=True)
    mark_events(above, analysis, start)
    if period is not None and analysis.cycle is not None:
        _name_time(above, start)
        above = _panel(sheet, "period", period)
        draw_voltage(above, analysis, period, "Voltage over a period", thresholds=False)
        above.axvspan(0, period.x(analysis.cycle.wake_s), color=WAKE_INK, zorder=0.5)
    last = start
    if enlarged is not None:
        _name_time(above, period or start)
        above = _panel(sheet, "wake", last := enlarged)
        draw_voltage(above, analysis, enlarged, "Voltage in the wake", thresholds=False)
        if reset is None:
            mark_margin(above, enlarged)
        else:
            mark_reset(above, enlarged, *reset)
        draw_phases(sheet.axes("wake phases", enlarged.width), enlarged)
    above.tick_params(axis="x", labelbottom=False, length=2)
    currents = sheet.axes("currents", last.width)
    draw_currents(currents, last)
    _name_time(currents, last)
    return sheet.figure


def _rows(name: str, height_in: float, *, times: bool, phases: bool = False) -> dict[str, float]:
    """Of one panel: heading, strip of phases, the panel itself and its time."""
    rows = {f"{name} heading": _HEADING_IN}
    if phases:
        rows[f"{name} phases"] = _PHASES_IN
    rows[name] = height_in
    return rows | ({f"{name} times": _TIMES_IN} if times else {})


def _panel(sheet: Sheet, name: str, view: PlotWindow) -> "Axes":
    sheet.write(LEFT_IN, sheet.tops_in[f"{name} heading"] - 0.06, view.heading, weight="bold")
    return sheet.axes(name, view.width)


def _name_time(axes: "Axes", view: PlotWindow) -> None:
    """Ticks and label of the axis of time."""
    axes.set_xlabel(f"time since {view.since} ({view.unit[1]})")
