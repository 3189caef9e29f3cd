# SPDX-License-Identifier: Apache-2.0
"""Questions that cannot be asked of a device or meter: a sentence says why, no error of the suite."""

from collections.abc import Callable

import pytest

from xky.boards import board_named
from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import OPENING, Record
from xky.hil.campaign.requirement import Purpose, Requirement
from xky.hil.campaign.stimulus import Stimulus, household
from xky.hil.campaign.verdict import NotApplicable, Undecided
from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import ETX, STX

REQUIREMENT = Requirement("TIC-X-1", clause="-", text="-")
FRAMES = 6  # a step is as long as three frame periods and some


def case_of(*steps: tuple[str, tuple[Group, ...]], said: dict[str, str], claims: frozenset[str] | None = None) -> Case:
    """A device that says the same at all times, about frames of these steps; the last step is asked about."""
    truth = Truth()
    for name, groups in steps:
        pieces = (
            Piece(STX), *(Piece(encode_group(one, Mode.STANDARD), one, Expect.MUST) for one in groups), Piece(ETX)
        )  # fmt: skip
        for _ in range(FRAMES):
            number = len(truth)
            truth.append(SentFrame(number, Mode.STANDARD, 1.0 * number, 1 / 960, pieces, True, name))
    readings = [
        Reading(at_s + 0.9, {label: Said(value) for label, value in said.items()}) for at_s in range(len(truth))
    ]
    record = Record(Mode.STANDARD, board_named("generic"), 1.0, claims, truth, readings, [])
    return Case(Purpose(REQUIREMENT, "x", (Stimulus(steps[-1][0], household),)), Oracle(record))


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
