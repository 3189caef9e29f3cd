# SPDX-License-Identifier: Apache-2.0
"""What a careless reader would make of a damaged group: by this it gives itself away."""

import re

from xky.emulator import Emitted
from xky.protocol import Group, Mode
from xky.protocol.separators import read_by_separators

__all__ = ["CUT", "careless", "looks_like"]

CUT = ("cut", "power_cut")
_SPLIT = "wrong_separator"


def careless(emitted: Emitted, mode: Mode) -> Group:
    """The group read by its separators alone, no checksum looked at."""
    body = emitted.data.strip(b"\n\r\x03\x04\x02")
    if emitted.fault == _SPLIT:
        body = re.sub(rb"[ \t]", mode.separator, body)
    if emitted.fault not in CUT and body.count(mode.separator) > 1:
        body = body.rpartition(mode.separator)[0]  # without the checksum
    return read_by_separators(body, mode)


def looks_like(said: str | int, seen: Group, *, cut: bool) -> bool:
    """Whether a reported value is that of the damaged group, or the part of it that was sent."""
    text = str(said)
    if isinstance(said, int) and seen.value.isdecimal():
        return int(seen.value) == said
    if cut:
        return bool(text) and seen.value.startswith(text)
    return text in (seen.value, seen.value.strip(), seen.value.replace("\x00", ""))
