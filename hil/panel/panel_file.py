# SPDX-License-Identifier: Apache-2.0
"""A panel as a person writes it: a TOML file, or one of the ready ones of ``panels/``.

Homes are drawn by weights. What cannot go together is not drawn together; what can go with nothing is told.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from xky.boards.defects import known_defects
from xky.emulator import contract_names
from xky.emulator.legal_time import parse_at
from xky.emulator.load.appliances import check_names
from xky.emulator.meter_file.meter_file import Kva
from xky.emulator.meter_file.toml_time import When
from xky.emulator.supply import SUPPLIES
from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import Section, Shelf, parse_toml

from .possible import SOUND, WAYS, impossible
from .weights import Weights, named

__all__ = ["HouseholdKind", "PanelFile", "ServerOutage", "WifiKind", "panel_file", "panel_names"]

_READY = Shelf(resources.files("xky.hil.panel") / "panels", "panel", "panels")
HOMES_MAX = 9999  # digits of a home's folder
_YEARS = range(2000, 2099)  # two digits of a horodate (54E §6.2.1.1)
_DAYS_MAX = 3660
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, le=366 * 86_400.0, allow_inf_nan=False)]


class HouseholdKind(Section):
    """A kind of household.

    Attributes:
        name: of it.
        weight: how often it is.
        appliances: that it has; left out: those of a common house.
        pref_kva: subscribed power; left out: 9 kVA for one phase, 18 for three.
    """

    name: str
    weight: Weight = 1.0
    appliances: tuple[str, ...] | None = None
    pref_kva: Kva | None = None

    @field_validator("appliances")
    @classmethod
    def _are_known(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        try:
            check_names(value or ())
        except InputError as error:
            raise ValueError(str(error)) from None
        return value


class WifiKind(Section):
    """How well the gateway reaches its network: of LoRaWAN likewise.

    Attributes:
        name: of it.
        weight: how often it is.
        out_of_range_each_s: between the beginnings of two times out of range, on the average; left out: never.
        out_of_range_s: how long one lasts, on the average.
        away_a_day: how often a day the access point is away.
        away_s: how long, on the average.
    """

    name: str
    weight: Weight = 1.0
    out_of_range_each_s: Seconds | None = None
    out_of_range_s: Seconds = 30.0
    away_a_day: Annotated[float, Field(ge=0, le=100)] = 0.0
    away_s: Seconds = 600.0

    @model_validator(mode="after")
    def _is_in_range_at_times(self) -> "WifiKind":
        if self.out_of_range_each_s is not None and self.out_of_range_each_s <= self.out_of_range_s:
            raise ValueError(
                f"out_of_range_each_s: {self.out_of_range_each_s:g} s, and out of range lasts "
                f"{self.out_of_range_s:g} s, so that it would never be in range; write more"
            )
        return self


class ServerOutage(Section):
    """A time at which a server of the panel is away.

    Attributes:
        of: which one.
        at: legal time of its beginning, as ``2026-01-15T14:00``.
        for_s: how long.
    """

    of: Literal["broker", "database"]
    at: When
    for_s: Seconds

    @field_validator("at")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        try:
            parse_at(value, "at")
        except InputError as error:
            raise ValueError(str(error)) from None
        return value

    @property
    def from_us(self) -> int:
        """Instant of its beginning."""
        return parse_at(self.at)

    @property
    def to_us(self) -> int:
        """Of its end."""
        return self.from_us + round(self.for_s * 1e6)


def _as_date(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r}: expected a day, write 2026-01-15") from None
    if isinstance(value, datetime):
        raise ValueError(f"{value.isoformat()}: expected a day, which begins at its midnight; write {value.date()}")
    return value


class PanelFile(Section):
    """One panel.

    Attributes:
        title: one line for people.
        seed: same seed, same homes.
        homes: how many.
        first: local day (``from``) whose midnight is the beginning.
        days: how many; a part of a day is its first hours.
        boards: names, or paths of board files.
        uplinks: the ways that gateways publish by, of those that their board has.
        contracts, modes, phases, producers, supplies: of meters; a producer speaks standard mode.
        defects: of gateways, ``none`` of a sound one; one that a board cannot have is not drawn for it.
        household, wifi: kinds, each with its weight.
        outage: of the panel's servers.
    """

    title: str = ""
    seed: int = 0
    homes: Annotated[int, Field(ge=1, le=HOMES_MAX)] = 10
    first: Annotated[date, BeforeValidator(_as_date), Field(alias="from")] = date(2026, 1, 15)
    days: Annotated[float, Field(gt=0, le=_DAYS_MAX, allow_inf_nan=False)] = 1.0
    boards: Weights
    uplinks: Annotated[Weights, named("way to publish", lambda: WAYS)] = Field(default_factory=lambda: _alike(WAYS))
    contracts: Annotated[Weights, named("contract", contract_names)] = Field(default_factory=lambda: {"hc": 1.0})
    modes: Annotated[Weights, named("mode", lambda: [*Mode])] = Field(default_factory=lambda: {"standard": 1.0})
    phases: Annotated[Weights, named("number of phases", lambda: ["1", "3"])] = Field(
        default_factory=lambda: {"1": 1.0}
    )
    producers: Annotated[Weights, named("kind", lambda: ["consumer", "producer"])] = Field(
        default_factory=lambda: {"consumer": 1.0}
    )
    supplies: Annotated[Weights, named("supply", lambda: [*SUPPLIES])] = Field(
        default_factory=lambda: {"min_spec": 1.0}
    )
    defects: Annotated[Weights, named("defect", lambda: [SOUND, *known_defects()])] = Field(
        default_factory=lambda: {SOUND: 1.0}
    )
    household: Annotated[tuple[HouseholdKind, ...], Field(min_length=1)] = (HouseholdKind(name="common"),)
    wifi: Annotated[tuple[WifiKind, ...], Field(min_length=1)] = (WifiKind(name="good"),)
    outage: tuple[ServerOutage, ...] = ()

    @field_validator("first")
    @classmethod
    def _is_of_this_century(cls, value: date) -> date:
        if value.year not in _YEARS:
            raise ValueError("a meter's clock shows the years 2000 to 2099; write a day of them")
        return value

    @field_validator("household", "wifi")
    @classmethod
    def _one_can_be_drawn(cls, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
        if not any(kind.weight for kind in kinds):
            raise ValueError("all weights are 0, so that nothing can be drawn; give one of them a weight")
        names = [kind.name for kind in kinds]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"name {name!r} is written twice; give each kind a name of its own")
        return kinds

    @model_validator(mode="after")
    def _homes_can_be(self) -> "PanelFile":
        told = impossible(self.boards, self.uplinks, self.modes, self.phases, self.producers, self.defects)
        if told is not None:
            raise ValueError(told)
        if (self.first + timedelta(days=self.days)).year not in _YEARS:
            raise ValueError("days: a meter's clock shows the years 2000 to 2099; write fewer")
        return self


def _alike(names: Any) -> Mapping[str, float]:
    return dict.fromkeys(names, 1.0)


def panel_names() -> list[str]:
    """The ready panels."""
    return _READY.names()


def panel_file(name: str) -> tuple[PanelFile, str]:
    """A ready panel by name, or the one of a file (``….toml``), and its text.

    Raises:
        InputError: no such panel, or its file is wrong; the text names file, line and key.
    """
    shown, text = _READY.take(name)
    return parse_toml(text, shown, PanelFile), text
