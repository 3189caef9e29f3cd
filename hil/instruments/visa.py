# SPDX-License-Identifier: Apache-2.0
"""PyVISA as it was observed, in one place: opening, blocks, what lies unread, and the first line of its errors."""

import os
import select
import socket
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from xky.protocol import InputError

from .lost import LostInstrument

if TYPE_CHECKING:
    from pyvisa.highlevel import ResourceManager, VisaLibraryBase
    from pyvisa.resources import MessageBasedResource

__all__ = [
    "block_of",
    "check_pyvisa",
    "check_quiet",
    "first_line",
    "is_shared",
    "make_quiet",
    "no_instrument",
    "opened",
    "resource_manager",
]

_CHUNK = 1 << 22
_MOST_CHUNKS = 100
_DIGITS = b"123456789"
_QUIET_S = 0.1  # a stream in which nothing comes for so long is in step


def check_pyvisa() -> None:
    """Complain now if there is no PyVISA.

    Raises:
        InputError: it is not installed.
    """
    if find_spec("pyvisa") is None:
        raise InputError("PyVISA is not installed; install it with: pip install 'xky-hil[instruments]'")


def resource_manager() -> "ResourceManager":
    """PyVISA's, of the library that it finds: it looks for one each time, with programs of the system that take longer
    than most answers of an instrument."""
    import pyvisa

    return pyvisa.ResourceManager(_library(os.environ.get("PYVISA_LIBRARY", "")))


@lru_cache(maxsize=4)
def _library(wished: str) -> "VisaLibraryBase":
    import pyvisa

    return pyvisa.ResourceManager(wished).visalib


def opened(resource: str) -> "MessageBasedResource":
    """A resource with the terminations of a line, and no word sent yet; that it opens does not mean anybody is there.

    Raises:
        InputError: the resource names no instrument.
        Exception: whatever a back end raises.
    """
    check_pyvisa()
    import pyvisa

    try:
        visa = resource_manager().open_resource(resource)
    except pyvisa.errors.VisaIOError as error:
        if error.error_code == pyvisa.constants.StatusCode.error_invalid_resource_name:
            raise no_instrument(resource) from None
        raise
    if not isinstance(visa, pyvisa.resources.MessageBasedResource):
        visa.close()
        raise no_instrument(resource)
    visa.write_termination = visa.read_termination = "\n"
    visa.chunk_size = _CHUNK
    session = _session(visa)
    interface = getattr(session, "interface", None)
    if isinstance(interface, socket.socket):  # else a question behind a setting waits 40 ms for its leave
        interface.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if isinstance(getattr(session, "max_recv_size", None), int):  # PyVISA-py takes 4096 bytes at a time
        session.max_recv_size = _CHUNK
    return visa


def _session(visa: "MessageBasedResource") -> Any:
    """PyVISA-py's own object behind a resource; of other libraries None."""
    return getattr(visa.visalib, "sessions", {}).get(visa.session)


def is_shared(visa: "MessageBasedResource") -> bool:
    """Whether it can be opened a second time without that one taking answers from the other."""
    from pyvisa.resources import SerialInstrument

    return not isinstance(visa, SerialInstrument)


def no_instrument(resource: str) -> InputError:
    """The complaint about a name."""
    return InputError(
        f"{resource}: names no instrument; expected one as TCPIP::192.168.1.5::INSTR or "
        "TCPIP::192.168.1.5::5025::SOCKET"
    )


def make_quiet(visa: "MessageBasedResource", set_time: Callable[[], None]) -> None:
    """Let go of all that is late or was not read, until nothing more comes for a moment.

    Args:
        visa: a stream is read; where messages have an end of their own, the device is cleared.
        set_time: complains when time is up.

    Raises:
        ConnectionError: the instrument closed the connection.
    """
    from pyvisa.constants import BufferOperation
    from pyvisa.resources import SerialInstrument

    while True:
        set_time()
        if isinstance(visa, SerialInstrument):  # PyVISA-py clears none
            visa.flush(BufferOperation.discard_read_buffer)
        elif not _drained(_session(visa)):
            visa.clear()
        if not check_quiet(visa, within_s=_QUIET_S):
            return


def check_quiet(visa: "MessageBasedResource", *, within_s: float = 0.0) -> bytes:
    """What lies unread in a stream, its first byte; nothing where messages have an end of their own.

    A read that nobody asked for is an error to an instrument on such a bus (IEEE 488.2 §6.3.1.7), and there a message
    that was not read is gone with the next one.
    """
    import pyvisa
    from pyvisa.resources import SerialInstrument, TCPIPSocket

    if not isinstance(visa, TCPIPSocket | SerialInstrument):
        return b""
    if within_s == 0 and (seen := _unread(_session(visa))) is not None:
        return seen
    visa.timeout = within_s * 1000
    try:
        return visa.read_bytes(1)
    except pyvisa.errors.VisaIOError as error:
        if error.error_code == pyvisa.constants.StatusCode.error_timeout:
            return b""
        raise


def _drained(session: Any) -> bool:
    """Whether all that is there was taken from a socket of PyVISA-py, whose own clear never ends on a closed one.

    Raises:
        ConnectionError: the other side closed it.
    """
    interface, pending = getattr(session, "interface", None), getattr(session, "_pending_buffer", None)
    if not isinstance(interface, socket.socket) or not isinstance(pending, bytearray):
        return False
    pending.clear()
    for _ in range(_MOST_CHUNKS):  # who never stops talking is found out by the look behind this
        if not select.select([interface], [], [], 0)[0]:
            break
        if not interface.recv(_CHUNK):
            raise ConnectionResetError("the connection was closed at its side")
    return True


def _unread(session: Any) -> bytes | None:
    """The same at once, where PyVISA-py has a socket: its own look takes a millisecond. None: it cannot be told so."""
    interface, pending = getattr(session, "interface", None), getattr(session, "_pending_buffer", None)
    if not isinstance(interface, socket.socket) or not isinstance(pending, bytearray):
        return None
    if pending:
        return bytes(pending[:1])
    return interface.recv(1, socket.MSG_PEEK) if select.select([interface], [], [], 0)[0] else b""


def block_of(
    visa: "MessageBasedResource", set_time: Callable[[], None], words: bytes = b"", line_ends: int = 1
) -> bytes:
    """Read a definite block (IEEE 488.2 §8.7.9) and the end of its line.

    Args:
        visa: was asked for one.
        set_time: gives the next read what is left of the time.
        words: what comes before it.
        line_ends: how many line feeds come behind it.

    Raises:
        LostInstrument: it is another thing.
    """
    said = visa.read_bytes(len(words) + 2)
    head = said.removeprefix(words)
    if len(head) != 2 or head[:1] != b"#" or head[1] not in _DIGITS:
        told = "an indefinite block, whose end nobody can tell" if head == b"#0" else f"{said!r}… where a block is due"
        raise LostInstrument(f"{visa.resource_name}: answers with {told}; expected #<digits><length><bytes>")
    set_time()
    length = visa.read_bytes(int(head[1:]))
    if not length.isdigit():
        raise LostInstrument(f"{visa.resource_name}: answers with a block of length {length!r}; expected digits")
    set_time()
    visa.read_termination = None  # else each line feed among the bytes ends a read
    try:
        data = visa.read_bytes(int(length), chunk_size=max(int(length), 1)) if int(length) else b""
    finally:
        visa.read_termination = "\n"
    for _ in range(line_ends):
        set_time()
        ending = visa.read_raw()
        if ending.strip():
            raise LostInstrument(f"{visa.resource_name}: a block of {int(length)} bytes goes on ({ending[:16]!r}…)")
    return data


def first_line(error: BaseException) -> str:
    """Of what it says, or its name."""
    return (str(error) or type(error).__name__).splitlines()[0]
