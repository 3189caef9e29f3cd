# SPDX-License-Identifier: Apache-2.0
"""The capacitor's voltage with the thresholds it meets, what happens on the way, and the phases of a wake by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from xky.boards.description.states import OFF
from xky.boards.power.analysis import Analysis

from ...plot.sheet import GREY, PLOT_IN, SMALL_PT, add_legend, width_in
from .trace import trace_of
from .windows import PlotWindow, resets_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["WAKE_INK", "draw_phases", "draw_voltage", "mark_events", "mark_margin", "mark_reset"]

WAKE_INK = "#e4e4e4"
_VOLTAGE: dict[str, Any] = {"color": "black", "linewidth": 1.3}
_RESET: dict[str, Any] = {"facecolor": "#f8e9e8", "edgecolor": "#d9a3a0", "hatch": "///"}
_EDGE: dict[str, Any] = {"color": "#a31515", "linewidth": 1.0}
_RATING: dict[str, Any] = {"color": "#a31515", "linestyle": (0, (9, 2)), "linewidth": 1.2}
_FULL: dict[str, Any] = {"color": "#5b3a8c", "linestyle": (0, (1, 1.2)), "linewidth": 1.3}
_ON: dict[str, Any] = {"color": "#2b6a2b", "linestyle": (0, (6, 1.5, 1, 1.5)), "linewidth": 1.0}
_BEGINS: dict[str, Any] = {"color": "#2b6a2b", "linestyle": (0, (2, 4)), "linewidth": 1.0}
_BREAKS_OFF: dict[str, Any] = {"color": "#b36b00", "linestyle": (0, (4, 3)), "linewidth": 1.0}
_BANDS: tuple[dict[str, Any], ...] = ({"facecolor": "#ffffff"}, {"facecolor": "#ececec"})
_NARROW_IN = 0.02


@dataclass(frozen=True, slots=True)
class _Threshold:
    name: str
    voltage_v: float
    look: dict[str, Any]


def draw_voltage(axes: "Axes", analysis: Analysis, view: PlotWindow, legend: str, *, thresholds: bool) -> None:
    """The panel and its legend; where a device resets is hatched.

    Args:
        axes: to draw on.
        analysis: of the board.
        view: what is seen of it.
        legend: title of the legend.
        thresholds: draw all of them; else the reset in each phase, and those that lie in what is seen.
    """
    from matplotlib.patches import Patch

    trace = trace_of(view.stretches, view.start_s, view.end_s)
    (line,) = axes.plot([view.x(at_s) for at_s in trace.times_s], trace.terminal_v, **_VOLTAGE)
    handles: list[Any] = [line]
    labels = ["at the capacitor's terminals"]
    lowest_v, highest_v = min(trace.terminal_v), max(trace.terminal_v)
    known = list(_thresholds(analysis))
    if thresholds:
        lowest_v, highest_v = 0.0, max(highest_v, *(one.voltage_v for one in known))
    seen_v = lowest_v, highest_v
    if not thresholds:
        resets_v = [one.state.off_terminal_v for one in view.seen if one.state.name != OFF]
        lowest_v = min(lowest_v, *resets_v) if resets_v else lowest_v
    room_v = 0.08 * (highest_v - lowest_v)
    bottom_v = 0.0 if thresholds else lowest_v - room_v
    axes.set_ylim(bottom_v, highest_v + room_v)
    for one in known:
        if thresholds or seen_v[0] - room_v <= one.voltage_v <= seen_v[1] + room_v:
            handles.append(axes.axhline(one.voltage_v, **one.look))
            labels.append(f"{one.voltage_v:.2f} V: {one.name}")
    if _draw_resets(axes, analysis, view, whole=thresholds):
        handles.append(Patch(**(_RESET | {"edgecolor": _EDGE["color"]})))
        labels.append(f"{_worst_reset_v(analysis):.2f} V: it resets, at its worst load" if thresholds else "it resets")
    axes.set_ylabel("voltage (V)")
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    add_legend(axes, legend, handles, labels)


def _thresholds(analysis: Analysis) -> Iterator[_Threshold]:
    assert analysis.train is not None
    train, power = analysis.train, analysis.train.power
    policy = power.policy
    assert power.capacitor is not None
    yield _Threshold("rating of the capacitor", power.capacitor.rated_v, _RATING)
    if power.clamp is not None:
        yield _Threshold("the clamp begins to draw", power.clamp.voltage_v, _FULL)
    if power.charger is not None:
        yield _Threshold("it is charged no further", power.charger.output_v, _FULL)
    yield _Threshold("power on", train.state(analysis.supply, OFF).on_terminal_v, _ON)
    if policy.begins_v is not None:
        yield _Threshold("its firmware begins a wake", policy.begins_v, _BEGINS)
    if policy.stop_v is not None:
        yield _Threshold("its firmware breaks off", policy.stop_v, _BREAKS_OFF)


def _worst_reset_v(analysis: Analysis) -> float:
    train = analysis.train
    assert train is not None
    return max(train.state(analysis.supply, name).off_terminal_v for name in train.power.loads)


def _draw_resets(axes: "Axes", analysis: Analysis, view: PlotWindow, *, whole: bool) -> bool:
    """Hatch where it resets: in each phase, or, over the whole time, under the worst of them; whether there is any."""
    x: list[float] = [0, view.width] if whole else []
    top_v = [_worst_reset_v(analysis)] * len(x)
    for one in () if whole else view.seen:
        x += view.ends(one)
        top_v += [max(one.state.off_terminal_v, -1.0)] * 2  # held in reset there is none: under what is drawn
    axes.fill_between(x, top_v, linewidth=0, zorder=0.8, **_RESET)
    axes.plot(x, top_v, zorder=0.9, **_EDGE)
    return bool(x)


def mark_margin(axes: "Axes", view: PlotWindow) -> None:
    """The least distance from a reset, as an arrow."""
    least: tuple[float, float, float, float] | None = None
    for one in view.seen:
        if one.state.name == OFF:
            continue
        off_v = one.state.off_terminal_v
        for at_s, inner_v in ((one.at_s, one.before_v), (one.at_s + one.duration_s, one.after_v)):
            terminal_v = one.state.terminal_v(inner_v)
            if at_s <= view.end_s and (least is None or terminal_v - off_v < least[0]):
                least = terminal_v - off_v, view.x(at_s), off_v, terminal_v
    if least is None or least[0] <= 0:
        return
    margin_v, x, off_v, terminal_v = least
    axes.annotate("", (x, off_v), (x, terminal_v), arrowprops={"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0})
    left = x > 0.5 * view.width
    axes.annotate(f"margin {margin_v:.2f} V", (x, (off_v + terminal_v) / 2), (-6 if left else 6, 0), size=SMALL_PT,
                  ha="right" if left else "left", va="center", textcoords="offset points")  # fmt: skip


def mark_reset(axes: "Axes", view: PlotWindow, phase: str, needs_v: float) -> None:
    """Why it resets at the end of what is running, where that is another load."""
    ends_s = [b.at_s for a, b in pairwise(view.seen) if a.state.name not in (OFF, phase) and b.state.name == OFF]
    for at_s in ends_s[:1]:
        bottom_v, top_v = axes.get_ylim()
        axes.annotate(f"it resets: {phase} needs {needs_v:.2f} V", (view.x(at_s), (bottom_v + 2 * top_v) / 3), (-6, 0),
                      ha="right", va="center", textcoords="offset points", size=SMALL_PT)  # fmt: skip
        axes.axvline(view.x(at_s), color="black", linewidth=0.6)


def mark_events(axes: "Axes", analysis: Analysis, view: PlotWindow) -> None:
    """Readings and resets, marked on the way."""
    cold = analysis.cold
    assert cold is not None
    readings_s = [at_s for at_s in cold.readings_s if at_s <= view.end_s]
    bottom_v, top_v = axes.get_ylim()
    y = bottom_v + 0.045 * (top_v - bottom_v)
    handles, labels = [], []
    if readings_s:
        handles += axes.plot([view.x(at_s) for at_s in readings_s], [y] * len(readings_s), linestyle="none",
                             marker="^", markersize=5, color="black", markerfacecolor="white", zorder=3)  # fmt: skip
        labels.append("a reading")
        text, x = f"first reading, {readings_s[0]:.4g} s", view.x(readings_s[0])
        left = x / view.width * PLOT_IN > width_in(text, SMALL_PT) + 0.1
        axes.annotate(text, (x, y), (-6 if left else 6, 0), ha="right" if left else "left", va="center",
                      textcoords="offset points", size=SMALL_PT,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip
    resets_s = resets_in(view.seen)
    if resets_s:
        handles += axes.plot([view.x(at_s) for at_s in resets_s], [y] * len(resets_s), linestyle="none", marker="x",
                             markersize=4.5, color="black", zorder=3)  # fmt: skip
        labels.append("a reset")
    if handles:
        legend = axes.get_legend()
        assert legend is not None
        old = [text.get_text() for text in legend.get_texts()]
        add_legend(axes, legend.get_title().get_text(), [*legend.legend_handles, *handles], [*old, *labels])


def draw_phases(axes: "Axes", view: PlotWindow) -> None:
    """A strip that names the load of each time."""
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xticks([])
    free_in = 0.0  # from here on there is room for a name
    for number, (name, stretches) in enumerate(groupby(view.seen, lambda one: one.state.name)):
        parts = list(stretches)
        start, end = view.ends(parts[0])[0], view.ends(parts[-1])[1]
        axes.axvspan(start, end, edgecolor=GREY, linewidth=0.5, **_BANDS[number % 2])
        text = "off: it charges" if name == OFF else name
        wide_in, middle_in = ((x / view.width * PLOT_IN) for x in (end - start, (start + end) / 2))
        flat = wide_in > width_in(text, SMALL_PT) + _NARROW_IN
        if not flat:  # upright it may stand over its neighbours a little
            middle_in = max(middle_in, SMALL_PT / 72 / 2 + _NARROW_IN)
        half_in = width_in(text, SMALL_PT) / 2 if flat else SMALL_PT / 72 / 2
        if middle_in - half_in < free_in:
            continue
        free_in = middle_in + half_in
        ink = _BANDS[number % 2]["facecolor"]
        axes.text(middle_in / PLOT_IN * view.width, 0.5, text, ha="center", va="center_baseline" if flat else "center",
                  size=SMALL_PT, rotation=0 if flat else 90,
                  bbox={"facecolor": ink, "edgecolor": "none", "pad": 0.3})  # fmt: skip
