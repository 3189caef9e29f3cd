# SPDX-License-Identifier: Apache-2.0
"""The whole figure: title, events, power, tariff, indexes, legal time, and the list of events, from top to bottom."""

import textwrap
from typing import TYPE_CHECKING

from xky.emulator.scenario.timeline import Timeline

from .events import Events
from .index_panel import draw_indexes
from .power_panel import draw_power
from .run import PlottedRun
from .sheet import GREY, LEFT_IN, WIDTH_IN, Sheet
from .tariff_strip import draw_tariff, strips
from .ticks import ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["figure_of"]

_TITLE_IN, _LINE_IN = 0.22, 0.17


def figure_of(timeline: Timeline, title: str) -> "Figure":
    """Draw it all."""
    run = PlottedRun(timeline)
    time, events = run.time, Events(timeline, run.time)
    placed = ticks(time)
    places, labels = [x for x, _ in placed], [label for _, label in placed]
    heading = textwrap.wrap(title, 108) or [""]
    sheet = Sheet({
        "title": 0.12 + _TITLE_IN * len(heading), "events": 0.06 + 0.19 * events.tiers,
        "power": 2.7, "gap": 0.12, "tariff": 0.26 * strips(run), "other gap": 0.12, "indexes": 2.1,
        "times": 0.42 + 0.14 * max(label.count("\n") + 1 for label in [*labels, ""]),
        "list": max(map(len, events.listed)) * _LINE_IN + (0.1 if events.listed[0] else 0.0),
    })  # fmt: skip
    for row, line in enumerate(heading):
        sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12 - _TITLE_IN * row, line, size=11, weight="bold")
    power, tariff, indexes = panels = [sheet.axes(row, time.end) for row in ("power", "tariff", "indexes")]
    draw_power(power, run)
    draw_tariff(tariff, run)
    draw_indexes(indexes, run)
    for axes in panels:
        for window in time.windows[1:]:
            seam = (window.x - time.seam, window.x)
            axes.axvspan(*seam, facecolor="white", edgecolor=GREY, linewidth=0.5, zorder=1.6)
        axes.set_xticks(places, labels if axes is indexes else [""] * len(labels))
        if axes is not indexes:
            axes.tick_params(axis="x", length=2)
    indexes.set_xlabel(time.label)
    events.draw(sheet.axes("events", time.end), panels)
    for column, lines in enumerate(events.listed):
        left_in = LEFT_IN + 0.2 + column * (WIDTH_IN - LEFT_IN) / 2
        for row, (number, line) in enumerate(lines):
            top_in = sheet.tops_in["list"] - row * _LINE_IN
            sheet.write(left_in, top_in, number, ha="right")
            sheet.write(left_in + 0.1, top_in, line)
    return sheet.figure
