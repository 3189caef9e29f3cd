# SPDX-License-Identifier: Apache-2.0
"""What may happen to a meter, and one event of a scenario, as a person writes them."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import Section

from ..faults import Fault, known_faults, made_fault
from ..legal_time import parse_at
from ..meter_file.contract_table import NamedContract, line_text
from ..meter_file.meter_file import HouseholdTable, Kva, Power, Relay, TraceTable
from ..meter_file.toml_time import When
from ..supply import SUPPLIES, Supply

__all__ = [
    "ClockTable", "Event", "Exchange", "Happening", "LastsS", "Outage", "PeakTable", "Phase", "RampTable", "ReserveS",
    "TerminalA", "fault_of",
]  # fmt: skip

Phase = Annotated[int, Field(ge=1, le=3)]
_LONGEST_S = 100 * 366 * 86_400  # no scenario lasts a hundred years
LastsS = Annotated[float, Field(gt=0, le=_LONGEST_S)]
ReserveS = Annotated[float, Field(ge=0, le=_LONGEST_S)]
_LOADS = ("load_va", "ramp", "household", "trace", "adps", "adir")


class RampTable(Section):
    """From what is drawn now to ``to_va``, evenly in ``during_s``."""

    to_va: Power
    during_s: Annotated[int, Field(ge=1, le=_LONGEST_S)]


class Outage(Section):
    """The network goes for ``for_s``; the clock runs on for ``clock_reserve_s`` without it."""

    for_s: LastsS
    clock_reserve_s: ReserveS = 259_200.0


class ClockTable(Section):
    """What is done to the clock. Setting it, by ``show`` or ``resynchronise``, ends a degraded one."""

    show: When | None = None
    """Legal time that it shows from now on."""
    resynchronise: bool = False
    degraded: bool | None = None
    drift_ppm: Annotated[int, Field(ge=-1000, le=1000)] | None = None

    @field_validator("show")
    @classmethod
    def _is_a_time(cls, value: str | None) -> str | None:
        if value is not None:
            parse_at(value, "show")
        return value

    @model_validator(mode="after")
    def _is_one_thing(self) -> "ClockTable":
        if self.show is not None and self.resynchronise:
            raise ValueError("show: resynchronise shows the true time; leave one out")
        if not (self.resynchronise or self.model_fields_set & {"show", "degraded", "drift_ppm"}):
            raise ValueError("nothing happens; write show, resynchronise = true, degraded or drift_ppm")
        return self


class TerminalA(Section):
    """What terminals I1-A give from now on, or for a while: another model of supply, or a share of its voltage."""

    # Said by Field: pydantic would read this file again at each start to find docstrings
    model: Literal[*SUPPLIES] | None = Field(  # type: ignore[valid-type]  # the names stand in one place
        None, description="A model of supply by its name; one that every meter gives at least is `min_spec`."
    )
    share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="Of the open-circuit voltage that is there otherwise: 0 is a cut-out, 0.8 a sag."
    )
    for_s: LastsS | None = Field(
        None, description="Seconds, then it is again what it was before; without this it stays."
    )

    @model_validator(mode="after")
    def _is_one_thing(self) -> "TerminalA":
        if (self.model is None) == (self.share is None):
            raise ValueError('one of model and share is wanted: model = "weak_old", or share = 0 for a cut-out')
        return self

    def of(self, lasting: Supply) -> Supply:
        """What they give of a supply that is there otherwise."""
        return SUPPLIES[self.model] if self.model is not None else lasting.sagging(self.share or 0.0)


class PeakTable(Section):
    """A mobile peak, in the place of those that the contract plans."""

    number: Phase
    start: When
    end: When
    notice: bool = True
    """Whether STGE gives notice of it from now on."""

    @field_validator("start", "end")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        parse_at(value, "time")
        return value

    @model_validator(mode="after")
    def _ends_later(self) -> "PeakTable":
        if parse_at(self.start) >= parse_at(self.end):
            raise ValueError(f"end {self.end!r}: is not after the start, {self.start}")
        return self


class Exchange(Section):
    """A new meter: what it has that the old one had not. Its address is new and its indexes begin near 0.

    The house behind it stays; its load begins anew only where it cannot stay (other phases, a producer).
    """

    phases: Literal[1, 3] | None = None
    producer: bool | None = None
    mode: Mode | None = None
    contract: NamedContract | None = None
    pref_kva: Kva | None = None
    pcoup_kva: Kva | None = None


def _faults(tables: object) -> tuple[Fault, ...]:
    """Tables of a scenario as faults."""
    if not isinstance(tables, list | tuple):
        raise ValueError('expected a list of tables, such as [{ name = "wrong_checksum", label = "EAST" }]')
    return tuple(map(fault_of, tables))


def fault_of(table: object) -> Fault:
    """A table of a scenario as a fault; a fault as it is.

    Raises:
        ValueError: it is none.
    """
    if isinstance(table, Fault):
        return table
    if not isinstance(table, Mapping) or not isinstance(table.get("name"), str):
        raise ValueError(f"{table!r}: has no name; write one of {', '.join(known_faults())}")
    try:
        return made_fault(**table)
    except InputError as error:
        raise ValueError(str(error)) from None


class Happening(Section):
    """Something happens: one key, or several that happen together, in the order below.

    Attributes:
        say: a remark for people.
        exchange: of the meter.
        contract: another one from now on, by remote order; mobile peaks of the old one are forgotten.
        load_va: draw this; ``ramp``, ``household``, ``trace`` likewise.
        adps: a single-phase load over the subscription.
        adir: phases of a three-phase load over the setting.
        set: registers by label.
        relays: closed or not by number, in the place of what the calendar says; {} leaves all to that.
        terminal_a: the power that devices live on; an outage takes it away, too.
        faults: of the line, in each frame from now on: tables with the name of a fault and its values; [] ends them.
        skip_to: the meter's time jumps on; the line's does not.
        may_be_nothing: whether no key at all is something to write.
    """

    may_be_nothing: ClassVar[bool] = False

    say: str = ""
    exchange: Exchange | None = None
    mode: Mode | None = None
    contract: NamedContract | None = None
    pref_kva: Kva | None = None
    pcoup_kva: Kva | None = None
    load_va: Power | None = None
    ramp: RampTable | None = None
    household: HouseholdTable | None = None
    trace: TraceTable | None = None
    adps: bool | None = None
    adir: tuple[Phase, ...] | None = None
    set: Mapping[str, int] | None = None
    outage: Outage | None = None
    clock: ClockTable | None = None
    breaker: Literal["open", "close"] | None = None
    peak: PeakTable | None = None
    msg1: Annotated[str, line_text(32)] | None = None
    msg2: Annotated[str, line_text(16)] | None = None
    lose_phases: tuple[Phase, ...] | None = None
    cover_open: bool | None = None
    relays: Mapping[Relay, bool] | None = None
    terminal_a: TerminalA | None = None
    faults: Annotated[tuple[Any, ...], BeforeValidator(_faults)] | None = None
    skip_to: When | None = None

    @property
    def keys(self) -> list[str]:
        """The keys that say what happens, in the order of the schema."""
        return [key for key in Happening.model_fields if key != "say" and getattr(self, key) is not None]

    @model_validator(mode="after")
    def _does_something(self) -> "Happening":
        if not self.keys and not self.say and not self.may_be_nothing:
            known = ", ".join(Happening.model_fields)
            raise ValueError(f"nothing happens; write one of {known}")
        loads = [key for key in self.keys if key in _LOADS]
        if len(loads) > 1:
            raise ValueError(f"{loads[1]}: there is {loads[0]} too, and a meter feeds one load; leave one out")
        return self


class Event(Happening):
    """Something that happens at a time.

    Attributes:
        at: legal time of the day, or a date and time.
    """

    at: When

    _at_us: int = PrivateAttr(0)
    _skip_to_us: int = PrivateAttr(0)

    @property
    def at_us(self) -> int:
        """True instant."""
        return self._at_us

    @property
    def skip_to_us(self) -> int:
        """True instant that ``skip_to`` leads to; ``at_us`` without one."""
        return self._skip_to_us

    def happens_at(self, at_us: int, skip_to_us: int) -> None:
        """Its scenario tells it when it happens."""
        self._at_us, self._skip_to_us = at_us, skip_to_us
