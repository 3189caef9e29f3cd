# SPDX-License-Identifier: Apache-2.0
"""Ports by the names that people give them: ``--port`` of ``xky emulate``, ``--line`` and ``--parity`` of a device."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import simpy

from xky.protocol import InputError
from xky.protocol.additions import added, added_class

from ..runner import RealTime
from .paced import PacedPort
from .port import KERNEL_BUFFER

__all__ = [
    "ADAPTER",
    "DEVICE_LINES",
    "PTY",
    "SERIAL",
    "SERIAL_LINE",
    "STDOUT",
    "PortChoice",
    "check_device_line",
    "is_made_by_adapter",
    "keeps_parity",
    "port_choice",
]

PTY, SERIAL, STDOUT = "pty", "serial", "-"
DEVICE_LINES = (PTY, "tcp", "rfc2217")  # ports that are made for a program under test
SERIAL_LINE = f"{SERIAL}:"  # how the wire to a real board begins
ADAPTER = "adapter"
_PARITY = ("strip", "keep", ADAPTER)
_KNOWN = "pty, tcp, tcp://HOST:PORT, rfc2217, rfc2217://HOST:PORT, serial:/dev/ttyUSB0, -"
_CLASSES = {"tcp": "PortTcp", "rfc2217": "PortRfc2217"}
_SHIPPED = (*DEVICE_LINES, SERIAL, STDOUT)


class PortChoice:
    """A port that somebody chose, not opened yet.

    Attributes:
        text: as it was chosen.
        kind: ``pty``, ``tcp``, ``rfc2217``, ``serial`` or ``-``, or the scheme of a package outside.
    """

    def __init__(self, text: str, kind: str, make: Callable[..., PacedPort]) -> None:
        self.text = text
        self.kind = kind
        self._make = make

    def open(
        self,
        env: simpy.Environment,
        *,
        speed: float = 1.0,
        buffer_bytes: int = KERNEL_BUFFER,
        patient: bool = False,
        runner: RealTime | None = None,
    ) -> PacedPort:
        """Open it; the arguments are those of ``PacedPort``.

        Raises:
            InputError: an address that cannot be listened at, a speed that it cannot keep.
            BenchError: the system does not give it.
        """
        return self._make(env, speed=speed, buffer_bytes=buffer_bytes, patient=patient, runner=runner)


def port_choice(text: str, number: int = 0, *, keep_parity: bool = False) -> PortChoice:
    """A port by its name; a scheme that is not ours may be that of an entry point ``xky.outputs``.

    The class that such an entry point names derives from ``PacedPort`` and is made as that is, with ``rest`` besides:
    what stands behind the scheme.

    Args:
        text: such as ``pty``, ``tcp``, ``rfc2217://127.0.0.1:7000``, ``serial:/dev/ttyUSB0``, ``-``.
        number: of this one among several that somebody wants alike, from 0 on: they listen at ports in a row.
        keep_parity: see ``PortPty``; the others need no such choice.

    Raises:
        InputError: no such port, or none that takes parity off; or a package adds one of a shipped name.
    """
    outside = added("xky.outputs", _SHIPPED)
    if text == PTY:
        return PortChoice(text, text, partial(_made, "pty", "PortPty", keep_parity=keep_parity))
    if keep_parity:
        raise InputError(f"--parity keep: is for a pseudo-terminal; leave it out with {text}")
    if text == STDOUT:
        return PortChoice(text, text, partial(_made, "stdout", "PortStdout"))
    scheme, _, rest = text.partition(":")
    if scheme == SERIAL and rest:
        return PortChoice(text, scheme, partial(_made, "serial_port", "PortSerial", path=rest))
    if text in _CLASSES:
        return PortChoice(text, text, partial(_made, text, _CLASSES[text]))
    if scheme in _CLASSES and rest.startswith("//"):
        host, port = _address(text)
        return PortChoice(
            text, scheme, partial(_made, scheme, _CLASSES[scheme], host=host, port=port + number if port else 0)
        )
    if scheme in outside and ":" in text:
        kind: Callable[..., PacedPort] = added_class(outside[scheme], PacedPort)  # type: ignore[type-abstract]  # a base to check against
        return PortChoice(text, scheme, partial(kind, rest=rest))
    known = ", ".join([_KNOWN, *(f"{name}:REST" for name in outside)])
    raise InputError(f"--port {text}: not known; known: {known}")


def check_device_line(line: str) -> None:
    """Complain of a ``--line`` that is neither a port for a program under test nor the wire to a real board.

    Raises:
        InputError: it is none.
    """
    if line not in DEVICE_LINES and (not line.startswith(SERIAL_LINE) or line == SERIAL_LINE):
        raise InputError(
            f"--line {line}: not known; known: {', '.join(DEVICE_LINES)}, {SERIAL_LINE}PATH of a real board"
        )


def keeps_parity(choice: str) -> bool:
    """Whether a pty leaves the parity in its characters, in bit 7, as ``--parity`` says: ``strip`` or ``keep``.

    Raises:
        InputError: it says something else, or has an adapter make it, and there is none.
    """
    if is_made_by_adapter(choice):
        raise InputError(f"--parity {choice}: is for a real board behind an adapter, --line serial:PORT; leave it out")
    return choice == "keep"


def is_made_by_adapter(choice: str) -> bool:
    """Whether the adapter of a real board's line makes the parity, as ``--parity`` says: ``adapter``.

    Raises:
        InputError: it says what no line knows.
    """
    if choice not in _PARITY:
        raise InputError(f"--parity {choice}: not known; known: {', '.join(_PARITY)}")
    return choice == ADAPTER


def _address(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(text)
        if not parts.hostname or parts.port is None or parts.path or parts.query:
            raise ValueError
    except ValueError:
        scheme = text.partition(":")[0]
        raise InputError(f"--port {text}: expected {scheme}://HOST:PORT, such as {scheme}://127.0.0.1:7000") from None
    return parts.hostname, parts.port


def _made(module: str, name: str, env: simpy.Environment, **options: Any) -> PacedPort:
    """The port; its module is imported now, because not every system has each kind."""
    port: PacedPort = getattr(import_module(f"{__package__}.{module}"), name)(env, **options)
    return port
