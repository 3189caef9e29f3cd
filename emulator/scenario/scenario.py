# SPDX-License-Identifier: Apache-2.0
"""A scenario as a person writes it: a meter, a stretch of time, and what happens when."""

from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr, ValidationInfo, field_validator

from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import Section, Shelf, Written, parse_toml

from ..legal_time import SECOND_US, first_from, local_time, parse_at
from ..meter_file.meter_file import MeterFile, meter_file
from ..meter_file.toml_time import When
from .checks import check_happening
from .event import Event

__all__ = ["Scenario", "scenario_named", "scenario_names"]

_READY = Shelf(resources.files("xky.emulator") / "scenarios", "scenario", "scenarios")


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
    def folder(self) -> Path:
        """What paths in it start from."""
        return self._written.folder

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
            meter = check_happening(event, meter, event.at_us, written.below("event", str(number)))
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
                at_us = first_from(self.at_us, event.at, "at")
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
                    skip_to_us = first_from(self.at_us, event.skip_to, "skip_to")
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
