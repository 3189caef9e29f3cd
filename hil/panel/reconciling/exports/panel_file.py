# SPDX-License-Identifier: Apache-2.0
"""The ``panel.toml`` beside a real panel's exports: for each home which board, which files, which subscription."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from xky.boards import Board, board_named
from xky.emulator.legal_time import parse_at
from xky.emulator.meter.settings import PREF_KVA_MAX
from xky.protocol import LABELS, InputError
from xky.protocol.tomlfile import Section

__all__ = ["ARRIVED", "SCHEMA", "TIME", "ColumnOf", "ExportsFile", "HomeExports"]

SCHEMA = "xky-exports/1"
TIME, ARRIVED = "time", "arrived"
_KNOWN = {TIME, ARRIVED, *(name for table in LABELS.values() for name in table)}
_OneOrMore = tuple[str, ...]


class ColumnOf(Section):
    """Which column or field a label stands in, and what its numbers are taken times.

    Attributes:
        column: name of a column, or of a field of InfluxDB.
        scale: label's units in one of the column's, as 1000 for kWh.
    """

    column: str
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class HomeExports(Section):
    """One home.

    Attributes:
        id: how it is called in what is found.
        board: of its gateway; its statement says what payloads mean, and its period when readings are due.
        period_s: from reading to reading; that of the board, or the usual one, unless told.
        readings: files of its readings, from the folder on; ``*`` stands for anything.
        distributor: exports of what it drew.
        injection: of what it injected.
        subscription_kva: what an index may grow by at most; 36, the most of such a meter, unless told.
        time_zone: of times without offset.
        contract: its tariff, to be published; what its readings say unless told.
        phases: of its connection, likewise.
        producer: whether it injects, likewise.
        columns: label, ``time`` or ``arrived`` to where it stands; columns called by a label are found without.
    """

    id: Annotated[str, Field(min_length=1)]
    board: str | None = None
    period_s: Annotated[float, Field(ge=0.1, le=86_400)] | None = None
    readings: Annotated[_OneOrMore, Field(min_length=1)]
    distributor: _OneOrMore = ()
    injection: _OneOrMore = ()
    subscription_kva: Annotated[float, Field(gt=0, le=PREF_KVA_MAX)] | None = None
    time_zone: str = "UTC"
    contract: Annotated[str | None, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")] = None
    phases: Literal[1, 3] | None = None
    producer: bool | None = None
    columns: Mapping[str, ColumnOf] = Field(default_factory=dict)

    @field_validator("readings", "distributor", "injection", mode="before")
    @classmethod
    def _may_be_one(cls, value: object) -> object:
        return _as_list(value)

    @field_validator("readings", "distributor", "injection")
    @classmethod
    def _are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not one or "\0" in one:
                raise ValueError(f"{one!r}: no path of a file; write one from the folder on, such as a12/*.csv")
        return value

    @field_validator("columns", mode="before")
    @classmethod
    def _may_be_names(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        for name in value:
            if name not in _KNOWN:
                near = get_close_matches(name.upper(), _KNOWN, 1)
                mean = f" Did you mean {near[0]}?" if near else ""
                raise ValueError(f"{name}: no label of the TIC, nor {TIME} or {ARRIVED}.{mean}")
        return {name: {"column": one} if isinstance(one, str) else one for name, one in value.items()}

    @field_validator("board")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                board_named(value)
        except InputError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError):  # its own error is a KeyError
            raise ValueError(f"{value!r}: no time zone; write UTC, or Europe/Paris") from None
        except KeyError:
            raise ValueError(f"{value!r}: no time zone; write UTC, or Europe/Paris") from None
        return value

    @property
    def described(self) -> Board | None:
        """Its board."""
        return None if self.board is None else board_named(self.board)


class ExportsFile(Section):
    """A panel's exports.

    Attributes:
        format: ``schema`` of the file.
        name: of the panel.
        first: ``from``: legal time from which readings are due; the first of each home unless told.
        until: legal time until which they are; the last of all homes unless told.
        home: the homes.
    """

    format: Annotated[Literal["xky-exports/1"], Field(alias="schema")]
    name: str = ""
    first: Annotated[str | None, Field(alias="from")] = None
    until: str | None = None
    home: Annotated[tuple[HomeExports, ...], Field(min_length=1)]

    @field_validator("first", "until")
    @classmethod
    def _is_a_time(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                parse_at(value, "time")
        except InputError as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _homes_differ(self) -> "ExportsFile":
        seen: set[str] = set()
        for one in self.home:
            if one.id in seen:
                raise ValueError(f"home: id {one.id!r} is written twice; give each home one of its own")
            seen.add(one.id)
        return self

    @model_validator(mode="after")
    def _begins_before_its_end(self) -> "ExportsFile":
        first_us, until_us = self.bounds_us
        if first_us is not None and until_us is not None and first_us >= until_us:
            raise ValueError(f"until: {self.until} is not behind from, {self.first}; mend one of them")
        return self

    @property
    def bounds_us(self) -> tuple[int | None, int | None]:
        """Instants from and until which readings are due."""
        first, until = (None if one is None else parse_at(one) for one in (self.first, self.until))
        return first, until
