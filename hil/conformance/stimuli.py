# SPDX-License-Identifier: Apache-2.0
"""The published stimuli of the suite: what is put on the line for which purpose.

In historic mode the damage falls on HCHP, between HCHC and PTEC; in standard mode on EASF02, between
EASF01 and EASF03: the plan moves the neighbours before each step, so that their arrival can be seen.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from xky.emulator import Linky, Peak, contract_maker
from xky.emulator.contracts import Distributor
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

from ..stimulus import Stimulus, household

__all__ = [
    "ALTERED_DIGIT",
    "ALTERED_LABEL",
    "AUTUMN",
    "BEFORE_AUTUMN",
    "BEFORE_COLOUR",
    "BEFORE_NOTICE",
    "BEFORE_TARIFF",
    "BLANK_SEASON",
    "CHANGE",
    "COLOUR",
    "CONTROL_CHARACTER",
    "CUT_BY_EOT",
    "CUT_IN_GROUP",
    "DAMAGED_START",
    "DEGRADED_CLOCK",
    "EXCHANGE",
    "HIGHEST_INDEX",
    "LONGEST_FRAME",
    "LOWEST_INDEX",
    "MIDNIGHT",
    "NOISE",
    "OTHER_MODE",
    "OVERLOAD",
    "PEAK",
    "PEAK_NOTICE",
    "SHORT_FRAMES",
    "SPACE_CHECKSUM",
    "SPRING",
    "TARIFF",
    "THREE_PHASES",
    "UNKNOWN_LABEL",
    "WRONG_CHECKSUM",
    "WRONG_SIZE",
]

HISTORIC, STANDARD = frozenset({Mode.HISTORIC}), frozenset({Mode.STANDARD})
_HOUR_US = 3600 * SECOND_US
_PEAK_DAY = date(2026, 10, 26)


def index_label(meter: Linky) -> str:
    """The label that shows the running index."""
    running = meter.tariff.supplier_index
    if meter.mode is Mode.STANDARD:
        return f"EASF{running:02}"
    return next(label for label, index in meter.contract.index_labels.items() if index in (0, running))


def _power_label(meter: Linky) -> str:
    if meter.mode is Mode.HISTORIC:
        return "PAPP"
    return "IRMS1" if meter.habits.pilot_labels else "SINSTS"  # whose SINST1 has no size that anyone could know


def _current_label(meter: Linky) -> str:
    if meter.mode is Mode.STANDARD:
        return "IRMS1"
    return "IINST" if meter.phases == 1 else "IINST1"


# Meters


def flat(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase, HC/HP: for what needs such a meter."""
    return Linky(mode=mode, contract="hc", seed=seed + 1, at=at_us)


def studio(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase BASE."""
    return Linky(mode=mode, contract="base", seed=seed + 7, at=at_us)


def three_phases(mode: Mode, seed: int, at_us: int) -> Linky:
    """Three-phase TEMPO on a blue day; a producer in standard mode."""
    blue = contract_maker("tempo")(colours={}, others_blue=True)
    return Linky(mode=mode, phases=3, producer=mode is Mode.STANDARD, contract=blue, seed=seed, at=at_us)


def three_phases_base(mode: Mode, seed: int, at_us: int) -> Linky:
    """Three-phase BASE, for short frames."""
    return Linky(mode=mode, phases=3, contract="base", seed=seed, at=at_us)


def tempo(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase TEMPO, blue days: what changes at 20:00 is the colour of tomorrow alone."""
    blue = contract_maker("tempo")(colours={}, others_blue=True)
    return Linky(mode=mode, contract=blue, seed=seed + 5, at=at_us)


def ejp(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase EJP with one peak; the distributor has one index, so that notice and peak change alone."""
    contract = replace(contract_maker("ejp")(None, {_PEAK_DAY: True}), distributor=Distributor(indexes=1))
    return Linky(mode=mode, contract=contract, seed=seed + 6, at=at_us)


def rolling_over(mode: Mode, seed: int, at_us: int) -> Linky:
    """A meter of its own for indexes at their limits."""
    return Linky(mode=mode, contract="hc", seed=seed + 4, at=at_us)


def household_of_spring(mode: Mode, seed: int, at_us: int) -> Linky:
    """Made where the time of the run then is: no meter has to wait through a winter."""
    return Linky(mode=mode, contract="hc", seed=seed + 3, at=at_us)


def exchanged(mode: Mode, seed: int, at_us: int) -> Linky:
    """What the technician brings: another address, indexes near 0."""
    meter = Linky(mode=mode, contract="hc", seed=seed + 2, at=at_us)
    meter.counters.start_at_zero()
    meter.refresh()
    return meter


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
    meter.peaks = None


def _degrade_clock(meter: Linky) -> None:
    meter.clock_degraded = True


def _mend_clock(meter: Linky) -> None:
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
    """A quarter over the subscription, on each phase: the breaker never opens at that (54E §7)."""
    meter.load.hold(*(1250 * meter.pref_kva / meter.phases + 10 * phase for phase in range(meter.phases)))


def _end_overload(meter: Linky) -> None:
    meter.load.hold(500)


# Steps on the household's meter

_HOUSE = Stimulus("", household)

CHANGE = replace(_HOUSE, name="change")
SPACE_CHECKSUM = replace(_HOUSE, name="space checksum", before=_make_space_checksum)


def _wrong_checksum(meter: Linky) -> tuple[Fault, ...]:
    return (WrongChecksum(index_label(meter)),)


WRONG_CHECKSUM = replace(_HOUSE, name="wrong checksum", faults=_wrong_checksum, disturbs=True, outlasts_freshness=True)


def _altered_digit(meter: Linky) -> tuple[Fault, ...]:
    return (AlteredDigit(_power_label(meter)),)


ALTERED_DIGIT = replace(_HOUSE, name="altered digit", faults=_altered_digit, disturbs=True)


def _altered_label(meter: Linky) -> tuple[Fault, ...]:
    return (AlteredLabel(_current_label(meter)),)


ALTERED_LABEL = replace(_HOUSE, name="altered label", faults=_altered_label, disturbs=True)


def _control_character(meter: Linky) -> tuple[Fault, ...]:
    return (ControlCharacter(index_label(meter)),)


CONTROL_CHARACTER = replace(_HOUSE, name="control character", faults=_control_character, disturbs=True)


def _wrong_size(meter: Linky) -> tuple[Fault, ...]:
    return (WrongSize(_power_label(meter)),)


WRONG_SIZE = replace(_HOUSE, name="wrong size", faults=_wrong_size, disturbs=True)


def _damaged_start(meter: Linky) -> tuple[Fault, ...]:
    return (DamagedStart(_current_label(meter)),)


DAMAGED_START = replace(_HOUSE, name="damaged start of a group", faults=_damaged_start, disturbs=True)


def _unknown_label(meter: Linky) -> tuple[Fault, ...]:
    return (UnknownLabel(before=_power_label(meter)),)


UNKNOWN_LABEL = replace(_HOUSE, name="unknown label", faults=_unknown_label)


def _cut_in_group(meter: Linky) -> tuple[Fault, ...]:
    return (Cut(_power_label(meter)),)


CUT_IN_GROUP = replace(_HOUSE, name="frame cut inside a group", faults=_cut_in_group, disturbs=True)


def _cut_by_eot(meter: Linky) -> tuple[Fault, ...]:
    return (Cut(index_label(meter), with_eot=True),)


CUT_BY_EOT = replace(_HOUSE, name="frame cut by EOT", modes=HISTORIC, faults=_cut_by_eot, disturbs=True)


def _noise(meter: Linky) -> tuple[Fault, ...]:
    return (Noise(),)


NOISE = replace(_HOUSE, name="noise before frames", faults=_noise, disturbs=True)

DEGRADED_CLOCK = replace(_HOUSE, name="degraded clock", modes=STANDARD, before=_degrade_clock, after=_mend_clock)
BLANK_SEASON = replace(
    _HOUSE, name="blank season", modes=STANDARD, before=_announce_one_peak, after=_forget_peaks,
    outlasts_freshness=True,
)  # fmt: skip
OVERLOAD = Stimulus(
    "overload", studio, modes=HISTORIC, before=_overload, after=_end_overload, outlasts_freshness=True,
    tail_on_same_meter=True,
)  # fmt: skip

# Steps on other meters

THREE_PHASES = Stimulus("three phases", three_phases, modes=STANDARD)  # no peak: no blank season in it
LONGEST_FRAME = Stimulus(
    "longest frame", three_phases, before=_fill_the_frame, after=_forget_peaks, outlasts_freshness=True
)
SHORT_FRAMES = Stimulus(
    "short frames", three_phases_base, modes=HISTORIC, before=_overload, after=_end_overload, outlasts_freshness=True,
    tail_on_same_meter=True,
)  # fmt: skip

# What the meter itself does


def _change_mode(meter: Linky) -> None:
    meter.mode = Mode.STANDARD if meter.mode is Mode.HISTORIC else Mode.HISTORIC


def _set_index(value: int) -> Callable[[Linky], None]:
    """Of the index that does not run: every contract has a first one, and it stands still."""

    def set_index(meter: Linky) -> None:
        meter.set(**{"EASF01" if meter.mode is Mode.STANDARD else "HCHC": value})

    return set_index


HIGHEST_INDEX = Stimulus("index at its highest", rolling_over, before=_set_index(999_999_999))
LOWEST_INDEX = Stimulus("index rolled over to zero", rolling_over, before=_set_index(0))
EXCHANGE = Stimulus("meter exchange", exchanged, outlasts_freshness=True, indexes_fall=True)
# What the clock brings, in its order, and far enough apart for a device that speaks twice an hour

BEFORE_COLOUR = Stimulus("before the colour is told", tempo, at="2026-10-24T12:00")
COLOUR = Stimulus("colour of tomorrow", tempo, at="2026-10-24T20:00", outlasts_completeness=True)
BEFORE_TARIFF = Stimulus("before the tariff changes", flat, at="2026-10-24T21:00")
TARIFF = Stimulus("tariff change", flat, at="2026-10-24T22:30", outlasts_completeness=True)
MIDNIGHT = Stimulus("midnight", flat, modes=STANDARD, at="2026-10-25T00:00", outlasts_completeness=True)
BEFORE_AUTUMN = Stimulus("before the clock goes back", flat, modes=STANDARD, at="2026-10-25T02:50+02:00")
AUTUMN = Stimulus("clock goes back", flat, modes=STANDARD, at="2026-10-25T02:00+01:00")
BEFORE_NOTICE = Stimulus("before the notice of a peak", ejp, at="2026-10-26T04:00")
PEAK_NOTICE = Stimulus("notice of a mobile peak", ejp, at="2026-10-26T06:30", outlasts_completeness=True)
PEAK = Stimulus("mobile peak", ejp, at="2026-10-26T07:00")
SPRING = Stimulus("clock goes forward", household_of_spring, modes=STANDARD, at="2027-03-28T03:00")

# At the end

OTHER_MODE = Stimulus(
    "other TIC mode", household_of_spring, at="2027-03-28T04:30", before=_change_mode, after=_change_mode,
    disturbs=True, outlasts_detection=True, tail_on_same_meter=True, last=True,
)  # fmt: skip
