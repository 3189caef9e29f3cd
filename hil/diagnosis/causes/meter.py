# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a line that can be read: groups that are missing, another parity, another rate, silences."""

from xky.protocol import Mode
from xky.protocol.mode import CHARACTER_BITS

from ...terminal import counted
from ..characters import EighthBit
from ..examined import Examined
from ..finding import NOT_KNOWN, Finding, Where
from .unreadable import OTHER_RATE_NEXT

__all__ = ["SELDOM_LEFT_OUT", "converter", "falls_silent", "missing_groups", "other_parity", "other_rate"]

SELDOM_LEFT_OUT = ("HHPHC",)  # by sound meters (CBETM; Enedis' laboratory frame)
_TOLERANCE = 0.01  # 54E table 3
_DAMAGED = 0.1  # damaged stretches to a frame, from which nobody knows what is missing
_TIMES_TOO_MANY = 2.0  # characters of a rate: no clock is so far off
_A_LITTLE_MORE = 1.1  # likewise: as a busy machine hands them over
_LONG_S = 0.5  # no frame has such a silence in or behind it
_SOUND_PARITY = 0.01  # of the characters may have another eighth bit


def missing_groups(line: Examined) -> Finding | None:
    """The meter does not say what one of its contract must."""
    missing = [label for label in line.missing if label not in SELDOM_LEFT_OUT]
    if not missing or line.damage.stretches > _DAMAGED * len(line.reading.whole):
        return None
    labels = ", ".join(missing)
    return Finding(
        "missing_groups", Where.METER,
        f"no frame has {labels}, which a meter of this contract must send",
        ("see whether a converter or a simulator leaves them out",),
    )  # fmt: skip


def other_parity(line: Examined) -> Finding | None:
    """The eighth bit is another than that of a meter."""
    characters = line.characters
    if not (line.is_readable and line.heard.has_parity) or characters.eighth is EighthBit.EVEN:
        return None
    if characters.eighth is None:
        return Finding(
            NOT_KNOWN, Where.NOT_KNOWN,
            "groups can be read, but the eighth bit of their characters is no parity and no constant: a rate that is "
            "off by some percent and a converter look alike",
            ("look at a character with a scope, and at the adapter's rate",),
        )  # fmt: skip
    if len(characters.spoilt) > _SOUND_PARITY * len(characters.codes):
        return None
    if characters.eighth is EighthBit.ZERO:
        if line.heard.kind != "serial":
            return None  # a file or a network port may have it taken off
        return Finding(
            "no_parity", Where.SOFTWARE,
            "the characters come without parity (8N1), and a meter sends 7E1: a converter stands between",
            ("set the device to 8N1, or the converter to 7E1",),
        )  # fmt: skip
    return Finding(
        "other_parity", Where.METER,
        f"the eighth bit of the characters is {characters.eighth}, and a meter sends even parity (7E1)",
        ("set what sends this to 7E1: no meter does so, a converter or a simulator may",),
    )  # fmt: skip


def other_rate(line: Examined) -> Finding | None:
    """The characters come too fast for the mode; too slowly looks like silences between them, which are allowed."""
    rate, mode = line.rate, line.mode
    if rate is None or mode is None or line.heard.baud not in (None, mode.baud) or converter(line) is not None:
        return None
    slow, fast = mode.baud * (1 - _TOLERANCE), mode.baud * (1 + _TOLERANCE)
    told = f"{rate.low_baud:.0f} to {rate.high_baud:.0f} baud, and a meter keeps to {slow:.0f} to {fast:.0f}"
    if rate.low_baud <= fast or len(line.reading.refused) > _DAMAGED * len(line.reading.frames):
        return None
    return Finding(
        "other_rate", Where.METER, f"the characters come at {told}",
        OTHER_RATE_NEXT,
    )  # fmt: skip


def falls_silent(line: Examined) -> Finding | None:
    """The line says nothing for a while, which no meter does."""
    long = [silence for silence in line.silences if silence.for_s >= _LONG_S]
    if not long or not line.is_readable:
        return None
    longest = max(long, key=lambda silence: silence.for_s)
    after_nul = sum(silence.behind in (0x00, 0x80) for silence in long)
    count = counted(len(long), "silence")
    told = f"{count} of half a second and more, the longest {longest.for_s:.1f} s at second {longest.at_s:.1f}"
    if after_nul == len(long):
        return Finding(
            "held_level", Where.WIRING, f"{told}, each behind a byte 0: the line is held at the level of a 0 meanwhile",
            ("see whether the receiver's output is shorted to ground at times, or 50 kHz does not end",),
        )  # fmt: skip
    if after_nul:
        return Finding(NOT_KNOWN, Where.NOT_KNOWN, f"{told}, some behind a byte 0", ("look at the line with a scope",))
    return Finding(
        "falls_silent", Where.NOT_KNOWN,
        f"{told}: a meter sends without end, a loose wire or a meter without power does not",
        ("see the terminals and the cable; look at the meter's display at such a time",),
    )  # fmt: skip


def converter(line: Examined) -> Finding | None:
    """The groups are of another mode than the rate: that of the port, or that at which so many characters came."""
    baud, mode = line.heard.baud, line.mode
    if mode is None:
        return None
    if baud is None:
        baud = _too_many_for(line, mode)
    if baud is None or baud == mode.baud or baud not in [each.baud for each in Mode]:
        return None
    return Finding(
        "converter", Where.SOFTWARE,
        f"{mode} TIC at {baud} baud: a converter stands between, a meter sends it at {mode.baud}",
        (f"set the device to {baud} baud, or take the converter out",),
    )  # fmt: skip


def _too_many_for(line: Examined, mode: Mode) -> int | None:
    """The rate of the other mode, where a port that has none gave more characters than this one has, and not more than
    that: no clock of a meter is so far off."""
    heard = line.heard
    if not heard.is_timed or not heard.lasted_s:
        return None
    mean_baud = CHARACTER_BITS * len(heard.data) / heard.lasted_s
    other = next(each for each in Mode if each is not mode)
    return other.baud if _TIMES_TOO_MANY * mode.baud < mean_baud < _A_LITTLE_MORE * other.baud else None
