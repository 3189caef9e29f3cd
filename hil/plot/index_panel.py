# SPDX-License-Identifier: Apache-2.0
"""What each index gained since the start."""

import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from xky.emulator.scenario.timeline import EAIT_PLACE

from .run import PlottedRun, tariff_of
from .sheet import add_legend
from .tariff_strip import band
from .time_axis import HOUR_S

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_indexes"]

_LINES: tuple[tuple[Any, str, str], ...] = (
    ("-", "o", "#0072b2"), ("--", "s", "#d55e00"), ("-.", "^", "#009e73"), (":", "D", "#000000"),
    ((0, (6, 2)), "v", "#a0378a"), ((0, (1, 1)), "P", "#7f5f00"), ((0, (4, 1, 1, 1, 1, 1)), "X", "#3b3b98"),
    ("-", "<", "#c2185b"), ("--", ">", "#00707a"), ("-.", "*", "#616161"), (":", "h", "#8d6e63"),
)  # fmt: skip


def draw_indexes(axes: "Axes", run: PlottedRun) -> None:
    """A line for each index that moved; the legend tells all that ran or moved."""
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.patches import Patch

    tariffs = dict.fromkeys(map(tariff_of, run.entries))
    handles: list[tuple[Any, ...]] = []
    labels = []
    for index, number in run.numbers.items():
        gained_wh = run.gained_wh[index - 1]
        handle: tuple[Any, ...] = () if index == EAIT_PLACE else (Patch(linewidth=0.5, **band(number)),)
        gained = "did not move"
        if gained_wh:
            style, marker, ink = _LINES[number]
            handle += tuple(axes.plot(
                *_line(run, index), color=ink, linestyle=style, linewidth=1.4, marker=marker, markersize=4,
                markerfacecolor="white", markevery=(0.03 * number, 0.22),
            ))  # fmt: skip
            gained = f"+{gained_wh / 1000:,.3f} kWh".replace(",", " ").replace(" ", "\N{NO-BREAK SPACE}")
        names = ", ".join(name for of, name in tariffs if of == index)
        title = "EAIT, injected" if index == EAIT_PLACE else f"{index} {names}".strip()
        handles.append(handle)
        labels.append(textwrap.fill(f"{title}: {gained}", 34))
    axes.set_ylim(0, max(run.gained_wh) / 1000 * 1.1 or 1.0)
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
    axes.set_ylabel("energy since the start (kWh)")
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    side_by_side = {tuple: HandlerTuple(ndivide=None, pad=0.6)}
    add_legend(axes, "Indexes", handles, labels, handler_map=side_by_side)


def _line(run: PlottedRun, index: int) -> tuple[list[float], list[float]]:
    """An index's curve: straight between entries, and from one side of a cut to the other."""
    x, kwh = [], []
    for plotted, following in zip_longest(run.windows, run.windows[1:]):
        x += [one.start for one in plotted]
        kwh += [one.gained_wh[index - 1] / 1000 for one in plotted]
        last = plotted[-1]
        if following and last.end > last.start:  # up to the cut, as the power of then makes it
            power_va = last.entry.injected_va if index == EAIT_PLACE else last.entry.drawn_va
            drawn_wh = power_va * (last.end - last.start) / HOUR_S
            most_wh = following[0].gained_wh[index - 1] - last.gained_wh[index - 1]
            x.append(last.end)
            kwh.append(kwh[-1] + min(drawn_wh, most_wh) / 1000)
    return x, kwh
