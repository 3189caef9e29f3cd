# SPDX-License-Identifier: Apache-2.0
"""What a client says. The keys are those of an event in a scenario's file, and so is what they do."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, RootModel, field_validator, model_validator

from xky.emulator.meter import RESERVE_S
from xky.emulator.meter_file.contract_table import NamedContract
from xky.emulator.meter_file.meter_file import HouseholdTable, Power
from xky.emulator.scenario.event import Happening, LastsS, PeakTable, Phase, RampTable, ReserveS, TerminalA
from xky.protocol.as_written import AsWritten
from xky.protocol.tomlfile import Section

__all__ = ["CutBody", "EventBody", "LoadBody", "RegistersBody", "RestoreBody", "TariffBody", "TerminalsBody"]

# Made at once: one that is made by the first request reads FastAPI's own marks for its own, and warns on the terminal
_MADE_AT_ONCE = ConfigDict(defer_build=False)
_DESCRIBED = ConfigDict(use_attribute_docstrings=True, **_MADE_AT_ONCE)


class EventBody(Happening):
    """What happens now: the keys of an event of a scenario without its time, one or several, done in this order.

    `say` is a remark for people. `exchange`, `mode`, `contract`, `pref_kva` and `pcoup_kva` change the meter;
    `load_va`, `ramp`, `household`, `adps` and `adir` what is drawn, see LoadBody; `set` registers, see RegistersBody.
    `outage` cuts the supply, `clock` sets the meter's clock, `breaker` is the cut-off device, `peak` a mobile peak.
    `relays` are closed (true) or open by number, 1 to 8, in the place of what the calendar says; {} leaves all to that.
    `msg1` and `msg2` are what the distributor says, `lose_phases` the phases that are absent from now on, `cover_open`
    the terminal cover. `faults` are on the line from now on: a list of tables with `name` and its keys; [] ends them.
    `terminal_a` is what feeds a board on terminals I1-A, see TerminalsBody.
    `skip_to` is a legal time, of the day or with its date, that the meter's time jumps on to.
    """

    model_config = ConfigDict(json_schema_extra=lambda schema: _without(schema["properties"], "trace"), **_MADE_AT_ONCE)

    @field_validator("trace", mode="before")
    @classmethod
    def _is_not_read(cls, value: Any) -> Any:
        if value is not None:
            raise ValueError("trace: no file of the bench is read for a client; write it in the meter's file")
        return value


def _without(properties: dict[str, Any], *keys: str) -> None:
    for key in keys:
        del properties[key]


class LoadBody(Section):
    """What the house draws from now on: one of these keys."""

    model_config = _DESCRIBED

    load_va: Power | None = None
    """Apparent power in VA, purely active, negative when injected: of all phases together, or a list, one each."""
    ramp: RampTable | None = None
    """From what is drawn now to `to_va` (VA), evenly in `during_s` (seconds)."""
    household: HouseholdTable | None = None
    """A house of appliances, drawn from a seed."""
    adps: bool | None = None
    """A single-phase load over the subscription that never opens the cut-off device, or half the subscription."""
    adir: tuple[Phase, ...] | None = None
    """The same of a three-phase meter: the phases that are over."""

    @model_validator(mode="after")
    def _is_one(self) -> "LoadBody":
        _one_of(self)
        return self

    def happening(self) -> Happening:
        """The same as something that happens."""
        return Happening(**_given(self))


class TariffBody(Section):
    """What decides on the running index: one of these keys."""

    model_config = _DESCRIBED

    contract: NamedContract | None = None
    """The name of a contract, or its table as in a meter's file: in force from now on."""
    supplier_index: Annotated[int, Field(ge=1, le=10)] | None = None
    """The meter's time jumps on to where this index runs next, within 366 days; the line's does not."""
    peak: PeakTable | None = None
    """A mobile peak in the place of those that the contract plans."""

    @model_validator(mode="after")
    def _is_one(self) -> "TariffBody":
        _one_of(self)
        return self

    def happening(self) -> Happening:
        """The same as something that happens, but for an index."""
        return Happening(**_given(self))


class RegistersBody(AsWritten, RootModel[Mapping[str, int]]):
    """Label to value: Wh (EAST, EASFnn, EAIT, historic indexes), VArh (ERQn), kVA (PREF, PCOUP).

    All of them are set, or none. Totals and their indexes keep adding up.
    """


class CutBody(Section):
    """How long the network is gone."""

    model_config = _DESCRIBED

    for_s: LastsS | None = None
    """Seconds; until it is restored unless told."""
    clock_reserve_s: ReserveS = RESERVE_S
    """Seconds for which the clock runs on without supply, when `for_s` ends the outage."""


class TerminalsBody(TerminalA):
    """What terminals I1-A give from now on, or for a while, to the board that lives on them: `model` or `share`.

    It is `terminal_a` of a scenario. A lasting `share` is of what is there then: a `model` brings all of it back.
    """

    model_config = _MADE_AT_ONCE

    def happening(self) -> Happening:
        """The same as something that happens."""
        return Happening(terminal_a=TerminalA(**_given(self)))


class RestoreBody(Section):
    """How the network comes back."""

    model_config = _DESCRIBED

    clock_reserve_s: ReserveS = RESERVE_S
    """Seconds for which the clock ran on without supply; after a longer outage it is late, and degraded."""


def _given(body: Section) -> dict[str, Any]:
    return {key: value for key in type(body).model_fields if (value := getattr(body, key)) is not None}


def _one_of(body: Section) -> None:
    given, known = list(_given(body)), ", ".join(type(body).model_fields)
    if not given:
        raise ValueError(f"nothing happens; write one of {known}")
    if len(given) > 1:
        raise ValueError(f"{given[1]}: there is {given[0]} too; write one of {known}")
