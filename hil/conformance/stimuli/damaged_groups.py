# SPDX-License-Identifier: Apache-2.0
"""Groups that are damaged, or odd: each fault befalls a label of its own, and the good groups between them are due.

In historic mode the first damage falls on HCHP, between HCHC and PTEC; in standard mode on EASF02, between
EASF01 and EASF03: the plan moves the neighbours before each step, so that their arrival can be seen.
"""

from dataclasses import dataclass, replace
from itertools import count

from xky.emulator import Linky
from xky.emulator.faults import Fault
from xky.emulator.faults.altered_digit import AlteredDigit
from xky.emulator.faults.altered_label import AlteredLabel
from xky.emulator.faults.bit_burst import BitBurst
from xky.emulator.faults.checksum_high_bit import ChecksumHighBit
from xky.emulator.faults.control_character import ControlCharacter
from xky.emulator.faults.damaged_start import DamagedStart
from xky.emulator.faults.doubled_character import DoubledCharacter
from xky.emulator.faults.empty_checksum import EmptyChecksum
from xky.emulator.faults.empty_value import EmptyValue
from xky.emulator.faults.framing_error import FramingError
from xky.emulator.faults.inserted_character import InsertedCharacter
from xky.emulator.faults.legal_value import LegalValue
from xky.emulator.faults.letter_in_number import LetterInNumber
from xky.emulator.faults.lost_character import LostCharacter
from xky.emulator.faults.lost_spaces import LostSpaces
from xky.emulator.faults.missing_end_of_group import MissingEndOfGroup
from xky.emulator.faults.missing_field import MissingField
from xky.emulator.faults.missing_group import MissingGroup
from xky.emulator.faults.missing_start_of_group import MissingStartOfGroup
from xky.emulator.faults.odd_horodate import OddHorodate
from xky.emulator.faults.other_checksum_rule import OtherChecksumRule
from xky.emulator.faults.overlong_label import OverlongLabel
from xky.emulator.faults.overlong_value import OverlongValue
from xky.emulator.faults.parity_error import ParityError
from xky.emulator.faults.repeated_group import RepeatedGroup
from xky.emulator.faults.swapped_groups import SwappedGroups
from xky.emulator.faults.unknown_label import UnknownLabel
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.emulator.faults.wrong_separator import WrongSeparator
from xky.emulator.faults.wrong_size import WrongSize
from xky.protocol import LABELS, Group, Mode, encode_group

from .legal_values import said_oddly
from .meters import HISTORIC, HOUSE, current_label, index_label, power_label

__all__ = [
    "DAMAGED_DELIMITERS",
    "DAMAGED_GROUPS",
    "ODD_GROUPS",
    "SPOILT_CHARACTERS",
    "UNKNOWN_LABEL",
    "WRONG_CHECKSUM",
    "checksum_high_bit",
    "control_characters",
    "other_rule",
    "wrong_separator",
]


@dataclass(frozen=True)
class _Targets:
    """Labels of one meter that the faults befall: apart from each other, so that between them good groups remain."""

    address: str
    name: str
    setting: str
    maximum: str
    period: str
    status: str
    last: str
    """Of few characters, or of text: it can be doubled, or be lost, and nobody misses it."""


def _targets(meter: Linky) -> _Targets:
    if meter.mode is Mode.STANDARD:
        return _Targets("ADSC", "NGTF", "PREF", "URMS1", "LTARF", "STGE", "RELAIS")
    maximum = "IMAX" if meter.phases == 1 else "IMAX1"
    return _Targets("ADCO", "OPTARIF", "ISOUSC", maximum, "PTEC", "MOTDETAT", "HHPHC")


def _wrong_checksum(meter: Linky) -> tuple[Fault, ...]:
    total = (WrongChecksum("EAST"),) if meter.mode is Mode.STANDARD else ()
    return WrongChecksum(index_label(meter)), *total, MissingGroup(current_label(meter))


WRONG_CHECKSUM = replace(HOUSE, name="wrong checksum", faults=_wrong_checksum, disturbs=True)


def _damaged_groups(meter: Linky) -> tuple[Fault, ...]:
    """What could be taken for the label's own data falls on labels whose values are new in the step.

    The current is missing, and in the step behind as well: what is kept of it is too old then. In standard mode, which
    has a label to spare, a group ends before its checksum: who drops the frame for it drops each.
    """
    on = _targets(meter)
    return (
        *([EmptyChecksum("PRM")] if meter.mode is Mode.STANDARD else []),
        *([] if meter.quirks.no_hhphc and meter.mode is Mode.HISTORIC else [DoubledCharacter(on.last)]),
        LostCharacter(on.address), AlteredDigit(on.setting),
        WrongSeparator(index_label(meter)), AlteredLabel(on.period), MissingGroup(current_label(meter)),
        ControlCharacter(on.name, 0x1B),
        InsertedCharacter(on.maximum), OtherChecksumRule(power_label(meter)), BitBurst(on.status),
    )  # fmt: skip


DAMAGED_GROUPS = replace(
    HOUSE, name="damaged groups", faults=_damaged_groups, disturbs=True, unfollowed=True, ages=True
)


def other_rule(meter: Linky) -> tuple[Fault, ...]:
    """The checksum of the other mode, in a frame that is right besides: a receiver that drops a whole frame for
    another group's damage does not show there what it would have taken. The step does not have the value else."""
    label = power_label(meter)
    return _saying(meter, label, 7), OtherChecksumRule(label)


def wrong_separator(meter: Linky) -> tuple[Fault, ...]:
    """The separator of the other mode, alone likewise."""
    label = index_label(meter)
    shown = next(int(group.value) for group in meter.groups() if group.label == label)
    return _saying(meter, label, max(shown - 77, 0)), WrongSeparator(label)


def checksum_high_bit(meter: Linky) -> tuple[Fault, ...]:
    """Bit 6 of a checksum turned over, alone likewise."""
    label = power_label(meter)
    return LegalValue(label, _of_low_checksum(meter)), ChecksumHighBit(label)


def control_characters(meter: Linky) -> tuple[Fault, ...]:
    """In a number that the step does not have else, and in a text."""
    label = current_label(meter)
    return _saying(meter, label, 77), ControlCharacter(label), ControlCharacter(_targets(meter).name, 0x1B)


def _saying(meter: Linky, label: str, number: int) -> LegalValue:
    return LegalValue(label, f"{number:0{LABELS[meter.mode][label].size}}")


def _of_low_checksum(meter: Linky) -> str:
    """A small power whose checksum is a printable character with its highest bit turned over, too."""
    label = power_label(meter)
    values = (f"{number:0{LABELS[meter.mode][label].size}}" for number in count(1))
    return next(value for value in values if encode_group(Group(label, value), meter.mode)[-2] < 0x3F)


def _odd_groups(meter: Linky) -> tuple[Fault, ...]:
    on = _targets(meter)
    return (
        WrongSize(power_label(meter)), EmptyValue(current_label(meter)), OverlongValue(on.setting, 8),
        LostSpaces(on.period), RepeatedGroup(index_label(meter)), SwappedGroups(on.maximum),
    )  # fmt: skip


def _odd_groups_in_turn(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """One frame in three has data of another kind; one lacks fields besides, of labels that say nothing new, has a
    horodate that is none, a label longer than any, and data behind more blanks than any: it is not the last one, by
    whose length the step would last longer."""
    on, (of_size, *others) = _targets(meter), _odd_groups(meter)
    of_kind = LetterInNumber(power_label(meter)), ControlCharacter(on.name, 0x1B, fits=True)
    stamped = (MissingField("UMOY1", "horodate"), OddHorodate("SMAXSN-1")) if meter.mode is Mode.STANDARD else ()
    lacking = (
        OverlongValue(on.last, 100, blanks=True),
        OverlongLabel(before=on.period),
        EmptyChecksum(on.name),
        MissingField(on.status),
        *stamped,
    )
    return (of_size, *others), (of_size, *others, *lacking), (*of_kind, *others)


ODD_GROUPS = replace(
    HOUSE, name="odd groups", turns=_odd_groups_in_turn, turns_heard=3, disturbs=True, lengthens=HISTORIC
)


def _damaged_delimiters(meter: Linky) -> tuple[Fault, ...]:
    """Beside groups whose values are new: a broken start is behind one, a missing end before one."""
    if meter.mode is Mode.HISTORIC:  # behind an index and PAPP, before an index
        behind_power = "MOTDETAT" if meter.quirks.no_hhphc else "HHPHC"
        return DamagedStart("PTEC"), MissingStartOfGroup(behind_power), MissingEndOfGroup("ISOUSC")
    behind_power = "SMAXN" if meter.quirks.pilot_labels else "SMAXSN"
    return DamagedStart("EASF04"), MissingStartOfGroup(behind_power), MissingEndOfGroup("LTARF")


DAMAGED_DELIMITERS = replace(HOUSE, name="damaged ends of groups", faults=_damaged_delimiters, disturbs=True)


def _spoilt_characters(meter: Linky) -> tuple[Fault, ...]:
    return ParityError(power_label(meter)), FramingError(_targets(meter).setting)


SPOILT_CHARACTERS = replace(HOUSE, name="spoilt characters", faults=_spoilt_characters, disturbs=True)


def _unknown_label(meter: Linky) -> tuple[Fault, ...]:
    return UnknownLabel(before=power_label(meter)), *said_oddly(meter, 2)


UNKNOWN_LABEL = replace(HOUSE, name="unknown label", faults=_unknown_label)
