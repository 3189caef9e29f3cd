# SPDX-License-Identifier: Apache-2.0
"""What is concluded of a light: by its limits, within what the eye can know, and of lights that say nothing."""

from collections.abc import Callable, Sequence

import pytest

from xky.boards import board_named
from xky.boards.description.indicator import IndicatorDescription
from xky.emulator import Truth
from xky.hil.campaign.indicator.eye import SAMPLED_S, light_of, samples_of
from xky.hil.campaign.indicator.light_record import LightRecord, Stretch
from xky.hil.campaign.indicator.stretches import GOOD, PAUSE, SILENCE
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.record import Record
from xky.hil.campaign.suite import declared_purposes
from xky.hil.campaign.verdict import PurposeFailed, Undecided
from xky.protocol import Mode

Changes = list[tuple[float, bool]]
BLINKS = next(one for one in declared_purposes() if one.id == "TIC-LED-1/blinks")


def flashing(on_s: float, off_s: float, start_s: float, end_s: float) -> Changes:
    changes: Changes = []
    at_s = start_s
    while at_s + on_s < end_s:
        changes += [(at_s, True), (at_s + on_s, False)]
        at_s += on_s + off_s
    return changes


def case_of(changes: Changes, stretches: Sequence[Stretch], scheme: str = "flashes") -> Case:
    indicator = IndicatorDescription.model_validate({"standard": scheme})
    board = board_named("generic").model_copy(update={"indicator": indicator})
    light = LightRecord(SAMPLED_S, tuple(changes), tuple(stretches))
    return Case(BLINKS, Oracle(Record(Mode.STANDARD, board, 1.0, None, Truth(), [], [], light=light)))


GOOD_FRAMES = [Stretch(GOOD, 0.0, 20.0, (1.0, 2.0, 19.9))]
SILENT = [*GOOD_FRAMES, Stretch(SILENCE, 20.0, 38.0)]
says_good: Callable[[Case], None] = lambda case: case.the_light_says(GOOD, good=True)  # noqa: E731


@pytest.mark.parametrize(("on_s", "off_s"), [(0.12, 2.9), (0.15, 2.82), (0.18, 2.98)])
def test_a_light_within_its_limits_passes(on_s: float, off_s: float) -> None:
    says_good(case_of(flashing(on_s, off_s, 1.0, 40.0), GOOD_FRAMES))


@pytest.mark.parametrize(
    ("on_s", "off_s", "told"),
    [
        (0.08, 2.9, "is lit for 0.080 s"), (0.25, 2.9, "is lit for 0.250 s"), (0.15, 2.7, "is dark for 2.700 s"),
        (0.15, 3.2, "is dark for 3.200 s"), (0.15, 0.9, "is dark for 0.900 s"), (10.0, 10.0, "flashes in"),
    ],
)  # fmt: skip
def test_a_light_beyond_its_limits_fails(on_s: float, off_s: float, told: str) -> None:
    with pytest.raises(PurposeFailed, match=told):
        says_good(case_of(flashing(on_s, off_s, 1.0, 40.0), GOOD_FRAMES))


@pytest.mark.parametrize(("on_s", "off_s"), [(0.1, 2.9), (0.205, 2.9), (0.15, 2.8), (0.15, 3.005)])
def test_a_light_as_near_to_a_limit_as_the_eye_can_tell_is_undecided(on_s: float, off_s: float) -> None:
    with pytest.raises(Undecided, match="within the 10 ms that the eye can know"):
        says_good(case_of(flashing(on_s, off_s, 1.0, 40.0), GOOD_FRAMES))


@pytest.mark.parametrize("changes", [[], [(0.0, True)], flashing(0.15, 2.9, 1.0, 11.0)], ids=["dark", "lit", "stops"])
def test_a_light_that_stands_still_says_nothing(changes: Changes) -> None:
    with pytest.raises(PurposeFailed, match="does not say that frames are good"):
        says_good(case_of(changes, GOOD_FRAMES))


def test_of_the_steady_scheme_a_lit_light_is_good_and_a_flashing_one_is_not() -> None:
    says_good(case_of([(0.0, True)], GOOD_FRAMES, "steady"))
    with pytest.raises(PurposeFailed, match="good is steadily lit"):
        says_good(case_of(flashing(0.15, 2.9, 1.0, 20.0), GOOD_FRAMES, "steady"))


def silent(quick_from_s: float) -> Case:
    slow = flashing(0.15, 2.9, 0.0, quick_from_s)
    return case_of([*slow, *flashing(0.15, 0.9, quick_from_s, 38.0)], SILENT)


@pytest.mark.parametrize("behind_s", [9.1, 9.5, 10.0, 10.9])
def test_a_light_that_changes_in_time_passes(behind_s: float) -> None:
    silent(19.9 + behind_s).the_light_notices_silence()


@pytest.mark.parametrize(("behind_s", "told"), [(7.0, "not before 9 s"), (14.0, "11 s allowed"), (30.0, "all is good")])
def test_a_light_that_changes_too_early_or_too_late_fails(behind_s: float, told: str) -> None:
    with pytest.raises(PurposeFailed, match=told):
        silent(19.9 + behind_s).the_light_notices_silence()


def test_a_light_bears_a_pause_or_does_not() -> None:
    stretches = [*GOOD_FRAMES, Stretch(PAUSE, 20.0, 28.9), Stretch(GOOD, 28.9, 33.0, (29.8,))]
    case_of(flashing(0.15, 2.9, 1.0, 33.0), stretches).the_light_bears_a_pause()
    changes = [*flashing(0.15, 2.9, 1.0, 26.0), *flashing(0.15, 0.9, 26.0, 33.0)]
    with pytest.raises(PurposeFailed):
        case_of(changes, stretches).the_light_bears_a_pause()


def test_the_eye_sees_a_flash_through_its_noise_to_a_look() -> None:
    changes = flashing(0.15, 0.9, 0.0, 60.0)
    seen = light_of(samples_of(changes, 0.0, 60.0, 3), 0.0, SAMPLED_S, is_lit=False)
    assert [lit for _, lit in seen] == [lit for _, lit in changes]
    assert all(-1e-6 <= at_s - true_s <= 2 * SAMPLED_S for (at_s, _), (true_s, _) in zip(seen, changes, strict=True))


def test_a_light_that_nobody_sees_is_undecided_with_what_would_see_it() -> None:
    case = case_of([], GOOD_FRAMES)
    case.record.light = None
    with pytest.raises(Undecided, match=r"^needs an eye on the indicator: a photodiode"):
        says_good(case)
