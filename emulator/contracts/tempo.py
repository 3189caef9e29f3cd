# SPDX-License-Identifier: Apache-2.0
"""TEMPO (option BBR): off-peak hours and a colour a day; white and red days are mobile peaks 1 and 2."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from xky.protocol.calendar import Contact, DayProfile
from xky.protocol.status import Colour

from ..legal_time import PARIS, instant_us, local_time
from .contract import Contract, Historic
from .hc import Spans, hours
from .peak import Peak, Planned
from .season import Distributor, summer_and_winter

__all__ = ["TempoDays", "contract"]

_DAY_START = time(6)  # a TEMPO day runs from 06:00 to 06:00
OFF_PEAK: Spans = ((time(22), time(6)),)
_KNOWN_FROM = time(16)  # assumption: DPM2 for the next day was captured at 17:58 (GammaTroniques)
_ANNOUNCED_FROM = time(
    20
)  # colour and notice: not at 19:34, there at 21:55 (tasmota#54), "around 20h" (teleinfo2mqtt#90)
_LETTER = {Colour.BLUE: "B", Colour.WHITE: "W", Colour.RED: "R"}
_LTARF = {  # white as captured is "   HC  BLANC    "; red was only seen trimmed, centred here alike
    Colour.BLUE: "    {}  BLEU    ",
    Colour.WHITE: "   {}  BLANC    ",
    Colour.RED: "   {}  ROUGE    ",
}
_PEAK_OF = {Colour.WHITE: 1, Colour.RED: 2}  # seen in three captures
_FIRST_INDEX = {Colour.BLUE: 1, Colour.WHITE: 3, Colour.RED: 5}
_WINTER = {11, 12, 1, 2, 3}  # red days fall from November to March, never at weekends
_SUNDAY = 6


def _at(day: date, wall: time) -> int:
    return instant_us(datetime.combine(day, wall, PARIS))


def _profile(colour: Colour, off_peak: Spans = OFF_PEAK) -> DayProfile:
    first = _FIRST_INDEX[colour]
    return hours(off_peak, first, first + 1, (Contact.TEMPO, Contact.TEMPO))


def _peak_profiles(off_peak: Spans) -> dict[int, DayProfile]:
    return {number: _profile(colour, off_peak) for colour, number in _PEAK_OF.items()}


@dataclass(frozen=True)
class TempoDays:
    """The colours and what they do.

    Args:
        seed: draws the colours of days that ``colours_of`` does not name; None: these are blue.
        colours_of: colour of given days, each from its 06:00 on.
        profiles: of peak 1 and 2.
        summer_profiles: those from April to October, where they are others.
    """

    seed: int | None = 0
    colours_of: Mapping[date, Colour] = field(default_factory=dict)
    profiles: Mapping[int, DayProfile] = field(default_factory=lambda: _peak_profiles(OFF_PEAK))
    summer_profiles: Mapping[int, DayProfile] | None = None
    walls: frozenset[time] = frozenset({_DAY_START, _KNOWN_FROM, _ANNOUNCED_FROM})

    def profiles_on(self, day: date) -> Mapping[int, DayProfile]:
        """Profile that is in force on a day during peak 1 or 2."""
        return self.profiles if self.summer_profiles is None or day.month in _WINTER else self.summer_profiles

    def colour(self, day: date) -> Colour:
        """Colour of the TEMPO day that starts on ``day`` at 06:00."""
        named = self.colours_of.get(day)
        if named is not None:
            return named
        if self.seed is None or day.weekday() == _SUNDAY:
            return Colour.BLUE
        chance = Random(f"{self.seed}/{day.isoformat()}").random()
        if day.month in _WINTER and day.weekday() < 5 and chance < 22 / 105:
            return Colour.RED
        return Colour.WHITE if chance > 1 - 43 / 300 else Colour.BLUE

    def planned(self, day: date) -> Iterable[Planned]:
        number = _PEAK_OF.get(self.colour(day))
        if number is not None:
            eve = day - timedelta(days=1)
            peak = Peak(_at(day, _DAY_START), _at(day + timedelta(days=1), _DAY_START), _at(eve, _ANNOUNCED_FROM))
            yield Planned(number, peak, _at(eve, _KNOWN_FROM))

    def colours(self, at_us: int) -> tuple[Colour, Colour]:
        local = local_time(at_us)
        day = local.date() if local.time() >= _DAY_START else local.date() - timedelta(days=1)
        announced = local.time() >= _ANNOUNCED_FROM or local.time() < _DAY_START
        return self.colour(day), self.colour(day + timedelta(days=1)) if announced else Colour.NONE

    def contact_closed(self, supplier_index: int) -> bool:
        """Program A of the contact: closed in the off-peak hours of every colour (02E §2.3)."""
        return supplier_index in _FIRST_INDEX.values()


def contract(
    seed: int = 0,
    colours: Mapping[date, Colour | str] | None = None,
    program: str = "(",
    *,
    others_blue: bool = False,
    off_peak: Spans = OFF_PEAK,
    summer: Spans | None = None,
    tells_season: bool = True,
) -> Contract:
    """Option TEMPO.

    Args:
        seed: of the colours of days that ``colours`` does not name.
        colours: of given days, as ``Colour.RED`` or ``"red"``.
        others_blue: days that ``colours`` does not name are blue.
        off_peak: hours of the year, or of winter, whatever the colour; it changes at 06:00 all the same.
        summer: hours from April to October, where they are others.
        tells_season: whether the new season is told on its eve; see ``Contract``.
        program: last character of OPTARIF, which holds the programs of the contacts (02E §2.3).
    """
    names = {colour: _FIRST_INDEX[colour] for colour in _LETTER}
    ltarf, labels, ptec = {}, {}, {}
    for colour, letter in _LETTER.items():
        for place, period in enumerate(("HC", "HP")):
            index = names[colour] + place
            ltarf[index] = _LTARF[colour].format(period)
            labels[f"BBR{period}J{letter}"] = index
            ptec[index] = f"{period}J{letter}"
    return Contract(
        ngtf="     TEMPO      ",
        ltarf=ltarf,
        # blue on every day, as captured: white and red come as mobile peaks
        days=tuple(_profile(Colour.BLUE, spans) for spans in (off_peak, summer) if spans is not None),
        seasons=() if summer is None else summer_and_winter((1,) * 7, (0,) * 7),
        tells_season=tells_season,
        distributor=Distributor(off_peak=off_peak, low_off_peak=summer),
        historic=Historic(f"BBR{program}", labels, ptec),
        peaks=TempoDays(
            None if others_blue else seed,
            {day: Colour.of(colour) for day, colour in (colours or {}).items()},
            _peak_profiles(off_peak),
            None if summer is None else _peak_profiles(summer),
        ),
    )
