# SPDX-License-Identifier: Apache-2.0
"""Ends at a horodate that is no date."""

from datetime import datetime

from xky.protocol import Mode
from xky.protocol.mode import CR, LF

from .defect import Defect, Dies

__all__ = ["DEFECT"]

_SIZE = 13  # SAAMMJJhhmmss (54E §6.2.1.1)


class _DiesOfAnOddHorodate(Dies):
    def kills(self, data: bytes, mode: Mode) -> bool:
        groups = (line.partition(LF)[2].split(b"\t") for line in data.split(CR)[:-1])
        return any(_is_odd(fields[1]) for fields in groups if len(fields) > 3 and len(fields[1]) == _SIZE)


def _is_odd(stamp: bytes) -> bool:
    if not stamp[1:].isdigit():
        return False
    try:
        datetime.strptime(stamp[1:].decode(), "%y%m%d%H%M%S")
    except ValueError:
        return True
    return False


DEFECT = Defect(
    title="stops for ever at a horodate that is no date",
    source="assumption: strptime or mktime of whatever the group says, in a loop that does not expect it to fail",
    must_fail=frozenset({"TIC-SIZ-2"}),
    parser=_DiesOfAnOddHorodate,
    modes=frozenset({Mode.STANDARD}),
    spreads=True,
)
