# SPDX-License-Identifier: Apache-2.0
"""What tariff runs; above it the day's colour in words, where there is one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .run import PlottedRun, bands, tariff_of
from .sheet import DENSE_PER_IN, PLOT_IN, SMALL_PT, width_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["band", "draw_tariff", "strips"]

_HATCHES = ("", "", "////", "....", "----", "\\\\\\\\", "xxxx", "||||", "++++", "oo")
_DAY_INKS = {"blue": "#bcd6f0", "white": "#ffffff", "red": "#f2b8b5"}


def band(number: int) -> dict[str, Any]:
    """Look of the index of a number, as options of a patch."""
    return {"facecolor": ("#ffffff", "#e3e3e3")[number % 2], "edgecolor": "#888888", "hatch": _HATCHES[number]}


def strips(run: PlottedRun) -> int:
    """How many there are: 2 where days have colours."""
    return 2 if any(entry.colour for entry in run.entries) else 1


def draw_tariff(axes: "Axes", run: PlottedRun) -> None:
    """One strip or two, named on the left."""
    count = strips(run)
    axes.set_ylim(0, count)
    axes.set_yticks([0.5, 1.5][:count], ["tariff", "TEMPO"][:count])
    axes.tick_params(left=False)
    tariffs = list(bands(run.windows, tariff_of))
    edge_pt = 0.5 if len(tariffs) / PLOT_IN < DENSE_PER_IN / 10 else 0.0
    for index in sorted({index for _, _, (index, _) in tariffs}):
        mine = [(start, end - start) for start, end, value in tariffs if value[0] == index]
        axes.broken_barh(mine, (0, 1), linewidth=edge_pt, **band(run.numbers[index]))
    for start, end, (index, name) in tariffs:
        _write(axes, run, (start, end), 0.5, (f"{index} {name}".strip(), f"{index}"))
    days = [day for day in bands(run.windows, lambda entry: entry.colour) if day[2]]
    for colour in sorted({colour for _, _, colour in days}):
        mine = [(start, end - start) for start, end, value in days if value == colour]
        axes.broken_barh(mine, (1, 1), facecolor=_DAY_INKS[colour], edgecolor="#888888", linewidth=edge_pt)
    for start, end, colour in days:
        _write(axes, run, (start, end), 1.5, (f"{colour} day", colour, colour[:1].upper()))


def _write(axes: "Axes", run: PlottedRun, between: tuple[float, float], y: float, texts: Sequence[str]) -> None:
    """The first of the texts that fits."""
    start, end = between
    text = next((one for one in texts if width_in(one, SMALL_PT) + 0.08 < run.time.inches(end - start)), None)
    if text is not None:
        axes.text((start + end) / 2, y, text, ha="center", va="center_baseline", size=SMALL_PT,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85})  # fmt: skip
