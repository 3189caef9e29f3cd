# SPDX-License-Identifier: Apache-2.0
"""The bench file's schema: TOML that a person writes; a complaint names file, line, key and mend."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, field_validator

from xky.emulator.outputs.port_choice import ADAPTER, SERIAL_LINE
from xky.protocol.tomlfile import Section

from ..bench.console_port import NO_CONSOLE, console_of
from .quantity import limit_of

__all__ = ["FEEDS", "SAFE_ORDER", "BenchFile", "InstrumentTable"]

FEEDS = "supply"  # the role that stands at terminals I1-A
SAFE_ORDER = ("load", "supply", "generator", "analyser")  # what draws, then what feeds, then what only looks


class LineTable(Section):
    """The meter's line."""

    port: str
    """``serial:PATH``."""
    parity: str = "strip"
    """``adapter``: the adapter makes it; else it is in the characters, which on the wire is the same."""

    @field_validator("parity")
    @classmethod
    def _is_one_of_a_wire(cls, parity: str) -> str:
        if parity not in ("strip", ADAPTER):
            raise ValueError(f"expected {ADAPTER}, or leave it out")
        return parity


class DeviceTable(Section):
    """The device under test."""

    spec: str | None = None
    board: str | None = None
    """A name, or a file's path, from the folder of this file on."""
    reset: str | None = None
    """``rts``, ``dtr`` or a command."""
    flash: str | None = None
    """A command."""


class ProbeTable(Section):
    """Where readings are seen."""

    spec: str


class InstrumentTable(Section):
    """An instrument in its role."""

    role: str
    resource: str
    """VISA."""
    make: str | None = None
    """Name of a file of the role; None: as it says itself."""
    behind: str | None = None
    """Of a supply that is like a meter's, 50 kHz: the resistance between it and terminal A, such as ``274 ohm``."""
    limits: Mapping[str, Any] = {}
    """As they are written; ``limits_si`` has them in SI units."""

    @field_validator("behind")
    @classmethod
    def _is_a_resistance(cls, behind: str | None) -> str | None:
        if behind is not None:
            try:
                limit_of("resistance", behind)
            except ValueError as error:
                raise ValueError(str(error).removeprefix("resistance = ")) from None
        return behind

    @field_validator("limits")
    @classmethod
    def _have_units(cls, limits: Mapping[str, Any]) -> Mapping[str, Any]:
        for name, written in limits.items():
            limit_of(name, written)
        return limits

    @property
    def one_name(self) -> str:
        """The resource by its one name: ``TCPIP::HOST::INSTR`` with its defaults; a serial port is that port."""
        from pyvisa.rname import InvalidResourceName, to_canonical_name

        port = re.fullmatch(r"ASRL(/.+?)(::INSTR)?", self.resource)
        if port is not None:
            return port[1]
        try:
            return str(to_canonical_name(self.resource))
        except (InvalidResourceName, ValueError):  # told when it is opened
            return self.resource

    @property
    def limits_si(self) -> dict[str, float]:
        """What must never be exceeded: ``voltage_v``, ``current_a`` and so on."""
        return dict(limit_of(name, written) for name, written in self.limits.items())


class InputTable(Section):
    """What stands between a generator and the receiver's input, terminals I1-I2."""

    series: str
    """Resistance, with its unit."""
    hears: bool = False
    """Whether the board reads what the generator plays, though its line's adapter is plugged in, at rest."""

    @field_validator("series")
    @classmethod
    def _is_a_resistance(cls, series: str) -> str:
        try:
            limit_of("resistance", series)
        except ValueError as error:
            raise ValueError(str(error).replace("resistance = ", "series = ", 1)) from None
        return series

    @property
    def series_ohm(self) -> float:
        """The same in ohms."""
        return limit_of("resistance", self.series)[1]


class AccessPointTable(Section):
    """The access point that the board is joined to, where commands take it away."""

    off: str
    """A command, split as a shell does."""
    on: str
    """Likewise; it is run at any end of what ``off`` began."""


class SafeTable(Section):
    """How outputs are made safe."""

    order: tuple[str, ...] = ()


class BenchFile(Section):
    """What stands on a bench.

    Attributes:
        line: the meter's.
        device: under test.
        probe: where readings are seen.
        instrument: each in its role.
        safe: in which order outputs are made safe.
        input: of the receiver, as a generator drives it; None: nothing does.
        access_point: of the board, where the bench takes it away; None: it does not.
        name: of the file.
    """

    line: LineTable | None = None
    device: DeviceTable = Field(default_factory=DeviceTable)
    probe: tuple[ProbeTable, ...] = ()
    instrument: tuple[InstrumentTable, ...] = ()
    safe: SafeTable = Field(default_factory=SafeTable)
    input: InputTable | None = None
    access_point: AccessPointTable | None = None
    _name: str = ""

    @property
    def name(self) -> str:
        """Of the file, as it was given."""
        return self._name

    def at(self, name: str, board: str | None) -> "BenchFile":
        """The same, of a file's name, with the place of its board."""
        placed = self.model_copy(update={"device": self.device.model_copy(update={"board": board})})
        placed._name = name
        return placed

    @property
    def by_role(self) -> dict[str, InstrumentTable]:
        """The instruments."""
        return {one.role: one for one in self.instrument}

    @property
    def feeds_the_board(self) -> bool:
        """Whether an instrument stands at terminals I1-A."""
        return FEEDS in self.by_role

    @property
    def source_ohm(self) -> float | None:
        """What stands between the supply and terminal A, where it is like a meter's; None: nobody says that it is."""
        supply = self.by_role.get(FEEDS)
        return None if supply is None or supply.behind is None else limit_of("resistance", supply.behind)[1]

    @property
    def safe_order(self) -> Sequence[str]:
        """Roles in the order in which they are made safe: those that the file names, then the others."""
        roles = self.by_role
        return [role for role in dict.fromkeys((*self.safe.order, *SAFE_ORDER, *roles)) if role in roles]

    @property
    def ports(self) -> Sequence[str]:
        """Paths and URLs of the serial ports of line and device."""
        consoles = [] if self.console is None else [self.console]
        return [*consoles, *([] if self.line is None else [self.line.port.removeprefix(SERIAL_LINE)])]

    @property
    def console(self) -> str | None:
        """Path or URL of the console of a board on a wire; None: it has none, or is no such device."""
        spec = self.device.spec or ""
        path = console_of(spec.removeprefix(SERIAL_LINE))[0] if spec.startswith(SERIAL_LINE) else NO_CONSOLE
        return None if path == NO_CONSOLE else path
