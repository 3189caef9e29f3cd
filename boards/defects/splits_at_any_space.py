# SPDX-License-Identifier: Apache-2.0
"""Takes any white space for a separator."""

import re
from collections.abc import Sequence

from xky.protocol import Frame, Group, Mode, decode
from xky.protocol.mode import CR, ETX, LF, STX

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _SplitsAtAnySpace(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        groups = []
        for group in frame.groups:
            if isinstance(group, Group):
                groups.append(group)
            else:
                mended = re.sub(rb"[ \t]", frame.mode.separator, group.raw, count=1)
                groups += _read(mended, frame.mode)
        return groups


def _read(raw: bytes, mode: Mode) -> list[Group]:
    """What the characters between LF and CR say."""
    events = decode(STX + LF + raw + CR + ETX, mode)
    return [group for event in events if isinstance(event, Frame) for group in event.good]


DEFECT = Defect(
    title="takes SP for HT and HT for SP, and the checksum of what it takes them for",
    source="readers that call split() without a separator, such as MarcDorval/TeleinfoLinky teleinfo.py @2fec8f4",
    must_fail=frozenset({"TIC-CHK-1"}),
    parser=_SplitsAtAnySpace,
)
