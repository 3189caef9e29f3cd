# SPDX-License-Identifier: Apache-2.0
"""What a careless reader would make of a damaged group: by this it gives itself away."""

import re

from xky.emulator import Emitted
from xky.emulator.faults import Fault, fault_class
from xky.protocol import Group, Mode, Reason, checksum
from xky.protocol.checksum import checked_zone
from xky.protocol.general import judge_group
from xky.protocol.mode import CR, LF
from xky.protocol.separators import read_by_separators

from ...bench.number import whole

__all__ = ["breaks_off", "careless", "looks_like", "looks_spoilt", "what_is_wrong"]

_SEVEN_BITS = 0x7F


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


def what_is_wrong(emitted: Emitted, mode: Mode) -> str:
    """Why a damaged group had to be refused, in a few words: its checksum is one reason of several."""
    if breaks_off(emitted):
        return "it broke off"
    body = emitted.data.strip(LF + CR)
    judged = judge_group(body, mode) if body else (Reason.STRUCTURE, "nothing is left of it")
    if not isinstance(judged[0], Reason):
        return "its LF or CR is missing"
    fits = judged[0] is not Reason.CHECKSUM and body and body[-1] == checksum(checked_zone(body, mode))
    return f"{judged[1]}, though its checksum fits" if fits else judged[1]


def looks_spoilt(said: str | int, sent: str) -> bool:
    """Whether a reported value is what was sent but for characters of more than seven bits."""
    text = str(said)
    return (
        text != sent
        and len(text) == len(sent)
        and all(char == right or ord(char) > _SEVEN_BITS for char, right in zip(text, sent, strict=True))
    )


def _fault(emitted: Emitted) -> type[Fault] | None:
    """The fault that befell it, where it is one that is known: a captured group has none of ours."""
    return None if emitted.fault is None else fault_class(emitted.fault)


def looks_like(said: str | int, seen: Group, *, cut: bool) -> bool:
    """Whether a reported value is that of the damaged group, or the part of it that was sent, bit 7 set or not."""
    text = "".join(chr(ord(char) & _SEVEN_BITS) for char in str(said))
    if isinstance(said, int) and (number := whole(seen.value)) is not None:
        return number == said
    if not seen.value and seen.timestamp is not None and text == seen.timestamp:  # DATE, whose data is empty
        return True
    if cut:
        return bool(text) and seen.value.startswith(text)
    return text in (seen.value, seen.value.strip(), seen.value.replace("\x00", ""))
