# SPDX-License-Identifier: Apache-2.0
"""The distributor's curve of each home in the database of its participant, and what was predicted before it came.

The prediction of a half hour is the mean of the distributor's curve in the same half hour of the clock, on up to seven
days before; on the first day the mean of the half hours before it. It is made of what was known by then, and goes on
through the day behind the last one of the curve. Nothing is fitted: it is what a person would say.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from xky.emulator.legal_time import PARIS, instant_us, local_time
from xky.hil.ends.influx_readback import influx_address
from xky.hil.terminal import complain
from xky.protocol import InputError
from xky.protocol.uplinks.line_protocol import Point, make_line

from ..distributor import Curve, read_curve
from ..layout import CONSUMPTION, DISTRIBUTOR, INJECTION
from .database_way import DatabaseWay
from .patience import PATIENCE_S, patience_with
from .points import DISTRIBUTOR as CURVE
from .points import PREDICTION

__all__ = ["fill_curves", "half_hour_means", "predicted"]

_HALF_HOUR_US = 1_800_000_000
_DAYS = 7
_DIRECTIONS = {CONSUMPTION: "consumption", INJECTION: "injection"}


def fill_curves(folder: Path, panel: str, database: str) -> bool:
    """Write the curves of a finished panel, and the predictions; whether the database took them.

    Args:
        folder: of the panel.
        panel: its name.
        database: ``influx://…``.

    An export that cannot be read is told, and left out.

    Raises:
        BenchError: the database refuses.
    """
    address = influx_address(database)
    way = DatabaseWay(address, patience_with(address.shown, complain, PATIENCE_S))
    try:
        return all(way.write([*_lines(home, panel)]) for home in sorted((folder / "homes").glob("*")))
    finally:
        way.close()


def _lines(home: Path, panel: str) -> Iterator[bytes]:
    tags = {"home": home.name, "panel": panel}
    for name, direction in _DIRECTIONS.items():
        path = home / DISTRIBUTOR / name
        if not path.is_file():
            continue
        try:
            curve = read_curve(path)
        except InputError as error:
            complain(error)
            continue
        for point in curve.points:
            fields = {"mean_w": point.average_w, "minutes": point.step_min}
            yield make_line(Point(CURVE, {"direction": direction, **tags}, fields, point.end_us * 1000)).encode()
        if name == CONSUMPTION:
            for end_us, mean_w in predicted(half_hour_means(curve)).items():
                yield make_line(Point(PREDICTION, tags, {"mean_w": mean_w}, end_us * 1000)).encode()


def half_hour_means(curve: Curve) -> dict[int, float]:
    """Mean power of each half hour that the curve fills, by its end, in watts."""
    energy_wh: dict[int, float] = defaultdict(float)
    filled_min: dict[int, float] = defaultdict(float)
    for point in curve.points:
        for end_us in range(-(-(point.start_us + 1) // _HALF_HOUR_US) * _HALF_HOUR_US, point.end_us + _HALF_HOUR_US,
                            _HALF_HOUR_US):  # fmt: skip
            inside_us = min(end_us, point.end_us) - max(end_us - _HALF_HOUR_US, point.start_us)
            if inside_us > 0:
                energy_wh[end_us] += point.average_w * inside_us / 3.6e9
                filled_min[end_us] += inside_us / 60_000_000
    return {end_us: 2 * energy for end_us, energy in sorted(energy_wh.items()) if filled_min[end_us] >= 30 - 1e-6}


def predicted(means: Mapping[int, float]) -> dict[int, int]:
    """What is predicted for each half hour, by its end, in whole watts; of the first one nothing is."""
    if not means:
        return {}
    by_day: dict[date, dict[time, list[float]]] = defaultdict(lambda: defaultdict(list))
    for end_us, mean_w in means.items():
        begins = local_time(end_us - _HALF_HOUR_US)
        by_day[begins.date()][begins.time()].append(mean_w)
    first, last = min(by_day), max(by_day)
    found: dict[int, int] = {}
    day = first
    so_far: list[float] = []
    while day <= last + timedelta(days=1):
        before = [by_day[earlier] for back in range(1, _DAYS + 1) if (earlier := day - timedelta(days=back)) in by_day]
        for end_us in _ends(day):
            begins = local_time(end_us - _HALF_HOUR_US)
            same = [mean_w for earlier in before for mean_w in earlier.get(begins.time(), ())]
            known: Sequence[float] = same or (so_far if day == first else ())
            if known:
                found[end_us] = round(sum(known) / len(known))
            if day == first and end_us in means:
                so_far.append(means[end_us])
        day += timedelta(days=1)
    return found


def _ends(day: date) -> range:
    """Ends of the half hours of a local day."""
    start, end = (instant_us(datetime.combine(each, time(), PARIS)) for each in (day, day + timedelta(days=1)))
    return range(start + _HALF_HOUR_US, end + 1, _HALF_HOUR_US)
