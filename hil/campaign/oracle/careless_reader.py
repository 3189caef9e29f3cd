# SPDX-License-Identifier: Apache-2.0
"""What a careless reader would make of a damaged group: by this it gives itself away."""

import re

from xky.emulator import Emitted
from xky.protocol import Group, Mode

__all__ = ["CUT", "careless", "looks_like"]

CUT = ("cut", "power_cut")
_SPLIT = "wrong_separator"


def careless(emitted: Emitted, mode: Mode) -> Group:
    """The group read by its separators alone, no checksum looked at."""
    body = emitted.data.decode("latin-1").strip("\n\r\x03\x04\x02")
    label, *fields = re.split(r"[ \t]", body) if emitted.fault == _SPLIT else body.split(mode.separator.decode())
    if emitted.fault not in CUT and len(fields) > 1:
        fields = fields[:-1]  # the checksum
    if mode is Mode.HISTORIC:
        return Group(label, mode.separator.decode().join(fields))
    timestamp = fields[0] if len(fields) > 1 else None
    return Group(label, fields[-1] if fields else "", timestamp)


def looks_like(said: str | int, seen: Group, *, cut: bool) -> bool:
    """Whether a reported value is that of the damaged group, or the part of it that was sent."""
    text = str(said)
    if isinstance(said, int) and seen.value.isdecimal():
        return int(seen.value) == said
    if cut:
        return bool(text) and seen.value.startswith(text)
    return text in (seen.value, seen.value.strip(), seen.value.replace("\x00", ""))
