# SPDX-License-Identifier: Apache-2.0
"""A measured curve, the fitted one over it, and what is left between them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...plot.file import write_picture
from ...plot.sheet import LEFT_IN, Sheet, add_legend, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..measured.fit import Fit

__all__ = ["draw_fit"]

_MEASURED: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 3.2, "markerfacecolor": "none",
                             "markeredgecolor": "#707070", "markeredgewidth": 0.6}  # fmt: skip
_FITTED: dict[str, Any] = {"color": "black", "linewidth": 1.2}
_LOAD: dict[str, Any] = {"color": "#2f6690", "linewidth": 1.0, "linestyle": "--"}
_BAND: dict[str, Any] = {"color": "#a31515", "linewidth": 1.0, "linestyle": (0, (5, 2))}
_NO_SUPPLY: dict[str, Any] = {"facecolor": "#ececec", "edgecolor": "#c4c4c4", "hatch": "/", "linewidth": 0.0}
_DRAWN = 400  # measured rows at most: circles that can be told apart


def draw_fit(fit: "Fit", path: Path, title: str) -> None:
    """Draw it into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky power fit", lambda: _figure_of(fit, title))


def _figure_of(fit: "Fit", title: str) -> "Figure":
    rows = fit.rows
    steps = bool((rows.loads_a != rows.loads_a[0]).any())
    heights_in = {"title": 0.42, "curve": 3.2, "gap": 0.12, "residuals": 1.5}
    if steps:
        heights_in |= {"other gap": 0.12, "load": 0.9}
    sheet = Sheet(heights_in | {"times": 0.5})
    sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12, title, size=11, weight="bold")
    start_s, end_s = float(rows.times_s[0]), float(rows.times_s[-1])
    panels = [sheet.axes(row, end_s) for row in ("curve", "residuals", *(["load"] if steps else []))]
    for axes in panels:
        axes.set_xlim(start_s, end_s)
        axes.grid(color="#dddddd", linewidth=0.5)
        axes.tick_params(axis="x", labelbottom=axes is panels[-1], length=3 if axes is panels[-1] else 2)
    panels[-1].set_xlabel("time (s)")
    _draw_curve(panels[0], fit)
    _draw_residuals(panels[1], fit)
    if steps:
        (line,) = panels[2].plot(rows.times_s, 1e3 * rows.loads_a, drawstyle="steps-post", **_LOAD)
        panels[2].set_ylabel("load (mA)")
        add_legend(panels[2], "Load", [line], ["current of the rail"])
    return sheet.figure


def _draw_curve(axes: "Axes", fit: "Fit") -> None:
    from matplotlib.patches import Patch

    rows = fit.rows
    every = -(-len(rows) // _DRAWN)
    handles: list[Any] = [
        *axes.plot(rows.times_s[::every], rows.volts[::every], **_MEASURED),
        *axes.plot(rows.times_s, fit.model_v, **_FITTED),
    ]
    labels = ["measured" + (f", one row in {every}" if every > 1 else ""), "fitted"]
    if not rows.supplied.all():
        for start, end in _stretches(rows):
            axes.axvspan(start, end, zorder=0.5, **_NO_SUPPLY)
        handles.append(Patch(**_NO_SUPPLY))
        labels.append("no supply")
    axes.set_ylabel("voltage at the capacitor (V)")
    for one in fit.parameters:
        handles.append(axes.plot([], [], linestyle="none")[0])
        told = f"± {one.uncertainty:.2g}" if one.seen else "(not seen)"
        labels.append(f"{one.title}: {one.value:.4g} {one.unit} {told}")
    add_legend(axes, "Curve", handles, labels)


def _draw_residuals(axes: "Axes", fit: "Fit") -> None:
    rows = fit.rows
    left_mv = 1e3 * (rows.volts - fit.model_v)
    every = -(-len(rows) // (3 * _DRAWN))
    (dots,) = axes.plot(rows.times_s[::every], left_mv[::every], **(_MEASURED | {"markersize": 2.2}))
    axes.axhline(0, color="black", linewidth=0.6)
    for sign in (-2, 2):
        band = axes.axhline(sign * 1e3 * fit.noise_v, **_BAND)
    axes.set_ylabel("residual (mV)")
    add_legend(axes, "Residuals", [dots, band], ["measured less fitted", f"± 2 σ, σ = {1e3 * fit.noise_v:.3g} mV"])


def _stretches(rows: Any) -> list[tuple[float, float]]:
    """Times without supply, from their beginning to their end."""
    found: list[tuple[float, float]] = []
    for time_s, next_s, supplied in zip(rows.times_s, rows.times_s[1:], rows.supplied, strict=False):
        if supplied:
            continue
        if found and found[-1][1] == time_s:
            found[-1] = found[-1][0], float(next_s)
        else:
            found.append((float(time_s), float(next_s)))
    return found
