# SPDX-License-Identifier: Apache-2.0
"""A bench file, read and checked, without opening anything: each thing that is wrong names file, line, key and mend."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from xky.boards import board_named
from xky.emulator.outputs.port_choice import SERIAL_LINE
from xky.protocol import InputError
from xky.protocol.tomlfile import Written, parse_toml, read_text, toml_data
from xky.protocol.tomlplaces import line_of

from ..bench.access_point import AccessPoint
from ..bench.board_state import Flash, Reset
from ..bench.devices import open_device
from ..bench.probes import open_probe
from ..instruments import make_names, role_names
from .schema import FEEDS, BenchFile
from .usable_part import UsablePart

__all__ = ["bench_file", "wrong_in"]


def bench_file(path: Path) -> BenchFile:
    """A bench file, checked; nothing is opened.

    Raises:
        InputError: it cannot be read, or is wrong; the text names file, line and key of the first thing that is.
    """
    text = read_text(path, "a bench")
    name = str(path)
    parsed = parse_toml(text, name, BenchFile)
    written = Written(name, text)
    for wrong in _wrong(parsed, written, set()):
        raise wrong
    return parsed.at(name, _board_of(parsed, written))


def wrong_in(path: Path) -> Sequence[InputError]:
    """Each thing that is wrong in a bench file that ``bench_file`` refuses; none where only the whole can be blamed.

    Raises:
        InputError: it cannot be read, or is no TOML.
    """
    text = read_text(path, "a bench")
    name = str(path)
    try:
        part = UsablePart(toml_data(text, name))
    except (OverflowError, RecursionError):
        return []
    told = [InputError(f"{name}:{line_of(keys, text)}: {complaint}") for keys, complaint in part.complaints]
    return told if part.file is None else [*told, *_wrong(part.file, Written(name, text), part.lost)]


def _board_of(parsed: BenchFile, written: Written) -> str | None:
    """The board; a file's path is one from the folder of the bench file on."""
    board = parsed.device.board
    return str(written.folder / board) if board is not None and board.endswith(".toml") else board


def _wrong(parsed: BenchFile, written: Written, lost: set[tuple[str, ...]]) -> Iterator[InputError]:
    """What is wrong of tables that the schema takes; nothing is said for what is ``lost``."""
    yield from _wrong_roles(parsed, written, lost)
    yield from _wrong_order(parsed, written, has_all=not any(keys[0] == "instrument" for keys in lost))
    yield from _wrong_device(parsed, written, lost)
    if parsed.access_point is not None and ("access_point",) not in lost:
        for key, command in (("off", parsed.access_point.off), ("on", parsed.access_point.on)):
            yield from _refused(lambda: AccessPoint.command(key, command), written, "access_point", key)  # noqa: B023


def _wrong_roles(parsed: BenchFile, written: Written, lost: set[tuple[str, ...]]) -> Iterator[InputError]:
    seen: dict[str, str] = {}
    known = role_names()
    for number, one in enumerate(parsed.instrument):
        place = ("instrument", str(number))
        if place in lost:
            continue
        if one.role not in known:
            near = difflib.get_close_matches(one.role, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield written.complain(f"role = {one.role!r}: unknown; known: {', '.join(known)}.{hint}", *place, "role")
            continue
        if one.role in seen:
            told = (
                f"role = {one.role!r}: is played by {seen[one.role]} already; a role has one instrument, take one out"
            )
            yield written.complain(told, *place, "role")
            continue
        seen[one.role] = one.resource
        if one.behind is not None and one.role != FEEDS:
            told = f"behind = {one.behind!r}: stands before terminal A, which a {FEEDS} feeds; a {one.role} has none"
            yield written.complain(told, *place, "behind")
        if one.make is not None and one.make not in make_names(one.role):
            makes = ", ".join(make_names(one.role))
            told = f"make = {one.make!r}: no such make of a {one.role}; known: {makes}, or leave it out"
            yield written.complain(told, *place, "make")


def _wrong_order(parsed: BenchFile, written: Written, *, has_all: bool) -> Iterator[InputError]:
    order, roles = parsed.safe.order, list(parsed.by_role)
    for number, role in enumerate(order):
        if role in order[:number]:
            yield written.complain(f"order names {role!r} twice; leave one out", "safe", "order")
        elif role not in roles and has_all:
            has = ", ".join(roles) or "no instrument"
            told = f"order names {role!r}, which no [[instrument]] plays; this file has {has}"
            yield written.complain(told, "safe", "order")


def _wrong_device(parsed: BenchFile, written: Written, lost: set[tuple[str, ...]]) -> Iterator[InputError]:
    """What the specs say; a port or a server that is not there is another matter."""
    device, line = parsed.device, parsed.line
    for number, probe in enumerate(parsed.probe):
        if ("probe", str(number)) not in lost:
            yield from _refused(lambda: open_probe(probe.spec), written, "probe", str(number), "spec")  # noqa: B023
    port = None if line is None else line.port
    is_led = ("line",) not in lost
    if port is not None and (not port.startswith(SERIAL_LINE) or port == SERIAL_LINE):
        is_led = False
        yield written.complain(f"port = {port!r}: expected serial:PATH, such as serial:/dev/ttyUSB0", "line", "port")
    board = _board_of(parsed, written)
    if board is not None:
        yield from _refused(lambda: board_named(board), written, "device", "board")
    commands = {"reset": device.reset, "flash": device.flash}
    for key, kind in (("reset", Reset), ("flash", Flash)):
        command = commands[key]
        refused = [] if command is None else list(_refused(lambda: kind(command), written, "device", key))  # noqa: B023
        if refused:
            commands[key] = None
        yield from refused
    if device.spec is None or not is_led:
        return
    if device.spec.startswith(SERIAL_LINE) and line is None:
        told = f'spec = {device.spec!r}: a real board has a wire; write [line] port = "serial:PATH"'
        yield written.complain(told, "device", "spec")
        return
    spec, led = device.spec, "pty" if port is None else port
    parity = "strip" if line is None else line.parity
    yield from _refused(lambda: open_device(spec, line=led, parity=parity, **commands), written, "device", "spec")


def _refused(opened: Callable[[], object], written: Written, *keys: str) -> Iterator[InputError]:
    """What is said to a value that cannot be used."""
    try:
        opened()
    except InputError as error:
        yield written.complain(error, *keys)
