# SPDX-License-Identifier: Apache-2.0
"""Serial ports opened by path or by pyserial's URLs, and what is said of one that cannot be."""

import errno
import os
import socket
import termios
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import serial

from xky.protocol import BenchError, InputError

__all__ = ["check_address", "check_alone", "has_no_uart", "make_even", "opened_serial", "watched_fd", "what_came"]

_TAKEN = (errno.EBUSY, errno.EAGAIN)  # the latter is of the lock that pyserial puts on a port
_READ_MAX = 65_536  # bytes at once
_TERMINALS = "/dev/pts/"
_SERVERS = ("socket", "rfc2217")  # schemes of pyserial that are followed by HOST:PORT
_PTY_MAJORS = range(136, 144)  # Linux, Documentation/admin-guide/devices.txt: the ends that programs open


def opened_serial(
    path: str, baud: int, *, dtr: bool = True, rts: bool = True, alone: bool = False
) -> serial.SerialBase:
    """A port open at 8N1 that never waits when it is read, and that no other pyserial program of this machine opens.

    Args:
        path: such as ``/dev/ttyUSB0``, ``rfc2217://HOST:PORT`` or ``socket://HOST:PORT``.
        baud: bits per second.
        dtr, rts: how these two stand once it is open, as far as the kernel lets anybody choose.
        alone: nobody else may have it open, whatever with: two readers take each other's characters.

    Raises:
        InputError: the URL is none.
        BenchError: it cannot be opened.
    """
    check_address(path)
    if alone:
        check_alone(path)
    try:
        port: Any = serial.serial_for_url(path, baudrate=baud, timeout=0, exclusive=True, do_not_open=True)
        port.dtr, port.rts = dtr, rts
        port.open()
        _do_not_collect(port)
    except ValueError as error:  # of the URL; a SerialException is an OSError
        known = "a path, socket://HOST:PORT, rfc2217://HOST:PORT"
        raise InputError(f"{path}: {error}; known: {known}") from None
    except Exception as error:  # termios.error is not an OSError
        raise BenchError(f"{path}: {_reason(path, error)}") from error
    opened: serial.SerialBase = port
    return opened


def make_even(port: serial.SerialBase) -> None:
    """Have an open port make the parity of what is written to it: seven bits and even parity, as the TIC has them.

    Raises:
        BenchError: it does not: its adapter, its driver or its server has no such thing.
    """
    told: Any = port
    try:
        told.bytesize, told.parity = serial.SEVENBITS, serial.PARITY_EVEN
        is_kept = _keeps_even(port)
    except Exception:  # termios.error is not an OSError; a server that refuses it is a SerialException
        is_kept = False
    if not is_kept:
        raise BenchError(
            f"{told.port}: does not take seven bits and even parity; leave --parity adapter out: the bench makes the "
            "parity then"
        )


def _keeps_even(port: serial.SerialBase) -> bool:
    """Whether a driver has what it was asked for: some take seven bits for eight, and say nothing."""
    fd = watched_fd(port)
    if fd is None or not os.isatty(fd):  # a server that refuses says so
        return True
    flags = termios.tcgetattr(fd)[2]
    return flags & termios.CSIZE == termios.CS7 and bool(flags & termios.PARENB) and not flags & termios.PARODD


def check_address(path: str) -> None:
    """Complain of a server without a host or a port: what pyserial says of it tells nobody what to write.

    Raises:
        InputError: it has none, or no such one.
    """
    scheme, colon, _ = path.partition("://")
    if not colon or scheme not in _SERVERS:
        return
    try:
        told = urlsplit(path)
        is_whole = bool(told.hostname) and bool(told.port)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise InputError(f"{path}: expected {scheme}://HOST:PORT, write {scheme}://127.0.0.1:2000")


def check_alone(path: str) -> None:
    """Complain of a port that another process has open: two readers take each other's characters.

    It is asked for the port itself, whatever link leads to it. A process that has the other end of a pseudo-terminal is
    who the line comes from, and may keep this end open, too.

    Args:
        path: of the port; a URL is not looked at.

    Raises:
        BenchError: another process has it open, as far as Linux lets this user see.
    """
    if "://" not in path and (who := _holder(path)):
        raise BenchError(f"{path}: busy ({who} has it open); close that")


def _do_not_collect(port: Any) -> None:
    """A port that is a socket sends each character when it is there, as pyserial has it for RFC 2217 alone."""
    told = getattr(port, "_socket", None)
    if isinstance(told, socket.socket) and told.family in (socket.AF_INET, socket.AF_INET6):
        told.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _reason(path: str, error: Exception) -> str:
    number: int = getattr(error, "errno", None) or 0
    if number in _TAKEN:
        return "busy (opened by another program); close that"
    told = " ".join(str(error).split())
    if "://" in path:
        return f"cannot be reached ({told}); is its server running, and does it leave the port to you?"
    return f"cannot be opened ({os.strerror(number) if number else told}); check the name, the plug and your rights"


def _holder(path: str) -> str:
    """A process that has a port open, as far as Linux lets this user see; empty where none is seen."""
    real, own = os.path.realpath(path), str(os.getpid())
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == own:
            continue
        with suppress(OSError):  # another user's, or gone meanwhile
            fds = list((process / "fd").iterdir())
            if any(_leads_to(fd, real) for fd in fds) and not any(_is_other_end(fd, real) for fd in fds):
                return f"process {process.name}, {(process / 'comm').read_text(encoding='utf-8').strip()},"
    return ""


def _leads_to(fd: Path, real: str) -> bool:
    try:
        return os.readlink(fd) == real
    except OSError:
        return False


def _is_other_end(fd: Path, real: str) -> bool:
    """Whether it is the controlling end of a pseudo-terminal (Linux since 4.15 tells which: drivers/tty/pty.c)."""
    try:
        if not real.startswith(_TERMINALS) or Path(os.readlink(fd)).name != "ptmx":
            return False
        said = dict(line.split(":", 1) for line in (fd.parents[1] / "fdinfo" / fd.name).read_text().splitlines())
    except (OSError, ValueError):
        return False
    return said.get("tty-index", real.removeprefix(_TERMINALS)).strip() == real.removeprefix(_TERMINALS)


def has_no_uart(path: str) -> bool:
    """Whether nothing there takes its time over characters: a pseudo-terminal, or a socket to a program."""
    if path.startswith("socket://"):
        return True
    try:
        return os.major(os.stat(path).st_rdev) in _PTY_MAJORS
    except OSError:
        return False


def watched_fd(port: serial.SerialBase) -> int | None:
    """What a loop can wait on for input; None where pyserial reads in a thread of its own (RFC 2217)."""
    told: Any = port
    try:
        return int(told.fileno())
    except (AttributeError, OSError, ValueError):  # io.UnsupportedOperation is both of the latter
        return None


def what_came(port: serial.SerialBase) -> bytes:
    """All that has come in on an open port; empty where nothing has. Of a port that is lost its last words come first.

    Raises:
        BenchError: the port is lost.
    """
    told: Any = port
    data = b""
    try:
        data = bytes(told.read(max(1, told.in_waiting)))
        while data and (more := told.in_waiting) and len(data) < _READ_MAX:  # of RFC 2217 each read gives one byte
            data += told.read(more)
    except (OSError, TypeError) as error:  # pyserial's of a port that is closed under it is a TypeError
        if data:
            return data  # the next one is told
        raise BenchError(f"{told.port}: lost while reading ({error}); check the plug") from None
    reader = getattr(told, "_thread", None)  # of RFC 2217: it ends with the connection, and nobody is told
    if not data and reader is not None and not reader.is_alive():
        raise BenchError(f"{told.port}: lost while reading (its server hung up); check that")
    return data
