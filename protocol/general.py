# SPDX-License-Identifier: Apache-2.0
"""The general decoder: it takes any bytes, and is the only part that says *why* a group is bad.

Strategy: cut the input into groups and runs between them, each with what ends it, so that the work is
done once a group and not once a character; hold no more than the group and the frame under way.
LF always starts a group and STX a frame, whatever went before: this is how it finds its feet again.
Nothing is ever raised for bytes. The result does not depend on where the input was cut.

A receiver set to 8N1 leaves the parity bit in bit 7. A group tells this by its own end (CR is
0x8D with its even parity bit), a frame by an STX 0x82 that LF follows; so one stream may hold both.
"""

import re
from functools import lru_cache

from .checksum import checked_zone, checksum
from .labels import LABEL_SIZE_MAX, LABELS
from .lazy_frame import AS_READ, Fields, Parts, lazy_frame
from .mode import EOT, LF, STX, Mode
from .model import Cut, Damaged, Event, Frame, Interrupted, Noise, Reason
from .separators import has_three_parts
from .timestamp import TIMESTAMP_FORM, is_timestamp

__all__ = ["MAX_FRAME_GROUPS", "MAX_GROUP", "STRIP_PARITY", "GeneralDecoder", "OpenFrame", "judge_group", "read_group"]

MAX_GROUP = 256  # characters LF to CR; the longest group, PJOURF+1, has 111
MAX_FRAME_GROUPS = 256  # the longest frame has 71

# With the even parity bit in bit 7 (LF and ETX look alike): CR, which ends a group; EOT, which is told from noise after
# such a group only; STX, before LF only.
_CR_PARITY, _EOT_PARITY, _STX_PARITY = b"\x8d", b"\x84", b"\x82"
_BODY = rb"([^\x02\x03\x04\n\r\x8d]*+)([\r\x8d]?)"  # what stands in a group, and its end unless something else comes
_REST_OF_GROUP = re.compile(_BODY)
_TOKEN = re.compile(rb"\n" + _BODY + rb"|([^\x02\x03\x04\n]*+)([\x02\x03\x04]?)")  # a group; or noise and STX, ETX, EOT
_CLEAN = {  # what may stand between LF and CR: printable, and HT in standard mode (54E §6.2.1.2)
    Mode.HISTORIC: re.compile(rb"[\x20-\x7e]*"),
    Mode.STANDARD: re.compile(rb"[\x20-\x7e\t]*"),
}
_LABEL = rf"([!-~]{{1,{LABEL_SIZE_MAX}}})"  # printable without SP
_FORM = {  # of a group's body: label, horodate, data; the checksum is apart
    Mode.HISTORIC: re.compile(_LABEL + r" ([ -~]*) [ -_]"),
    Mode.STANDARD: re.compile(_LABEL + rf"\t(?:({TIMESTAMP_FORM.pattern})\t)?([ -~]*)\t[ -_]"),
}
_NAME = re.compile(rb"[!-~]+(?=[ \t])")  # what may be a label, in a group that is none
_SEPARATOR_NAME = {Mode.HISTORIC: "SP", Mode.STANDARD: "HT"}
STRIP_PARITY = bytes(  # even parity right: the 7-bit character; wrong: left over 0x7F, so that it is refused
    code & 0x7F if code.bit_count() % 2 == 0 else code | 0x80 for code in range(256)
)


def _wrong_checksum(body: bytes, computed: int) -> tuple[Reason, str]:
    sent = body[-1]
    detail = f'checksum is "{chr(sent)}" (0x{sent:02X}), computed "{chr(computed)}" (0x{computed:02X})'
    return Reason.CHECKSUM, detail


def _malformed(body: bytes, mode: Mode) -> tuple[Reason, str]:
    """What is wrong with the body of a group that has not its form."""
    clean = _CLEAN[mode].match(body)
    assert clean is not None  # it fits anything
    if clean.end() < len(body):
        return Reason.CHARSET, f"character 0x{body[clean.end()]:02X} has no place in a group"
    if not has_three_parts(body, mode):
        return Reason.STRUCTURE, f"expected label, data and checksum with {_SEPARATOR_NAME[mode]} between them"
    computed = checksum(checked_zone(body, mode))
    if body[-1] != computed:
        return _wrong_checksum(body, computed)
    label, *stamps, _ = (
        body[:-2].decode().split("\t") if mode is Mode.STANDARD else (body[: body.find(b" ")].decode(), "")
    )
    if len(stamps) > 1 or not all(map(is_timestamp, stamps)):
        return Reason.STRUCTURE, f"horodate {stamps[0]!r} has no such form, or there are too many fields"
    return Reason.LABEL, f"label {label!r}: expected 1 to {LABEL_SIZE_MAX} characters without a space"


def judge_group(body: bytes, mode: Mode) -> Fields | tuple[Reason, str]:
    """Read what stands between LF and CR.

    Returns:
        Label, value and horodate (or None); or the reason of refusal and a sentence on it. Labels that
        the table does not know are kept, known ones must have their size and characters.
    """
    form = _FORM[mode].fullmatch(body.decode("latin-1"))
    if form is None:
        return _malformed(body, mode)
    computed = checksum(checked_zone(body, mode))
    if body[-1] != computed:
        return _wrong_checksum(body, computed)
    label, *stamp, value = form.groups()
    timestamp = stamp[0] if stamp else None
    fields = label, value, timestamp
    known = LABELS[mode].get(label)
    if known is None:
        return fields
    if known.stamped != (timestamp is not None):
        return Reason.STRUCTURE, f"{label} comes {'with' if known.stamped else 'without'} a horodate"
    wrong = known.admits(value)
    if wrong is not None:
        return Reason(wrong), f"{label} has {known.size} characters of {known.kind.name.lower()}, got {value!r}"
    return fields


# Most groups of a frame are those of the frame before; 1 MB at most.
read_group = lru_cache(maxsize=4096)(judge_group)


class OpenFrame:
    """A frame under way."""

    __slots__ = ("mode", "offset", "parts", "started")

    def __init__(self, offset: int, mode: Mode | None, parts: Parts | None = None, *, started: bool) -> None:
        self.offset = offset
        self.mode = mode  # None until a group tells
        self.started = started  # by an STX; else groups were found outside any frame
        self.parts: Parts = parts or ([], [])


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
        self._max_group = max_group
        self._max_frame_groups = max_frame_groups
        self._begin()

    def _begin(self) -> None:
        """The state before the first byte."""
        self._last_mode = self._mode or Mode.HISTORIC  # for frames that do not tell
        self._told: list[Event] = []  # by the present call
        self._offset = 0  # of the next byte
        self._frame: OpenFrame | None = None
        self._group: bytes | None = None  # since its LF, which is left out
        self._group_offset = 0
        self._group_length = 0  # goes on counting when the group is over-long and no longer kept
        self._noise_offset = 0
        self._noise_length = 0
        self._noise_tail = b""  # last byte of noise: a possible STX with its parity bit
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
        self._cut_frame(Cut.END, self._offset)

    def _take_all(self, data: bytes) -> None:
        at = 0 if self._group is None else self._take_rest_of_group(self._group, data)
        told = self._told
        for token in _TOKEN.finditer(data, at):
            body, end, noise, control = token.groups()
            if body is not None:
                if self._group is not None or self._noise_tail == _STX_PARITY:
                    self._make_way()
                elif self._noise_length:
                    told.append(Noise(self._noise_offset, self._noise_length))
                    self._noise_length = 0
                self._group_offset = self._offset
                length = len(body) + len(end) + 1
                self._offset += length
                if end:
                    self._read(body, length, end)
                else:
                    self._group, self._group_length = body[: self._max_group], length
                continue
            offset = self._offset
            if noise:
                if not control or (self._parity and _EOT_PARITY in noise):
                    self._take_noise(noise)
                    offset = self._offset
                else:  # as most often: what follows tells it
                    if self._noise_length:
                        self._noise_length += len(noise)
                    else:
                        told.append(Noise(offset, len(noise)))
                    offset += len(noise)
            if control:
                self._take_control(control, offset)

    def _take_control(self, control: bytes, offset: int) -> None:
        """STX, ETX or EOT."""
        if self._group is not None:
            self._break_group(self._group)
        if self._noise_length:
            self._flush_noise()
        frame = self._frame
        if control == STX:
            if frame is not None:
                self._end_frame(frame, complete=False)
                self._told.append(Interrupted(offset, Cut.STX))
            self._frame = OpenFrame(offset, self._mode, started=True)
        elif control == EOT:
            if frame is not None:
                self._cut_frame(Cut.EOT, offset)
        elif frame is None:  # an ETX of nothing
            self._noise_offset, self._noise_length, self._noise_tail = offset, 1, control
        else:
            self._offset = offset + 1
            told = self._end_frame(frame, complete=frame.started)
            if frame.started:
                self._learn(told)
            return
        self._offset = offset + 1

    def _learn(self, frame: Frame) -> None:
        """A whole frame was told: for a decoder that makes use of what frames look like."""

    # Groups

    def _take_rest_of_group(self, begun: bytes, data: bytes) -> int:
        """What belongs to the group under way; the place after it."""
        token = _REST_OF_GROUP.match(data)
        assert token is not None  # it fits anything
        body, end = token.groups()
        begun += body[: self._max_group - len(begun)]
        self._group_length += token.end()
        self._offset += token.end()
        if end:
            self._group = None
            self._read(begun, self._group_length, end)
        else:
            self._group = begun
        return token.end()

    def _make_way(self) -> None:
        """For an LF."""
        stx_with_parity = self._take_stx_with_parity()
        if self._group is not None:
            self._break_group(self._group)
        self._flush_noise()
        if stx_with_parity is not None:
            self._start_frame(stx_with_parity)

    def _take_stx_with_parity(self) -> int | None:
        """Offset of the STX 0x82 that stands right before this LF, taken out of where it was put."""
        if self._group is not None and self._group.endswith(_STX_PARITY) and self._group_length == len(self._group) + 1:
            self._group = self._group[:-1]
            self._group_length -= 1
            return self._offset - 1
        if self._group is None and self._noise_length and self._noise_tail == _STX_PARITY:
            self._noise_length -= 1
            return self._offset - 1
        return None

    def _read(self, body: bytes, length: int, end: bytes) -> None:
        """A whole group, with what ended it."""
        self._parity = parity = end == _CR_PARITY
        if length > self._max_group:
            detail = f"over {self._max_group} characters without an end"
            self._append(self._refuse(Reason.OVERLONG, detail, body[: self._max_group], length))
            return
        if parity:
            body = body.translate(STRIP_PARITY)
        frame = self._frame or self._open_frame()
        mode = frame.mode or (Mode.STANDARD if b"\t" in body else Mode.HISTORIC)
        fields = read_group(body, mode)
        if len(fields) == 2:
            self._append(self._refuse(*fields, body, length))
            return
        frame.mode = self._last_mode = mode
        self._append(fields)

    def _break_group(self, body: bytes) -> None:
        """What starts or ends something else came inside the group under way."""
        length = self._group_length
        self._group = None
        if length == 1:
            self._add_noise(LF, self._group_offset)
            return
        reason = Reason.OVERLONG if length > self._max_group else Reason.STRUCTURE
        self._append(self._refuse(reason, "the group has no end (CR)", body, length))

    def _refuse(self, reason: Reason, detail: str, body: bytes, length: int) -> Damaged:
        name = _NAME.match(body)
        label = name[0].decode() if name else None
        damaged = Damaged(reason, self._group_offset, length, label, body, detail)
        self._told.append(damaged)
        return damaged

    def _append(self, part: Fields | Damaged) -> None:
        frame = self._frame or self._open_frame()
        parts, offsets = frame.parts
        parts.append(part)
        offsets.append(self._group_offset - frame.offset)
        if len(parts) >= self._max_frame_groups:
            self._end_frame(frame, complete=False)

    # Frames

    def _open_frame(self) -> OpenFrame:
        """One that was not started."""
        self._frame = OpenFrame(self._group_offset, self._mode, started=False)
        return self._frame

    def _start_frame(self, offset: int) -> None:
        self._cut_frame(Cut.STX, offset)
        self._frame = OpenFrame(offset, self._mode, started=True)

    def _end_frame(self, frame: OpenFrame, *, complete: bool) -> Frame:
        self._frame = None
        told = lazy_frame(frame.mode or self._last_mode, AS_READ, frame.parts, complete, frame.offset)
        self._told.append(told)
        return told

    def _cut_frame(self, by: Cut, offset: int) -> None:
        if self._frame is not None:
            self._end_frame(self._frame, complete=False)
            self._told.append(Interrupted(offset, by))

    # Noise

    def _take_noise(self, noise: bytes) -> None:
        if self._parity and _EOT_PARITY in noise:
            *before, noise = noise.split(_EOT_PARITY)
            for run in before:
                self._add_noise(run, self._offset)
                self._offset += len(run)
                self._take_control(EOT, self._offset)
        self._add_noise(noise, self._offset)
        self._offset += len(noise)

    def _add_noise(self, noise: bytes, offset: int) -> None:
        if not self._noise_length:
            self._noise_offset = offset
            self._noise_tail = b""
        self._noise_length += len(noise)
        self._noise_tail = noise[-1:] or self._noise_tail

    def _flush_noise(self) -> None:
        if self._noise_length:
            self._told.append(Noise(self._noise_offset, self._noise_length))
        self._noise_length = 0
