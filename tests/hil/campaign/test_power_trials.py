# SPDX-License-Identifier: Apache-2.0
"""Trials of a device's power, and what is concluded from them: pass, fail, and what nobody can know."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from xky.boards import Board, board_named
from xky.boards.description.power import PowerDescription
from xky.boards.power.analysis import analyse
from xky.boards.power.clocked_train import train_of
from xky.emulator import Truth
from xky.emulator.supply import HIGHEST, supply_named
from xky.hil.bench.devices import open_device
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.power_record import PowerRecord
from xky.hil.campaign.power_trials import PowerTrials
from xky.hil.campaign.record import Record
from xky.hil.campaign.requirement import Purpose
from xky.hil.campaign.verdict import NotApplicable, PurposeFailed, Undecided
from xky.hil.conformance import stimuli
from xky.hil.conformance.test_power import PWR_1
from xky.protocol import Mode

STANDARD = Mode.STANDARD
WINKY = board_named("winky-c6")


def case_of(board: Board, *, fed: bool = True) -> Case:
    return case_on(board, trials(board).play() if fed else None)


def case_on(board: Board, power: PowerRecord | None) -> Case:
    record = Record(
        mode=STANDARD, board=board, speed=1.0, claims=None, truth=Truth(), readings=[], remarks=[], power=power
    )  # fmt: skip
    return Case(Purpose(PWR_1, "empty", (stimuli.CHANGE,)), Oracle(record))


def trials(board: Board) -> PowerTrials:
    return PowerTrials(partial(open_device, "sim:winky-c6"), board, STANDARD)


def with_power(**parts: object) -> Board:
    assert WINKY.power is not None
    return WINKY.model_copy(update={"power": PowerDescription.model_validate(WINKY.power.model_dump() | parts)})


def with_limits(**limits: float) -> Board:
    return WINKY.model_copy(update={"limits": WINKY.limits.model_copy(update=limits)})


def off_at(raised_v: float) -> Board:
    """A board whose charge sinks from wake to wake, and a comparator that lets go so much higher."""
    assert WINKY.power is not None and WINKY.power.wake_up is not None and WINKY.wake is not None
    wake_up = WINKY.power.wake_up.model_dump()
    described = with_power(wake_up=wake_up | {"off_v": wake_up["off_v"] + raised_v}, policy={}, adc=None)
    return described.model_copy(update={"wake": WINKY.wake.model_copy(update={"sleep_s": 9.0})})


QUESTIONS = [
    Case.it_starts_from_empty,
    Case.it_starts_again_after_cut_outs,
    Case.it_never_browns_out,
    Case.its_adc_does_not_mislead_it,
    Case.no_rating_is_exceeded,
    Case.the_promised_period_holds,
    Case.it_takes_no_more_than_the_meter_guarantees,
]


def test_a_winky_passes_and_every_verdict_has_its_trail() -> None:
    for question in QUESTIONS:
        case = case_of(WINKY)
        question(case)
        assert case.trail.sent
        assert case.trail.expected
        assert case.trail.seen


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_device_that_the_bench_does_not_feed_is_not_asked(question: Callable[[Case], None]) -> None:
    with pytest.raises(NotApplicable):
        question(case_of(WINKY, fed=False))


@pytest.mark.nightly
def test_what_the_figures_are() -> None:
    record = trials(WINKY).play()
    reckoned = analyse(
        WINKY, supply_named("min_spec"), highest=HIGHEST
    )  # as xky power does: 214.1 s to start, and a wake
    assert reckoned.cold is not None
    assert record.cold.first_reading_s == pytest.approx(reckoned.cold.reading_s, abs=0.1)
    periods_s = [after - before for before, after in pairwise(record.cold.readings_s)]
    assert periods_s == pytest.approx([reckoned.period_s] * len(periods_s), abs=0.01)
    assert not record.cold.brown_outs()
    assert len(record.cold.readings_s) > 20
    assert [round(cut.lasted_s) for cut in record.cuts[:5]] == [1, 30, 300, 3600, 259_200]
    assert all(cut.reading_s is not None for cut in record.cuts)
    assert record.cuts[4].terminal_v < 1.5  # it is next to empty after three days


def headroom_v() -> float:
    board = off_at(0.0)
    trial = trials(board).from_empty()
    assert trial.first_reading_s is not None
    return trial.least_headroom_v(board, trial.first_reading_s)


@pytest.mark.nightly
def test_what_lies_within_the_uncertainty_of_the_model_is_not_decided() -> None:
    left_v = headroom_v()
    case_of(off_at(left_v - 0.010)).it_never_browns_out()
    for raised_v in (left_v - 0.001, left_v + 0.001):
        with pytest.raises(Undecided):
            case_of(off_at(raised_v)).it_never_browns_out()


@pytest.mark.nightly
def test_beyond_it_a_brown_out_is_one() -> None:
    with pytest.raises(PurposeFailed, match=r"brown-out at \d"):
        case_of(off_at(headroom_v() + 0.02)).it_never_browns_out()


@pytest.mark.nightly
def test_whether_it_starts_at_all_may_hang_on_what_the_model_does_not_know() -> None:
    board = off_at(0.0)
    assert board.power is not None
    cold, train = trials(board).from_empty(), train_of(board.power)
    first_s = cold.first_reading_s
    assert first_s is not None
    before = [(train.state(cold.supply, one.load), one.after_v) for one in cold.stretches if one.at_s < first_s]
    awake = [(state, after_v) for state, after_v in before if state.off_terminal_v > 0]
    left_v = min(state.terminal_v(after_v) - state.off_terminal_v for state, after_v in awake)
    starts_v, never_v = left_v, left_v + 0.064  # not every wake listens equally long
    while never_v - starts_v > 0.001:
        middle_v = 0.5 * (starts_v + never_v)
        if trials(off_at(middle_v)).from_empty().first_reading_s is None:
            never_v = middle_v
        else:
            starts_v = middle_v
    with pytest.raises(Undecided, match="decide whether it starts"):
        case_of(off_at(never_v)).it_starts_from_empty()
    with pytest.raises(PurposeFailed, match="never starts"):
        case_of(off_at(never_v + 0.01)).it_starts_from_empty()


def test_a_limit_of_time_is_judged_with_its_uncertainty() -> None:
    first_s = trials(WINKY).from_empty().first_reading_s
    assert first_s is not None
    case_of(with_limits(cold_start_s=first_s * 1.002)).it_starts_from_empty()
    with pytest.raises(Undecided):
        case_of(with_limits(cold_start_s=first_s * 1.0005)).it_starts_from_empty()
    with pytest.raises(PurposeFailed, match="s until the first reading"):
        case_of(with_limits(cold_start_s=first_s * 0.998)).it_starts_from_empty()


def test_a_promise_that_does_not_hold_fails() -> None:
    case_of(with_limits(period_s=40.0)).the_promised_period_holds()
    with pytest.raises(PurposeFailed, match="s between two readings; 20 allowed"):
        case_of(with_limits(period_s=20.0)).the_promised_period_holds()


def test_a_device_that_takes_what_it_gets_is_not_accused_of_it() -> None:
    """One that wakes again as soon as its charge is back takes more from a meter that gives more."""
    assert WINKY.power is not None
    policy = WINKY.power.policy.model_dump() | {"sleep": "recharge", "min_sleep_s": 1.0}
    eager = with_power(policy=policy)
    case_of(eager).it_takes_no_more_than_the_meter_guarantees()


@pytest.mark.nightly
def test_the_tasmota_edition_starts_though_its_converter_reads_too_much_and_pays_with_resets() -> None:
    board = board_named("winky-c6-tasmota")
    case = case_on(board, PowerTrials(partial(open_device, "sim:winky-c6-tasmota"), board, STANDARD).play())
    case.it_starts_from_empty()
    with pytest.raises(PurposeFailed, match="it began a wake that its charge could not carry"):
        case.its_adc_does_not_mislead_it()


def test_a_device_from_a_file_is_judged_by_that_file(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "boards" / "winky-c6.toml").read_text(encoding="utf-8")
    path = tmp_path / "coin.toml"
    path.write_text(text.replace("esr_ohm = 0.2", "esr_ohm = 15.0"), encoding="utf-8")
    coin = board_named(str(path))
    trial = PowerTrials(partial(open_device, f"sim:{path}"), coin, STANDARD).from_empty()
    assert trial.first_reading_s is None  # a coin cell cannot carry the radio's bursts


def reader(current_a: float) -> tuple[Board, PowerTrials]:
    """A device that is always on, and its trials."""
    power = with_power(policy={}, adc=None, wake_up=None, loads={"run": {"current_a": current_a}}).power
    board = WINKY.model_copy(update={"firmware": "reader", "wake": None, "power": power})
    return board, PowerTrials(partial(open_device, "sim:generic"), board, STANDARD)


def test_a_device_that_never_sleeps_is_charged_for_what_it_draws() -> None:
    board, trials = reader(0.06)
    assert trials.play().stiff.need_w(board) > 0.06 * 2.5


def test_a_device_that_never_sleeps_keeps_its_distance_from_the_brown_out() -> None:
    board, trials = reader(0.004)
    trial = trials.from_empty()
    assert trial.first_reading_s is not None
    assert trial.least_headroom_v(board, trial.first_reading_s) == pytest.approx(
        0.2, abs=0.02
    )  # it reads soon after 2.7 V


@pytest.mark.parametrize(("gain_error", "start_margin_v"), [(-0.1, 0.05), (0.0, 5.0)])
def test_a_converter_that_never_or_always_lets_it_start_is_tried(gain_error: float, start_margin_v: float) -> None:
    assert WINKY.power is not None and WINKY.power.adc is not None
    adc = WINKY.power.adc.model_dump() | {"gain_error": gain_error}
    policy = WINKY.power.policy.model_dump() | {"start_margin_v": start_margin_v}
    assert case_of(with_power(adc=adc, policy=policy))._power.first_charge is not None


def test_a_device_that_sleeps_longer_than_a_cold_start_takes_is_not_accused_of_a_cut_out() -> None:
    assert WINKY.wake is not None
    slow = WINKY.model_copy(update={"wake": WINKY.wake.model_copy(update={"sleep_s": 9.0})})
    case_of(slow).it_starts_again_after_cut_outs()


@pytest.mark.nightly
def test_resets_in_a_flash_end_a_trial_and_do_not_hang_it() -> None:
    assert WINKY.power is not None and WINKY.power.capacitor is not None
    tiny = with_power(capacitor=WINKY.power.capacitor.model_dump() | {"capacitance_f": 1e-4}, wake_up=None, policy={})
    with pytest.raises(PurposeFailed, match="never starts"):
        case_of(tiny).it_starts_from_empty()
