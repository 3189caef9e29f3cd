# SPDX-License-Identifier: Apache-2.0
"""Boards as made: how their margins are spread, and which difference between them matters most.

Not imported by its package: it wants numpy, which those who draw a run need not have.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...plot.file import write_picture
from ...plot.sheet import GREY, SMALL_PT, plain
from ..sweep.monte_carlo import Yield

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_yield"]

_BINS = 60
_BAR_IN = 0.36
_SHOWN = 12  # differences; the rest matters less
_TOLD_DIGITS = 3


def draw_yield(found: Yield, path: Path, title: str) -> None:
    """Draw a yield into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky power sweep", lambda: _figure_of(found, title))


def _figure_of(found: Yield, title: str) -> "Figure":
    from matplotlib.figure import Figure

    bars = min(len(found.indices), _SHOWN)
    heights_in = [2.6, 0.9 + _BAR_IN * bars]
    figure = Figure(figsize=(8.6, sum(heights_in) + 0.9), facecolor="white", layout="constrained")
    margins, indices = figure.subplots(2, 1, height_ratios=heights_in)
    _draw_margins(margins, found)
    _draw_indices(indices, found)
    figure.suptitle(title, fontsize=9, fontweight="bold", x=0.01, ha="left")
    return figure


def _draw_margins(axes: "Axes", found: Yield) -> None:
    margin_v = found.margin_v
    low_v, high_v = float(margin_v.min()), float(margin_v.max())
    step_v = max(high_v - low_v, 1e-3) / _BINS
    edges = step_v * np.arange(np.floor(low_v / step_v), np.ceil(high_v / step_v) + 1)  # zero parts two bars
    axes.hist(margin_v, bins=edges.tolist(), color="#c7d3df", edgecolor="black", linewidth=0.4,
              label=f"{found.boards} boards")  # fmt: skip
    down = margin_v <= 0
    if down.any():
        axes.hist(margin_v[down], bins=edges.tolist(), facecolor="none", edgecolor="black", linewidth=0.4, hatch="////",
                  label=f"{int(down.sum())} brown out, or never start")  # fmt: skip
    if found.dead_with_margin > 0:
        axes.plot([], [], " ", label=f"{found.dead_with_margin} with a margin do not live")
    axes.axvline(0.0, color="#a31515", linestyle=(0, (5, 2)), linewidth=1.4, label="brown-out: 0 V")
    axes.axvline(found.worst_v, color="black", linestyle="dotted", linewidth=1.4,
                 label=f"5 % have {found.worst_v:.{_TOLD_DIGITS}f} V or less")  # fmt: skip
    axes.set_xlabel("margin over brown-out at the terminals (V)")
    axes.set_ylabel("boards")
    low, high = found.wilson
    axes.set_title(f"yield {100 * found.share:.2f} % (95 %: {100 * low:.2f} to {100 * high:.2f} %)", fontsize=9)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, frameon=False, handlelength=3)


def _draw_indices(axes: "Axes", found: Yield) -> None:
    shown = found.indices[:_SHOWN]
    places = np.arange(len(shown))
    options: dict[str, Any] = {
        "height": 0.36,
        "edgecolor": "black",
        "linewidth": 0.6,
        "capsize": 2,
        "error_kw": {"linewidth": 0.8},
    }
    axes.barh(places - 0.19, [one.total for one in shown], xerr=[one.total_95 for one in shown], facecolor="#8fa3b8",
              label="in all, others included", **options)  # fmt: skip
    axes.barh(places + 0.19, [one.first for one in shown], xerr=[one.first_95 for one in shown], facecolor="white",
              hatch="////", label="by itself", **options)  # fmt: skip
    if found.dead_with_margin > 0:
        axes.plot([], [], " ", label=f"{found.dead_with_margin} with a margin do not live")
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    axes.set_yticks(places, [f"{one.name}\n{one.what}" for one in shown], fontsize=SMALL_PT)
    axes.invert_yaxis()
    axes.set_xlabel("share of the margin's variance (Sobol's index, bars with their 95 % intervals)")
    left_out = len(found.indices) - len(shown)
    if left_out:
        axes.set_title(f"{left_out} differences that matter less are not shown", fontsize=8, loc="right")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, frameon=False, handlelength=3)
