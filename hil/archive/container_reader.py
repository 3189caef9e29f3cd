# SPDX-License-Identifier: Apache-2.0
"""Reads a container: strictly, and as much of a damaged one as can be known.

A container tells twice where its members lie, before each of them and in the directory at its end. Where one of the two
is damaged the other may still do; which of them is right, the caller says. Nothing is unpacked and no name is followed.
"""

import stat
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xky.protocol import InputError

from .container import (
    CENTRAL,
    CENTRAL_BEGINS,
    END,
    END_BEGINS,
    LOCAL,
    LOCAL_BEGINS,
    Slot,
    central_header,
    end_of,
    local_header,
)
from .member import MEMBER_MAX

__all__ = ["Container", "containers_of"]

_ENCRYPTED = 1
_SYMLINK = stat.S_IFLNK | 0o777
_AS_WRITTEN = "take the archive as xky wrote it"


@dataclass(frozen=True)
class Container:
    """One account of where the members of a container lie.

    Attributes:
        data: all of it.
        slots: in the order of the account.
        is_cut: it ends within a member.
    """

    data: bytes
    slots: Sequence[Slot]
    is_cut: bool = False

    @property
    def members(self) -> Mapping[str, Slot]:
        """By name."""
        return {one.name: one for one in self.slots}

    def bytes_of(self, slot: Slot) -> bytes:
        """Of a member."""
        return self.data[slot.start : slot.start + slot.size]

    @property
    def damaged(self) -> frozenset[str]:
        """Members whose bytes are not those of which their headers tell."""
        return frozenset(one.name for one in self.slots if zlib.crc32(self.bytes_of(one)) != one.crc)

    def is_as_written(self, sound: Collection[str]) -> bool:
        """Whether every byte outside the members is what the writer would have put there.

        Args:
            sound: names of members that are known to be right; of the others the headers may tell what they were.
        """
        at, rows = 0, []
        for slot in sorted(self.slots, key=lambda one: one.name):
            crc = zlib.crc32(self.bytes_of(slot)) if slot.name in sound else slot.crc
            header = local_header(slot.name, slot.size, crc)
            if slot.start != at + len(header) or self.data[at : slot.start] != header:
                return False
            rows.append(central_header(slot.name, slot.size, crc, at))
            at = slot.start + slot.size
        directory = b"".join(rows)
        return self.data[at:] == directory + end_of(len(rows), len(directory), at)


def containers_of(data: bytes, name: str) -> list[Container]:
    """What a container may hold: by the headers before its members, and by its directory; equal ones once.

    Args:
        data: all of it.
        name: of the file, for complaints.

    Raises:
        InputError: it is no zip, or one that was made to do harm: members that are packed, encrypted, links, twice
            there, or lead outside.
    """
    walked, listed = _walked(data), _listed(data, name)
    found = [one for one in (walked, listed) if one is not None and one.slots]
    if not found:
        raise InputError(f"{name}: is no archive; give a file that certify --archive wrote, or the folder of a report")
    return found[:1] if len(found) > 1 and found[0].slots == found[1].slots else found


def _walked(data: bytes) -> Container | None:
    """By the headers before the members."""
    slots: list[Slot] = []
    at, cut = max(data.find(LOCAL_BEGINS, 0, 1 << 16), 0), False
    while data[at : at + 4] == LOCAL_BEGINS and len(data) - at >= LOCAL.size:
        *_, crc, _, size, length, extra = LOCAL.unpack_from(data, at)
        begin = at + LOCAL.size
        start = begin + length + extra
        name = data[begin : begin + length].decode("ascii", "backslashreplace")
        if start + size > len(data):
            cut = True
        if start > len(data):
            break
        slots.append(Slot(name, start, min(size, len(data) - start), crc))
        at = start + size
    names = [one.name for one in slots]
    return None if not slots or len(set(names)) < len(names) else Container(data, slots, cut)


def _listed(data: bytes, name: str) -> Container | None:
    """By the directory at the end."""
    end = data.rfind(END_BEGINS)
    if end < 0 or len(data) - end < END.size:
        return None
    _, _, _, _, count, size, begin, _ = END.unpack_from(data, end)
    shift = end - size - begin  # of what was put before it
    at = begin + shift
    slots: list[Slot] = []
    agreed: list[str] = []
    if shift < 0:
        return None
    while data[at : at + 4] == CENTRAL_BEGINS and at + CENTRAL.size <= end and len(slots) < count:
        row = CENTRAL.unpack_from(data, at)
        _, _, _, flags, method, _, _, crc, packed, size, length, extra, comment, _, _, attributes, header = row
        raw = data[at + CENTRAL.size : at + CENTRAL.size + length]
        header += shift
        at += CENTRAL.size + length + extra + comment
        if len(data) - header < LOCAL.size:
            continue
        begins, _, flags_too, method_too, *_, size_too, length_too, extra_too = LOCAL.unpack_from(data, header)
        start = header + LOCAL.size + length
        agree = begins == LOCAL_BEGINS and data[start - length : start - length + length_too] == raw
        shown = raw.decode("utf-8", "backslashreplace")
        if agree:
            start += extra_too if extra else 0  # where one of the two has none, it is the other that is damaged
            agreed.append(shown)
            both = flags & flags_too, min(method, method_too), min(size, size_too)
            _refuse(name, shown, *both, attributes >> 16)
        slots.append(Slot(shown, min(start, len(data)), max(min(packed, len(data) - start), 0), crc))
    twice = next((one for one in agreed if agreed.count(one) > 1), None)
    if twice is not None:
        raise InputError(f"{name}: {twice}: is in it twice; {_AS_WRITTEN}")
    return Container(data, slots) if len({one.name for one in slots}) == len(slots) else None


def _refuse(name: str, member: str, flags: int, method: int, size: int, mode: int) -> None:
    """What both of its headers tell is no damage: somebody made it so."""
    parts = member.replace("\\", "/").split("/")
    wrong = next(
        (
            told
            for told, holds in (
                ("leads outside the archive", ".." in parts or parts[0] == "" or ":" in parts[0]),
                ("is encrypted, and members are open", flags & _ENCRYPTED),
                ("is packed, and members are stored", method),
                ("is a symbolic link", mode == _SYMLINK),
                (f"unpacks to more than {MEMBER_MAX >> 30} GiB", size > MEMBER_MAX),
            )
            if holds
        ),
        None,
    )
    if wrong is not None:
        raise InputError(f"{name}: {member}: {wrong}; {_AS_WRITTEN}")
