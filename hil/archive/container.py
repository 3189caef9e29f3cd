# SPDX-License-Identifier: Apache-2.0
"""The container ``NAME.xky``: a zip of which every byte is told by the names and bytes of its members.

Members are stored, sorted by name, of one fixed date, without extra fields or comments. So a reader can hold what
it finds against what the writer would have written, and nothing hides between.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Slot", "central_header", "end_of", "local_header", "write_container"]

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
LOCAL_BEGINS, CENTRAL_BEGINS, END_BEGINS = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"

_STORED, _FLAGS, _NEEDS = 0, 0, 20  # names are of ASCII
_MADE_BY = 3 << 8 | 20  # Unix, zip 2.0
_TIME, _DATE = 0, 1 << 5 | 1  # 1980-01-01, the first day that a zip knows
_ORDINARY_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a member lies in a container.

    Attributes:
        name: of the member.
        start: offset of its first byte.
        size: bytes.
        crc: CRC-32, as its headers have it.
    """

    name: str
    start: int
    size: int
    crc: int


def local_header(name: str, size: int, crc: int) -> bytes:
    """What stands before the bytes of a member."""
    raw = name.encode()
    fields = (_NEEDS, _FLAGS, _STORED, _TIME, _DATE, crc, size, size, len(raw), 0)
    return LOCAL.pack(LOCAL_BEGINS, *fields) + raw


def central_header(name: str, size: int, crc: int, at: int) -> bytes:
    """The row of a member in the directory at the end; ``at`` is the offset of its local header."""
    raw = name.encode()
    fields = (
        _MADE_BY,
        _NEEDS,
        _FLAGS,
        _STORED,
        _TIME,
        _DATE,
        crc,
        size,
        size,
        len(raw),
        0,
        0,
        0,
        0,
        _ORDINARY_FILE,
        at,
    )
    return CENTRAL.pack(CENTRAL_BEGINS, *fields) + raw


def end_of(count: int, size: int, at: int) -> bytes:
    """The last bytes of a container: how many rows its directory has, how long it is, and where it begins."""
    return END.pack(END_BEGINS, 0, 0, count, count, size, at, 0)


def write_container(file: BinaryIO, members: Sequence[tuple[str, bytes]]) -> None:
    """Write members, of any order, into a container.

    Raises:
        OverflowError: they are more than 4 GiB, or 65 535.
        OSError: it cannot be written.
    """
    rows, at = [], 0
    try:
        for name, data in sorted(members):
            crc = zlib.crc32(data)
            header = local_header(name, len(data), crc)
            rows.append(central_header(name, len(data), crc, at))
            file.write(header)
            file.write(data)
            at += len(header) + len(data)
        directory = b"".join(rows)
        file.write(directory + end_of(len(rows), len(directory), at))
    except struct.error:
        raise OverflowError("more than a container holds") from None
