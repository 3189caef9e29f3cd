# SPDX-License-Identifier: Apache-2.0
"""Two boards on one supply: how each charges from empty, and how its voltage goes through some cycles."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xky.boards.description.states import OFF
from xky.boards.power.analysis import Analysis
from xky.boards.power.event_simulation import Stretch

from ...plot.file import write_picture
from ...plot.sheet import GREY, plain
from ..compare import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_comparison"]

_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#1f4e79", "linestyle": "-", "linewidth": 1.4},
    {"color": "#b45f06", "linestyle": (0, (4, 1.5)), "linewidth": 1.6},
)
_POINTS = 24  # of a curve, a stretch of time in one state
_SHOWN_CYCLES = 3.5
_LONGEST_S = 7200.0  # of what is drawn of a board that never starts


def draw_comparison(found: Comparison, path: Path, title: str) -> None:
    """Draw both into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky power compare", lambda: _figure_of(found, title))


def _figure_of(found: Comparison, title: str) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 6.8), facecolor="white", layout="constrained")
    charge, cycles = figure.subplots(2, 1)
    longest_s = shown_s = 0.0
    for board, one, look in zip(found.boards, found.analyses, _LOOKS, strict=True):
        if one.cold is None:  # it does not live on the TIC at all
            charge.plot([], [], label=f"{board.id}: refused, see the table", **look)
            continue
        stretches = one.cold.stretches
        began_s = one.cold.start_s
        until_s = min(stretches[-1].at_s + stretches[-1].duration_s, _LONGEST_S) if began_s is None else began_s
        longest_s = max(longest_s, 1.15 * until_s)
        told = one.cold.trouble.split(":")[0] if began_s is None else f"first wake at {began_s:.0f} s"
        charge.plot(*_curve(stretches, 0.0), label=f"{board.id}: {told}", **look)
        if began_s is not None:
            charge.axvline(began_s, **(look | {"linewidth": 0.7}))
            shown_s = max(shown_s, _SHOWN_CYCLES * one.period_s if one.period_s else 60.0)
            cycles.plot(*_curve([part for part in stretches if part.at_s >= began_s], began_s), label=board.id, **look)
    charge.set_xlim(0, longest_s or 1.0)
    charge.set_title("charge from empty", fontsize=9, loc="left")
    charge.set_xlabel("time since the supply came (s)")
    cycles.set_xlim(0, shown_s or 1.0)
    cycles.set_title("cycles", fontsize=9, loc="left")
    cycles.set_xlabel("time since each board's first wake (s)")
    for board, one, look in zip(found.boards, found.analyses, _LOOKS, strict=True):
        _thresholds((charge, cycles), board.id, one, look)
    for axes in (charge, cycles):
        axes.set_ylabel("capacitor, at its terminals (V)")
        axes.grid(visible=True, color="#dddddd", linewidth=0.5)
        if not axes.has_data():
            continue
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, frameon=False, handlelength=4)
    if not shown_s:
        cycles.text(0.5, 0.5, "neither comes to a first wake", transform=cycles.transAxes, ha="center", color=GREY)
    figure.suptitle(title, fontsize=9, fontweight="bold", x=0.01, ha="left")
    return figure


def _thresholds(panels: Sequence["Axes"], name: str, one: Analysis, look: dict[str, Any]) -> None:
    if one.train is None or one.cold is None:
        return
    on_v = one.train.state(one.supply, OFF).on_terminal_v
    highest_v = max(one.train.state(one.supply, load).off_terminal_v for load in one.train.power.loads)
    lines = [(panels[0], on_v, "power on")]
    if one.cold.start_s is not None:
        lines.append((panels[1], highest_v, "brown-out, highest"))
    for axes, volts, what in lines:
        axes.axhline(volts, color=look["color"], linestyle=(0, (1, 1.2)), linewidth=1.0 if look is _LOOKS[0] else 1.8,
                     label=f"{name}: {what}, {volts:.2f} V")  # fmt: skip


def _curve(stretches: Sequence[Stretch], from_s: float) -> tuple[list[float], list[float]]:
    """Terminal voltage over time; the drop in the ESR shows where the load changes."""
    times_s, volts = [], []
    for part in stretches:
        for k in range(_POINTS + 1):
            passed_s = part.duration_s * k / _POINTS
            inner_v = part.after_v if k == _POINTS else part.state.flow.after(part.before_v, passed_s)
            times_s.append(part.at_s + passed_s - from_s)
            volts.append(part.state.terminal_v(inner_v))
    return times_s, volts
