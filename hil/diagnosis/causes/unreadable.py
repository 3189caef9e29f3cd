# SPDX-License-Identifier: Apache-2.0
"""Why nothing on a line makes sense: silence, a level that is held, a wrong setting, an opto-coupler far too slow."""

from xky.emulator.faults.baud_error import BaudError
from xky.emulator.faults.inverted_line import InvertedLine
from xky.emulator.faults.slow_opto import SlowOpto
from xky.protocol import Mode

from ...terminal import counted
from ..examined import Examined
from ..finding import NOT_KNOWN, Finding, Where
from ..one_sided import stretched
from ..signature import likely_setting

__all__ = ["far_off_rate", "held_level", "inverted", "silent", "slow_opto_unreadable", "unreadable", "wrong_rate"]

_NULS = 0.9  # of the bytes, where a level is held
_NULS_A_SECOND, _FEW_NULS = 2.0, 3
_LABELS, _OTHER_LABELS = 0.3, 0.1  # found under the right level that lasts too long, and under any other
_HARDLY = 4  # refused groups to a good one, where the good ones are no help
_FEW = 200  # bytes, from which labels are looked for


def silent(line: Examined) -> Finding | None:
    """Not a byte came."""
    if line.heard.data:
        return None
    return Finding(
        "silent", Where.WIRING,
        f"not one character came in {line.heard.lasted_s:.0f} s: the line is cut, or on other terminals, or its opto "
        "gets too little",
        ("see that the pair is on I1 and I2 of the meter, and measure 50 kHz there (1.2 to 5 V peak)",
         "look at the receiver's output with a scope: it should be high, and low for each 0",
         "read another port: xky decode PORT"),
    )  # fmt: skip


def held_level(line: Examined) -> Finding | None:
    """A line that rests low gives NULs without stop bits."""
    data = line.heard.data
    nuls = data.count(0)
    many = len(data) > _NULS_A_SECOND * line.heard.lasted_s + _FEW_NULS  # so many are a line that is far slower
    if line.is_readable or many or not data or nuls < _NULS * len(data):
        return None
    return Finding(
        "held_level", Where.WIRING,
        f"{counted(nuls, 'byte')} of {len(data)} are 0: the line rests at the level of a 0 and says nothing",
        ("see whether the receiver's output is inverted or shorted to ground; at rest it is high",
         "see whether there is 50 kHz on I1-I2 without end"),
    )  # fmt: skip


def inverted(line: Examined) -> Finding | None:
    """The bytes are those of a meter whose levels are swapped."""
    setting = None if line.is_readable else likely_setting(line.heard.data)
    if setting is None or not isinstance(setting.fault, InvertedLine):
        return None
    return Finding(
        "inverted", Where.WIRING,
        f"the line is inverted: its bytes are those of {setting.mode} TIC with 0 and 1 swapped",
        ("put an inverter behind the opto-coupler or take one out (carrier present is a 0, so low)",
         "or let the adapter invert its RX (FT232: FT_PROG, Invert RXD)"),
    )  # fmt: skip


def far_off_rate(line: Examined) -> Finding | None:
    """The bytes are those of a meter whose bits are too long or too short."""
    setting = None if line.is_readable else likely_setting(line.heard.data)
    if setting is None or not isinstance(setting.fault, BaudError):
        return None
    percent = setting.fault.percent
    return Finding(
        "other_rate", Where.METER,
        f"the characters of {setting.mode} TIC come some {abs(percent):.0f} % too "
        f"{'slowly' if percent > 0 else 'fast'}: their last bits are read where their neighbours are",
        OTHER_RATE_NEXT,
    )  # fmt: skip


def wrong_rate(line: Examined) -> Finding | None:
    """The bytes are those of a meter in the other mode."""
    setting = None if line.is_readable else likely_setting(line.heard.data)
    if setting is None or setting.fault is not None:
        return None
    return Finding(
        "wrong_rate", Where.SOFTWARE,
        f"the line was read at {setting.baud} baud, and its bytes are those of {setting.mode} TIC, which has "
        f"{setting.mode.baud} baud",
        (f"read it at {setting.mode.baud} baud (--mode {setting.mode})",
         "let the device look for the mode: the distributor may change it without notice"),
    )  # fmt: skip


def slow_opto_unreadable(line: Examined) -> Finding | None:
    """The labels are there, but for bits that one level that lasts too long has swallowed."""
    codes = line.characters.codes
    hardly = len(line.reading.refused) > _HARDLY * len(line.reading.groups)
    if (line.is_readable and not hardly) or len(codes) < _FEW:
        return None
    setting = None if line.is_readable else likely_setting(line.heard.data)
    if setting is not None and isinstance(setting.fault, SlowOpto):
        level = 0 if setting.fault.stretch_bits > 0 else 1
        return _far_too_slow(setting.mode, level)
    found = {(mode, level): stretched(codes, mode, level) for mode in Mode for level in (0, 1)}
    best, second = sorted(found, key=lambda each: found[each].share, reverse=True)[:2]
    if found[best].share < _LABELS or found[second].share > _OTHER_LABELS or not found[best].is_told:
        return None
    return _far_too_slow(*best)


def _far_too_slow(mode: Mode, level: int) -> Finding:
    seen = f"hardly a character of {mode} TIC is whole"
    return Finding("slow_opto", Where.WIRING, slow_opto_sentence(level, seen), SLOW_OPTO_NEXT[level])


def unreadable(line: Examined) -> Finding | None:
    """Bytes, and nothing is known of them."""
    if line.is_readable or not line.heard.data:
        return None
    at = "" if line.heard.baud is None else f" at {line.heard.baud} baud"
    return Finding(
        NOT_KNOWN, Where.NOT_KNOWN,
        f"not one good group in {counted(len(line.heard.data), 'byte')}{at}: a wrong rate, a signal too weak and a "
        "line that is no TIC look alike",
        ("read the port at the other rate (--mode historic, --mode standard)",
         "look at the receiver's output with a scope: a bit lasts 104 µs (standard) or 833 µs (historic)"),
    )  # fmt: skip


OTHER_RATE_NEXT = ("a receiver bears 1 %, most 3 %: see whose clock is off, the sender's or the adapter's",)
TRY_A_STAGE = "xky diagnose --opto TYPE tells with which resistors an opto-coupler does at 9600 baud"

SLOW_OPTO_NEXT = (
    ("give the opto-coupler less light: raise its series resistor (or its trimmer) by a step, and diagnose again",
     "or lower its load resistor: its phototransistor gets faster", TRY_A_STAGE),
    ("give the opto-coupler more light: lower its series resistor (or its trimmer) by a step, and diagnose again",
     "see whether more receivers hang on the line and load it", TRY_A_STAGE),
)  # fmt: skip
"""By the level that lasts too long."""


def slow_opto_sentence(level: int, seen: str) -> str:
    """What is to be said of an opto-coupler that switches too slowly."""
    switches = "off" if level == 0 else "on"
    swallows = f"each {level} lasts too long and swallows a {1 - level} beside it"
    return f"the opto-coupler, or what pulls its output up, switches {switches} too slowly: {swallows}; {seen}"
