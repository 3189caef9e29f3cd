# SPDX-License-Identifier: Apache-2.0
"""The general decoder: it takes any bytes, and is the only part that says *why* a group is bad.

Strategy: cut the input into whole groups, control characters and runs between them, so that the work
is done once a group and not once a character; hold no more than the group and the frame under way.
LF always starts a group and STX a frame, whatever went before: this is how it finds its feet again.
Nothing is ever raised for bytes. The result does not depend on where the input was cut.

A receiver set to 8N1 leaves the parity bit in bit 7. A group tells this by its own end (CR is
0x8D with its even parity bit), a frame by an STX 0x82 that LF follows; so one stream may hold both.
"""

import re
from functools import lru_cache

from .checksum import checked_zone, checksum
from .labels import LABEL_SIZE_MAX, LABELS
from .lazy_frame import AS_READ, Fields, Parts
from .mode import Mode
from .model import Cut, Damaged, Event, Frame, Interrupted, Noise, Reason
from .timestamp import is_timestamp

__all__ = ["MAX_FRAME_GROUPS", "MAX_GROUP", "STRIP_PARITY", "GeneralDecoder", "read_group"]

MAX_GROUP = 256  # characters LF to CR; the longest group, PJOURF+1, has 111
MAX_FRAME_GROUPS = 256  # the longest frame has 71

_LF, _CR, _STX, _ETX, _EOT = b"\n", b"\r", b"\x02", b"\x03", b"\x04"
_CR_PARITY, _EOT_PARITY, _STX_PARITY = b"\x8d", b"\x84", 0x82  # with even parity in bit 7; LF and ETX look alike
_TOKEN = re.compile(  # a whole group, or one control character, or a run of others
    rb"\n([^\x02\x03\x04\n\r\x84\x8d]*)\r|[\x02\x03\x04\n\r\x84\x8d]|[^\x02\x03\x04\n\r\x84\x8d]+"
)
_CLEAN = {  # what may stand between LF and CR: printable, and HT in standard mode (54E §6.2.1.2)
    Mode.HISTORIC: re.compile(rb"[\x20-\x7e]*"),
    Mode.STANDARD: re.compile(rb"[\x20-\x7e\t]*"),
}
_NAME = re.compile(rb"[!-~]+(?=[ \t])")  # what may be a label, in a group that is none
_SEPARATOR_NAME = {Mode.HISTORIC: "SP", Mode.STANDARD: "HT"}
STRIP_PARITY = bytes(  # even parity right: the 7-bit character; wrong: left over 0x7F, so that it is refused
    code & 0x7F if code.bit_count() % 2 == 0 else code | 0x80 for code in range(256)
)


def _fields(body: bytes, mode: Mode) -> Fields | tuple[Reason, str]:
    """Label, value, horodate of a group body, or what is wrong with it."""
    separator = mode.separator
    if not _CLEAN[mode].fullmatch(body):
        bad = next(code for code in body if not (0x20 <= code <= 0x7E or (code == 0x09 and mode is Mode.STANDARD)))
        return Reason.CHARSET, f"character 0x{bad:02X} has no place in a group"
    first = body.find(separator)
    if first < 0 or first >= len(body) - 2 or body[-2:-1] != separator:
        return Reason.STRUCTURE, f"expected label, data and checksum with {_SEPARATOR_NAME[mode]} between them"
    computed = checksum(checked_zone(body, mode))
    if body[-1] != computed:
        return Reason.CHECKSUM, (
            f'checksum is "{chr(body[-1])}" (0x{body[-1]:02X}), computed "{chr(computed)}" (0x{computed:02X})'
        )
    label = body[:first].decode()
    data = body[first + 1 : -2].decode()
    timestamp = None
    if mode is Mode.STANDARD and "\t" in data:
        timestamp, _, data = data.partition("\t")
        if "\t" in data or not is_timestamp(timestamp):
            return Reason.STRUCTURE, f"horodate {timestamp!r} has no such form, or there are too many fields"
    if not label or len(label) > LABEL_SIZE_MAX or " " in label:
        return Reason.LABEL, f"label {label!r}: expected 1 to {LABEL_SIZE_MAX} characters without a space"
    return label, data, timestamp


@lru_cache(maxsize=4096)  # most groups of a frame are those of the frame before; 1 MB at most
def read_group(body: bytes, mode: Mode) -> Fields | tuple[Reason, str]:
    """Read what stands between LF and CR.

    Returns:
        Label, value and horodate (or None); or the reason of refusal and a sentence on it. Labels that
        the table does not know are kept, known ones must have their size and characters.
    """
    fields = _fields(body, mode)
    if len(fields) == 2:
        return fields
    label, value, timestamp = fields
    known = LABELS[mode].get(label)
    if known is None:
        return fields
    if known.stamped != (timestamp is not None):
        return Reason.STRUCTURE, f"{label} comes {'with' if known.stamped else 'without'} a horodate"
    wrong = known.admits(value)
    if wrong is not None:
        return Reason(wrong), f"{label} has {known.size} characters of {known.kind.name.lower()}, got {value!r}"
    return fields


class _OpenFrame:
    """A frame under way."""

    def __init__(self, offset: int, *, started: bool) -> None:
        self.offset = offset
        self.started = started  # by an STX; else groups were found outside any frame
        self.mode: Mode | None = None
        self.parts: Parts = [], []


class GeneralDecoder:
    """Sans-I/O decoder of any bytes: the judge, and what ``Decoder`` falls back on.

    Args:
        mode: None detects it, frame by frame, from the separator of the first good group.
        max_group: bound on the characters kept of one group.
        max_frame_groups: bound on the groups kept of one frame; a longer one is told in parts.
    """

    def __init__(self, mode: Mode | None = None, *, max_group: int = MAX_GROUP,
                 max_frame_groups: int = MAX_FRAME_GROUPS) -> None:  # fmt: skip
        self._mode = mode
        self._last_mode = mode or Mode.HISTORIC  # for frames that do not tell
        self._max_group = max_group
        self._max_frame_groups = max_frame_groups
        self._told: list[Event] = []  # by the present call
        self._offset = 0  # of the next byte
        self._frame: _OpenFrame | None = None
        self._group: bytearray | None = None  # since its LF, which is left out
        self._group_offset = 0
        self._group_length = 0  # goes on counting when the group is over-long and no longer kept
        self._noise_offset = 0
        self._noise_length = 0
        self._noise_tail = 0  # last byte of noise: a possible STX with its parity bit
        self._parity = False  # the last group ended with CR and its parity bit

    def feed(self, data: bytes) -> list[Event]:
        """Take any bytes, return what they completed.

        A ``Damaged`` event is told when its group ends, before the frame that also lists it.
        """
        self._told = []
        self._take_all(data)
        return self._told

    def close(self) -> list[Event]:
        """Tell the end of the input: what is under way comes out as far as it got.

        A group that the end cut is no group at all; its bytes are in no event.
        """
        self._told = []
        self._take_end()
        return self._told

    def _take_end(self) -> None:
        self._group = None
        self._flush_noise()
        self._cut_frame(Cut.END)

    def _take_all(self, data: bytes) -> None:
        for match in _TOKEN.finditer(data):
            body = match[1]
            if body is None:
                self._take(match[0])
            elif self._group is None and not self._noise_length and len(body) + 2 <= self._max_group:
                self._group_offset = self._offset
                self._read(body, len(body) + 2, parity=False)
                self._offset += len(body) + 2
            else:
                for token in (_LF, body, _CR):
                    self._take(token)

    def _take(self, token: bytes) -> None:
        """One control character, or a run of others."""
        if token == _LF:
            self._start_group()
        elif token == _CR or (token == _CR_PARITY and self._group is not None):
            self._end_group(parity=token == _CR_PARITY)
        elif token in (_STX, _ETX, _EOT) or (token == _EOT_PARITY and self._group is None and self._parity):
            self._framing(token)
        elif self._group is not None:
            self._group_length += len(token)
            self._group += token[: self._max_group - len(self._group)]
        elif token:
            self._add_noise(token)
        self._offset += len(token)

    # Groups

    def _start_group(self) -> None:
        stx_with_parity = self._take_stx_with_parity()
        self._break_group()
        self._flush_noise()
        if stx_with_parity is not None:
            self._start_frame(stx_with_parity)
        self._group = bytearray()
        self._group_offset = self._offset
        self._group_length = 1

    def _take_stx_with_parity(self) -> int | None:
        """Offset of the STX 0x82 that stands right before this LF, taken out of where it was put."""
        if self._group is not None and self._group[-1:] == b"\x82" and self._group_length == len(self._group) + 1:
            self._group.pop()
            self._group_length -= 1
            return self._offset - 1
        if self._group is None and self._noise_length and self._noise_tail == _STX_PARITY:
            self._noise_length -= 1
            return self._offset - 1
        return None

    def _end_group(self, *, parity: bool) -> None:
        if self._group is None:
            self._add_noise(_CR)
            return
        body, length = bytes(self._group), self._group_length + 1
        self._group = None
        if length > self._max_group or len(body) < length - 2:
            self._parity = parity
            self._refuse(Reason.OVERLONG, f"over {self._max_group} characters without an end", body, length)
            return
        self._read(body, length, parity=parity)

    def _read(self, body: bytes, length: int, *, parity: bool) -> None:
        """A whole group."""
        self._parity = parity
        if parity:
            body = body.translate(STRIP_PARITY)
        frame = self._open_frame()
        mode = self._mode or frame.mode or (Mode.STANDARD if b"\t" in body else Mode.HISTORIC)
        fields = read_group(body, mode)
        if len(fields) == 2:
            reason, detail = fields
            self._refuse(reason, detail, body, length)
            return
        frame.mode = self._last_mode = mode
        self._append(fields, self._group_offset)

    def _break_group(self) -> None:
        """What starts or ends something else came inside a group."""
        if self._group is None:
            return
        body, length = bytes(self._group), self._group_length
        self._group = None
        if length == 1:
            self._add_noise(_LF, at=self._group_offset)
            return
        reason = Reason.OVERLONG if length > self._max_group else Reason.STRUCTURE
        self._refuse(reason, "the group has no end (CR)", body, length)

    def _refuse(self, reason: Reason, detail: str, body: bytes, length: int) -> None:
        name = _NAME.match(body)
        label = name[0].decode() if name else None
        damaged = Damaged(reason, self._group_offset, length, label, body, detail)
        self._told.append(damaged)
        self._append(damaged, damaged.offset)

    def _append(self, part: Fields | Damaged, offset: int) -> None:
        parts, offsets = self._open_frame().parts
        parts.append(part)
        offsets.append(offset)
        if len(parts) >= self._max_frame_groups:
            self._end_frame(complete=False)

    # Frames

    def _open_frame(self) -> _OpenFrame:
        if self._frame is None:
            self._frame = _OpenFrame(self._group_offset, started=False)
        return self._frame

    def _framing(self, token: bytes) -> None:
        self._break_group()
        self._flush_noise()
        if token == _STX:
            self._start_frame(self._offset)
        elif token != _ETX:
            self._cut_frame(Cut.EOT)
        elif self._frame is not None:
            self._end_frame(complete=self._frame.started)
        else:
            self._add_noise(token)

    def _start_frame(self, offset: int) -> None:
        self._cut_frame(Cut.STX, offset)
        self._frame = _OpenFrame(offset, started=True)

    def _end_frame(self, *, complete: bool) -> None:
        frame, self._frame = self._open_frame(), None
        mode = self._mode or frame.mode or self._last_mode
        self._told.append(Frame(mode, AS_READ.groups(frame.parts, frame.offset), complete, frame.offset))

    def _cut_frame(self, by: Cut, offset: int | None = None) -> None:
        if self._frame is not None:
            self._end_frame(complete=False)
            self._told.append(Interrupted(self._offset if offset is None else offset, by))

    # Noise

    def _add_noise(self, token: bytes, at: int | None = None) -> None:
        if not self._noise_length:
            self._noise_offset = self._offset if at is None else at
        self._noise_length += len(token)
        self._noise_tail = token[-1]

    def _flush_noise(self) -> None:
        if self._noise_length:
            self._told.append(Noise(self._noise_offset, self._noise_length))
        self._noise_length = 0
