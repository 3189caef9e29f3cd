# SPDX-License-Identifier: Apache-2.0
"""Bytes in, events out: the streaming decoder.

Strategy: cut the input at ETX. A whole frame that fits a layout learnt before is compared with it
(``layout``); anything else goes through the general decoder (``general``), which knows damage, offsets
and resynchronisation, and from whose frames without complaint layouts are learnt. Both give the same
events, at the same call, wherever the input was cut.
"""

import re

from .general import MAX_FRAME_GROUPS, MAX_GROUP, GeneralDecoder, OpenFrame, judge_group, read_group
from .layout import FORGET_AFTER, Layout, Layouts
from .lazy_frame import AS_READ, Fields, lazy_frame
from .mode import ETX, STX, Mode
from .model import Damaged, Event, Frame

__all__ = ["MAX_FRAME_GROUPS", "MAX_GROUP", "Decoder", "decode", "read_group"]

_STX_CODE = STX[0]
_WHOLE_GROUP = {
    Mode.HISTORIC: re.compile(rb"\n([^\x02\x03\x04\n\r\x8d\t]*+)\r"),
    Mode.STANDARD: re.compile(rb"\n([^\x02\x03\x04\n\r\x8d\t]*+\t[^\x02\x03\x04\n\r\x8d]*+)\r"),
}
STRIDE_MAX = 4096  # bytes that go through the general decoder at once while no frame could be learnt from
STRANGE_MAX = 4  # groups that should stand still and do not; a frame with more of them is another


class Decoder(GeneralDecoder):
    """Sans-I/O decoder of a TIC stream.

    Args:
        mode: None detects it, frame by frame, from the separator of the first good group.
        max_group: bound on the characters kept of one group.
        max_frame_groups: bound on the groups kept of one frame; a longer one is told in parts.

    >>> [event.values for event in Decoder().feed(b"\\x02\\nADCO 012345678901 E\\r\\x03")]
    [{'ADCO': '012345678901'}]
    """

    def __init__(self, mode: Mode | str | None = None, *, max_group: int = MAX_GROUP,
                 max_frame_groups: int = MAX_FRAME_GROUPS) -> None:  # fmt: skip
        super().__init__(None if mode is None else Mode(mode), max_group=max_group, max_frame_groups=max_frame_groups)
        self._layouts = Layouts()
        self._latest: Layout | None = None  # learnt or fitted

    def _begin(self) -> None:
        super()._begin()
        self._forget_at = FORGET_AFTER
        self._stride = 0
        # A frame under way that so far follows a layout is held from the general decoder. Nothing of it could
        # have told an event yet, and it is shorter than its layout.
        self._held = b""
        self._held_layout: Layout | None = None
        self._held_steps = 0

    def feed(self, data: bytes) -> list[Event]:
        """Take any bytes, return what they completed.

        A ``Damaged`` event is told when its group ends, before the frame that also lists it.
        """
        told: list[Event] = []
        self._told = told
        if self._offset >= self._forget_at:
            self._layouts = Layouts()
            self._forget_at = self._offset + FORGET_AFTER
        by_length = self._layouts.by_length
        at, seen = 0, len(self._held)
        parted = -1  # where the latest layout fitted no longer
        data = self._held + data
        while end := data.find(ETX, seen) + 1:
            if not by_length:  # nothing to compare with: noise has an ETX every few bytes, and none that teaches
                end = data.find(ETX, seen + self._stride) + 1 or data.rfind(ETX) + 1
                self._take_all(data[at:end])
                self._stride = min(2 * self._stride + 1, STRIDE_MAX)
                at = seen = end
                continue
            if data[at] != _STX_CODE:
                at = self._take_lead_in(data, at, end)
            layout = by_length.get(end - at) if self._frame is None and self._group is None else None
            if layout is not None and data[at] == _STX_CODE:
                if self._noise_length:
                    self._flush_noise()
                known_misfit = at == parted and layout is self._latest
                after = at if known_misfit else layout.read(data, at, self._offset, told)
                if after > at:
                    self._pass_by(self._offset + after - at, layout.mode)
                    self._latest = layout
                    at = seen = parted = after
                    continue
            if layout is None or data[at] != _STX_CODE:
                self._take_all(data[at:end])
            else:
                self._take_misfit(data[at:end], layout)
            at = seen = end
        if at:
            self._held = b""
        if at < len(data):
            self._take_rest(data, at)
        return told

    def close(self) -> list[Event]:
        """Tell the end of the input: what is under way comes out as far as it got.

        A group that the end cut is no group at all; its bytes are in no event.
        """
        self._told = []
        held, self._held = self._held, b""
        self._take_all(held)
        self._take_end()
        return self._told

    def restart(self) -> None:
        """Begin another stream, with offsets from 0: what is under way is dropped, what was learnt of frames stays."""
        self._begin()

    def _take_lead_in(self, data: bytes, at: int, end: int) -> int:
        """Take what stands before an STX, which ends a group under way and noise."""
        start = data.find(STX, at, end)
        if start < 0:
            return at
        self._take_all(data[at:start])
        if self._frame is None:
            if self._group is not None:
                self._break_group(self._group)
            self._flush_noise()
        return start

    def _learn(self, frame: Frame) -> None:
        if frame.has_good:
            self._latest = self._layouts.learn(frame, self._offset) or self._latest

    def _take_misfit(self, octets: bytes, layout: Layout) -> None:
        """STX to ETX of a layout's length, but not as the layout has it.

        Most of its groups are often what they were, in their places: only the others are decoded.
        """
        mode, start, offsets = layout.mode, self._offset, layout.offsets
        parts, strange = layout.read_apart(octets)
        if strange[0] == 0 or len(strange) > STRANGE_MAX:
            self._take_all(octets)  # the first group tells the mode; and a frame of many others is another
            return
        refused = False
        for index in strange:
            group = _WHOLE_GROUP[mode].fullmatch(octets, offsets[index], layout.ends[index])
            if group is None:
                self._take_broken(octets, layout, parts, index, strange[-1])
                return
            fields = judge_group(group[1], mode)
            if len(fields) == 2:
                self._group_offset = start + offsets[index]
                parts[index] = self._refuse(*fields, group[1], len(group[0]))
                refused = True
            else:
                parts[index] = fields
        self._pass_by(start + len(octets), mode)
        frame = lazy_frame(mode, AS_READ, (parts, offsets), True, start)
        self._told.append(frame)
        if not refused:
            self._learn(frame)

    def _take_broken(self, octets: bytes, layout: Layout, parts: list[Fields | Damaged], first: int, last: int) -> None:
        """STX to ETX with groups in their places but for those from ``first`` to ``last``: a delimiter was hit.

        They go through the general decoder together with the group after them, at which it finds its feet again.
        """
        start, offsets, mode = self._offset, layout.offsets, layout.mode
        frame = self._frame = OpenFrame(start, mode, (parts[:first], offsets[:first]), started=True)
        self._pass_by(start + offsets[first], mode)
        after = last + 2
        until = layout.ends[min(after, len(parts)) - 1]
        self._take_all(octets[offsets[first] : until])
        between_groups = self._frame is frame and self._group is None and not self._noise_length
        if between_groups and len(frame.parts[0]) <= after < len(parts):
            frame.parts[0].extend(parts[after:])
            frame.parts[1].extend(offsets[after:])
            until = layout.ends[-1]
            self._pass_by(start + until, mode)
        self._take_all(octets[until:])

    def _pass_by(self, offset: int, mode: Mode) -> None:
        """The state that good groups up to ``offset`` leave."""
        self._offset = offset
        self._parity = False
        self._last_mode = mode

    def _take_rest(self, data: bytes, at: int) -> None:
        """What follows the last ETX: held as long as it follows the latest layout, for most frames do."""
        if self._latest is not None and not self._held:
            at = self._take_lead_in(data, at, len(data))
            self._held_layout, self._held_steps = self._latest, 0
        octets = data[at:]
        layout = self._held_layout
        self._held = b""
        if layout is None or octets[0] != _STX_CODE or self._frame is not None or self._group is not None:
            self._take_all(octets)
            return
        steps = layout.follow(octets, self._held_steps)
        if steps is None:
            self._take_all(octets)
        else:
            self._held, self._held_steps = octets, steps


def decode(data: bytes, mode: Mode | str | None = None) -> list[Event]:
    """All events of a whole input, its end included."""
    decoder = Decoder(mode)
    return [*decoder.feed(data), *decoder.close()]
