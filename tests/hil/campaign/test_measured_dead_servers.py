# SPDX-License-Identifier: Apache-2.0
"""A real board whose servers and access point are taken away for hours, judged by what instruments saw."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xky.boards import board_named
from xky.emulator import Linky
from xky.emulator.supply import SUPPLIES
from xky.hil.bench.access_point import AccessPoint
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.campaign.bench_trials import BenchTrials
from xky.hil.campaign.dead_servers import Away
from xky.hil.campaign.evidence import read_record, write_record
from xky.hil.campaign.measured_power import DEAD, MeasuredDeadServer, MeasuredPower, MeasuredTrial, PowerSample
from xky.hil.campaign.oracle import Case, Oracle
from xky.hil.campaign.requirement import Purpose
from xky.hil.campaign.verdict import NotApplicable, PurposeFailed, Undecided
from xky.hil.conformance import stimuli
from xky.hil.conformance.test_power import PWR_8
from xky.protocol import BenchError, InputError, Mode

from .fed_by_instruments import fed_by_instruments, record_with

LAB = board_named("winky-lab")  # a circuit keeps it off until it is charged again, which an ammeter sees
SERVERS = ("access point", "broker", "database")


def verdict(power: MeasuredPower, what: str, board: str = "winky-lab") -> str:
    case = Case(Purpose(PWR_8, "broker", (stimuli.CHANGE,)), Oracle(record_with(power, board_named(board))))
    try:
        case.a_dead_server_does_not_drain_it(what)
    except (NotApplicable, PurposeFailed, Undecided) as error:
        return f"{type(error).__name__}: {error}"
    return "pass"


class _Network(Away):
    """The access point of a simulated board, in the place of two commands."""

    def go(self, bench: Any) -> None:
        bench.network.go_down()

    def come_back(self, bench: Any) -> None:
        bench.network.come_back()


def played(defect: str | None = None) -> MeasuredPower:
    with fed_by_instruments(defect, board="winky-lab") as (fed, instruments):
        trials = BenchTrials(
            lambda: fed.bench.device, LAB, Mode.STANDARD, instruments, 274.0, parts=(DEAD,), lasts=False,
            access_point=_Network(),
        )  # fmt: skip
        return trials.play_or_lose(fed)


@pytest.mark.nightly
def test_a_sound_board_outlives_its_servers_and_its_access_point() -> None:
    power = played()
    assert {what: verdict(power, what) for what in SERVERS} == dict.fromkeys(SERVERS, "pass")


@pytest.mark.nightly
def test_a_board_that_tries_dead_servers_for_ever_is_seen_to_lose_its_rail() -> None:
    power = played("waits-for-dead-servers")
    for what in SERVERS:
        assert "brown-outs, the first" in verdict(power, what)
        assert verdict(power, what).startswith("PurposeFailed: ")


def looks(from_s: float, until_s: float, voltage_v: float = 4.8, board_a: float | None = 0.02) -> list[PowerSample]:
    return [PowerSample(float(at_s), 0.001, voltage_v, 0.001, board_a) for at_s in range(int(from_s), int(until_s))]


def on_a_meter(samples: list[PowerSample], *readings_s: float) -> MeasuredTrial:
    return MeasuredTrial(SUPPLIES["min_spec"], samples[0].at_s, 1.0, readings_s, tuple(samples), samples[-1].at_s)


COLD = on_a_meter([*looks(0, 150, 2.0, 0.0), *looks(150, 200)], 160.0)


def dead(reading_s: float | None = 520.0, samples: list[PowerSample] | None = None) -> MeasuredPower:
    """A broker that was dead from 200 s to 500 s, and might be heard again until 600 s."""
    trial = on_a_meter(looks(200, 610) if samples is None else samples, *([] if reading_s is None else [reading_s]))
    gone = MeasuredDeadServer("broker", 200.0, 500.0, reading_s, 100.0, trial)
    return MeasuredPower(COLD, meters=("analyser", "capacitor"), dead=(gone,))


def test_a_board_that_is_heard_again_in_time_passes_and_one_that_is_not_fails() -> None:
    assert verdict(dead(), "broker") == "pass"
    assert verdict(dead(602.0), "broker").startswith("PurposeFailed: 102 s until it is heard again")
    assert verdict(dead(600.5), "broker").startswith("Undecided: ")
    assert verdict(dead(None), "broker") == "PurposeFailed: it is not heard within 100 s of the return of the broker"


def test_an_ammeter_shows_a_brown_out_and_without_one_a_voltage_near_it_is_undecided() -> None:
    lost = [*looks(200, 300), *looks(300, 400, 3.2, 0.0), *looks(400, 610)]
    assert verdict(dead(520.0, lost), "broker").startswith("PurposeFailed: 1 brown-outs, the first 100.0 s behind")
    near = [*looks(200, 300), *looks(300, 400, 3.4, None), *looks(400, 610)]
    assert 'role = "analyser"' in verdict(replace(dead(520.0, near), meters=("capacitor",)), "broker")


def test_what_was_not_taken_away_is_undecided_and_what_a_board_has_not_does_not_concern_it() -> None:
    told = "needs the bench to be its broker"
    assert verdict(MeasuredPower(COLD, wants={"broker": told}), "broker") == f"Undecided: {told}"
    assert verdict(MeasuredPower(COLD, wants={DEAD: "the bench lost it"}), "broker") == "Undecided: the bench lost it"
    assert verdict(dead(), "broker", "winky-c6").startswith("NotApplicable: ")
    assert verdict(dead(), "database", "eky").startswith("NotApplicable: ") or "influx" in board_named("eky").uplinks
    starved = on_a_meter([*COLD.samples, *looks(200, 300, 3.2, 0.0)], 160.0)
    assert "it does not live on such a meter" in verdict(replace(dead(), cold=starved), "broker")


def test_what_instruments_saw_of_a_dead_server_is_the_same_when_it_was_read_again(tmp_path: Path) -> None:
    record = record_with(dead(), LAB)
    write_record(tmp_path / "standard", record)
    assert read_record(tmp_path / "standard").measured_power == record.measured_power


def test_an_access_point_goes_and_comes_back_by_commands(tmp_path: Path) -> None:
    away = tmp_path / "away"
    point = AccessPoint(f"touch {away}", f"rm {away}")
    bench = Bench(open_device("sim:generic"), board_named("generic"), Linky())
    with bench:
        point.go(bench)
        assert away.exists()
        point.come_back(bench)
        assert not away.exists()
        assert bench.truth  # the line went on meanwhile
        with pytest.raises(BenchError, match=r"^\[access_point\] on 'rm .*away': failed \(exit status 1\)"):
            point.come_back(bench)
    with pytest.raises(InputError, match=r"^\[access_point\] off 'no-such-command': command .* not found"):
        AccessPoint("no-such-command", "true")
