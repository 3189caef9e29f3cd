# SPDX-License-Identifier: Apache-2.0
"""Checksums: what is wrong is refused, what is right is not, and neither touches its neighbours."""

from xky.hil.conformance import stimuli
from xky.hil.oracle import Case
from xky.hil.requirement import Requirement, purpose

CHK_1 = Requirement(
    "TIC-CHK-1", clause="54E §5.3.6, 02E §1.5.2", text="A group whose checksum is wrong is not reported."
)


@purpose(CHK_1, "wrong-checksum", stimuli.WRONG_CHECKSUM)
def test_a_group_with_a_wrong_checksum_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()


@purpose(CHK_1, "altered-digit", stimuli.ALTERED_DIGIT)
def test_a_group_with_an_altered_digit_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()


@purpose(CHK_1, "altered-label", stimuli.ALTERED_LABEL)
def test_a_group_with_an_altered_label_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()


CHK_2 = Requirement(
    "TIC-CHK-2", clause="54E §5.3.6", text="The good groups of a frame are reported though one of them is refused."
)


@purpose(CHK_2, "wrong-checksum", stimuli.WRONG_CHECKSUM)
def test_groups_beside_a_wrong_checksum_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CHK_2, "altered-digit", stimuli.ALTERED_DIGIT)
def test_groups_beside_an_altered_digit_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CHK_2, "altered-label", stimuli.ALTERED_LABEL)
def test_groups_beside_an_altered_label_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CHK_2, "control-character", stimuli.CONTROL_CHARACTER)
def test_groups_beside_a_control_character_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CHK_2, "recovers", stimuli.WRONG_CHECKSUM)
def test_the_device_recovers_from_wrong_checksums(case: Case) -> None:
    case.the_device_recovers()


CHK_3 = Requirement(
    "TIC-CHK-3", clause="54E §5.3.6", text="A group whose checksum character is a space is reported like any other."
)


@purpose(CHK_3, "space-checksum", stimuli.SPACE_CHECKSUM)
def test_a_space_as_checksum_is_accepted(case: Case) -> None:
    case.groups_with_a_space_as_checksum_are_reported()


CHR_1 = Requirement(
    "TIC-CHR-1", clause="54E §6.2.1.2", text="A group with a control character in its data is not reported."
)


@purpose(CHR_1, "control-character", stimuli.CONTROL_CHARACTER)
def test_a_group_with_a_control_character_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()
