# SPDX-License-Identifier: Apache-2.0
"""A line read from a port: a serial port, a pseudo-terminal, a pyserial URL.

A port is read at the rate that was asked for, else at that of the mode, else at both in turn until a group makes
sense: there are converters that give historic TIC at 9600 baud. A pseudo-terminal is opened as 8N1: parity is taken
off there, and Linux refuses the second request for 7E1 with EINVAL. Unless a rate was asked for it is left at that of a
fresh one, at which an emulated meter's hands the line over as it was sent, whatever its mode.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import serial

from xky.emulator.opened_serial import check_address, check_alone
from xky.emulator.outputs import UNTOLD_BAUD
from xky.emulator.serial_url import LinkyUrlError  # makes linky:// known, too
from xky.protocol import BenchError, Frame, InputError, Mode, decode

from ..terminal import printable

__all__ = ["LivePort", "has_rate", "open_live", "read_port"]

_TRIAL_S = 3.0  # at one speed: a historic group comes each 0.2 s, a standard frame each 1 to 2 s
_LISTENED_MAX = 1 << 14  # characters; a frame has 1500 at most, and each read decodes them all again
_POLL_S = 0.2
_MEND = {
    errno.ENOENT: "no such port; is it plugged in?",
    errno.EACCES: "permission denied; add yourself to the group that owns it (often dialout)",
    errno.EBUSY: "busy (opened by another program); close that",
    errno.EAGAIN: "busy (opened by another program); close that",
}


@dataclass(frozen=True, slots=True)
class LivePort:
    """A port that is open.

    Attributes:
        kind: ``serial``, ``pty`` or ``network``.
        baud: bits per second, None where the port has none, or where it is found by listening.
        chunks: the bytes as each read brings them, empty when nothing came for a while.
    """

    kind: str
    baud: int | None
    chunks: Iterator[bytes]


def open_live(spec: str, mode: Mode | None = None, baud: int | None = None) -> LivePort:
    """Open a port so that each byte is kept as it comes, its parity bit too.

    Args:
        spec: path or pyserial URL.
        mode: of the line; None finds it by listening.
        baud: bits per second of the port; None takes those of the mode.

    Raises:
        InputError: the URL is none.
        BenchError: the port cannot be opened, or (while reading) is lost.
    """
    baud = baud or (None if mode is None else mode.baud)
    port = _open_port(spec, baud, keep_parity=True)
    kind = "pty" if _is_pty(spec) else "network" if "://" in spec else "serial"
    return LivePort(kind, baud, _read_port(spec, port, baud))


def read_port(spec: str, mode: Mode | None = None, baud: int | None = None) -> Iterator[bytes]:
    """Open a port as a UART set for a TIC line is; its bytes as they come; arguments as of ``open_live``.

    Raises:
        InputError: the URL is none.
        BenchError: the port cannot be opened, or (while reading) is lost.
    """
    baud = baud or (None if mode is None else mode.baud)
    return _read_port(spec, _open_port(spec, baud), baud)


def _is_pty(spec: str) -> bool:
    return os.path.realpath(spec).startswith("/dev/pts/")


def has_rate(spec: str) -> bool:
    """Whether what a port hands over depends on its rate; else bytes come as they are, from a program which may end."""
    return not (_is_pty(spec) or spec.startswith("socket://"))


def _open_port(spec: str, baud: int | None, *, keep_parity: bool = False) -> serial.Serial:
    check_address(spec)
    check_alone(spec)
    as_it_comes = keep_parity or _is_pty(spec)
    try:
        return serial.serial_for_url(
            spec,
            baudrate=baud or (UNTOLD_BAUD if _is_pty(spec) else Mode.STANDARD.baud),
            bytesize=serial.EIGHTBITS if as_it_comes else serial.SEVENBITS,
            parity=serial.PARITY_NONE if as_it_comes else serial.PARITY_EVEN,
            timeout=_POLL_S,
            exclusive=True,  # of whoever comes later, too
        )
    except LinkyUrlError as error:
        raise InputError(str(error)) from None
    except ValueError as error:  # of the URL; a SerialException is an OSError
        raise InputError(f"{spec}: {error}; known: socket://HOST:PORT, rfc2217://HOST:PORT, linky://MODE") from None
    except Exception as error:  # termios.error is not an OSError
        number: int = getattr(error, "errno", None) or 0
        raise BenchError(f"{spec}: {_MEND.get(number, f'cannot be opened ({error})')}") from error


def _read_port(spec: str, port: serial.Serial, baud: int | None) -> Iterator[bytes]:
    may_end = not has_rate(spec)  # asked now: a link to a pty may be gone by the end
    with port:
        try:
            if baud is None and not may_end:
                yield _find_speed(spec, port)
            while not getattr(port, "ended", False):  # a linky:// with a scenario has an end
                yield port.read(max(1, port.in_waiting))
        except OSError as error:
            if not may_end:  # there it is the ordinary end
                raise BenchError(f"{spec}: lost while reading ({error}); check the plug") from error


def _find_speed(spec: str, port: serial.Serial) -> bytes:
    """Listen at both speeds in turn until a group is good, and leave the port there.

    Returns:
        What was received at the right speed.
    """
    for attempt, mode in enumerate(cycle((Mode.STANDARD, Mode.HISTORIC))):
        if attempt:
            port.baudrate = mode.baud
        if attempt == 2:
            told = "no good group at 9600 or 1200 baud yet; still listening (--baud takes another rate)"
            print(printable(f"xky: {spec}: {told}"), file=sys.stderr)
        received = b""
        end_s = time.monotonic() + _TRIAL_S
        while time.monotonic() < end_s:
            received = (received + port.read(max(1, port.in_waiting)))[-_LISTENED_MAX:]
            if any(event.good for event in decode(received) if isinstance(event, Frame)):
                return received
    raise AssertionError("cycle() never ends")
