# SPDX-License-Identifier: Apache-2.0
"""A contract as a person writes it in a meter's file."""

import difflib
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from xky.protocol import InputError
from xky.protocol.calendar import Block, DayProfile
from xky.protocol.status import Colour
from xky.protocol.tomlfile import Section

from ..contracts import Contract, Distributor, contract_maker, contract_names, is_contract

__all__ = ["ContractTable", "NamedContract", "drawn_contract", "line_text"]

_CALENDAR = "calendar"
_KEYS: dict[str, tuple[str, ...]] = {
    "hc": ("off_peak",),
    "weekend": ("off_peak",),
    "tempo": ("colours", "colour_seed"),
    "ejp": ("peak_days", "peak_seed"),
    _CALENDAR: ("ngtf", "ltarf", "days", "week", "dates", "distributor_indexes"),
}
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


class ContractTable(Section):
    """Which contract, and what its maker leaves open.

    Attributes:
        name: of ``contracts/``, or ``calendar`` for one of your own.
        off_peak: spans such as ``22:30-06:30`` (hc, weekend).
        colours: of given days, ``2027-01-05 = "red"`` (tempo); a day's colour counts from 06:00.
        colour_seed: draws the colours of the other days (tempo).
        peak_days: the days on which a peak begins (ejp); with ``peak_seed`` the others are drawn.
        ngtf, ltarf, days, week, dates, distributor_indexes: of a ``calendar``: name, names by index, day profiles as
            PJOURF+1 writes them (``0000C001 06308002``), profile by weekday (Monday first) and by date.
    """

    name: str
    off_peak: tuple[str, ...] | None = None
    colours: Mapping[date, Literal["blue", "white", "red"]] | None = None
    colour_seed: int | None = None
    peak_days: tuple[date, ...] | None = None
    peak_seed: int | None = None
    ngtf: Name | None = None
    ltarf: Mapping[Index, Name] | None = None
    days: tuple[str, ...] | None = None
    week: tuple[int, ...] | None = None
    dates: Mapping[date, int] | None = None
    distributor_indexes: Literal[1, 4] | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> "ContractTable":
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
        self.contract()  # complains about what cannot be
        return self

    def contract(self) -> Contract:
        """The contract."""
        if self.name == _CALENDAR:
            return self._calendar()
        settings: dict[str, Any] = {}
        if self.off_peak is not None:
            if not self.off_peak:
                raise ValueError("off_peak: empty; write a span such as 22:30-06:30, or take base")
            settings["off_peak"] = tuple(_span(text) for text in self.off_peak)
        if self.name == "tempo":
            colours = {day: Colour[colour.upper()] for day, colour in (self.colours or {}).items()}
            settings |= {"seed": self.colour_seed or 0, "colours": colours, "others_blue": self.colour_seed is None}
        if self.name == "ejp" and self.model_fields_set & {"peak_days", "peak_seed"}:
            settings |= {"seed": self.peak_seed, "days": dict.fromkeys(self.peak_days or (), True)}
        return contract_maker(self.name)(**settings)

    def _calendar(self) -> Contract:
        if not self.days:
            raise ValueError('a calendar has day profiles; write days = ["0000C001 06308002 2230C001"]')
        days = []
        for number, text in enumerate(self.days):
            try:
                days.append(DayProfile(tuple(Block.parse(block) for block in text.split())))
            except InputError as error:
                raise ValueError(f"days: of profile {number}, {error}") from None
        return Contract(
            ngtf=self.ngtf.center(16) if self.ngtf else "",
            ltarf={index: name.center(16) for index, name in (self.ltarf or {}).items()},
            days=tuple(days),
            week=self.week or (0,) * 7,
            dates=dict(self.dates or {}),
            distributor=Distributor(indexes=self.distributor_indexes or 4),
        )


def _span(text: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"off_peak {text!r}: write a span such as 22:30-06:30") from None
    if start == end or start.tzinfo or end.tzinfo:
        raise ValueError(f"off_peak {text!r}: write a span of local time, such as 22:30-06:30")
    return start, end


def _name_alone(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


NamedContract = Annotated[ContractTable, BeforeValidator(_name_alone)]
"""A contract's name alone, or its table."""
