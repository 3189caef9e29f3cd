# SPDX-License-Identifier: Apache-2.0
"""Pictures of what was found: of a panel, which homes lost readings when, and to whom; energies and their bounds.

What a colour says is also said by a hatch or a number.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xky.emulator.legal_time import local_time

from ...plot.file import write_picture
from ...plot.sheet import GREY, LEFT_IN, SMALL_PT, Sheet, add_legend, plain
from ..distributor.curve import day_bounds_us
from .columns import Floats
from .results import Energy, HomeFound, PanelFound

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_home", "draw_panel"]

_HOMES = 40  # of a picture; of more, the worst
_HOUR_US = 3_600_000_000
_LOOKS: dict[str, dict[str, Any]] = {
    "device": {"facecolor": "#d9a441", "hatch": "///"}, "radio": {"facecolor": "#7fa8d1", "hatch": "..."},
    "broker": {"facecolor": "#a31515", "hatch": ""}, "database": {"facecolor": "#6d4c91", "hatch": "xxx"},
    "radio or device": {"facecolor": "#7fa8d1", "hatch": "///"},
    "broker or database": {"facecolor": "#a31515", "hatch": "xxx"},
}  # fmt: skip
_UNKNOWN: dict[str, Any] = {"facecolor": "#bbbbbb", "hatch": "ooo"}
_ERROR: dict[str, Any] = {"color": "black", "marker": "o", "markersize": 3, "linestyle": "none"}
_BOUND: dict[str, Any] = {"color": GREY, "marker": "_", "markersize": 9, "linestyle": "none"}


def draw_panel(found: PanelFound, path: Path) -> None:
    """Draw a panel into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(f"{found.name}: {found.total('due')} readings due, {found.total('lost_number')} lost")
    homes = sorted(found.homes, key=lambda one: (-one.faults, one.id))[:_HOMES]
    shown = [home for home in found.homes if home in homes]
    write_picture(path, title, "xky panel reconcile", lambda: _figure(shown, title))


def draw_home(home: HomeFound, path: Path) -> None:
    """Draw one home likewise."""
    title = plain(f"home {home.id}: {home.total('due')} readings due, {home.total('lost_number')} lost")
    write_picture(path, title, "xky panel reconcile", lambda: _figure([home], title))


def _figure(homes: Sequence[HomeFound], title: str) -> "Figure":
    first_us, hours = _span(homes)
    sheet = Sheet({
        "title": 0.45, "arrived": 0.35 + 0.16 * len(homes), "gap": 0.3, "lost": 1.6, "times": 0.65, "energy": 1.6,
        "names": 0.7,
    })  # fmt: skip
    sheet.write(LEFT_IN, sheet.tops_in["title"] - 0.12, title, size=11, weight="bold")
    _draw_arrived(sheet.axes("arrived", hours), homes, first_us, hours)
    lost = sheet.axes("lost", hours)
    _draw_lost(lost, homes, first_us, hours)
    _tell_time(lost, first_us, hours)
    _draw_energies(sheet, homes)
    return sheet.figure


def _span(homes: Sequence[HomeFound]) -> tuple[int, int]:
    """The first midnight, and how many hours there are."""
    days = sorted({day.day for home in homes for day in home.days})
    if not days:
        return 0, 1
    first_us = day_bounds_us(days[0])[0]
    last_us = max(day_bounds_us(day.day)[0] + len(day.hours) * _HOUR_US for home in homes for day in home.days)
    return first_us, max((last_us - first_us) // _HOUR_US, 1)


def _draw_arrived(axes: "Axes", homes: Sequence[HomeFound], first_us: int, hours: int) -> None:
    """A row a home, a column an hour: the share that arrived, from black (none) to white (all)."""
    shares: Floats = np.full((len(homes), hours), np.nan)
    for row, home in enumerate(homes):
        for day in home.days:
            begin = (day_bounds_us(day.day)[0] - first_us) // _HOUR_US
            for hour, (due, arrived) in enumerate(day.hours):
                if due:
                    shares[row, begin + hour] = arrived / due
    axes.imshow(
        shares, aspect="auto", cmap="gray", vmin=0, vmax=1, extent=(0, hours, len(homes), 0), interpolation="none"
    )
    axes.set_facecolor("#eef3f7")  # nothing was due
    axes.set_yticks([row + 0.5 for row in range(len(homes))], [plain(home.id) for home in homes], size=SMALL_PT)
    axes.set_xticks([])
    for row, home in enumerate(homes):
        axes.text(
            hours, row + 0.5, f"  {home.total('lost_number')} lost of {home.total('due')}", va="center", size=SMALL_PT
        )
    axes.set_title("share of the readings that arrived, an hour each: white all, black none", size=SMALL_PT, loc="left")


def _draw_lost(axes: "Axes", homes: Sequence[HomeFound], first_us: int, hours: int) -> None:
    from matplotlib.patches import Patch

    counts: dict[str, Counter[int]] = {}
    for home in homes:
        for day in home.days:
            for one in day.lost:
                for at_us in np.linspace(one.from_us, one.to_us, one.number).astype(np.int64).tolist():
                    counts.setdefault(one.cause, Counter())[(at_us - first_us) // _HOUR_US] += 1
    below: Floats = np.zeros(hours)
    handles, labels = [], []
    for cause, of_hours in sorted(counts.items()):
        look = _LOOKS.get(cause, _UNKNOWN)
        heights = np.array([of_hours.get(hour, 0) for hour in range(hours)], float)
        axes.bar(np.arange(hours) + 0.5, heights, 1.0, bottom=below, edgecolor="black", linewidth=0.3, **look)
        below = below + heights
        handles.append(Patch(edgecolor="black", linewidth=0.3, **look))
        labels.append(f"{cause}: {sum(of_hours.values())}")
    axes.set_ylim(0, max(float(below.max(initial=0)), 1.0) * 1.1)
    axes.set_ylabel("lost in an hour")
    if labels:
        add_legend(axes, "Lost to", handles, labels)
    else:
        axes.text(hours / 2, 0.5, "none was lost", ha="center", va="center")


def _tell_time(axes: "Axes", first_us: int, hours: int) -> None:
    step = next((one for one in (1, 2, 3, 6, 12, 24, 48, 168, 720) if hours / one <= 16), 2160)
    places = range(0, hours + 1, step)
    axes.set_xticks(list(places), [_time(first_us + place * _HOUR_US, step) for place in places])
    axes.set_xlabel("legal time (Europe/Paris)")


def _time(at_us: int, step: int) -> str:
    local = local_time(at_us)
    return f"{local.day} {local:%b}" if step >= 24 else f"{local:%H:%M}\n{local.day} {local:%b}"


def _draw_energies(sheet: Sheet, homes: Sequence[HomeFound]) -> None:
    """How far energies are apart, and their bound: a place a home, or a day of one home."""
    told = [
        (f"{day.day:%m-%d}" if len(homes) == 1 else home.id, one)
        for home in homes for day in home.days for one in day.energies
    ]  # fmt: skip
    named: dict[str, list[Energy]] = {}
    for name, one in told:
        named.setdefault(name, []).append(one)
    axes = sheet.axes("energy", max(len(named), 1))
    handles = []
    for place, energies in enumerate(named.values()):
        for against, shift in (("meter", 0.35), ("distributor", 0.65)):
            worst = max((one for one in energies if one.against == against), key=lambda one: one.error_wh, default=None)
            if worst is None:
                continue
            look = _ERROR | ({} if against == "meter" else {"markerfacecolor": "white"})
            handles = axes.plot([place + shift], [worst.error_wh], **look)
            axes.plot([place + shift], [worst.bound_wh], **_BOUND)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("apart (Wh)")
    axes.set_xticks(
        [place + 0.5 for place in range(len(named))], [plain(one) for one in named], rotation=90, size=SMALL_PT
    )
    if not handles:
        axes.text(0.5, 0.5, "no energy was compared", ha="center", va="center", transform=axes.transAxes)
        return
    lines = [axes.plot([], [], **look)[0] for look in (_ERROR, _ERROR | {"markerfacecolor": "white"}, _BOUND)]
    add_legend(axes, "Energies, the worst", lines, ["from the meter", "from the distributor", "bound of each"])
