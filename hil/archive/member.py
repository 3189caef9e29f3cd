# SPDX-License-Identifier: Apache-2.0
"""A file of a report by its hashes: of the whole, and of each of its lines, so that what was changed can be named.

The lines of a packed file are those that it unpacks to. Nothing is unpacked without bounds: a few bytes may stand for
gigabytes.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["LINE_DIGITS", "MEMBER_MAX", "Member", "differing_lines", "is_safe_name", "member_of"]

MEMBER_MAX = 1 << 30  # bytes of a member, as it is and unpacked; a run of a day has some hundred megabytes
LINE_DIGITS = 16
_STEP = 1 << 20
_LINES_TOLD = 50  # where more than these differ, the member is another one
_WINDOW_GZIP = 16 + zlib.MAX_WBITS
_PACKED = ".gz"
_OF_LINES = (_PACKED, ".html", ".json", ".jsonl", ".md", ".sarif", ".toml", ".txt", ".xml")
_SAFE_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9._-]*")
_NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class Member:
    """What the manifest says of a file.

    Attributes:
        size: bytes.
        sha256: of the whole, hexadecimal.
        lines: the first 16 digits of the SHA-256 of each line with its end: they tell where a file differs, while that
            it does its own hash tells; None: it is not made of lines.
    """

    size: int
    sha256: str
    lines: Sequence[str] | None = None


def is_safe_name(name: str) -> bool:
    """Whether a name leads nowhere but into the archive's own folder, on any system and in any terminal."""
    return len(name) <= _NAME_MAX and _SAFE_NAME.fullmatch(name) is not None


def member_of(name: str, data: bytes) -> Member:
    """The hashes of a file."""
    lines = None
    if name.endswith(_OF_LINES):
        with suppress(ValueError):  # so much that nobody will unpack it: its own hash has to do
            lines = [_short(line) for line in _lines(name, data)]
    return Member(len(data), hashlib.sha256(data).hexdigest(), lines)


def differing_lines(name: str, data: bytes, member: Member) -> list[int] | None:
    """Numbers of the lines, from 1 on, in which a file is not what its member says.

    None where it is not made of lines, and where so many differ that it is another file.
    """
    if member.lines is None:
        return None
    was, now, whole = member.lines, [], True
    try:
        for line in _lines(name, data):
            now.append(_short(line))
    except ValueError:  # the packing is damaged, or too much is in it: what came before is known
        whole = False
    if not whole:
        upto = len(now)
        found = [number for number in range(1, upto + 1) if number > len(was) or was[number - 1] != now[number - 1]]
        found = found or [upto + 1]
    elif len(was) == len(now):
        found = [number for number, (one, other) in enumerate(zip(was, now, strict=True), 1) if one != other]
    else:
        shorter = min(len(was), len(now))
        before = next((at for at in range(shorter) if was[at] != now[at]), shorter)
        after = next((at for at in range(shorter - before) if was[-1 - at] != now[-1 - at]), shorter - before)
        found = [*range(before + 1, max(before + 1, len(now) - after) + 1)]
    return found if len(found) <= _LINES_TOLD else None


def _short(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:LINE_DIGITS]


def _lines(name: str, data: bytes) -> Iterator[bytes]:
    """Each line with its end; the last may have none.

    Raises:
        ValueError: it cannot be unpacked, or not within bounds.
    """
    if not name.endswith(_PACKED):
        yield from _split(data)
        return
    begun = b""
    for block in _unpacked(data):
        *lines, begun = (begun + block).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if begun:
        yield begun


def _split(data: bytes) -> Iterator[bytes]:
    """Lines end with LF alone, as ``sed`` and an editor's numbers have it."""
    *lines, last = data.split(b"\n")
    yield from (line + b"\n" for line in lines)
    if last:
        yield last


def _unpacked(data: bytes) -> Iterator[bytes]:
    unpacker, rest, size = zlib.decompressobj(_WINDOW_GZIP), data, 0
    while not unpacker.eof:
        try:
            block = unpacker.decompress(rest, _STEP)
        except zlib.error as error:
            raise ValueError(f"cannot be unpacked ({error})") from None
        rest, size = unpacker.unconsumed_tail, size + len(block)
        if size > MEMBER_MAX:
            raise ValueError(f"unpacks to more than {MEMBER_MAX >> 30} GiB")
        if not block and not rest and not unpacker.eof:
            raise ValueError("is cut short")
        yield block
