# SPDX-License-Identifier: Apache-2.0
"""Apparent power, drawn above 0 and injected below, with the subscription, outages and cut-offs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xky.emulator.scenario.timeline import TimelineEntry

from .run import PlottedRun, bands
from .sheet import DENSE_PER_IN, PLOT_IN, SMALL_PT, add_legend, width_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_power"]

_DRAWN: dict[str, Any] = {"facecolor": "#a9cbe6"}
_INJECTED: dict[str, Any] = {"facecolor": "#fbe3b5", "hatch": "////"}
_LIMIT = "#a31515"
_NO_SUPPLY, _OPEN = "no supply (outage)", "breaker open"
_STATES: dict[str, dict[str, Any]] = {
    _NO_SUPPLY: {"facecolor": "#dcdcdc", "edgecolor": "#707070", "hatch": "xxx"},
    _OPEN: {"facecolor": "#f3ece0", "edgecolor": "#707070", "hatch": "\\\\\\"},
}


def draw_power(axes: "Axes", run: PlottedRun) -> None:
    """The panel and its legend."""
    from matplotlib.patches import Patch

    x, power = _steps(run, _power_kva)
    highest = max(max(_power_kva(entry), _limit_kva(entry)) for entry in run.entries)
    lowest = min(map(_power_kva, run.entries))
    dense = len(x) / PLOT_IN > DENSE_PER_IN
    axes.fill_between(x, [max(value, 0.0) for value in power], linewidth=0, **_DRAWN)
    handles: list[Any] = [Patch(edgecolor="black", label="drawn", **_DRAWN)]
    if lowest < 0:
        axes.fill_between(x, [min(value, 0.0) for value in power], edgecolor="#8a6a1f", linewidth=0, **_INJECTED)
        axes.axhline(0, color="black", linewidth=0.6)
        handles.append(Patch(edgecolor="black", label="injected (below 0)", **_INJECTED))
    axes.plot(x, power, color="#2f6690" if dense else "black", linewidth=0.25 if dense else 1.0)
    handles += axes.plot(
        *_steps(run, _limit_kva), color=_LIMIT, linewidth=1.6, linestyle=(0, (5, 2)), label="subscription (PREF)"
    )
    axes.set_ylim(lowest * 1.12 if lowest < 0 else 0.0, highest * 1.14)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_ylabel("apparent power (kVA)")
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    _write_limits(axes, run)
    handles += [Patch(label=name, **_STATES[name]) for name in _draw_states(axes, run)]
    add_legend(axes, "Power", handles, [handle.get_label() for handle in handles])


def _power_kva(entry: TimelineEntry) -> float:
    return (entry.drawn_va - entry.injected_va) / 1000


def _limit_kva(entry: TimelineEntry) -> float:
    return entry.limit_va / 1000


def _steps(run: PlottedRun, key: Callable[[TimelineEntry], float]) -> tuple[list[float], list[float]]:
    """The corners of a quantity that is constant from entry to entry; at a cut it is no number."""
    x, y = [], []
    for plotted in run.windows:
        for start, end, value in bands([plotted], key):
            x += [start, end]
            y += [value, value]
        x.append(x[-1])
        y.append(float("nan"))
    return x, y


def _write_limits(axes: "Axes", run: PlottedRun) -> None:
    """The figure at the line, where it begins and where it changes."""
    before, free_in = None, -1.0
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.2}
    for start, _, kva in bands(run.windows, _limit_kva):
        text = f"PREF {kva:g} kVA"
        if kva != before and run.time.inches(start) >= free_in:
            axes.annotate(text, (start, kva), (3, 3), textcoords="offset points", size=SMALL_PT, color=_LIMIT, bbox=box)
            free_in = run.time.inches(start) + width_in(text)
        before = kva


def _state(entry: TimelineEntry) -> str:
    return "" if entry.powered and not entry.breaker_open else _OPEN if entry.powered else _NO_SUPPLY


def _draw_states(axes: "Axes", run: PlottedRun) -> list[str]:
    """Stretches without supply, or cut off; the names of what there is."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    seen = set()
    for start, end, name in bands(run.windows, _state):
        if not name:
            continue
        seen.add(name)
        axes.axvspan(start, end, zorder=0.8, linewidth=0.8, **_STATES[name])
        wide_in = run.time.inches(end - start)
        if wide_in > 0.25:
            axes.text((start + end) / 2, 0.25, name, transform=axes.get_xaxis_transform(), ha="center", va="center",
                      rotation=0 if wide_in > width_in(name) + 0.2 else 90, bbox=box)  # fmt: skip
    return [name for name in _STATES if name in seen]
