# SPDX-License-Identifier: Apache-2.0
"""Labels and data: all of them, unknown ones, odd ones."""

from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level
from xky.hil.conformance import stimuli

LBL_1 = Requirement(
    "TIC-LBL-1",
    clause="54E §6.1, §6.2.2",
    text="Every label that the device claims is reported at least once.",
    level=Level.SHOULD,
)


@purpose(LBL_1, "every-label", stimuli.PEAK, stimuli.LONGEST_FRAME, stimuli.OVERLOAD, stimuli.SHORT_FRAMES)
def test_every_claimed_label_is_reported(case: Case) -> None:
    case.every_label_is_reported()


LBL_2 = Requirement(
    "TIC-LBL-2", clause="54E §5.3.6", text="A group with an unknown label does not keep the others from arriving."
)


@purpose(LBL_2, "neighbours", stimuli.UNKNOWN_LABEL)
def test_groups_beside_an_unknown_label_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


LBL_3 = Requirement(
    "TIC-LBL-3",
    clause="54E §3.1",
    text="A group with an unknown label and a right checksum is passed on.",
    level=Level.SHOULD,
)


@purpose(LBL_3, "unknown-label", stimuli.UNKNOWN_LABEL)
def test_an_unknown_label_is_passed_on(case: Case) -> None:
    case.unknown_label_is_passed_on()


LBL_4 = Requirement(
    "TIC-LBL-4",
    clause="54E §6.2.2",
    text="Labels of nine characters are reported.",
    level=Level.SHOULD,
    modes=stimuli.STANDARD,
)


@purpose(LBL_4, "nine-characters", stimuli.THREE_PHASES)
def test_labels_of_nine_characters_are_reported(case: Case) -> None:
    case.labels_are_reported_once("SMAXSN1-1", "SMAXSN2-1", "SMAXSN3-1")


LBL_5 = Requirement(
    "TIC-LBL-5",
    clause="54E §6.2.3.3",
    text="DATE, whose data is empty, is reported.",
    level=Level.SHOULD,
    modes=stimuli.STANDARD,
)


@purpose(LBL_5, "empty-date", stimuli.UNKNOWN_LABEL)
def test_date_is_reported(case: Case) -> None:
    case.labels_are_reported_once("DATE")


SIZ_1 = Requirement(
    "TIC-SIZ-1",
    clause="54E §6.2.1.2",
    text="A known label whose data has a wrong size is refused, though its checksum is right.",
    level=Level.SHOULD,
)


@purpose(SIZ_1, "wrong-size", stimuli.ODD_GROUPS)
def test_data_of_a_wrong_size_are_refused(case: Case) -> None:
    case.doubtful_values_are_refused("wrong_size", "empty_value", "overlong_value")


SIZ_2 = Requirement(
    "TIC-SIZ-2",
    clause="54E §5.3.6, §6.2.1.2",
    text="Groups that are empty, too long, repeated, out of order or without a field do not keep the others away.",
)


@purpose(SIZ_2, "neighbours", stimuli.ODD_GROUPS)
def test_groups_beside_odd_ones_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(SIZ_2, "recovers", stimuli.ODD_GROUPS)
def test_the_device_recovers_from_odd_groups(case: Case) -> None:
    case.the_device_recovers()


SIZ_3 = Requirement(
    "TIC-SIZ-3",
    clause="54E §6.2.1.2",
    text="Letters in a number and control characters in a text are refused, though the checksum is right.",
    level=Level.SHOULD,
    may_fail_with=frozenset({"ignores-checksum"}),
)


@purpose(SIZ_3, "letters", stimuli.ODD_GROUPS)
def test_letters_in_a_number_are_refused(case: Case) -> None:
    case.doubtful_values_are_refused("letter_in_number")


@purpose(SIZ_3, "control-character", stimuli.ODD_GROUPS)
def test_a_control_character_in_a_text_is_refused(case: Case) -> None:
    case.doubtful_values_are_refused("control_character")


DAT_1 = Requirement(
    "TIC-DAT-1",
    clause="54E §6.2.1.1",
    text="While the meter's clock is degraded (lower-case season), every group is reported as before.",
    modes=stimuli.STANDARD,
)


@purpose(DAT_1, "degraded-clock", stimuli.DEGRADED_CLOCK)
def test_groups_of_a_degraded_clock_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


DAT_2 = Requirement(
    "TIC-DAT-2",
    clause="54E §6.2.1.1",
    text="Horodates with a blank season (DPMn, FPMn) do not keep the other groups from arriving.",
    modes=stimuli.STANDARD,
)


@purpose(DAT_2, "blank-season", stimuli.BLANK_SEASON)
def test_groups_beside_a_blank_season_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


CND_1 = Requirement(
    "TIC-CND-1",
    clause="54E §3.1",
    text="A conditional label that has left the frames is not reported as current.",
)


@purpose(CND_1, "overload", stimuli.OVERLOAD)
def test_adps_is_gone_after_an_overload(case: Case) -> None:
    case.labels_that_left_are_gone()


@purpose(CND_1, "mobile-peak", stimuli.BLANK_SEASON)
def test_dpm_and_ppointe_are_gone_after_a_mobile_peak(case: Case) -> None:
    case.labels_that_left_are_gone()


@purpose(CND_1, "meter-exchange", stimuli.LONGEST_FRAME, stimuli.CHANGE)
def test_labels_of_an_exchanged_meter_are_gone(case: Case) -> None:
    case.labels_that_left_are_gone()


CND_2 = Requirement(
    "TIC-CND-2",
    clause="54E §6.1.2, 02E §2.5",
    text="ADIRn, which short frames hold during an overload, is not reported as current after it has left them.",
    modes=stimuli.HISTORIC,
)


@purpose(CND_2, "short-frames", stimuli.SHORT_FRAMES)
def test_adir_is_gone_after_an_overload(case: Case) -> None:
    case.labels_that_left_are_gone("ADIR1", "ADIR2", "ADIR3")


CND_3 = Requirement(
    "TIC-CND-3",
    clause="54E §6.1.1",
    text="While ADPS is sent, in the middle of the frame, the other groups are reported as before.",
    modes=stimuli.HISTORIC,
)


@purpose(CND_3, "overload", stimuli.OVERLOAD)
def test_groups_beside_adps_are_reported(case: Case) -> None:
    case.good_groups_are_reported()
