# SPDX-License-Identifier: Apache-2.0
"""TEMPO (option BBR): off-peak hours and a colour a day, told the evening before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from types import MappingProxyType
from typing import ClassVar

from xky.protocol.calendar import Contact, DayProfile
from xky.protocol.status import Colour

from .contract import Tariff, distributor_index, next_wall_switch, profile

__all__ = ["CONTRACT", "Tempo"]

_DAY_START = time(6)  # a TEMPO day runs from 06:00 to 06:00; off-peak hours are 22:00 to 06:00
_OFF_PEAK_START = time(22)
_ANNOUNCED_FROM = time(20)  # assumption: between 17:58 (not yet) and 21:55 (told), NicolasBernaerts/tasmota#54
_LETTER = {Colour.BLUE: "B", Colour.WHITE: "W", Colour.RED: "R"}
_LTARF = {  # white as captured is "   HC  BLANC    "; red was only seen trimmed, centred here alike
    Colour.BLUE: "    {}  BLEU    ",
    Colour.WHITE: "   {}  BLANC    ",
    Colour.RED: "   {}  ROUGE    ",
}
_FIRST_INDEX = {Colour.BLUE: 1, Colour.WHITE: 3, Colour.RED: 5}
_WINTER = {11, 12, 1, 2, 3}  # red days fall from November to March, never at weekends
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Tempo:
    """Option TEMPO.

    Args:
        seed: draws the colours of days that ``colours`` does not name.
        colours: colour of given days, each from its 06:00 on.
    """

    seed: int = 0
    colours: Mapping[date, Colour] = field(default_factory=dict)
    optarif: ClassVar[str] = "BBR("
    ngtf: ClassVar[str] = "     TEMPO      "
    index_labels: ClassVar[Mapping[str, int]] = MappingProxyType(
        {"BBRHCJB": 1, "BBRHPJB": 2, "BBRHCJW": 3, "BBRHPJW": 4, "BBRHCJR": 5, "BBRHPJR": 6}
    )

    def colour(self, day: date) -> Colour:
        """Colour of the TEMPO day that starts on ``day`` at 06:00."""
        named = self.colours.get(day)
        if named is not None:
            return named
        if day.weekday() == _SUNDAY:
            return Colour.BLUE
        chance = Random(f"{self.seed}/{day.isoformat()}").random()
        if day.month in _WINTER and day.weekday() < 5 and chance < 22 / 105:
            return Colour.RED
        return Colour.WHITE if chance > 1 - 43 / 300 else Colour.BLUE

    def _tempo_day(self, local: datetime) -> date:
        return local.date() if local.time() >= _DAY_START else local.date() - timedelta(days=1)

    def tariff(self, local: datetime) -> Tariff:
        wall = local.time()
        day = self._tempo_day(local)
        today = self.colour(day)
        off_peak = wall >= _OFF_PEAK_START or wall < _DAY_START
        announced = wall >= _ANNOUNCED_FROM or wall < _DAY_START
        period = "HC" if off_peak else "HP"
        return Tariff(
            supplier_index=_FIRST_INDEX[today] + (0 if off_peak else 1),
            distributor_index=distributor_index(local, off_peak=off_peak),
            ptec=f"{period}J{_LETTER[today]}",
            ltarf=_LTARF[today].format(period),
            contact_closed=off_peak,
            today=today,
            tomorrow=self.colour(day + timedelta(days=1)) if announced else Colour.NONE,
        )

    def next_switch(self, at_us: int) -> int:
        return next_wall_switch(at_us, (time(), _DAY_START, _ANNOUNCED_FROM, _OFF_PEAK_START))

    def day_profile(self, day: date) -> DayProfile:
        """The blue profile on every day, as captured: white and red come as mobile peaks (PPOINTE)."""
        return profile((time(), True, 1), (_DAY_START, False, 2), (_OFF_PEAK_START, True, 1), contact=Contact.TEMPO)


CONTRACT = Tempo
