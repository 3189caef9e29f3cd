# SPDX-License-Identifier: Apache-2.0
"""The margin over brown-out: a map over two quantities, or a line over one, with the line at which boards brown out.

Not imported by its package: it wants numpy, which those who draw a run need not have.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...plot.file import write_picture
from ...plot.sheet import GREY, SMALL_PT, plain
from ..population.population import PERIOD, Array
from ..sweep.grid import SweepGrid
from ..sweep.quantity import Varied
from ..units import told_value

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_grid"]

_COLOURS = "cividis"  # its lightness only rises: it prints as greys
_DEEPEST = 1.0  # times the best margin: so far down the map has colours; below, all is hatched alike
_LEVELS = 8
_HALO = "white"
_DARKEST = "#00204d"  # of the colours: a hatch on it has to be white
_BARE_V = 0.05  # no margin at all worth a scale


def draw_grid(grid: SweepGrid, path: Path, title: str) -> None:
    """Draw a sweep into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    draw = _map if len(grid.varied) == 2 else _line
    write_picture(path, title, "xky power sweep", lambda: draw(grid, title))


def _map(grid: SweepGrid, title: str) -> "Figure":
    from matplotlib import patheffects
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    figure = Figure(figsize=(8.6, 6.2), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    across, up = grid.varied
    margin_v = grid.of("margin_v").T
    fits = np.isfinite(margin_v) & ~((grid.of("lives").T == 0) & (margin_v > 0))
    lowest_v, highest_v = _scale(margin_v)
    shown_v = np.clip(margin_v, lowest_v, highest_v)
    mesh = axes.pcolormesh(
        across.values, up.values, shown_v, cmap=_COLOURS, shading="gouraud", vmin=lowest_v, vmax=highest_v
    )
    _set_axes(axes, across, up)
    bar = figure.colorbar(mesh, ax=axes, extend="min" if margin_v.min() < lowest_v else "neither", pad=0.02)
    bar.set_label("margin over brown-out at the terminals (V)")
    halo: list[patheffects.AbstractPathEffect] = [patheffects.withStroke(linewidth=2.5, foreground=_HALO)]
    handles: list[Line2D | Patch] = []
    labels = []
    areas, pieces = grid.cells()
    if areas:
        axes.add_collection(
            PolyCollection(areas, facecolors="none", edgecolors="white", linewidths=0, hatch="///"), autolim=False
        )
        handles.append(Patch(facecolor=_DARKEST, edgecolor="white", linewidth=0.0, hatch="///"))
        labels.append("browns out, or never starts")
    levels = _levels(highest_v)
    if levels:
        lines = axes.contour(across.values, up.values, shown_v, levels=levels, colors="black", linewidths=0.6,
                             linestyles="dotted")  # fmt: skip
        for text in axes.clabel(lines, fmt=lambda value: f"{value:g} V", fontsize=SMALL_PT):
            text.set_path_effects(halo)
    if pieces:
        outlined = [patheffects.withStroke(linewidth=4.2, foreground=_HALO), patheffects.Normal()]
        axes.add_collection(
            LineCollection(pieces, colors="black", linewidths=2.2, capstyle="round", path_effects=outlined, zorder=3),
            autolim=False,
        )
        handles.append(Line2D([], [], color="black", linewidth=2.2))
        labels.append("brown-out frontier: the margin is 0 V")
    if not fits.all():
        axes.contourf(across.values, up.values, fits.astype(float), levels=[-1.0, 0.5], colors="none", hatches=["xx"])
        handles.append(Patch(facecolor="none", edgecolor="black", hatch="xx"))
        labels.append("starts, but does not keep its period")
    for one, line_at in ((across, axes.axvline), (up, axes.axhline)):
        if one.key == PERIOD and one.values[0] < grid.of("wake_s").max() < one.values[-1]:
            look: dict[str, Any] = {"color": "white", "linewidth": 1.6, "linestyle": (0, (4, 2))}
            line_at(
                float(grid.of("wake_s").max()),
                path_effects=[patheffects.withStroke(linewidth=3.2, foreground="black"), patheffects.Normal()],
                **look,
            )
            handles.append(Line2D([], [], color="black", linewidth=1.6, linestyle=(0, (4, 2))))
            labels.append(f"a wake lasts {grid.of('wake_s').max():.3g} s")
    axes.set_title(title, fontsize=9, fontweight="bold", loc="left")
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=len(handles), frameon=False, handlelength=3)
    return figure


def _scale(margin_v: Array) -> tuple[float, float]:
    highest_v = float(margin_v.max())
    lowest_v = max(float(margin_v.min()), -_DEEPEST * max(highest_v, _BARE_V))
    if highest_v <= 0:
        lowest_v = float(margin_v.min())
    return lowest_v, max(highest_v, lowest_v + _BARE_V)


def _levels(highest_v: float) -> list[float]:
    """Margins over 0 that get a line, at round volts."""
    step_v = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if highest_v / step <= _LEVELS), 1.0)
    return [step_v * k for k in range(1, int(highest_v / step_v) + 1) if step_v * k < highest_v]


def _line(grid: SweepGrid, title: str) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 4.6), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    (across,) = grid.varied
    margin_v, lives = grid.of("margin_v"), grid.of("lives") > 0
    axes.plot(across.values, margin_v, color="black", linewidth=1.4, label="margin over brown-out")
    late = (margin_v > 0) & ~lives
    if late.any():
        axes.plot(across.values[late], margin_v[late], "x", color="black", markersize=5,
                  label="starts, but does not keep its period")  # fmt: skip
    axes.axhline(0.0, color="#a31515", linestyle=(0, (5, 2)), linewidth=1.2, label="brown-out: 0 V")
    for (value,) in grid.frontier:
        axes.plot([value], [0.0], "o", color="black", markersize=6, markerfacecolor="white", zorder=3)
        axes.annotate(told_value(value, across.unit), (value, 0.0), (6, 7), textcoords="offset points")
    low_v = min(_scale(margin_v)[0], -_BARE_V)
    axes.axhspan(low_v, 0.0, facecolor="none", edgecolor=GREY, hatch="///", linewidth=0, alpha=0.4, zorder=0.5,
                 label="browns out, or never starts")  # fmt: skip
    axes.set_ylim(bottom=low_v)
    _set_axes(axes, across, None)
    axes.grid(visible=True, color="#dddddd", linewidth=0.5)
    axes.set_ylabel("margin over brown-out at the terminals (V)")
    axes.set_title(title, fontsize=9, fontweight="bold", loc="left")
    figure.legend(loc="outside lower center", ncols=4, frameon=False, handlelength=3)
    return figure


def _set_axes(axes: "Axes", across: Varied, up: Varied | None) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    for one, axis in ((across, axes.xaxis), (up, axes.yaxis)):
        if one is None:
            continue
        axis.set_label_text(one.title)
        factor = one.scale[0]
        if one.log:
            (axes.set_xscale if one is across else axes.set_yscale)("log")
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(partial(_tick, factor))
        axis.set_view_interval(one.values[0], one.values[-1], ignore=True)


def _tick(factor: float, value: float, _: int) -> str:
    return f"{value * factor:.6g}"
