# SPDX-License-Identifier: Apache-2.0
"""A meter as a person writes it: a TOML file, or one of the ready ones of ``meters/``."""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator

from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import Section, Shelf, Written, parse_toml, what_is_wrong

from ..legal_time import parse_at
from ..load import Draw, Hold, Household, Load, Signals, read_trace
from ..meter import DEFAULT_AT, Grid, Linky, Quirks
from ..meter.set_registers import check_register
from ..meter.settings import PREF_KVA_MAX
from .contract_table import ContractTable, NamedContract
from .toml_time import When

__all__ = ["HouseholdTable", "Kva", "MeterFile", "Power", "TraceTable", "held", "meter_file", "meter_names"]

_READY = Shelf(resources.files("xky.emulator") / "meters", "meter", "meters")
_LARGEST_VA = 99_999  # what SINSTS can show (54E §6.2.2)
Kva = Annotated[int, Field(ge=1, le=PREF_KVA_MAX)]
Figure = Annotated[float, Field(ge=-_LARGEST_VA, le=_LARGEST_VA, allow_inf_nan=False)]
Power = Figure | tuple[Figure, ...]
"""Apparent power in VA, purely active, negative when injected: of all phases together, or of each."""


class HouseholdTable(Section):
    """A house of appliances; see ``load.Household``. Its seed is the meter's unless it has its own."""

    seed: int | None = None
    appliances: tuple[str, ...] | None = None


class TraceTable(Section):
    """A measured load; see ``load.trace``. The trace begins where the meter does."""

    file: str
    repeat: bool = False
    keep_times: bool = False
    """Keep the instants of the file instead of shifting them to the meter's start."""
    max_gap_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3600.0

    def load(self, folder: Path, at_us: int) -> Load:
        """The load; the file's path may start from ``folder``.

        Raises:
            InputError: the file cannot be used.
        """
        path = folder / self.file
        try:
            written_ns = path.stat().st_mtime_ns
        except OSError:
            written_ns = 0  # the reader says why
        return _trace_of(path, written_ns, None if self.keep_times else at_us, self.repeat, self.max_gap_s)


@lru_cache(maxsize=4)  # it is asked for when the file is checked and when the meter is built; a year takes seconds
def _trace_of(path: Path, written_ns: int, starts_us: int | None, repeat: bool, max_gap_s: float) -> Load:
    return read_trace(path, starts_us=starts_us, repeat=repeat, max_gap_s=max_gap_s)


Relay = Annotated[int, Field(ge=1, le=8)]


class GridTable(Section):
    """The network before the meter; see ``power.Grid``."""

    source_v: Annotated[float, Field(ge=150, le=400)] = Grid().source_v[0]
    loop_ohm: Annotated[float, Field(ge=0, le=1)] = Grid().loop_ohm


@cache
def _usual_contract() -> ContractTable:
    """One for all meters, made when asked for: a package that adds its name is refused then, not at each import."""
    return ContractTable(name="hc")


class MeterFile(Section):
    """One meter.

    Attributes:
        title: one line for people.
        mode: of its TIC output.
        contract: a name, or a table with its settings.
        at: legal time at the start.
        household, load_va, trace: what it feeds, one of them; a common household unless told.
        registers: set at the start, by label.
        relays: closed or not at the start by number, in the place of what the calendar says.
    """

    title: str = ""
    mode: Mode = Mode.STANDARD
    phases: Literal[1, 3] = 1
    producer: bool = False
    pref_kva: Kva | None = None
    pcoup_kva: Kva | None = None
    contract: NamedContract = Field(default_factory=_usual_contract)
    at: When = DEFAULT_AT
    seed: int = 0
    habits: Quirks = Quirks()
    household: HouseholdTable | None = None
    load_va: Power | None = None
    trace: TraceTable | None = None
    grid: GridTable = Field(default_factory=GridTable)
    drift_ppm: Annotated[int, Field(ge=-1000, le=1000)] = 0
    registers: Mapping[str, int] = {}
    relays: Mapping[Relay, bool] = {}

    _written: Written = PrivateAttr(default_factory=Written)

    @field_validator("producer")
    @classmethod
    def _groups_exist(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("mode") is Mode.HISTORIC:
            raise ValueError('historic frames have no producer groups; write mode = "standard", or leave producer out')
        return value

    @field_validator("load_va")
    @classmethod
    def _one_a_phase(cls, value: Power | None, info: ValidationInfo) -> Power | None:
        if value is not None and "phases" in info.data:
            held(value, info.data["phases"])
        return value

    @field_validator("at")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        parse_at(value, "at")
        return value

    @model_validator(mode="after")
    def _one_load(self) -> "MeterFile":
        given = [key for key in ("household", "load_va", "trace") if getattr(self, key) is not None]
        if len(given) > 1:
            raise ValueError(f"{given[1]}: there is {given[0]} too, and a meter feeds one load; leave one out")
        if len(self.habits.imax_a) == 3 and self.phases == 1:
            raise ValueError("habits: imax_a has three currents, and a single-phase meter one IMAX; write one")
        return self

    def found_at(self, written: Written) -> "MeterFile":
        """Remember where it was written, for complaints."""
        self._written = written
        return self

    def changed(self, **changes: Any) -> "MeterFile":
        """The same meter with other keys.

        Raises:
            InputError: what comes out is impossible; the text names the place of a key that stays.
        """
        if not changes:
            return self
        kept = {key: getattr(self, key) for key in self.model_fields_set} | changes
        try:
            return MeterFile.model_validate(kept).found_at(self._written)
        except ValidationError as error:
            keys, complaint = what_is_wrong(error, kept, MeterFile)
            if keys and keys[0] not in changes:
                raise self._written.complain(complaint.removeprefix(f"{'.'.join(keys[:-1])}."), *keys) from None
            raise InputError(complaint) from None

    @property
    def house(self) -> HouseholdTable | None:
        """The household that it feeds, with its seed; None when it feeds something else."""
        if self.load_va is not None or self.trace is not None:
            return None
        house = self.household or HouseholdTable()
        return house if house.seed is not None else house.model_copy(update={"seed": self.seed})

    def load(self, at_us: int) -> Load:
        """What it feeds, for a meter that starts at an instant.

        Raises:
            InputError: an unknown appliance, a trace that cannot be used.
        """
        if self.load_va is not None:
            return held(self.load_va, self.phases)
        if self.trace is not None:
            with self._written.blame("trace"):
                load = self.trace.load(self._written.folder, at_us)
                phases = len(load.draw(at_us, Signals())[0].active_mw)
                if phases != self.phases:
                    raise InputError(
                        f"{self.trace.file}: powers of {phases} phase(s), the meter has {self.phases}; give columns "
                        f"{'power' if self.phases == 1 else 'power1, power2, power3'}, or write phases = {phases}"
                    )
                return load
        house = self.house or HouseholdTable()
        with self._written.blame("household", "appliances"):
            contact = self.contract.contract().closes_contact
            return Household(house.seed or 0, self.phases, self.producer, appliances=house.appliances, contact=contact)

    def build(self, *, at_us: int | None = None, load: Load | None = None) -> Linky:
        """A meter.

        Args:
            at_us: instant of the start in the place of ``at``.
            load: what it feeds in the place of its own.

        Raises:
            InputError: something in it cannot be; the text names file, line and key.
        """
        start_us = parse_at(self.at) if at_us is None else at_us
        meter = Linky(
            mode=self.mode, phases=self.phases, producer=self.producer, contract=self.contract.contract(),
            at=start_us, load=load or self.load(start_us), pref_kva=self.pref_kva, quirks=self.habits,
            seed=self.seed, grid=Grid((self.grid.source_v,) * 3, self.grid.loop_ohm),
        )  # fmt: skip
        if self.pcoup_kva is not None:
            meter.pcoup_kva = self.pcoup_kva
        if self.drift_ppm:
            meter.set_clock(drift_ppm=self.drift_ppm)
        for label, value in self.registers.items():
            with self._written.blame("registers", label):
                check_register(meter.state, label, value)
        with self._written.blame("registers"):
            meter.set(**self.registers)
        if self.relays:
            meter.relays = self.relays
        return meter


def held(power: Power, phases: int) -> Hold:
    """One power for ever; a single figure is spread evenly over the phases.

    Raises:
        InputError: a figure for each of another number of phases.
    """
    figures = power if isinstance(power, tuple) else (power / phases,) * phases
    if len(figures) != phases:
        raise InputError(f"{len(figures)} figures, and the meter has {phases} phase(s); write one, or one each")
    return Hold(Draw.of(*figures))


def meter_names() -> list[str]:
    """The ready meters."""
    return _READY.names()


def meter_file(name: str) -> MeterFile:
    """A ready meter by name, or the one of a file (``….toml``).

    Raises:
        InputError: no such meter, or its file is wrong; the text names file, line and key.
    """
    shown, text = _READY.take(name)
    meter = parse_toml(text, shown, MeterFile).found_at(Written(shown, text))
    meter.build()  # complains now, not when a run is under way
    return meter
