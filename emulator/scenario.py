# SPDX-License-Identifier: Apache-2.0
"""A scenario as a person writes it: a meter, a stretch of time, and what happens when."""

from datetime import datetime, time, timedelta
from importlib import resources
from typing import Any

from pydantic import PrivateAttr, ValidationInfo, field_validator

from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import Section, Shelf, Written, parse_toml

from .legal_time import PARIS, SECOND_US, instant_us, local_time, parse_at
from .meter_file import MeterFile, held, meter_file
from .scenario_event import Event
from .when import When

__all__ = ["Scenario", "scenario_named", "scenario_names"]

_READY = Shelf(resources.files(__package__) / "scenarios", "scenario", "scenarios")
_SETTINGS = ("mode", "pref_kva", "pcoup_kva")
_LOADS = ("load_va", "household", "trace")


class Scenario(Section):
    """What happens when.

    Attributes:
        title: one line for people.
        meter: a ready meter's name, a file's, or a table.
        mode: of the TIC output, in the place of the meter's.
        at, end: legal times.
        event: in order of time.
    """

    title: str = ""
    meter: str | MeterFile = "hc-1p"
    mode: Mode | None = None
    at: When
    end: When
    event: tuple[Event, ...] = ()

    _meter: MeterFile = PrivateAttr()
    _written: Written = PrivateAttr(default_factory=Written)

    @field_validator("at", "end")
    @classmethod
    def _is_a_time(cls, value: str, info: ValidationInfo) -> str:
        parse_at(value, str(info.field_name))
        return value

    @property
    def at_us(self) -> int:
        """Instant of the start."""
        return parse_at(self.at)

    @property
    def end_us(self) -> int:
        """Instant of the end."""
        return parse_at(self.end)

    @property
    def first_meter(self) -> MeterFile:
        """The meter that it starts with."""
        return self._meter

    def found_at(self, written: Written, **changes: Any) -> "Scenario":
        """Remember where it was written, and check what no schema can: times, and what each meter can do.

        Args:
            written: its file, for complaints.
            changes: keys of the first meter, in the place of the written ones.

        Raises:
            InputError: something in it cannot be; the text names file, line and key.
        """
        self._written = written
        meter = self._the_meter().changed(**changes)
        if self.mode is not None and "mode" not in changes:
            with written.blame("mode"):
                meter = meter.changed(mode=self.mode)
        meter.build(at_us=self.at_us)  # complains now, not when a run is under way
        self._meter = meter
        if self.end_us <= self.at_us:
            raise written.complain(f"end {self.end!r}: is not after at, {self.at}", "end")
        self._set_times()
        for number, event in enumerate(self.event):
            meter = self._check(event, meter, written.below("event", str(number)))
        return self

    def _the_meter(self) -> MeterFile:
        if isinstance(self.meter, MeterFile):
            return self.meter.found_at(self._written.below("meter"))
        beside = self._written.folder / self.meter
        with self._written.blame("meter"):
            return meter_file(str(beside) if self.meter.endswith(".toml") else self.meter)

    # Times

    def _set_times(self) -> None:
        """When each event happens."""
        before_us, above = self.at_us, f"the start, {self.at}"
        supply_us = self.at_us  # up to which an outage lasts
        for number, event in enumerate(self.event):
            written = self._written.below("event", str(number))
            with written.blame("at"):
                at_us = self._instant(event.at, "at")
                if at_us < before_us:
                    raise InputError(f"at {event.at!r}: lies before {above}; write the events in order of time")
                if at_us > self.end_us:
                    meant = local_time(at_us).replace(tzinfo=None).isoformat()
                    raise InputError(
                        f"at {event.at!r}: that is {meant}, after the end, {self.end}; set end later, or write a date"
                    )
            skip_to_us = at_us
            if event.skip_to is not None:
                with written.blame("skip_to"):
                    skip_to_us = self._instant(event.skip_to, "skip_to")
                    if not at_us < skip_to_us <= self.end_us:
                        raise InputError(
                            f"skip_to {event.skip_to!r}: is not between {event.at} and the end, {self.end}"
                        )
            for key in ("outage", "skip_to"):
                if getattr(event, key) is not None and at_us < supply_us:
                    raise written.complain("there is no supply then, from an outage above; let that one end first", key)
            if event.outage is not None:
                supply_us = at_us + round(event.outage.for_s * SECOND_US)
                if event.skip_to is not None:
                    raise written.complain(
                        "there is no supply then, from the outage; write it in a later event", "skip_to"
                    )
            event.happens_at(at_us, skip_to_us)
            before_us, above = skip_to_us, "the event above" + (" leads to" if event.skip_to is not None else "")

    def _instant(self, text: str, what: str) -> int:
        """Instant of a date and time; a time of the day alone is the first one not before the start."""
        try:
            wall = time.fromisoformat(text)
        except ValueError:
            return parse_at(text, what)
        day = local_time(self.at_us).date()
        at_us = parse_at(datetime.combine(day, wall).isoformat(), what)
        second_us = instant_us(datetime.combine(day, wall, PARIS).replace(fold=1))  # of an hour that comes twice
        if max(at_us, second_us) < self.at_us:
            return parse_at(datetime.combine(day + timedelta(days=1), wall).isoformat(), what)
        return at_us if at_us >= self.at_us else second_us

    # What happens

    def meter_after(self, event: Event, meter: MeterFile) -> MeterFile:
        """The meter as a file would describe it after an event, but for what only a running one has.

        Raises:
            InputError: there is no such meter.
        """
        changes: dict[str, Any] = {}
        if event.exchange is not None:
            new = {key: getattr(event.exchange, key) for key in event.exchange.model_fields_set}
            changes |= {key: value for key, value in new.items() if value is not None}
            changes |= {"seed": meter.seed + 1, "registers": {}}
            if meter.house is not None:
                changes["household"] = meter.house  # it stays
        changes |= {key: getattr(event, key) for key in _SETTINGS if getattr(event, key) is not None}
        loads = {key: getattr(event, key) for key in _LOADS}
        if any(load is not None for load in loads.values()):
            if event.trace is not None:
                path = (self._written.folder / event.trace.file).absolute()
                loads["trace"] = event.trace.model_copy(update={"file": str(path)})
            return meter.changed(**changes, **loads).found_at(Written())
        return meter.changed(**changes) if changes else meter

    def _check(self, event: Event, before: MeterFile, written: Written) -> MeterFile:
        """What the meter at that time cannot do; gives the meter after the event."""
        changing = [key for key in event.actions if key in ("exchange", *_SETTINGS, *_LOADS)]
        if changing:
            with written.blame(changing[-1] if event.exchange is None else "exchange"):
                meter = self.meter_after(event, before)
                meter.build(at_us=event.at_us)
        else:
            meter = before
        if event.adps is not None and meter.phases == 3:
            raise written.complain("three-phase frames have no ADPS; write adir = [1]", "adps")
        if event.adir is not None and meter.phases == 1:
            raise written.complain("a single-phase meter has no ADIR; write adps = true", "adir")
        if event.lose_phases and meter.phases == 1:
            raise written.complain("a single-phase meter has one phase; write an outage", "lose_phases")
        if event.ramp is not None:
            with written.blame("ramp", "to_va"):
                held(event.ramp.to_va, meter.phases)
        if event.set:
            trial = meter.changed(registers={}).build(at_us=event.at_us)
            for label, value in event.set.items():
                with written.blame("set", label):
                    trial.set(**{label: value})
        return meter


def scenario_names() -> list[str]:
    """The ready scenarios."""
    return _READY.names()


def scenario_named(name: str, *, mode: Mode | None = None, seed: int | None = None) -> Scenario:
    """A ready scenario by name, or the one of a file (``….toml``).

    Args:
        name: of it.
        mode, seed: of its first meter, in the place of the written ones.

    Raises:
        InputError: no such scenario, or its file is wrong; the text names file, line and key.
    """
    shown, text = _READY.take(name)
    changes = {key: value for key, value in (("mode", mode), ("seed", seed)) if value is not None}
    return parse_toml(text, shown, Scenario).found_at(Written(shown, text), **changes)
