# SPDX-License-Identifier: Apache-2.0
"""A contract as a person writes it in a meter's file."""

import difflib
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from xky.protocol import InputError
from xky.protocol.calendar import Block, DayProfile
from xky.protocol.status import Colour
from xky.protocol.tomlfile import Section

from ..contracts import Contract, Distributor, YearSeason, contract_maker, contract_names, is_contract
from .calendar_peaks import CalendarPeaks

__all__ = ["ContractTable", "NamedContract", "drawn_contract", "line_text"]

_CALENDAR = "calendar"
_HOURS = ("off_peak", "summer_off_peak", "tells_season")
_KEYS: dict[str, tuple[str, ...]] = {
    "hc": _HOURS,
    "weekend": _HOURS,
    "tempo": ("colours", "colour_seed", *_HOURS),
    "ejp": ("peak_days", "peak_seed"),
    _CALENDAR: (
        "ngtf", "ltarf", "days", "week", "dates", "seasons", "peaks", "peak_dates", "peak_hours", "distributor_indexes",
        *_HOURS,
    ),
}  # fmt: skip
PeakNumber = Annotated[int, Field(ge=1, le=3)]
Index = Annotated[int, Field(ge=1, le=10)]


def drawn_contract(name: str) -> dict[str, Any]:
    """The table of a contract of which only the name is told: its special days, if it has any, are drawn."""
    drawn: dict[str, Any] = {"tempo": {"colour_seed": 0}, "ejp": {"peak_seed": 0}}.get(name, {})
    return {"name": name, **drawn}


def line_text(size: int) -> AfterValidator:
    """A text that a frame can hold."""

    def check(text: str) -> str:
        if len(text) > size or not all(" " <= character <= "~" for character in text):
            raise ValueError(f"{text!r}: write up to {size} printable ASCII characters")
        return text

    return AfterValidator(check)


Name = Annotated[str, line_text(16)]


class SeasonTable(Section):
    """A season of a calendar: ``{ begins = "04-01", week = [1, 1, 1, 1, 1, 2, 2] }``.

    Attributes:
        begins: month and day.
        week: profile by weekday, Monday first.
    """

    begins: str
    week: tuple[int, ...]

    def season(self) -> YearSeason:
        """The season.

        Raises:
            ValueError: there is no such day in every year.
        """
        try:
            day = date.fromisoformat(f"2001-{self.begins}")
        except ValueError:
            raise ValueError(f'seasons: begins = {self.begins!r}: write month and day, such as "04-01"') from None
        return YearSeason((day.month, day.day), self.week)


class ContractTable(Section):
    """Which contract, and what its maker leaves open.

    Attributes:
        name: of ``contracts/``, or ``calendar`` for one of your own.
        off_peak: spans such as ``22:30-06:30`` (hc, weekend, tempo; of a calendar those of the distributor).
        summer_off_peak: those from April to October, where they are others.
        tells_season: whether the change is told on its eve; see ``Contract``.
        colours: of given days, ``2027-01-05 = "red"`` (tempo); a day's colour counts from 06:00.
        colour_seed: draws the colours of the other days (tempo).
        peak_days: the days on which a peak begins (ejp); with ``peak_seed`` the others are drawn.
        ngtf, ltarf, days, week, dates, distributor_indexes: of a ``calendar``: name, names by index, day profiles as
            PJOURF+1 writes them (``0000C001 06308002``), profile by weekday (Monday first) and by date.
        seasons: weeks of a calendar by season, in the place of ``week``.
        peaks, peak_dates, peak_hours: of a calendar: what runs during mobile peak 1 to 3, a day profile each; the peak
            that begins on a date, if the ``peak`` of a scenario does not say it; from when to when, 06:00 to 06:00
            of the next day unless told.
    """

    name: str
    off_peak: tuple[str, ...] | None = None
    summer_off_peak: tuple[str, ...] | None = None
    tells_season: bool | None = None
    colours: Mapping[date, Literal["blue", "white", "red"]] | None = None
    colour_seed: int | None = None
    peak_days: tuple[date, ...] | None = None
    peak_seed: int | None = None
    ngtf: Name | None = None
    ltarf: Mapping[Index, Name] | None = None
    days: tuple[str, ...] | None = None
    week: tuple[int, ...] | None = None
    dates: Mapping[date, int] | None = None
    seasons: tuple[SeasonTable, ...] | None = None
    peaks: Mapping[PeakNumber, str] | None = None
    peak_dates: Mapping[date, PeakNumber] | None = None
    peak_hours: str | None = None
    distributor_indexes: Literal[1, 4] | None = None

    _contract: Contract | None = PrivateAttr(None)  # nobody changes one: meters share it

    @model_validator(mode="after")
    def _is_possible(self) -> "ContractTable":
        if self._contract is not None:  # a table that another one takes over is looked at again
            return self
        if self.name != _CALENDAR and not is_contract(self.name):
            known = [*contract_names(), _CALENDAR]
            near = difflib.get_close_matches(self.name, known, 1)
            hint = f". Did you mean {near[0]}?" if near else ""
            raise ValueError(f"name {self.name!r}: not known; known: {', '.join(known)}{hint}")
        own = _KEYS.get(self.name, ())
        for key in type(self).model_fields:
            if key in self.model_fields_set - {"name", *own}:
                raise ValueError(f"{key}: {self.name} has no such setting; its own: {', '.join(own) or 'none'}")
        if self.name == "tempo" and not self.colours and self.colour_seed is None:
            raise ValueError(
                'tempo has no colours; write a table: [contract] name = "tempo", '
                'colours = { 2027-01-05 = "red" } or colour_seed = 1'
            )
        self._contract = self._made()  # complains about what cannot be
        return self

    def contract(self) -> Contract:
        """The contract."""
        if self._contract is None:
            self._contract = self._made()
        return self._contract

    def _made(self) -> Contract:
        if self.name == _CALENDAR:
            return self._calendar()
        settings: dict[str, Any] = {}
        if self.off_peak is not None:
            settings["off_peak"] = _spans("off_peak", self.off_peak)
        if self.summer_off_peak is not None:
            settings["summer"] = _spans("summer_off_peak", self.summer_off_peak)
        if self.tells_season is not None:
            if self.summer_off_peak is None:
                raise ValueError("tells_season: there is no other season; write summer_off_peak too")
            settings["tells_season"] = self.tells_season
        if self.name == "tempo":
            colours = {day: Colour[colour.upper()] for day, colour in (self.colours or {}).items()}
            settings |= {"seed": self.colour_seed or 0, "colours": colours, "others_blue": self.colour_seed is None}
        if self.name == "ejp" and self.model_fields_set & {"peak_days", "peak_seed"}:
            settings |= {"seed": self.peak_seed, "days": dict.fromkeys(self.peak_days or (), True)}
        return contract_maker(self.name)(**settings)

    def _calendar(self) -> Contract:
        if not self.days:
            raise ValueError('a calendar has day profiles; write days = ["0000C001 06308002 2230C001"]')
        return Contract(
            ngtf=self.ngtf.center(16) if self.ngtf else "",
            ltarf={index: name.center(16) for index, name in (self.ltarf or {}).items()},
            days=tuple(_profile(f"days: of profile {number}", text) for number, text in enumerate(self.days)),
            week=self.week or (0,) * 7,
            dates=dict(self.dates or {}),
            seasons=tuple(table.season() for table in self.seasons or ()),
            tells_season=self._season_is_told(),
            peaks=self._peaks(),
            distributor=Distributor(
                indexes=self.distributor_indexes or 4,
                off_peak=Distributor().off_peak if self.off_peak is None else _spans("off_peak", self.off_peak),
                low_off_peak=None if self.summer_off_peak is None
                else _spans("summer_off_peak", self.summer_off_peak),
            ),
        )  # fmt: skip

    def _season_is_told(self) -> bool:
        if self.tells_season is not None and not self.seasons:
            raise ValueError("tells_season: the calendar has no seasons; write them, or leave it out")
        return self.tells_season is not False

    def _peaks(self) -> CalendarPeaks | None:
        if not self.peaks:
            if self.peak_dates or self.peak_hours:
                raise ValueError('peak_dates, peak_hours: nothing says what runs; write peaks = { 1 = "00008003" } too')
            return None
        profiles = {number: _profile(f"peaks: of peak {number}", text) for number, text in self.peaks.items()}
        for day, number in (self.peak_dates or {}).items():
            if number not in profiles:
                raise ValueError(f"peak_dates: {day.isoformat()} is peak {number}, and peaks has no profile for it")
        span = (time(6), time(6)) if self.peak_hours is None else _span("peak_hours", self.peak_hours, empty=True)
        return CalendarPeaks(profiles, dict(self.peak_dates or {}), span)


def _profile(where: str, text: str) -> DayProfile:
    try:
        made = DayProfile(tuple(Block.parse(block) for block in text.split()))
    except InputError as error:
        raise ValueError(f"{where}, {error}") from None
    starts = [block.start for block in made.blocks]
    if where.startswith("peaks") and (starts[:1] != [time()] or starts != sorted(set(starts))):
        raise ValueError(f"{where}: a profile must begin at 00:00 and go on in order of time")
    return made


def _spans(key: str, texts: tuple[str, ...]) -> tuple[tuple[time, time], ...]:
    if not texts:
        raise ValueError(f"{key}: empty; write a span such as 22:30-06:30, or take base")
    return tuple(_span(key, text) for text in texts)


def _span(key: str, text: str, *, empty: bool = False) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"{key} {text!r}: write a span such as 22:30-06:30") from None
    if (start == end and not empty) or start.tzinfo or end.tzinfo:
        raise ValueError(f"{key} {text!r}: write a span of local time, such as 22:30-06:30")
    return start, end


def _name_alone(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


NamedContract = Annotated[ContractTable, BeforeValidator(_name_alone)]
"""A contract's name alone, or its table."""
