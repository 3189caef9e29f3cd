# SPDX-License-Identifier: Apache-2.0
"""What a careless reader would make of a damaged group: by this it gives itself away."""

import re

from xky.emulator import Emitted
from xky.emulator.faults import Fault, fault_class
from xky.protocol import Group, Mode
from xky.protocol.separators import read_by_separators

__all__ = ["breaks_off", "careless", "looks_like"]


def careless(emitted: Emitted, mode: Mode) -> Group:
    """The group read by its separators alone, no checksum looked at."""
    body = emitted.data.strip(b"\n\r\x03\x04\x02")
    fault = _fault(emitted)
    if fault is not None and fault.mixes_separators:
        body = re.sub(rb"[ \t]", mode.separator, body)
    if not breaks_off(emitted) and body.count(mode.separator) > 1:
        body = body.rpartition(mode.separator)[0]  # without the checksum
    return read_by_separators(body, mode)


def breaks_off(emitted: Emitted) -> bool:
    """Whether only a part of the group was sent."""
    fault = _fault(emitted)
    return fault is not None and fault.cuts


def _fault(emitted: Emitted) -> type[Fault] | None:
    """The fault that befell it, where it is one that is known: a captured group has none of ours."""
    return None if emitted.fault is None else fault_class(emitted.fault)


def looks_like(said: str | int, seen: Group, *, cut: bool) -> bool:
    """Whether a reported value is that of the damaged group, or the part of it that was sent."""
    text = str(said)
    if isinstance(said, int) and seen.value.isdecimal():
        return int(seen.value) == said
    if cut:
        return bool(text) and seen.value.startswith(text)
    return text in (seen.value, seen.value.strip(), seen.value.replace("\x00", ""))
