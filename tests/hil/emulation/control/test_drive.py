# SPDX-License-Identifier: Apache-2.0
"""What a client sends shows on the line, and is what a scenario would do."""

from pathlib import Path
from typing import Any

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Line, Play, Transmitter, Truth, scenario_named
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import decode
from xky.protocol.status import Breaker, Status

from .driven import Driven


def test_the_load_is_raised_until_the_cut_off_opens_and_somebody_closes_it() -> None:
    run = Driven()
    over = {}
    for load_va in (3000, 7000, 12_000):
        run.do("PUT", "/load", {"load_va": load_va})
        said = run.said()
        over[int(said["SINSTS"])] = Status.parse(said["STGE"]).over_reference
    assert over == {3000: False, 7000: True, 12_000: True}
    told = run.get("/state")["cut_off"]
    assert not told["is_open"]
    run.wait(told["opens_in_s"] - 1.5)
    assert not run.get("/state")["cut_off"]["is_open"]
    run.wait(1.6)
    assert run.get("/state")["cut_off"] == {"is_open": True, "opened_by": "overpower", "opens_in_s": None}
    said = run.said()
    assert (said["SINSTS"], Status.parse(said["STGE"]).breaker) == ("00000", Breaker.OVERPOWER)
    run.do("POST", "/event", {"breaker": "close", "load_va": 300})
    said = run.said()
    assert (said["SINSTS"], Status.parse(said["STGE"]).breaker) == ("00300", Breaker.CLOSED)


def test_a_historic_overload_shows_as_adps_until_the_cut_off_opens() -> None:
    run = Driven(mode="historic")
    assert "ADPS" not in run.said()
    run.do("PUT", "/load", {"load_va": 12_000})
    assert run.said()["ADPS"] == run.said()["IINST"] != "000"
    run.wait(120)
    said = run.said()
    assert (said["PAPP"], "ADPS" in said) == ("00000", False)


@pytest.mark.nightly
@settings(max_examples=25)
@given(after_s=st.floats(0.001, 6), load_va=st.integers(600, 7000), mode=st.sampled_from(["historic", "standard"]))
def test_the_answer_tells_when_it_happened_and_which_frame_shows_it_first(
    after_s: float, load_va: int, mode: str
) -> None:
    run = Driven(mode=mode)
    run.wait(after_s)
    done = run.do("PUT", "/load", {"load_va": load_va})
    assert done["at_s"] == pytest.approx(after_s, abs=1e-6)
    run.wait(6)
    label = "SINSTS" if mode == "standard" else "PAPP"
    shown = load_va if mode == "standard" else round(load_va, -1)
    values = {
        frame["number"]: int(group["value"])
        for frame in run.get("/truth?limit=100")["frames"]
        for group in frame["groups"]
        if group["label"] == label
    }
    assert {value for number, value in values.items() if number < done["first_frame"]} <= {500}
    assert {value for number, value in values.items() if number >= done["first_frame"]} == {shown}


EVENTS: list[dict[str, Any]] = [
    {"load_va": 5200},
    {"ramp": {"to_va": 4000, "during_s": 4}},
    {"household": {"seed": 4}},
    {"adps": True},
    {"mode": "historic"},
    {"exchange": {"contract": "base", "pref_kva": 9}},
    {"contract": "base"},
    {"contract": {"name": "tempo", "colours": {"2026-01-15": "red"}}},
    {"pref_kva": 3, "pcoup_kva": 9},
    {"set": {"EAST": 1_234_567, "PREF": 9}},
    {"outage": {"for_s": 3, "clock_reserve_s": 1}},
    {"clock": {"show": "2026-01-15T23:59:58"}},
    {"clock": {"drift_ppm": 1000, "degraded": True}},
    {"breaker": "open"},
    {"peak": {"number": 2, "start": "2026-01-15T18:00:08", "end": "2026-01-15T19:00"}},
    {"msg1": "BONJOUR", "msg2": "UNE FOIS", "cover_open": True},
    {"relays": {"1": True, "3": False}},
    {"faults": [{"name": "wrong_checksum", "label": "EAST"}, {"name": "noise"}]},
    {"skip_to": "18:29:58"},
    {"say": "nothing"},
]


def as_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {as_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def played(folder: Path, event: dict[str, Any], meter: str) -> bytes:
    """What a scenario with that event sends within 30 seconds of the line."""
    lines = "\n".join(f"{key} = {as_toml(value)}" for key, value in event.items())
    (folder / "story.toml").write_text(
        f'at = "2026-01-15T18:00"\nend = "2026-01-15T19:00"\n[meter]\n{meter}\n'
        f'[[event]]\nat = "2026-01-15T18:00:05"\n{lines}\n'
    )
    story = scenario_named(str(folder / "story.toml"))
    env, line, sent = simpy.Environment(), Line(), []
    built = story.first_meter.build(at_us=story.at_us)
    built.run_by(lambda: float(env.now))
    line.connect(lambda burst: sent.append(burst.data))
    transmitter = Transmitter(env, built, line, Truth())
    env.process(Play(env, transmitter, story).run())
    env.process(transmitter.run())
    env.run(until=30)
    return b"".join(sent)


@pytest.mark.by_day(8)
@pytest.mark.parametrize("event", EVENTS, ids=",".join)
def test_an_event_does_what_a_scenario_does(tmp_path: Path, event: dict[str, Any]) -> None:
    run = Driven()
    run.wait(5)
    done = run.do("POST", "/event", event)
    assert sorted(done["done"]) == sorted(event)
    assert run.remarks == [event.get("say") or ", ".join(done["done"])]
    run.wait(25)
    data = b"".join(burst.data for burst in run.bursts)
    assert data == played(tmp_path, event, "load_va = 500")
    assert len(decode(data)) > 10


def test_each_key_of_an_event_is_driven_here_or_refused() -> None:
    tried = {key for event in EVENTS for key in event}
    known = set(Driven().call("GET", "/openapi.json").json()["components"]["schemas"]["EventBody"]["properties"])
    assert known - tried == {"adir", "lose_phases", "terminal_a"}  # of three-phase meters, and of a board on the line


def test_a_three_phase_meter_is_driven_by_phase() -> None:
    run = Driven(phases=3, load_va=[100, 200, 300])
    run.do("PUT", "/load", {"adir": [2]})
    assert run.get("/state")["load"]["over_subscription"]
    run.do("PUT", "/load", {"load_va": [1000, 0, 50]})
    assert [run.said()[f"SINSTS{phase}"] for phase in (1, 2, 3)] == ["01000", "00000", "00050"]
    run.do("POST", "/event", {"lose_phases": [3]})
    assert run.said()["URMS3"] == "000"
    assert run.get("/state")["lost_phases"] == [3]


@pytest.mark.parametrize("mode", ["historic", "standard"])
def test_each_register_that_is_told_can_be_set_and_is_said(mode: str) -> None:
    run = Driven(mode=mode, load_va=0)
    told = run.get("/registers")
    assert set(told["registers"]) == set(told["units"])
    for number, label in enumerate(told["registers"], 1):
        run.do("PUT", "/registers", {label: number})
        assert run.get("/registers")["registers"][label] == number
        groups = {group["label"]: group["value"] for group in run.get("/frame")["groups"]}
        assert int(groups.get(label, number)) == number
    said = run.said()
    assert {"EAST", "PREF"} <= set(said) or {"HCHC", "HCHP"} <= set(said)


def test_all_registers_are_set_or_none() -> None:
    run = Driven()
    before = run.get("/registers")
    status, detail = run.refused("PUT", "/registers", {"EASF01": 5, "EASF11": 6})
    assert status == 422
    assert "EASF11" in detail
    assert run.get("/registers") == before


def test_the_tariff_is_reached_by_its_index() -> None:
    run = Driven(mode="standard")
    assert run.said()["NTARF"] == "02"
    run.do("PUT", "/tariff", {"supplier_index": 1})
    assert run.get("/state")["legal_time"].startswith("2026-01-15T22:30:00")
    assert run.said()["NTARF"] == "01"
    assert run.do("PUT", "/tariff", {"supplier_index": 1})["done"] == []
    told = run.get("/state")["tariff"]
    run.do("POST", "/event", {"skip_to": told["next_switch"]})
    assert run.get("/state")["legal_time"] == told["next_switch"]


def test_the_tariff_is_reached_on_a_clock_that_is_wrong_too() -> None:
    run = Driven()
    run.do("POST", "/event", {"clock": {"show": "2026-03-01T12:00", "drift_ppm": 900}})
    run.do("PUT", "/tariff", {"supplier_index": 1})
    state = run.get("/state")
    assert state["tariff"]["supplier_index"] == 1
    assert state["clock_shows"] == "2026-03-01T22:30:00.000+01:00"


def test_another_contract_counts_from_now_on() -> None:
    run = Driven()
    run.do("PUT", "/tariff", {"contract": "base"})
    said = run.said()
    assert (said["NGTF"].strip(), said["NTARF"]) == ("BASE", "01")
    run.do("PUT", "/tariff", {"peak": {"number": 3, "start": "2026-01-15T17:00", "end": "2026-01-15T23:00"}})
    assert run.get("/state")["tariff"]["peak_running"] == 3
    run.do("PUT", "/tariff", {"contract": "hc"})
    assert run.get("/state")["tariff"]["peak_running"] == 0
    run.do("PUT", "/tariff", {"contract": {"name": "tempo", "colours": {"2026-01-15": "red"}}})
    assert run.get("/state")["tariff"]["colour_today"] == "red"


def test_without_supply_nothing_is_sent_until_it_is_restored() -> None:
    run = Driven()
    run.wait(3)
    run.do("POST", "/supply/cut", {})
    run.wait(2)
    sent = run.get("/state")["frames_sent"]
    assert not run.get("/state")["supply"]
    run.wait(60)
    assert run.get("/state")["frames_sent"] == sent
    assert run.refused("POST", "/supply/cut", {})[0] == 409
    assert run.refused("GET", "/frame", None)[0] == 409
    done = run.do("POST", "/supply/restore", {"clock_reserve_s": 10})
    assert run.refused("POST", "/supply/restore", {})[0] == 409
    assert done["first_frame"] == sent
    run.wait(5)
    state = run.get("/state")
    assert state["frames_sent"] > sent
    assert state["clock_degraded"]
    assert state["clock_shows"] < state["legal_time"]
    assert run.remarks == ["supply is cut", "supply is back"]


def test_an_outage_that_somebody_ended_does_not_end_the_next_one() -> None:
    run = Driven()
    run.do("POST", "/supply/cut", {"for_s": 20})
    run.wait(5)
    run.do("POST", "/supply/restore", {})
    run.wait(5)
    run.do("POST", "/supply/cut", {})
    run.wait(60)
    assert not run.get("/state")["supply"]
    run.do("POST", "/supply/restore", {})
    run.do("POST", "/supply/cut", {"for_s": 20})
    run.wait(21)
    assert run.get("/state")["supply"]


def test_a_frame_that_is_asked_for_is_the_next_one_and_takes_no_message_from_the_line() -> None:
    run = Driven()
    run.do("POST", "/event", {"msg2": "UNE FOIS"})
    told = run.get("/frame")
    assert told == run.get("/frame")
    assert run.call("GET", "/frame/bytes").content.hex() == told["data_hex"]
    groups = {group["label"]: group for group in told["groups"]}
    assert groups["MSG2"]["value"] == "UNE FOIS".ljust(16)
    assert (groups["EAST"]["unit"], groups["MSG2"]["unit"]) == ("Wh", None)
    run.wait(3)
    assert [frame.data.hex() for frame in run.sent][:1] == [told["data_hex"]]
    assert ["MSG2" in said for said in run.heard()][:2] == [True, False]


def test_a_meter_that_was_driven_is_no_other_than_one_that_was_only_looked_at() -> None:
    looked, left = Driven(), Driven()
    for run in (looked, left):
        run.wait(4)
    for path in ("/state", "/registers", "/frame", "/truth", "/faults", "/docs", "/openapi.json"):
        assert looked.call("GET", path).status_code == 200
    for run in (looked, left):
        run.wait(10)
    assert [burst.data for burst in looked.bursts] == [burst.data for burst in left.bursts]


def test_the_files_meter_follows_what_happens() -> None:
    run = Driven()
    run.do("POST", "/event", {"mode": "historic", "pref_kva": 9})
    assert run.actions.file == MeterFile(load_va=500, mode="historic", pref_kva=9)
    run.do("PUT", "/load", {"load_va": 700})
    run.do("POST", "/event", {"exchange": {"phases": 3}})
    assert run.transmitter.meter.phases == 3
    assert run.refused("PUT", "/load", {"adps": True}) == (
        422,
        "adps: three-phase frames have no ADPS; write adir = [1]",
    )
