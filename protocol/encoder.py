# SPDX-License-Identifier: Apache-2.0
"""Groups and frames to bytes: the inverse of the decoder on everything that is valid."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count, repeat
from operator import is_not
from zlib import adler32

from .checksum import checksum
from .errors import InputError
from .mode import CR, ETX, LF, STX, Mode
from .model import Frame, Group

__all__ = ["FrameEncoder", "encode_frame", "encode_frames", "encode_group"]

_FIELD_MAX = 256  # adler32's low half is the plain sum of that many characters
_TAIL_SIZE = 2  # separator and checksum
_LIVELY = 8  # groups that are looked at one by one: the hour, and the indexes that run


def encode_group(group: Group, mode: Mode | str) -> bytes:
    """LF to CR of one group, its checksum computed.

    Raises:
        InputError: a field has a character outside 0x20-0x7E, an empty label, or, in historic mode, a horodate.
    """
    if not isinstance(mode, Mode):
        mode = Mode(mode)
    separator = mode.separator
    label, value = group.label, group.value
    timestamp = group.timestamp
    text = label + value if timestamp is None else label + timestamp + value
    if not label or not (text.isascii() and text.isprintable()):
        raise InputError(f"group {label!r}: {value!r} has characters outside 0x20-0x7E, or the label is empty")
    if mode is Mode.HISTORIC:
        if timestamp is not None:
            raise InputError(f"group {label}: historic mode has no horodate; give timestamp=None")
        if " " in label:
            raise InputError(f"group {label!r}: a label cannot hold the separator")
        zone = f"{label} {value}".encode()
        return b"%b%b%b%c%b" % (LF, zone, separator, checksum(zone), CR)
    zone = (f"{label}\t{value}\t" if timestamp is None else f"{label}\t{timestamp}\t{value}\t").encode()
    return b"%b%b%c%b" % (LF, zone, checksum(zone), CR)


def encode_frame(frame: Frame | Iterable[Group], mode: Mode | str | None = None) -> bytes:
    """STX to ETX.

    Args:
        frame: a frame without refused groups, or groups in order.
        mode: needed with bare groups only.

    Raises:
        InputError: a refused group, or bare groups without a mode.
    """
    if isinstance(frame, Frame):
        if len(frame.good) != len(frame.groups):
            raise InputError("a frame with refused groups cannot be encoded; take frame.good")
        groups: Iterable[Group] = frame.good
        mode = frame.mode
    else:
        groups = frame
    if mode is None:
        raise InputError("groups alone do not tell their mode; give mode=Mode.HISTORIC or Mode.STANDARD")
    mode = Mode(mode)
    return STX + b"".join(encode_group(group, mode) for group in groups) + ETX


_Place = tuple[int, int, int]  # where the field begins and ends, and the sum of what else its checksum counts


def _places(groups: Sequence[Group], octets: bytes, mode: Mode) -> Iterator[_Place]:
    at = len(STX)
    for group in groups:
        start = at + len(LF) + len(group.label) + 1
        end = start + len(group.value) + (0 if group.timestamp is None else len(group.timestamp) + 1)
        counted = sum(octets[at + 1 : start]) + (sum(mode.separator) if mode is Mode.STANDARD else 0)
        yield start, end, counted
        at = end + _TAIL_SIZE + len(CR)


class FrameEncoder:
    r"""Frames of one meter, of which few values change: only these are written anew, with their checksums.

    >>> encoder = FrameEncoder(Mode.HISTORIC)
    >>> encoder.encode([Group("PAPP", "00390")])
    b'\x02\nPAPP 00390 -\r\x03'
    >>> encoder.encode([Group("PAPP", "00400")])
    b'\x02\nPAPP 00400 %\r\x03'
    """

    def __init__(self, mode: Mode | str) -> None:
        self._mode = Mode(mode)
        self._octets = bytearray()
        self._groups: list[Group] | None = None  # of the frame in ``octets``
        self._places: list[_Place] = []
        self._lively: list[int] = []  # groups that moved of late; the others mostly stand still together

    def encode(self, groups: Iterable[Group]) -> bytes:
        """STX to ETX, as ``encode_frame`` gives it; fastest where groups that stand still are the same objects.

        Raises:
            InputError: a group that no line can carry.
        """
        if not isinstance(groups, list):
            groups = list(groups)
        before = self._groups
        if before is None or len(groups) != len(before):
            return self._encode_anew(groups)
        for index in self._lively:
            group = groups[index]
            if group is not before[index]:
                if not self._write(index, group, before[index]):
                    return self._encode_anew(groups)
                before[index] = group
        if before != groups:
            others = [*compress(count(), map(is_not, groups, before))]
            for index in others:
                if not self._write(index, groups[index], before[index]):
                    return self._encode_anew(groups)
                before[index] = groups[index]
            self._lively = [*others, *self._lively][:_LIVELY]
        return bytes(self._octets)

    def _write(self, index: int, group: Group, before: Group) -> bool:
        """Write a group into its place; whether it has the label and the size of the one before."""
        field, timestamp = group.value, group.timestamp
        if group.label != before.label or (timestamp is None) is not (before.timestamp is None):
            return False
        printable = field.isprintable()
        if timestamp is not None:
            printable = printable and timestamp.isprintable()
            field = f"{timestamp}\t{field}"
        start, end, counted = self._places[index]
        if not printable or not field.isascii() or len(field) != end - start or len(field) > _FIELD_MAX:
            return False
        octets = self._octets
        octets[start:end] = written = field.encode()
        octets[end + 1] = (adler32(written, counted) & 0x3F) + 0x20
        return True

    def _encode_anew(self, groups: Sequence[Group]) -> bytes:
        self._groups = None  # should a group be refused
        octets = encode_frame(groups, self._mode)
        self._octets = bytearray(octets)
        self._places, self._lively = [*_places(groups, octets, self._mode)], []
        self._groups = list(groups)
        return octets


def encode_frames(
    groups: Iterable[Group], columns: Mapping[str, Sequence[str | tuple[str, str]]], mode: Mode | str
) -> list[bytes]:
    r"""Many frames of the same groups, as ``encode_frame`` gives each.

    Args:
        groups: of one frame, in order.
        columns: of each label that moves its values, one a frame; where it has a horodate, pairs of horodate and value.
        mode: historic or standard.

    Raises:
        InputError: a label is not in the frame just once, columns differ in length, a group that no line can carry.

    >>> encode_frames([Group("PAPP", "00390")], {"PAPP": ["00390", "00400"]}, Mode.HISTORIC)
    [b'\x02\nPAPP 00390 -\r\x03', b'\x02\nPAPP 00400 %\r\x03']
    """
    groups, mode = list(groups), Mode(mode)
    octets = encode_frame(groups, mode)
    sent = Counter(group.label for group in groups)
    for label in columns:
        if sent[label] != 1:
            raise InputError(f"column {label}: expected the label once in the frame, found it {sent[label]} times")
    sizes = {len(column) for column in columns.values()}
    if len(sizes) != 1:
        raise InputError(
            f"columns of {sorted(sizes)} values; expected at least one column, and one value a frame in each"
        )
    pieces: list[Iterable[bytes]] = []
    at = 0
    for group, (start, end, counted) in zip(groups, _places(groups, octets, mode), strict=True):
        if group.label in columns:
            pieces += [repeat(octets[at:start]), *_column(group, columns[group.label], counted, mode)]
            at = end + _TAIL_SIZE
    pieces.append(repeat(octets[at:]))
    return [*map(b"".join, zip(*pieces, strict=False))]  # the runs that stand still repeat without end


def _column(
    group: Group, column: Sequence[str | tuple[str, str]], counted: int, mode: Mode
) -> tuple[list[bytes], list[bytes]]:
    """Fields of one group, and the separator and checksum of each."""
    stamped = group.timestamp is not None
    if not all(isinstance(each, tuple) is stamped for each in column):
        raise InputError(f"column {group.label}: expected {'(horodate, value)' if stamped else 'values'} throughout")
    texts = "".join("".join(each) for each in column)
    if not (texts.isascii() and texts.isprintable()):
        for each in column:  # the one that it is says why
            timestamp, value = each if isinstance(each, tuple) else (None, each)
            encode_group(Group(group.label, value, timestamp), mode)
    fields = [("\t".join(each)).encode() for each in column] if stamped else [*map(str.encode, column)]  # type: ignore[arg-type]
    if max(map(len, fields), default=0) > _FIELD_MAX:
        raise InputError(f"column {group.label}: over {_FIELD_MAX} characters; encode such frames one by one")
    tails = [mode.separator + bytes((0x20 + low,)) for low in range(64)]
    return fields, [tails[adler32(field, counted) & 0x3F] for field in fields]
