# SPDX-License-Identifier: Apache-2.0
"""What the rail draws in each phase, in bursts too, beside what comes in from the meter."""

from typing import TYPE_CHECKING, Any

from xky.boards.description.states import OFF

from ...plot.sheet import add_legend
from .trace import trace_of
from .windows import PlotWindow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_currents"]

_RAIL: dict[str, Any] = {"facecolor": "#cfe0ee", "edgecolor": "#2f6690", "hatch": "\\\\\\\\", "linewidth": 0.8}
_BURST: dict[str, Any] = {"color": "#a31515", "linestyle": (0, (3, 1.5)), "linewidth": 1.1}
_CHARGE: dict[str, Any] = {"color": "black", "linewidth": 1.3}


def draw_currents(axes: "Axes", view: PlotWindow) -> None:
    """The panel and its legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    highest_ma = 0.0
    bursts = draws = False
    for one in view.seen:
        load, ends = one.state.load, view.ends(one)
        highest_ma = max(highest_ma, 1e3 * load.current_a)
        draws |= one.state.name != OFF
        axes.fill_between(ends, 1e3 * load.current_a, **_RAIL)
        if load.peak_a is not None:
            bursts = True
            axes.plot(ends, [1e3 * load.peak_a] * 2, **_BURST)
            highest_ma = max(highest_ma, 1e3 * load.peak_a)
    if draws:
        handles.append(Patch(label="drawn by the rail, mean", **_RAIL))
    if bursts:
        handles.append(Line2D([], [], label="in bursts of the radio", **_BURST))
    trace = trace_of(view.stretches, view.start_s, view.end_s)
    x, charge_ma = [view.x(at_s) for at_s in trace.times_s], [1e3 * current_a for current_a in trace.charge_a]
    handles += axes.plot(x, charge_ma, label="comes in from the meter", **_CHARGE)
    highest_ma = max(highest_ma, *charge_ma)
    axes.set_ylim(0, 1.12 * highest_ma)
    axes.set_ylabel("current (mA)")
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    add_legend(axes, "Currents", handles, [handle.get_label() for handle in handles])
