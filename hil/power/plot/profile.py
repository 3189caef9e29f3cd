# SPDX-License-Identifier: Apache-2.0
"""The log of a power profiler with the states that were found in it, and one wake enlarged."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xky.boards.description.states import RUN, SLEEP

from ...plot.file import write_picture
from ...plot.sheet import GREY, LEFT_IN, PLOT_IN, SMALL_PT, Sheet, add_legend, plain, width_in
from ..measured.profile import OTHER, Log, Profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_profile"]

_RANGE: dict[str, Any] = {"facecolor": "#a9cbe6", "linewidth": 0}
_MEAN: dict[str, Any] = {"color": "black", "linewidth": 0.8}
_EDGE: dict[str, Any] = {"color": "#a31515", "linewidth": 0.8, "linestyle": (0, (5, 2))}
_COLUMNS = 1200  # over the width of the picture
_LEAST_A = 1e-6  # of a logarithmic axis
_AROUND = 0.06  # of a wake, before and after it


def draw_profile(log: Log, profile: Profile, path: Path, title: str) -> None:
    """Draw it into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky power profile", lambda: _figure_of(log, profile, title))


def _figure_of(log: Log, profile: Profile, title: str) -> "Figure":
    wake = _one_wake(profile)
    heights_in = {"title": 0.42, "whole": 2.2, "times": 0.5}
    if wake:
        heights_in |= {"names": 0.75, "wake": 2.6, "other times": 0.5}
    sheet = Sheet(heights_in)
    sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12, title, size=11, weight="bold")
    axes = sheet.axes("whole", float(log.times_s[-1]))
    axes.set_xlim(float(log.times_s[0]), float(log.times_s[-1]))
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    handles = _draw(axes, log)
    axes.set_ylabel("current (mA), logarithmic")
    axes.set_xlabel("time (s)")
    labels = ["least to most", "mean"]
    add_legend(axes, "Current", handles, labels)
    if wake:
        start_s, end_s = wake[0][0], wake[-1][1]
        around_s = _AROUND * (end_s - start_s)
        close = sheet.axes("wake", end_s)
        close.set_xlim(start_s - around_s, end_s + around_s)
        handles = _draw(close, log)
        handles.append(_mark(sheet.axes("names", 1.0), close, wake))
        close.set_ylim(bottom=0)
        close.set_ylabel("current (mA)")
        close.set_xlabel("time (s), one wake")
        told = [
            f"{state.name}: {1e3 * state.current_a:.4g} mA"
            + (f", {state.duration_s:.4g} s" if state.duration_s else "")
            for state in profile.states
        ]
        nothing = [close.plot([], [], linestyle="none")[0] for _ in told]
        add_legend(close, "One wake", handles + nothing, [*labels, "from state to state", *told])
    return sheet.figure


def _draw(axes: "Axes", log: Log) -> list[Any]:
    """What of the log lies between the limits, in columns: least, mean, most."""
    from matplotlib.patches import Patch

    low, high = (int(place) for place in np.searchsorted(log.times_s, axes.get_xlim()))
    high = max(high, low + 2)
    starts = np.unique(np.linspace(low, high, min(_COLUMNS, high - low), endpoint=False).astype(int))
    samples_ma = 1e3 * log.amperes[low:high]
    counts = np.diff([*starts, high])
    least, most = (function.reduceat(samples_ma, starts - low) for function in (np.minimum, np.maximum))
    mean = np.add.reduceat(samples_ma, starts - low) / counts
    if axes.get_yscale() == "log":
        least, mean, most = (np.maximum(values, 1e3 * _LEAST_A) for values in (least, mean, most))
    axes.fill_between(log.times_s[starts], least, most, step="post", **_RANGE)
    (line,) = axes.plot(log.times_s[starts], mean, drawstyle="steps-post", **_MEAN)
    axes.grid(color="#dddddd", linewidth=0.5)
    return [Patch(**_RANGE), line]


def _one_wake(profile: Profile) -> Sequence[tuple[float, float, str]]:
    """The parts of the first wake of the usual course; empty where there is none."""
    parts: list[tuple[float, float, str]] = []
    for part in profile.pieces:
        if part[2] not in (SLEEP, OTHER, RUN):
            parts.append(part)
        elif parts:
            break
    return parts


def _mark(names: "Axes", axes: "Axes", parts: Sequence[tuple[float, float, str]]) -> Any:
    """Lines where a state ends, and the names above: standing where they have no room to lie."""
    names.set_xlim(axes.get_xlim())
    names.set_ylim(0, 1)
    names.set_axis_off()
    start_s, end_s = axes.get_xlim()
    for part_start_s, part_end_s, name in parts:
        room_in = (part_end_s - part_start_s) / (end_s - start_s) * PLOT_IN
        stands = width_in(name, SMALL_PT) > room_in
        names.text((part_start_s + part_end_s) / 2, 0.08, name, ha="center", va="bottom", size=SMALL_PT, color=GREY,
                   rotation=90 if stands else 0)  # fmt: skip
    for place_s in (parts[0][0], *(end for _, end, _ in parts)):
        line = axes.axvline(place_s, **_EDGE)
    return line
