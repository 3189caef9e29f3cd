# SPDX-License-Identifier: Apache-2.0
"""A measured curve over its prediction, and what is between them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..plot.file import write_picture
from ..plot.sheet import LEFT_IN, Sheet, add_legend, plain
from .measurement import Measurement, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_measurement"]

_MEASURED: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 3.2, "markerfacecolor": "none",
                             "markeredgecolor": "#707070", "markeredgewidth": 0.6}  # fmt: skip
_PREDICTED: dict[str, Any] = {"color": "black", "linewidth": 1.2}
_LOAD: dict[str, Any] = {"color": "#2f6690", "linewidth": 1.0, "linestyle": "--"}
_LINE: dict[str, Any] = {"color": "#404040", "linewidth": 0.5}
_LEVEL: dict[str, Any] = {"color": "#a31515", "linewidth": 1.0, "linestyle": (0, (5, 2))}
_DRAWN = 400  # readings at most: circles that can be told apart


def draw_measurement(found: Measurement, path: Path, title: str) -> None:
    """Draw it into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    draw = _curve if found.curve else _waveform
    write_picture(path, title, "xky bench measure", lambda: draw(found, title))


def _curve(found: Measurement, title: str) -> "Figure":
    rows = found.curve
    sheet = Sheet(
        {"title": 0.42, "curve": 3.2, "gap": 0.12, "between": 1.3, "other gap": 0.12, "load": 0.9, "times": 0.5}
    )
    sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12, title, size=11, weight="bold")
    times_s = [row.at_s for row in rows]
    panels = [sheet.axes(name, times_s[-1]) for name in ("curve", "between", "load")]
    for axes in panels:
        axes.grid(color="#dddddd", linewidth=0.5)
        axes.tick_params(axis="x", labelbottom=axes is panels[-1], length=3 if axes is panels[-1] else 2)
    every = -(-len(rows) // _DRAWN)
    handles: list[Any] = [
        *panels[0].plot(times_s[::every], [row.voltage_v for row in rows][::every], **_MEASURED),
        *panels[0].plot(times_s, [row.predicted_v for row in rows], **_PREDICTED),
    ]
    labels = ["measured" + (f", one reading in {every}" if every > 1 else ""), "xky power"]
    for one in found.quantities:
        handles.append(panels[0].plot([], [], linestyle="none")[0])
        labels.append(f"{one.title}:\n{_told(one)}")
    panels[0].set_ylabel("voltage at the capacitor (V)")
    add_legend(panels[0], "Curve", handles, labels)
    (dots,) = panels[1].plot(
        times_s, [1e3 * (row.voltage_v - row.predicted_v) for row in rows], **(_MEASURED | {"markersize": 2.2})
    )
    panels[1].axhline(0, color="black", linewidth=0.6)
    panels[1].set_ylabel("between (mV)")
    add_legend(panels[1], "Difference", [dots], ["measured less predicted"])
    (line,) = panels[2].plot(times_s, [1e3 * row.load_a for row in rows], drawstyle="steps-post", **_LOAD)
    panels[2].set_ylabel("load (mA)")
    add_legend(panels[2], "Load", [line], ["drawn from the capacitor"])
    panels[-1].set_xlabel("time (s)")
    return sheet.figure


def _told(one: Quantity) -> str:
    return "not seen" if one.value is None else f"{one.value:.5g} ± {one.uncertainty:.2g} {one.unit}"


def _waveform(found: Measurement, title: str) -> "Figure":
    sheet = Sheet({"title": 0.42, "line": 3.2, "times": 0.5})
    sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12, title, size=11, weight="bold")
    voltage_v, interval_s = found.shown
    times_ms = [1e3 * interval_s * place for place in range(len(voltage_v))]
    axes = sheet.axes("line", times_ms[-1])
    axes.grid(color="#dddddd", linewidth=0.5)
    handles: list[Any] = [*axes.plot(times_ms, voltage_v, **_LINE)]
    labels = ["as the scope caught it"]
    for one in found.limits:
        if one.unit == "V" and one.title.startswith("Vev"):
            edge_v = one.least if one.least is not None else one.most
            assert edge_v is not None
            handles.append(axes.axhline(edge_v, **_LEVEL))
            axes.axhline(-edge_v, **_LEVEL)
            labels.append(f"{edge_v:g} V: {one.title}, {one.verdict}")
    axes.set_xlabel("time (ms)")
    axes.set_ylabel("voltage (V)")
    add_legend(axes, "Record", handles, labels)
    return sheet.figure
