# SPDX-License-Identifier: Apache-2.0
"""The published stimuli of the suite: what is put on the line for which purpose.

In historic mode the damage falls on HCHP, between HCHC and PTEC; in standard mode on EASF02, between
EASF01 and EASF03: the plan moves the neighbours before each step, so that their arrival can be seen.
"""

from dataclasses import replace

from xky.emulator import Linky, Peak
from xky.emulator.faults import Fault
from xky.emulator.faults.altered_digit import AlteredDigit
from xky.emulator.faults.altered_label import AlteredLabel
from xky.emulator.faults.control_character import ControlCharacter
from xky.emulator.faults.cut import Cut
from xky.emulator.faults.damaged_start import DamagedStart
from xky.emulator.faults.noise import Noise
from xky.emulator.faults.unknown_label import UnknownLabel
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.emulator.faults.wrong_size import WrongSize
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Group, Mode, encode_group

from ..stimulus import Stimulus

__all__ = [
    "ALTERED_DIGIT",
    "ALTERED_LABEL",
    "BLANK_SEASON",
    "CHANGE",
    "CONTROL_CHARACTER",
    "CUT_BY_EOT",
    "CUT_IN_GROUP",
    "DAMAGED_START",
    "DEGRADED_CLOCK",
    "LONGEST_FRAME",
    "NOISE",
    "OVERLOAD",
    "SHORT_FRAMES",
    "SPACE_CHECKSUM",
    "THREE_PHASES",
    "UNKNOWN_LABEL",
    "WRONG_CHECKSUM",
    "WRONG_SIZE",
    "index_label",
]

HISTORIC, STANDARD = frozenset({Mode.HISTORIC}), frozenset({Mode.STANDARD})
_HOUR_US = 3600 * SECOND_US


def index_label(mode: Mode) -> str:
    """The running index of the household at the hour of the suite."""
    return "HCHP" if mode is Mode.HISTORIC else "EASF02"


def _power_label(mode: Mode) -> str:
    return "PAPP" if mode is Mode.HISTORIC else "SINSTS"


def _current_label(mode: Mode) -> str:
    return "IINST" if mode is Mode.HISTORIC else "IRMS1"


# Meters


def household(mode: Mode, seed: int) -> Linky:
    """Single-phase, HC/HP, in peak hours."""
    return Linky(mode=mode, contract="hc", seed=seed)


def three_phases(mode: Mode, seed: int) -> Linky:
    """Three-phase TEMPO; a producer in standard mode."""
    return Linky(mode=mode, phases=3, producer=mode is Mode.STANDARD, contract="tempo", seed=seed)


def three_phases_base(mode: Mode, seed: int) -> Linky:
    """Three-phase BASE, for short frames."""
    return Linky(mode=mode, phases=3, contract="base", seed=seed)


# States of a meter


def _announce_peaks(meter: Linky, count: int) -> None:
    now = meter.now_us
    meter.peaks = {n: Peak(now + 12 * n * _HOUR_US, now + 12 * (n + 1) * _HOUR_US) for n in range(1, count + 1)}


def _announce_one_peak(meter: Linky) -> None:
    _announce_peaks(meter, 1)


def _fill_the_frame(meter: Linky) -> None:
    """All that the mode can send at once: 1 711 characters of standard mode, plus MSG2 once."""
    if meter.mode is Mode.STANDARD:
        _announce_peaks(meter, 3)
        meter.msg2 = "ULTRA COURT"


def _forget_peaks(meter: Linky) -> None:
    meter.peaks = {}


def _degrade_clock(meter: Linky) -> None:
    meter.clock_degraded = True


def _mend_clock(meter: Linky) -> None:
    meter.clock_degraded = False


def _make_space_checksum(meter: Linky) -> None:
    """Stop the load and move the running index on to the next value whose checksum is a space."""
    meter.load.hold(0)
    label = index_label(meter.mode)
    group = Group(label, f"{0:09}")
    at_zero = encode_group(group, meter.mode)[-2] - ord(" ")
    meter.set(EASF02=_next_with_digit_sum(meter.counters.supplier[1], -at_zero % 64))


def _next_with_digit_sum(value: int, rest: int) -> int:
    """The first number found over ``value`` whose digits sum up to ``rest`` modulo 64, as checksums count them."""
    for free in range(1, 9):  # digits on the right that may be chosen
        for head in range(value // 10**free + 1, value // 10**free + 10):
            for total in (rest, rest + 64):
                needed = total - sum(int(digit) for digit in str(head))
                if 0 <= needed <= 9 * free:
                    nines, first = divmod(needed, 9)
                    tail = f"{first}{'9' * nines}".zfill(free)[-free:]
                    return int(f"{head}{tail}")
    raise AssertionError("nine digits reach every sum modulo 64")


def _overload(meter: Linky) -> None:
    """A quarter over the subscription, on the first phase."""
    amps = meter.setting_a * 5 // 4
    meter.load.hold(230 * amps, *(0,) * (meter.phases - 1))


def _end_overload(meter: Linky) -> None:
    meter.load.hold(500)


# Steps on the household's meter

_HOUSE = Stimulus("", household)

CHANGE = replace(_HOUSE, name="change")
SPACE_CHECKSUM = replace(_HOUSE, name="space checksum", before=_make_space_checksum)


def _wrong_checksum(mode: Mode) -> tuple[Fault, ...]:
    return (WrongChecksum(index_label(mode)),)


WRONG_CHECKSUM = replace(_HOUSE, name="wrong checksum", faults=_wrong_checksum, disturbs=True, outlasts_freshness=True)


def _altered_digit(mode: Mode) -> tuple[Fault, ...]:
    return (AlteredDigit(_power_label(mode)),)


ALTERED_DIGIT = replace(_HOUSE, name="altered digit", faults=_altered_digit, disturbs=True)


def _altered_label(mode: Mode) -> tuple[Fault, ...]:
    return (AlteredLabel(_current_label(mode)),)


ALTERED_LABEL = replace(_HOUSE, name="altered label", faults=_altered_label, disturbs=True)


def _control_character(mode: Mode) -> tuple[Fault, ...]:
    return (ControlCharacter(index_label(mode)),)


CONTROL_CHARACTER = replace(_HOUSE, name="control character", faults=_control_character, disturbs=True)


def _wrong_size(mode: Mode) -> tuple[Fault, ...]:
    return (WrongSize(_power_label(mode)),)


WRONG_SIZE = replace(_HOUSE, name="wrong size", faults=_wrong_size, disturbs=True)


def _damaged_start(mode: Mode) -> tuple[Fault, ...]:
    return (DamagedStart(_current_label(mode)),)


DAMAGED_START = replace(_HOUSE, name="damaged start of a group", faults=_damaged_start, disturbs=True)


def _unknown_label(mode: Mode) -> tuple[Fault, ...]:
    return (UnknownLabel(before=_power_label(mode)),)


UNKNOWN_LABEL = replace(_HOUSE, name="unknown label", faults=_unknown_label)


def _cut_in_group(mode: Mode) -> tuple[Fault, ...]:
    return (Cut(_power_label(mode)),)


CUT_IN_GROUP = replace(_HOUSE, name="frame cut inside a group", faults=_cut_in_group, disturbs=True)


def _cut_by_eot(mode: Mode) -> tuple[Fault, ...]:
    return (Cut(index_label(mode), with_eot=True),)


CUT_BY_EOT = replace(_HOUSE, name="frame cut by EOT", modes=HISTORIC, faults=_cut_by_eot, disturbs=True)


def _noise(mode: Mode) -> tuple[Fault, ...]:
    return (Noise(),)


NOISE = replace(_HOUSE, name="noise before frames", faults=_noise, disturbs=True)

DEGRADED_CLOCK = replace(_HOUSE, name="degraded clock", modes=STANDARD, before=_degrade_clock, after=_mend_clock)
BLANK_SEASON = replace(
    _HOUSE, name="blank season", modes=STANDARD, before=_announce_one_peak, after=_forget_peaks,
    outlasts_freshness=True,
)  # fmt: skip
OVERLOAD = replace(
    _HOUSE, name="overload", modes=HISTORIC, before=_overload, after=_end_overload, outlasts_freshness=True
)

# Steps on other meters

THREE_PHASES = Stimulus("three phases", three_phases, modes=STANDARD)  # no peak: no blank season in it
LONGEST_FRAME = Stimulus(
    "longest frame", three_phases, before=_fill_the_frame, after=_forget_peaks, outlasts_freshness=True
)
SHORT_FRAMES = Stimulus("short frames", three_phases_base, modes=HISTORIC, before=_overload, after=_end_overload)
