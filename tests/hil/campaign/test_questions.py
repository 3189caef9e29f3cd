# SPDX-License-Identifier: Apache-2.0
"""Questions that cannot be asked of a device or meter: a sentence says why, no error of the suite."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from xky.boards import board_named
from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.emulator.runner import Late
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import OPENING, Record
from xky.hil.campaign.requirement import Purpose, Requirement
from xky.hil.campaign.stimulus import Stimulus, household
from xky.hil.campaign.verdict import NotApplicable, PurposeFailed, Undecided
from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import ETX, STX

REQUIREMENT = Requirement("TIC-X-1", clause="-", text="-")
FRAMES = 6  # a step is as long as three frame periods and some


def case_of(
    *steps: tuple[str, tuple[Group, ...]], said: dict[str, str], claims: frozenset[str] | None = None,
    after_s: float = 0.9, asked: int = 1,
) -> Case:  # fmt: skip
    """A device that says the same at all times, about frames of these steps; the last ones are ``asked`` about."""
    truth = Truth()
    for name, groups in steps:
        pieces = (
            Piece(STX), *(Piece(encode_group(one, Mode.STANDARD), one, Expect.MUST) for one in groups), Piece(ETX)
        )  # fmt: skip
        for _ in range(FRAMES):
            number = len(truth)
            truth.append(SentFrame(number, Mode.STANDARD, 1.0 * number, 1 / 960, pieces, True, name))
    readings = [
        Reading(at_s + after_s, {label: Said(value) for label, value in said.items()}) for at_s in range(len(truth))
    ]
    record = Record(Mode.STANDARD, board_named("generic"), 1.0, claims, truth, readings, [])
    stimuli = tuple(Stimulus(name, household) for name, _ in steps[-asked:])
    return Case(Purpose(REQUIREMENT, "x", stimuli), Oracle(record))


PEAK = (Group("EAST", "000000001"), Group("LTARF", "HP"), Group("NTARF", "02"))
OFF_PEAK = (Group("EAST", "000000001"), Group("LTARF", "HP"), Group("NTARF", "01"))


@pytest.mark.parametrize("claims", [None, frozenset({"NTARF", "LTARF"})], ids=["all", "two"])
def test_a_device_that_never_reports_the_one_label_that_changed_is_told_so(claims: frozenset[str] | None) -> None:
    case = case_of((OPENING, PEAK), ("tariff", OFF_PEAK), said={"LTARF": "HP"}, claims=claims)
    with pytest.raises(NotApplicable, match=r"^the device never reports NTARF; see TIC-LBL-1$"):
        case.label_is_reported("PTEC", "LTARF", "NTARF")


def test_a_device_that_does_not_claim_what_it_reports_of_them_is_told_so() -> None:
    steps = (OPENING, PEAK), ("tariff", (Group("LTARF", "HC"), Group("NTARF", "01")))
    case = case_of(*steps, said={"LTARF": "HC"}, claims=frozenset({"NTARF"}))
    with pytest.raises(NotApplicable, match=r"^the device never reports NTARF; see TIC-LBL-1$"):
        case.label_is_reported("PTEC", "LTARF", "NTARF")


def test_of_many_steps_the_one_is_told_whose_value_never_came() -> None:
    day = [("eve", OFF_PEAK), ("night", PEAK), ("afternoon", OFF_PEAK), ("evening", PEAK)]
    case = case_of(*day, said={"NTARF": "02"}, after_s=0.2, asked=3)
    with pytest.raises(PurposeFailed) as failed:
        case.label_is_reported_in_each_step("NTARF")
    assert str(failed.value) == "NTARF sent intact and never reported; said instead: NTARF = '02' (12.20 s)"
    assert 12.0 < case.trail.at_s < 13.0
    assert "NTARF→01" in case.trail.sent[0]
    case_of(*day[:2], said={"NTARF": "02"}, after_s=0.2).label_is_reported_in_each_step("NTARF")


STEPS = (OPENING, OFF_PEAK), ("tariff", PEAK)


def test_a_label_that_was_reported_with_another_value_is_not_said_to_have_been_kept_back() -> None:
    case = case_of(*STEPS, ("then", OFF_PEAK), said={"NTARF": "01", "LTARF": "HP"}, after_s=0.2, asked=2)
    case.record.readings[FRAMES] = Reading(FRAMES + 0.2, {"NTARF": Said("2")})
    with pytest.raises(PurposeFailed) as failed:
        case.label_is_reported("NTARF")
    assert str(failed.value) == "NTARF sent intact and never reported; said instead: NTARF = '2' (6.20 s)"
    assert case.trail.seen[0] == str(failed.value)


def test_a_label_of_which_nothing_was_said_in_its_time_was_never_reported() -> None:
    case = case_of(*STEPS, ("then", OFF_PEAK), said={"NTARF": "01"}, after_s=0.2, asked=2)
    for number, one in enumerate(case.record.readings[:-1]):
        case.record.readings[number] = Reading(one.at_s, one.said if number < FRAMES else {"LTARF": Said("HP")})
    with pytest.raises(PurposeFailed, match=r"^NTARF sent intact and never reported$"):
        case.label_is_reported("NTARF")


def test_a_label_that_was_always_reported_wrongly_is_not_said_to_have_been_kept_back() -> None:
    case = case_of((OPENING, PEAK), ("tariff", OFF_PEAK), said={"LTARF": "HP", "NTARF": "7"})
    with pytest.raises(
        NotApplicable, match=r"^the device never reports NTARF with a value that was sent; see TIC-LBL-1$"
    ):
        case.label_is_reported("NTARF")
    with pytest.raises(PurposeFailed) as failed:
        case.every_label_is_reported()
    assert str(failed.value) == "never reported: EAST; never reported with a value that was sent: NTARF"


@pytest.mark.parametrize("ask", [
    lambda case: case.doubtful_values_are_refused("wrong_size"),
    lambda case: case.unknown_label_is_passed_on(),
    lambda case: case.nothing_damaged_is_reported(),
])  # fmt: skip
def test_a_step_whose_fault_finds_no_group_on_this_meter_asks_nothing(ask: Callable[[Case], None]) -> None:
    with pytest.raises(NotApplicable, match="no such group on this meter"):
        ask(case_of((OPENING, PEAK), ("step", PEAK), said={"EAST": "000000001"}))


def test_what_nothing_was_sent_before_is_not_missed() -> None:
    with pytest.raises(Undecided, match="no whole frame was sent before"):
        case_of(("step", PEAK), said={"EAST": "000000001"}).a_missing_group_is_not_made_up()


def test_a_step_that_leaves_nothing_out_asks_nothing() -> None:
    with pytest.raises(NotApplicable, match="leaves no group of this meter out"):
        case_of((OPENING, PEAK), ("step", PEAK), said={"EAST": "000000001"}).a_missing_group_is_not_made_up()


def test_a_frame_without_a_group_has_no_last_one() -> None:
    with pytest.raises(Undecided, match="has no group"):
        case_of((OPENING, ()), said={"EAST": "000000001"}).the_last_group_is_reported()


PEAK_DAY = (Group("EAST", "000000001"), Group("NTARF", "01"))
NO_PEAK = (Group("EAST", "000000001"),)


def left_in(step: str) -> Case:
    """A device that keeps NTARF for eight seconds behind one of two steps that had it."""
    truth, readings = Truth(), []
    plan = (("first", PEAK_DAY), ("first, after", NO_PEAK), ("second", PEAK_DAY), ("second, after", NO_PEAK))
    for name, groups in plan:
        for place in range(12):
            number = len(truth)
            groups_now = tuple(Group(one.label, "02" if one.label == "NTARF" and name == "second" else one.value)
                               for one in groups)  # fmt: skip
            told = [Piece(encode_group(one, Mode.STANDARD), one, Expect.MUST) for one in groups_now]
            pieces = (Piece(STX), *told, Piece(ETX))
            truth.append(SentFrame(number, Mode.STANDARD, 1.0 * number, 1 / 960, pieces, True, name))
            said = {one.label: Said(one.value) for one in groups_now}
            if name == "first, after" and place < 8:
                said["NTARF"] = Said("01")
            readings.append(Reading(number + 0.9, said))
    record = Record(Mode.STANDARD, board_named("generic"), 1.0, None, truth, readings, [])
    return Case(Purpose(REQUIREMENT, "x", (Stimulus(step, household, outlasts_freshness=True),)), Oracle(record))


def test_what_is_kept_too_long_behind_one_step_accuses_in_no_other() -> None:
    with pytest.raises(PurposeFailed, match="NTARF = '01' belongs to a label that has left the frames"):
        left_in("first").labels_that_left_are_gone()
    left_in("second").labels_that_left_are_gone()


@pytest.mark.parametrize(
    ("late_s", "refused"), [(3.0, PurposeFailed), (199.0, Undecided)], ids=["long ago", "just now"]
)
def test_a_bench_that_came_too_late_excuses_no_silence_of_long_afterwards(
    late_s: float, refused: type[Exception]
) -> None:
    case = case_of((OPENING, PEAK), said={})
    record = replace(case.record, readings=[], silent=True, duration_s=200.0, late=[Late(late_s, 0.4)])
    with pytest.raises(refused, match=r"the device said nothing usable: no line at all$"):
        Case(Purpose(REQUIREMENT, "x", (Stimulus(OPENING, household),)), Oracle(record)).the_device_speaks()
