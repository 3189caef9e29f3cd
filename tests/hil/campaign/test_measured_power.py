# SPDX-License-Identifier: Apache-2.0
"""Power of a real board, judged by what the instruments of its bench saw: pass, fail, and what nobody can know."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import simpy

from xky.boards import board_named, known_defects
from xky.emulator.supply import HIGHEST, SUPPLIES
from xky.hil.bench.reading import Reading
from xky.hil.campaign.bench_trials import BenchTrials, why_not_at_all
from xky.hil.campaign.evidence import read_record, write_record
from xky.hil.campaign.measured_power import (
    COLD,
    CUTS,
    FULL,
    MeasuredCut,
    MeasuredPower,
    MeasuredTrial,
    PowerSample,
)
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.requirement import Purpose
from xky.hil.campaign.verdict import NotApplicable, PurposeFailed, Undecided
from xky.hil.conformance import stimuli
from xky.hil.conformance.test_power import PWR_1
from xky.protocol import Mode

from .fed_by_instruments import LIMITS, fed_by_instruments, measured, record_with
from .test_power_trials import trials

WINKY = board_named("winky-c6")
ASKED: Mapping[str, Callable[[Case], None]] = {
    "XKY-PWR-1": Case.it_starts_from_empty,
    "XKY-PWR-2": Case.it_starts_again_after_cut_outs,
    "XKY-PWR-3": Case.it_never_browns_out,
    "XKY-PWR-4": Case.its_adc_does_not_mislead_it,
    "XKY-PWR-5": Case.no_rating_is_exceeded,
    "XKY-PWR-6": Case.the_promised_period_holds,
    "XKY-PWR-7": Case.it_takes_no_more_than_the_meter_guarantees,
}
MUSTS = ("XKY-PWR-1", "XKY-PWR-2", "XKY-PWR-3", "XKY-PWR-5", "XKY-PWR-6", "XKY-PWR-7")
SHOWN = {  # by instruments, each in the place of a model that knows the board from within
    "lacks-a-wake-up-circuit": {"XKY-PWR-1", "XKY-PWR-2", "XKY-PWR-4"},
    "has-no-clamp": {"XKY-PWR-5"},
    "wakes-too-often": {"XKY-PWR-3", "XKY-PWR-6"},
    "sleeps-longer-than-promised": {"XKY-PWR-6"},
    "never-sleeps-deeply": {"XKY-PWR-3", "XKY-PWR-6"},
}


def case_of(power: MeasuredPower) -> Case:
    return Case(Purpose(PWR_1, "empty", (stimuli.CHANGE,)), Oracle(record_with(power, WINKY)))


def verdicts(power: MeasuredPower) -> dict[str, str]:
    """Of each requirement, ``pass`` or the name of what is raised."""
    told = {}
    for name, ask in ASKED.items():
        try:
            ask(case_of(power))
        except (NotApplicable, PurposeFailed, Undecided) as error:
            told[name] = type(error).__name__
        else:
            told[name] = "pass"
    return told


@cache
def started() -> MeasuredPower:
    """A sound board from empty, and on for many readings."""
    return measured(parts=(COLD,))


@pytest.mark.xdist_group("measured power")
def test_a_sound_board_starts_and_lives_by_instruments_as_it_does_by_its_simulation() -> None:
    simulated = trials(WINKY).from_empty()
    cold = started().cold
    assert cold is not None and cold.first_reading_s is not None and simulated.first_reading_s is not None
    assert cold.first_reading_s - cold.fed_s == pytest.approx(simulated.first_reading_s, abs=0.1)
    for question in (Case.it_starts_from_empty, Case.it_never_browns_out, Case.the_promised_period_holds):
        question(case_of(started()))
    case = case_of(started())
    case.it_takes_no_more_than_the_meter_guarantees()
    assert case.trail.measured[0].value == pytest.approx(1e3 * simulated.need_w(WINKY), rel=0.1)


@pytest.mark.nightly
def test_a_sound_board_that_a_bench_feeds_passes_what_a_supply_can_show() -> None:
    told = verdicts(measured())
    assert {told[name] for name in MUSTS} == {"pass"}
    assert told["XKY-PWR-4"] == "Undecided"


@pytest.mark.nightly
@pytest.mark.parametrize("defect", SHOWN)
def test_defects_of_power_that_a_supply_can_show_fail_and_nothing_else_does(defect: str) -> None:
    told = verdicts(measured(defect))
    assert {name for name, verdict in told.items() if verdict == "PurposeFailed"} == SHOWN[defect]
    must_fail = known_defects()[defect].must_fail
    assert must_fail & SHOWN[defect] or all(told[name] == "Undecided" for name in must_fail)


@pytest.mark.xdist_group("measured power")
def test_what_instruments_saw_is_the_same_when_it_was_written_and_read_again(tmp_path: Path) -> None:
    record = record_with(replace(started(), wants={CUTS: "needs a load"}), WINKY)
    write_record(tmp_path / "standard", record)
    assert read_record(tmp_path / "standard").measured_power == record.measured_power


def sample(at_s: float, voltage_v: float, board_a: float | None = 0.01) -> PowerSample:
    return PowerSample(at_s, 0.001, voltage_v, 0.001, board_a)


def cold(
    first_s: float | None = 200.0,
    *,
    unsure_s: float = 1.0,
    voltages: tuple[float, ...] = (0.0, 2.0, 4.8, 4.9),
    period_s: float = 36.0,
    supply: str = "min_spec",
) -> MeasuredTrial:
    """From empty: a first reading, then more of them."""
    readings = () if first_s is None else tuple(first_s + number * period_s for number in range(8))
    ended_s = 2000.0 if first_s is None else readings[-1] + 1.0
    looks = [sample(float(at_s), v) for at_s, v in zip((-1, 50, 150), voltages, strict=False)]
    looks += [sample(180.0 + at_s, voltages[-1]) for at_s in range(int(ended_s - 180.0))]
    return MeasuredTrial(SUPPLIES[supply], 0.0, unsure_s, readings, tuple(looks), ended_s)


def power(first: MeasuredTrial | None = None, **parts: object) -> MeasuredPower:
    return replace(MeasuredPower(cold() if first is None else first, meters=("analyser", "capacitor")), **parts)  # type: ignore[arg-type]


def told(question: Callable[[Case], None], of: MeasuredPower) -> str:
    with pytest.raises((PurposeFailed, Undecided)) as caught:
        question(case_of(of))
    return f"{type(caught.value).__name__}: {caught.value}"


def test_a_value_within_its_uncertainty_of_the_limit_is_not_decided() -> None:
    limit_s = WINKY.limits.cold_start_s
    case_of(power(cold(limit_s - 2.0))).it_starts_from_empty()
    for first_s in (limit_s - 0.5, limit_s + 0.5):
        assert told(Case.it_starts_from_empty, power(cold(first_s))).startswith("Undecided: ")
    assert told(Case.it_starts_from_empty, power(cold(limit_s + 2.0))).startswith("PurposeFailed: ")


def test_a_head_start_of_what_no_load_empties_counts_as_uncertainty() -> None:
    limit_s = WINKY.limits.cold_start_s
    begun = cold(limit_s - 5.0, voltages=(0.3, 2.0, 4.8, 4.9))
    assert "within the uncertainty" in told(Case.it_starts_from_empty, power(begun))


def test_a_board_that_never_starts_fails_and_one_that_is_not_fed_does_not() -> None:
    assert told(Case.it_starts_from_empty, power(cold(None))).startswith("PurposeFailed: it never starts")
    unwired = cold(None, voltages=(0.0, 0.0, 0.001, 0.002))
    assert "check the supply" in told(Case.it_starts_from_empty, power(unwired))


def test_a_period_is_judged_with_the_lateness_of_the_bench() -> None:
    limit_s = WINKY.report_period_s
    case_of(power(cold(period_s=limit_s - 2.0))).the_promised_period_holds()
    assert told(Case.the_promised_period_holds, power(cold(period_s=limit_s + 0.5))).startswith("Undecided: ")
    assert told(Case.the_promised_period_holds, power(cold(period_s=limit_s + 2.0))).startswith("PurposeFailed: ")


def test_near_its_brown_out_an_ammeter_is_needed() -> None:
    near = cold(voltages=(0.0, 2.0, 3.32, 3.32))
    unseen = told(Case.it_never_browns_out, power(near, meters=("capacitor",)))
    assert unseen.startswith("Undecided: ") and 'role = "analyser"' in unseen
    case_of(power(cold(), meters=("capacitor",))).it_never_browns_out()


def test_an_ammeter_that_is_wrong_for_once_accuses_nobody() -> None:
    sound = cold()
    odd = replace(sound, samples=(*sound.samples[:-2], replace(sound.samples[-2], board_a=0.0), sound.samples[-1]))
    case_of(power(odd)).it_never_browns_out()


def test_without_an_ammeter_what_it_takes_is_not_decided() -> None:
    for question in (Case.its_adc_does_not_mislead_it, Case.it_takes_no_more_than_the_meter_guarantees):
        assert 'add [[instrument]] with role = "analyser"' in told(question, power(meters=("capacitor",)))


def cut(reading_s: float | None) -> MeasuredCut:
    return MeasuredCut(30.0, 100.0, 0.5, 4.5, False, reading_s)


def test_cut_outs_without_a_load_are_judged_as_far_as_they_go() -> None:
    wants = {CUTS: "needs an electronic load"}
    assert told(Case.it_starts_again_after_cut_outs, power(cuts=(cut(130.0),), wants=wants)) == (
        "Undecided: needs an electronic load"
    )
    assert told(Case.it_starts_again_after_cut_outs, power(cuts=(cut(None),), wants=wants)).startswith("PurposeFailed")


def filled(rest_v: float, full_v: float) -> MeasuredPower:
    highest = replace(HIGHEST, source_ohm=274.0)
    rest = MeasuredTrial(SUPPLIES["min_spec"], 0.0, 0.0, (), (sample(1.0, rest_v),), 2.0)
    return power(rest=rest, full=MeasuredTrial(highest, 2.0, 0.0, (), (sample(3.0, full_v),), 4.0))


def test_what_a_capacitor_bears_is_measured_and_what_less_resistance_would_add_is_uncertain() -> None:
    case_of(filled(5.01, 5.02)).no_rating_is_exceeded()
    assert told(Case.no_rating_is_exceeded, filled(5.80, 5.95)).startswith("Undecided: ")
    assert told(Case.no_rating_is_exceeded, filled(5.9, 6.005)).startswith("PurposeFailed: ")
    assert told(Case.no_rating_is_exceeded, filled(5.9, 6.0005)).startswith("Undecided: ")


def test_a_bench_says_what_it_lacks() -> None:
    roles = ("supply", "capacitor")
    assert "behind = " in why_not_at_all(WINKY, roles, None)
    assert "150 Ω stand before terminal A" in why_not_at_all(WINKY, roles, 150.0)
    assert 'role = "capacitor"' in why_not_at_all(WINKY, ("supply",), 274.0)
    assert "limit of the supply is 5.5 V" in why_not_at_all(WINKY, roles, 274.0, 5.5)
    assert why_not_at_all(WINKY, roles, 272.0, 13.0) == ""


def test_an_instrument_that_is_lost_leaves_undecided_what_it_was_to_show() -> None:
    lost = measured(parts=(COLD, FULL), lasts=False, lost="capacitor", after=60)
    for question in (Case.it_starts_from_empty, Case.no_rating_is_exceeded):
        assert told(question, lost).startswith("Undecided: the bench lost what it needs: TCPIP0::127.0.0.1::")


def test_cut_outs_that_a_person_ended_are_none_that_passed() -> None:
    with fed_by_instruments() as (fed, instruments):
        trial = BenchTrials(lambda: fed.bench.device, WINKY, Mode.STANDARD, instruments, 274.0, parts=(CUTS,))

        def interrupts() -> Iterator[simpy.Event]:
            yield fed.bench.env.timeout(400.0)
            raise KeyboardInterrupt

        fed.bench.env.process(interrupts())  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt):
            trial.play_or_lose(fed)
    assert trial.so_far.cuts
    assert told(Case.it_starts_again_after_cut_outs, trial.so_far) == "Undecided: not played: the run was cut short"


def test_a_full_capacitor_without_a_load_and_a_supply_with_a_low_limit_say_what_they_need() -> None:
    low = {**LIMITS, "supply": {"voltage_v": 12.0}}
    part = measured(parts=(FULL,), lasts=False, roles=("supply", "capacitor"), limits=low)
    assert "needs a limit of 13 V" in told(Case.no_rating_is_exceeded, part)


def test_a_board_that_something_else_feeds_is_not_judged() -> None:
    with fed_by_instruments() as (fed, instruments):
        bench = fed.bench

        def speaks() -> Iterator[simpy.Event]:
            while True:
                yield bench.env.timeout(5.0)
                bench.probe.readings.append(Reading(float(bench.env.now), {}))

        bench.env.process(speaks())  # type: ignore[arg-type]
        trial = BenchTrials(lambda: bench.device, WINKY, Mode.STANDARD, instruments, 274.0)
        seen = trial.play_or_lose(fed)
    assert "needs a board that nothing but terminals I1-A feeds" in told(Case.it_starts_from_empty, seen)
