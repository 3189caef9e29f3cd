# SPDX-License-Identifier: Apache-2.0
"""The bench file's schema: TOML that a person writes; a complaint names file, line, key and mend."""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import field_validator

from xky.boards import board_named
from xky.emulator.outputs.port_choice import SERIAL_LINE
from xky.protocol import InputError
from xky.protocol.tomlfile import Section, Written, parse_toml, read_text

from ..bench.board_state import Flash, Reset
from ..bench.console_port import NO_CONSOLE, console_of
from ..bench.devices import open_device
from ..bench.probes import open_probe
from ..instruments import make_names, role_names
from .quantity import limit_of

__all__ = ["SAFE_ORDER", "BenchFile", "InstrumentTable", "bench_file"]

_FEEDS = "supply"  # the role that stands at terminals I1-A
SAFE_ORDER = ("load", "supply", "generator", "analyser")  # what draws, then what feeds, then what only looks


class LineTable(Section):
    """The meter's line."""

    port: str
    """``serial:PATH``."""


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
        name: of the file.
    """

    line: LineTable | None = None
    device: DeviceTable = DeviceTable()
    probe: tuple[ProbeTable, ...] = ()
    instrument: tuple[InstrumentTable, ...] = ()
    safe: SafeTable = SafeTable()
    input: InputTable | None = None
    _name: str = ""

    @property
    def name(self) -> str:
        """Of the file, as it was given."""
        return self._name

    @property
    def by_role(self) -> dict[str, InstrumentTable]:
        """The instruments."""
        return {one.role: one for one in self.instrument}

    @property
    def feeds_the_board(self) -> bool:
        """Whether an instrument stands at terminals I1-A."""
        return _FEEDS in self.by_role

    @property
    def source_ohm(self) -> float | None:
        """What stands between the supply and terminal A, where it is like a meter's; None: nobody says that it is."""
        supply = self.by_role.get(_FEEDS)
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


def bench_file(path: Path) -> BenchFile:
    """A bench file, checked; nothing is opened.

    Raises:
        InputError: it cannot be read, or is wrong; the text names file, line and key.
    """
    text = read_text(path, "a bench")
    name = str(path)
    parsed = parse_toml(text, name, BenchFile)
    written = Written(name, text)
    _check_roles(parsed, written)
    board = parsed.device.board
    if board is not None and board.endswith(".toml"):
        board = str(written.folder / board)
        parsed = parsed.model_copy(update={"device": parsed.device.model_copy(update={"board": board})})
    _check_device(parsed, written)
    parsed._name = name
    return parsed


def _check_roles(parsed: BenchFile, written: Written) -> None:
    seen: dict[str, str] = {}
    known = role_names()
    for number, one in enumerate(parsed.instrument):
        place = ("instrument", str(number))
        if one.role not in known:
            near = difflib.get_close_matches(one.role, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise written.complain(f"role = {one.role!r}: unknown; known: {', '.join(known)}.{hint}", *place, "role")
        if one.role in seen:
            told = (
                f"role = {one.role!r}: is played by {seen[one.role]} already; a role has one instrument, take one out"
            )
            raise written.complain(told, *place, "role")
        seen[one.role] = one.resource
        if one.behind is not None and one.role != _FEEDS:
            told = f"behind = {one.behind!r}: stands before terminal A, which a {_FEEDS} feeds; a {one.role} has none"
            raise written.complain(told, *place, "behind")
        if one.make is not None and one.make not in make_names(one.role):
            makes = ", ".join(make_names(one.role))
            told = f"make = {one.make!r}: no such make of a {one.role}; known: {makes}, or leave it out"
            raise written.complain(told, *place, "make")
    order = parsed.safe.order
    for number, role in enumerate(order):
        if role not in seen:
            has = ", ".join(seen) or "no instrument"
            told = f"order names {role!r}, which no [[instrument]] plays; this file has {has}"
            raise written.complain(told, "safe", "order")
        if role in order[:number]:
            raise written.complain(f"order names {role!r} twice; leave one out", "safe", "order")


def _check_device(parsed: BenchFile, written: Written) -> None:
    """What the specs say; a port or a server that is not there is another matter."""
    device, line = parsed.device, parsed.line
    for number, probe in enumerate(parsed.probe):
        with written.blame("probe", str(number), "spec"):
            open_probe(probe.spec)
    if line is not None and (not line.port.startswith(SERIAL_LINE) or line.port == SERIAL_LINE):
        raise written.complain(
            f"port = {line.port!r}: expected serial:PATH, such as serial:/dev/ttyUSB0", "line", "port"
        )
    if device.board is not None:
        with written.blame("device", "board"):
            board_named(device.board)
    if device.reset is not None:
        with written.blame("device", "reset"):
            Reset(device.reset)
    if device.flash is not None:
        with written.blame("device", "flash"):
            Flash(device.flash)
    if device.spec is not None:
        if device.spec.startswith(SERIAL_LINE) and line is None:
            told = f'spec = {device.spec!r}: a real board has a wire; write [line] port = "serial:PATH"'
            raise written.complain(told, "device", "spec")
        given = {"line": "pty" if line is None else line.port, "reset": device.reset, "flash": device.flash}
        try:
            open_device(device.spec, **given)
        except InputError as error:
            raise written.complain(error, "device", "spec") from None
