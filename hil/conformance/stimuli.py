# SPDX-License-Identifier: Apache-2.0
"""The published stimuli of the suite: what is put on the line for which purpose.

In historic mode the first damage falls on HCHP, between HCHC and PTEC; in standard mode on EASF02, between
EASF01 and EASF03: the plan moves the neighbours before each step, so that their arrival can be seen. Where one
step has many faults, each befalls a label of its own, and the good groups between them are due.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from xky.emulator import Linky, Peak, contract_maker
from xky.emulator.contracts import Distributor
from xky.emulator.faults import Fault
from xky.emulator.faults.altered_digit import AlteredDigit
from xky.emulator.faults.altered_label import AlteredLabel
from xky.emulator.faults.baud_change import BaudChange
from xky.emulator.faults.baud_error import TOLERANCE_PERCENT, BaudError
from xky.emulator.faults.bit_burst import BitBurst
from xky.emulator.faults.bit_flips import BitFlips
from xky.emulator.faults.character_gaps import CharacterGaps
from xky.emulator.faults.control_character import ControlCharacter
from xky.emulator.faults.cut import CutFrame
from xky.emulator.faults.damaged_start import DamagedStart
from xky.emulator.faults.doubled_character import DoubledCharacter
from xky.emulator.faults.empty_value import EmptyValue
from xky.emulator.faults.endless_frame import EndlessFrame
from xky.emulator.faults.framing_error import FramingError
from xky.emulator.faults.group_gaps import GroupGaps
from xky.emulator.faults.inserted_character import InsertedCharacter
from xky.emulator.faults.jitter import Jitter
from xky.emulator.faults.late_start import LateStart
from xky.emulator.faults.lost_character import LostCharacter
from xky.emulator.faults.lost_spaces import LostSpaces
from xky.emulator.faults.metrology_bursts import MetrologyBursts
from xky.emulator.faults.missing_end_of_frame import MissingEndOfFrame
from xky.emulator.faults.missing_end_of_group import MissingEndOfGroup
from xky.emulator.faults.missing_group import MissingGroup
from xky.emulator.faults.missing_start_of_frame import MissingStartOfFrame
from xky.emulator.faults.missing_start_of_group import MissingStartOfGroup
from xky.emulator.faults.noise import NoiseBeforeFrame
from xky.emulator.faults.other_checksum_rule import OtherChecksumRule
from xky.emulator.faults.overlong_value import OverlongValue
from xky.emulator.faults.parity_error import ParityError
from xky.emulator.faults.pause import Pause
from xky.emulator.faults.power_cut import PowerCut
from xky.emulator.faults.repeated_group import RepeatedGroup
from xky.emulator.faults.stuck_line import StuckLine
from xky.emulator.faults.swapped_digits import SwappedDigits
from xky.emulator.faults.swapped_groups import SwappedGroups
from xky.emulator.faults.two_bits import TwoBits
from xky.emulator.faults.unknown_label import UnknownLabel
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.emulator.faults.wrong_separator import WrongSeparator
from xky.emulator.faults.wrong_size import WrongSize
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Group, Mode, encode_group

from ..campaign.stimulus import Stimulus, household

__all__ = [
    "AUTUMN",
    "BEFORE_AUTUMN",
    "BEFORE_COLOUR",
    "BEFORE_NOTICE",
    "BEFORE_TARIFF",
    "BLANK_SEASON",
    "CHANGE",
    "COLOUR",
    "CUT_BY_EOT",
    "CUT_IN_GROUP",
    "DAMAGED_DELIMITERS",
    "DAMAGED_GROUPS",
    "DEGRADED_CLOCK",
    "ENDLESS_FRAME",
    "EXCHANGE",
    "FASTEST_LINE",
    "HIGHEST_INDEX",
    "LATE_START",
    "LONGEST_FRAME",
    "LOWEST_INDEX",
    "MIDNIGHT",
    "MISSING_END",
    "MISSING_START",
    "NOISE",
    "NOISY_LINE",
    "ODD_GROUPS",
    "OTHER_MODE",
    "OVERLOAD",
    "PEAK",
    "PEAK_NOTICE",
    "POWER_CUT",
    "SAME_CHECKSUM",
    "SHORT_FRAMES",
    "SLOWEST_LINE",
    "SPACE_CHECKSUM",
    "SPOILT_CHARACTERS",
    "SPRING",
    "STUCK_LINE",
    "TARIFF",
    "THREE_PHASES",
    "UNKNOWN_LABEL",
    "WRONG_CHECKSUM",
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
    return "IRMS1" if meter.quirks.pilot_labels else "SINSTS"  # whose SINST1 has no size that anyone could know


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
    meter.start_at_zero()
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


@dataclass(frozen=True)
class _Targets:
    """Labels of one meter that the faults befall: apart from each other, so that between them good groups remain."""

    address: str
    name: str
    setting: str
    maximum: str
    period: str
    status: str


_TARGETS = {
    Mode.HISTORIC: _Targets("ADCO", "OPTARIF", "ISOUSC", "IMAX", "PTEC", "MOTDETAT"),
    Mode.STANDARD: _Targets("ADSC", "NGTF", "PREF", "URMS1", "LTARF", "STGE"),
}

CHANGE = replace(_HOUSE, name="change")
SPACE_CHECKSUM = replace(_HOUSE, name="space checksum", before=_make_space_checksum)


def _wrong_checksum(meter: Linky) -> tuple[Fault, ...]:
    return WrongChecksum(index_label(meter)), WrongChecksum("EAST"), MissingGroup(_current_label(meter))


WRONG_CHECKSUM = replace(_HOUSE, name="wrong checksum", faults=_wrong_checksum, disturbs=True, outlasts_freshness=True)


def _damaged_groups(meter: Linky) -> tuple[Fault, ...]:
    """What could be taken for the label's own data falls on labels whose values are new in the step."""
    on = _TARGETS[meter.mode]
    return (
        LostCharacter(on.address), DoubledCharacter(on.name), AlteredDigit(on.setting),
        WrongSeparator(index_label(meter)), AlteredLabel(on.period), ControlCharacter(_current_label(meter)),
        InsertedCharacter(on.maximum), OtherChecksumRule(_power_label(meter)), BitBurst(on.status),
    )  # fmt: skip


DAMAGED_GROUPS = replace(_HOUSE, name="damaged groups", faults=_damaged_groups, disturbs=True)


def _odd_groups(meter: Linky) -> tuple[Fault, ...]:
    on = _TARGETS[meter.mode]
    return (
        WrongSize(_power_label(meter)), EmptyValue(_current_label(meter)), OverlongValue(on.setting, 100),
        LostSpaces(on.period), RepeatedGroup(index_label(meter)), SwappedGroups(on.maximum),
    )  # fmt: skip


ODD_GROUPS = replace(_HOUSE, name="odd groups", faults=_odd_groups, disturbs=True)


def _damaged_delimiters(meter: Linky) -> tuple[Fault, ...]:
    on = _TARGETS[meter.mode]
    return DamagedStart(_current_label(meter)), MissingStartOfGroup(on.name), MissingEndOfGroup(on.setting)


DAMAGED_DELIMITERS = replace(_HOUSE, name="damaged ends of groups", faults=_damaged_delimiters, disturbs=True)


def _spoilt_characters(meter: Linky) -> tuple[Fault, ...]:
    return ParityError(_power_label(meter)), FramingError(_TARGETS[meter.mode].setting)


SPOILT_CHARACTERS = replace(_HOUSE, name="spoilt characters", faults=_spoilt_characters, disturbs=True)


def _unknown_label(meter: Linky) -> tuple[Fault, ...]:
    return (UnknownLabel(before=_power_label(meter)),)


UNKNOWN_LABEL = replace(_HOUSE, name="unknown label", faults=_unknown_label)


def _slowest(meter: Linky) -> tuple[Fault, ...]:
    return BaudError(TOLERANCE_PERCENT), GroupGaps(), CharacterGaps()


def _fastest(meter: Linky) -> tuple[Fault, ...]:
    return (BaudError(-TOLERANCE_PERCENT),)


SLOWEST_LINE = replace(_HOUSE, name="slowest line", faults=_slowest)
FASTEST_LINE = replace(_HOUSE, name="fastest line", faults=_fastest)

# Disturbances of a frame, after which the device must recover


def _cut_in_group(meter: Linky) -> tuple[Fault, ...]:
    return (CutFrame(_power_label(meter)),)


def _cut_by_eot(meter: Linky) -> tuple[Fault, ...]:
    return (CutFrame(index_label(meter), with_eot=True),)


def _late_start(meter: Linky) -> tuple[Fault, ...]:
    return (LateStart(index_label(meter)),)


def _missing_start(meter: Linky) -> tuple[Fault, ...]:
    return (MissingStartOfFrame(),)


def _missing_end(meter: Linky) -> tuple[Fault, ...]:
    return (MissingEndOfFrame(),)


def _endless(meter: Linky) -> tuple[Fault, ...]:
    return (EndlessFrame(2000 if meter.mode is Mode.STANDARD else 600),)


def _stuck(meter: Linky) -> tuple[Fault, ...]:
    """It stands still before the frame, and in it; and then goes on at half the rate."""
    return (
        StuckLine(_OFF_S, carrier=True), StuckLine(_OFF_S), Pause(index_label(meter)), BaudChange(_power_label(meter)),
    )  # fmt: skip


def _power_cut(meter: Linky) -> tuple[Fault, ...]:
    return (PowerCut(_power_label(meter), _OFF_S),)


def _noise(meter: Linky) -> tuple[Fault, ...]:
    return MetrologyBursts(), NoiseBeforeFrame(150)


def _noisy_line(meter: Linky) -> tuple[Fault, ...]:
    return BitFlips(0.003), Jitter(0.2)


def _same_checksum(meter: Linky) -> tuple[Fault, ...]:
    return SwappedDigits(index_label(meter)), TwoBits(_power_label(meter))


_OFF_S = 0.5
_DISTURBED = replace(_HOUSE, disturbs=True, brief=True)

CUT_IN_GROUP = replace(_DISTURBED, name="frame cut inside a group", faults=_cut_in_group)
CUT_BY_EOT = replace(_DISTURBED, name="frame cut by EOT", modes=HISTORIC, faults=_cut_by_eot)
LATE_START = replace(_DISTURBED, name="line heard from the middle of a frame", faults=_late_start)
MISSING_START = replace(_DISTURBED, name="frame without STX", faults=_missing_start)
MISSING_END = replace(_DISTURBED, name="frame without ETX", faults=_missing_end)
ENDLESS_FRAME = replace(_DISTURBED, name="frame longer than any", faults=_endless)
STUCK_LINE = replace(_DISTURBED, name="stuck line", faults=_stuck)
POWER_CUT = replace(_DISTURBED, name="power cut in a frame", faults=_power_cut)
NOISE = replace(_DISTURBED, name="noise before frames", faults=_noise)
NOISY_LINE = replace(_DISTURBED, name="noisy line", faults=_noisy_line)

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
EXCHANGE = Stimulus("meter exchange", exchanged, indexes_fall=True)
# What the clock brings, in its order, and far enough apart for a device that speaks twice an hour

BEFORE_COLOUR = Stimulus("before the colour is told", tempo, at="2026-10-24T12:00", brief=True)
COLOUR = Stimulus("colour of tomorrow", tempo, at="2026-10-24T20:00", outlasts_completeness=True)
BEFORE_TARIFF = Stimulus("before the tariff changes", flat, at="2026-10-24T21:00", brief=True)
TARIFF = Stimulus("tariff change", flat, at="2026-10-24T22:30", outlasts_completeness=True)
MIDNIGHT = Stimulus("midnight", flat, modes=STANDARD, at="2026-10-25T00:00", outlasts_completeness=True)
BEFORE_AUTUMN = Stimulus("before the clock goes back", flat, modes=STANDARD, at="2026-10-25T02:50+02:00", brief=True)
AUTUMN = Stimulus("clock goes back", flat, modes=STANDARD, at="2026-10-25T02:00+01:00")
BEFORE_NOTICE = Stimulus("before the notice of a peak", ejp, at="2026-10-26T04:00", brief=True)
PEAK_NOTICE = Stimulus("notice of a mobile peak", ejp, at="2026-10-26T06:30", outlasts_completeness=True)
PEAK = Stimulus("mobile peak", ejp, at="2026-10-26T07:00")
SPRING = Stimulus("clock goes forward", household_of_spring, modes=STANDARD, at="2027-03-28T03:00")

# At the end

OTHER_MODE = Stimulus(
    "other TIC mode", household_of_spring, at="2027-03-28T04:30", before=_change_mode, after=_change_mode,
    disturbs=True, outlasts_detection=True, tail_on_same_meter=True, last=True,
)  # fmt: skip
SAME_CHECKSUM = Stimulus(
    "damage that keeps the checksum", household_of_spring, at="2027-03-28T03:30", faults=_same_checksum, disturbs=True,
    brief=True, tail_on_same_meter=True, last=True,
)  # fmt: skip  # a device that believes it may refuse all true indexes from then on
