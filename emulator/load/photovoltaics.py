# SPDX-License-Identifier: Apache-2.0
"""Photovoltaics: the sun's height by quarter hours, less what clouds take.

The sun knows no summer time: hours are solar, from UTC and the longitude, without the equation of time
(a quarter of an hour at most). Panels lie flat. Both are assumptions.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import cos, radians, sin, tau
from random import Random

from ..legal_time import SECOND_US
from .appliance import Day, Operation

__all__ = ["Photovoltaics"]

_QUARTER_S = 900
_LATITUDE, _LONGITUDE_DEG = radians(46.5), 2.5  # the middle of France: assumption
_TILT = radians(23.44)  # of the earth's axis
_CLEAR = (0.3, 1.0, 0.9)  # share of the clear sky's light: least, most, most frequent; assumption
_DARKEST = 0.05  # under the thickest cloud: assumption


@dataclass(frozen=True, slots=True)
class Photovoltaics:
    """Panels with their inverter, which injects at cos φ 1.

    Attributes:
        peak_w: with the sun overhead; 2400 W is an assumption: a common French roof of 3 kW, less its losses.
    """

    peak_w: float = 2400

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        clear = rng.triangular(*_CLEAR)
        found = []
        for start_us in range(day.start_us, day.end_us, _QUARTER_S * SECOND_US):
            light = max(_DARKEST, 1 - (1 - clear) * 2 * rng.random())
            power_w = self.peak_w * _sine_of_height(start_us + _QUARTER_S // 2 * SECOND_US) * light
            if power_w > 0:
                found.append(Operation.of(start_us, _QUARTER_S, -power_w))
        return found


def _sine_of_height(at_us: int) -> float:
    """Sine of the angle of the sun over the horizon."""
    moment = datetime.fromtimestamp(at_us // SECOND_US, UTC)
    declination = -_TILT * cos(tau * (moment.timetuple().tm_yday + 10) / 365)  # least at the winter solstice
    solar_h = moment.hour + moment.minute / 60 + _LONGITUDE_DEG / 15
    hour_angle = tau * (solar_h - 12) / 24
    return sin(_LATITUDE) * sin(declination) + cos(_LATITUDE) * cos(declination) * cos(hour_angle)
