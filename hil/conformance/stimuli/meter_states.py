# SPDX-License-Identifier: Apache-2.0
"""What a sound meter says: another house, another state of it, indexes at their limits."""

from collections.abc import Callable
from dataclasses import replace

from xky.emulator import Linky, Peak
from xky.emulator.faults import Fault
from xky.emulator.faults.altered_digit import AlteredDigit
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Group, Mode, encode_group

from ...campaign.stimulus import BOTH_MODES, Stimulus
from .legal_values import registers_at, said_apart, said_oddly
from .meters import (
    HISTORIC,
    HOUSE,
    STANDARD,
    exchanged,
    index_label,
    rolling_over,
    studio,
    three_phases,
    three_phases_base,
)

__all__ = [
    "CHANGE",
    "DEGRADED_CLOCK",
    "EXCHANGE",
    "HIGHEST_INDEX",
    "LONGEST_FRAME",
    "LOWEST_INDEX",
    "OVERLOAD",
    "SHORT_FRAMES",
    "SPACE_CHECKSUM",
    "THREE_PHASES",
]

_HOUR_US = 3600 * SECOND_US
_NEARLY_36_KVA = (11_390, 11_160, 10_930)  # VA by phase


def _fill_the_frame(meter: Linky) -> None:
    """All that the mode can send at once: 1 711 characters of standard mode, plus MSG2 once; and a power that few
    homes draw, over what 15 bits hold."""
    meter.load.hold(*_NEARLY_36_KVA)
    if meter.mode is Mode.STANDARD:
        now = meter.now_us
        meter.peaks = {n: Peak(now + 12 * n * _HOUR_US, now + 12 * (n + 1) * _HOUR_US) for n in (1, 2, 3)}
        meter.msg2 = "ULTRA COURT"


def _forget_peaks(meter: Linky) -> None:
    meter.peaks = None


def _degrade_clock(meter: Linky) -> None:
    """The meter has lost the time of day (54E §6.2.1.1)."""
    meter.clock_degraded = True


def _mend_clock(meter: Linky) -> None:
    """And has it again."""
    meter.clock_degraded = False


def _make_space_checksum(meter: Linky) -> None:
    """Stop the load and move the running index on to the next value whose checksum is a space."""
    meter.load.hold(0)
    label = index_label(meter)
    at_zero = encode_group(Group(label, f"{0:09}"), meter.mode)[-2] - ord(" ")
    shown = next(int(group.value) for group in meter.groups() if group.label == label)
    meter.set(**{label: _next_with_digit_sum(shown, -at_zero % 64) % 10**9})


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
    """A quarter over the subscription at the most, on each phase: the breaker never opens at that (54E §7). No phase
    draws as many amperes as another, and all that short frames tell are theirs."""
    meter.load.hold(*(1250 * meter.pref_kva / meter.phases - 230 * phase for phase in range(meter.phases)))


def _end_overload(meter: Linky) -> None:
    meter.load.hold(500)


def _set_index(value: int) -> Callable[[Linky], None]:
    """Of the index that does not run: every contract has a first one, and it stands still."""

    def set_index(meter: Linky) -> None:
        meter.set(**{"EASF01" if meter.mode is Mode.STANDARD else "HCHC": value})

    return set_index


def _greatest_then_apart(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """Two frames of greatest values, which are the same for many labels, and one of nearly those, to each its own."""
    greatest = *said_oddly(meter, 1), *registers_at(meter, "9")
    return greatest, greatest, (*greatest, *said_apart(meter))


def _odd_longest(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    if meter.mode is Mode.STANDARD:
        return ((*said_oddly(meter, 0), *registers_at(meter, "0")),)
    return _greatest_then_apart(meter)


def _odd_then_damaged(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """Two frames of odd values, and one with damage besides, to labels that are due in the first ones; one is long."""
    odd = said_oddly(meter, 5)
    maximum = "SMAXN" if meter.quirks.pilot_labels else "SMAXSN"
    return odd, odd, (*odd, AlteredDigit(maximum), AlteredDigit("UMOY1"), AlteredDigit("PJOURF+1"))


CHANGE = replace(HOUSE, name="change", follows=BOTH_MODES, faults=lambda meter: said_oddly(meter, 0))
SPACE_CHECKSUM = replace(
    HOUSE, name="space checksum", before=_make_space_checksum, faults=lambda meter: said_oddly(meter, 1)
)
DEGRADED_CLOCK = replace(
    HOUSE, name="degraded clock", follows=BOTH_MODES, modes=STANDARD, before=_degrade_clock, after=_mend_clock,
    turns=_odd_then_damaged, turns_heard=3,
)  # fmt: skip
OVERLOAD = Stimulus(
    "overload", studio, modes=HISTORIC, before=_overload, after=_end_overload, leaves=HISTORIC,
    tail_on_same_meter=True,
)  # fmt: skip
THREE_PHASES = Stimulus(
    "three phases", three_phases, modes=STANDARD,
    turns=_greatest_then_apart, turns_heard=3,
)  # fmt: skip  # no peak: no blank season in it
LONGEST_FRAME = Stimulus(
    "longest frame", three_phases, before=_fill_the_frame, after=_forget_peaks, leaves=BOTH_MODES,
    turns=_odd_longest, turns_heard=3,
)  # fmt: skip
SHORT_FRAMES = Stimulus(
    "short frames", three_phases_base, modes=HISTORIC, before=_overload, after=_end_overload, fades=True,
    tail_on_same_meter=True,
)  # fmt: skip  # short ones still for a while, in which who clears its values by long frames alone keeps ADIRn
HIGHEST_INDEX = Stimulus(
    "index at its highest",
    rolling_over,
    before=_set_index(999_999_999),
    follows=BOTH_MODES,
    faults=lambda meter: registers_at(meter, "9"),
)
LOWEST_INDEX = Stimulus(
    "index rolled over to zero",
    rolling_over,
    before=_set_index(0),
    follows=BOTH_MODES,
    faults=lambda meter: registers_at(meter, "0"),
)
EXCHANGE = Stimulus("meter exchange", exchanged, indexes_fall=True, follows=BOTH_MODES)
