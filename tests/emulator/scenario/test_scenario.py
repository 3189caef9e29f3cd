# SPDX-License-Identifier: Apache-2.0
"""Scenarios of one's own: what a file may say, and what a person is told when it is wrong."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import simpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xky.emulator import Line, Play, Transmitter, Truth, scenario_named
from xky.emulator.legal_time import local_time, parse_at
from xky.emulator.scenario.event import Happening
from xky.emulator.scenario.scenario import Scenario
from xky.protocol import InputError, Mode
from xky.protocol.status import Breaker
from xky.protocol.tomlfile import Written

from .played import Played, check_clean, indexes, play

SOUND = """\
title = "An evening"
at = "2027-01-05T18:00"
end = "2027-01-05T18:30"

[meter]
pref_kva = 6

[meter.contract]
name = "tempo"
colours = { 2027-01-05 = "red" }

[[event]]
at = "18:05"
load_va = 2000

[[event]]
at = "18:10"
say = "the network goes"
outage = { for_s = 30 }

[[event]]
at = "18:20"

[event.set]
EAST = 12
EASF01 = 7
"""


def read(folder: Path, text: str) -> Scenario:
    (folder / "evening.toml").write_text(text, encoding="utf-8")
    return scenario_named(str(folder / "evening.toml"))


def complaint(folder: Path, text: str) -> str:
    """What a person reads of this file, without the folder."""
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{folder}/", "")


def evening(folder: Path, events: str, meter: str = "") -> Played:
    """Half an hour with these events."""
    text = 'at = "2027-01-05T18:00"\nend = "2027-01-05T18:30"\n'
    return play(read(folder, f"{text}[meter]\n{meter}\n{events}"))


def test_times_of_the_day_are_the_first_ones_after_the_start(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        'at = "2027-10-30T23:00"\nend = 2027-10-31T06:00:00\n'
        '[[event]]\nat = 23:30:00\nsay = "a"\n[[event]]\nat = "00:30"\nsay = "b"\n',
    )
    assert [local_time(event.at_us).isoformat()[:16] for event in scenario.event] == [
        "2027-10-30T23:30",
        "2027-10-31T00:30",
    ]
    second = read(
        tmp_path,
        'at = "2027-10-31T02:45+02:00"\nend = "2027-10-31T06:00"\n[[event]]\nat = "02:30"\nsay = "the second"\n',
    )
    assert local_time(second.event[0].at_us).isoformat() == "2027-10-31T02:30:00+01:00"


def test_a_trace_of_an_event_lies_beside_the_scenario_whatever_its_meter(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text("time,power\n0,500\n600,800\n")
    text = 'at = "2027-01-05T18:00"\nend = "2027-01-05T18:30"\nmeter = "hc-1p"\n'
    run = play(read(tmp_path, text + '[[event]]\nat = "18:05"\ntrace = { file = "day.csv" }\n'))
    assert run.around("2027-01-05T18:05")[1]["SINSTS"] == "00500"
    before, after = run.around("2027-01-05T18:15")
    assert (before["SINSTS"], after["SINSTS"]) == ("00500", "00800")


def test_a_meter_of_a_file_is_sought_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("pref_kva = 3\nload_va = 100\n")
    scenario = read(tmp_path, 'at = "2027-01-05T18:00"\nend = "2027-01-05T18:01"\nmeter = "mine.toml"\n')
    assert play(scenario).sent[0]["PREF"] == "03"


def test_the_house_stays_when_its_meter_is_exchanged(tmp_path: Path) -> None:
    run = evening(
        tmp_path,
        '[[event]]\nat = "18:05"\nload_va = 1234\n[[event]]\nat = "18:10"\npref_kva = 9\nexchange = {}\n'
        '[[event]]\nat = "18:20"\nexchange = { phases = 3 }\nload_va = [100, 200, 300]\n',
        meter="pref_kva = 6",
    )
    old, new = run.around("2027-01-05T18:10")
    assert old["ADSC"] != new["ADSC"]
    assert (old["SINSTS"], new["SINSTS"], old["PREF"], new["PREF"]) == ("01234", "01234", "06", "09")
    assert [run.sent[-1][f"SINSTS{phase}"] for phase in (1, 2, 3)] == ["00100", "00200", "00300"]
    assert run.sent[-1]["PREF"] == "09"


def test_another_contract_counts_on_the_same_meter(tmp_path: Path) -> None:
    run = evening(
        tmp_path,
        '[[event]]\nat = "18:05"\npeak = { number = 3, start = "2027-01-05T18:00", end = "2027-01-05T19:00" }\n'
        '[[event]]\nat = "18:10"\ncontract = { name = "tempo", colours = { 2027-01-05 = "blue" } }\n',
    )
    old, new = run.around("2027-01-05T18:10")
    assert (old["NGTF"].strip(), new["NGTF"].strip()) == ("H PLEINE/CREUSE", "TEMPO")
    assert (old.status.peak_running, new.status.peak_running) == (3, 0)
    assert (old["ADSC"], indexes(old)["EAST"]) == (new["ADSC"], indexes(new)["EAST"])


@pytest.mark.nightly
def test_a_water_heater_hangs_on_the_contact_of_the_contract_that_there_is(tmp_path: Path) -> None:
    heater = 'household = { appliances = ["water-heater"], seed = 1 }\ncontract = "base"'
    text = (
        'at = "2027-01-05T18:00"\nend = "2027-01-06T06:00"\n'
        f'[meter]\n{heater}\n[[event]]\nat = "18:05"\ncontract = "hc"\n'
    )
    run = play(read(tmp_path, text))
    assert {sent["SINSTS"] for sent in run.between("2027-01-05T18:06", "2027-01-05T22:29")} == {"00000"}
    assert int(run.around("2027-01-05T22:31")[1]["SINSTS"]) > 1000


def test_events_that_somebody_else_s_jump_passes_over_happen_at_once(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        'at = "2027-01-05T18:00"\nend = "2027-01-05T19:00"\n[[event]]\nat = "18:10"\nload_va = 1000\n'
        '[[event]]\nat = "18:20"\npref_kva = 9\n[[event]]\nat = "18:40"\nload_va = 2000\n',
    )
    env, meter = simpy.Environment(), scenario.first_meter.build(at_us=scenario.at_us)
    meter.run_by(lambda: float(env.now))
    player = Play(env, Transmitter(env, meter, Line(), Truth()), scenario)
    env.process(player.run())
    env.run(until=60)
    jump = Happening(skip_to="18:30")
    player.actions.happen(jump, player.actions.file, skip_to_us=parse_at("2027-01-05T18:30"))
    env.run(until=61)
    assert (meter.power.signed_va, meter.pref_kva) == (1000, 9)
    env.run(until=60 + 601)
    assert meter.power.signed_va == 2000
    env.run(until=60 + 1799)
    assert not player.ended
    env.run(until=60 + 1801)
    assert player.ended


def test_an_exchanged_meter_may_keep_address_and_indexes(tmp_path: Path) -> None:
    run = evening(tmp_path, '[[event]]\nat = "18:10"\nexchange = {}\n', meter="habits = { address_stays = true }")
    old, new = run.around("2027-01-05T18:10")
    assert old["ADSC"] == new["ADSC"]
    assert 0 <= indexes(new)["EAST"] - indexes(old)["EAST"] < 10


def test_a_clock_that_drifts_stays_degraded_until_it_is_set(tmp_path: Path) -> None:
    run = evening(
        tmp_path,
        '[[event]]\nat = "18:05"\nclock = { degraded = true }\n'
        '[[event]]\nat = "18:10"\nclock = { drift_ppm = 1000 }\n'
        '[[event]]\nat = "18:20"\nclock = { show = 2027-01-05T18:00:00 }\n'
        '[[event]]\nat = "18:25"\nclock = { resynchronise = true, drift_ppm = 0 }\n',
    )
    assert run.around("2027-01-05T18:05")[1].stamp("DATE")[0] == "h"
    assert run.around("2027-01-05T18:10")[1].stamp("DATE")[0] == "h"
    ahead = run.between("2027-01-05T18:19:00", "2027-01-05T18:19:58")
    assert any(int(sent.stamp("DATE")[-2:]) > local_time(sent.at_us).second for sent in ahead)
    assert run.around("2027-01-05T18:20")[1].stamp("DATE")[:11] == "H2701051800"
    assert run.around("2027-01-05T18:25")[1].stamp("DATE") == "H270105182500"


@pytest.mark.nightly
@pytest.mark.parametrize(("phases", "pref_kva"), [(1, 1), (1, 2), (1, 6), (1, 36), (3, 1), (3, 3), (3, 9), (3, 36)])
def test_an_overload_is_one_at_any_subscription_and_opens_no_breaker(
    tmp_path: Path, phases: int, pref_kva: int
) -> None:
    told = "adps = true" if phases == 1 else "adir = [2]"
    run = evening(
        tmp_path,
        f'[[event]]\nat = "18:01"\n{told}\n[[event]]\nat = "18:25"\n{told.replace("true", "false").replace("2", "")}\n',
        meter=f"phases = {phases}\npref_kva = {pref_kva}",
    )
    inside = run.between("2027-01-05T18:01:01", "2027-01-05T18:24:59")
    assert {(sent.status.over_reference, sent.status.breaker) for sent in inside} == {(True, Breaker.CLOSED)}
    assert not run.sent[-1].status.over_reference


def test_a_ramp_rises_evenly(tmp_path: Path) -> None:
    run = evening(
        tmp_path, '[[event]]\nat = "18:10"\nramp = { to_va = 1600, during_s = 600 }\n', meter="load_va = 1000"
    )
    assert run.around("2027-01-05T18:15")[1]["SINSTS"] == "01300"
    assert run.around("2027-01-05T18:20")[1]["SINSTS"] == "01600"


def test_what_a_person_does_at_the_meter_shows(tmp_path: Path) -> None:
    run = evening(
        tmp_path,
        '[[event]]\nat = "18:05"\nbreaker = "open"\ncover_open = true\nmsg1 = "BONJOUR"\n'
        '[[event]]\nat = "18:10"\nlose_phases = [2]\n',
        meter="phases = 3",
    )
    status = run.around("2027-01-05T18:05")[1].status
    assert (status.breaker, status.cover_open) == (Breaker.ORDERED, True)
    assert run.sent[-1]["MSG1"] == "BONJOUR".ljust(32)
    assert (run.sent[-1]["URMS1"], run.sent[-1]["URMS2"]) == ("232", "000")


# What is wrong


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # the scenario
        ('end = "2027-01-05T18:30"', 'end = "2027-01-05T17:30"',
         "evening.toml:3: end '2027-01-05T17:30': is not after at"),
        ('end = "2027-01-05T18:30"', 'end = "2027-02-30T17:30"',
         "evening.toml:3: end '2027-02-30T17:30': expected a date"),
        ('end = "2027-01-05T18:30"\n', "", "evening.toml:1: end: this key is missing; write it"),
        ('title = "An evening"', 'mode = "historc"', "evening.toml:1: mode = 'historc': input should be 'historic' or"),
        ("[meter]", "[x]\n[meter]", "evening.toml:5: x: no such key; known here: at, end, event, meter, mode, title"),
        # its meter
        ("pref_kva = 6", "pref_kva = 66",
         "evening.toml:6: meter.pref_kva = 66: input should be less than or equal to 36"),
        ("pref_kva = 6", "pref = 6", "evening.toml:6: meter.pref: no such key; known here: at, contract, "),
        ('colours = { 2027-01-05 = "red" }\n', "",
         "evening.toml:8: meter.contract: tempo has no colours; write a table"),
        ('name = "tempo"', 'name = "tmpo"', "evening.toml:9: meter.contract.name 'tmpo': not known; known: "),
        ('"red"', '"rouge"', "evening.toml:10: meter.contract.colours.2027-01-05 = 'rouge': input should be 'blue', "),
        ('name = "tempo"', 'name = "ejp"',
         "evening.toml:10: meter.contract.colours: ejp has no such setting; its own: "),
        ("pref_kva = 6", 'household = { appliances = ["ovn"] }',
         "evening.toml:6: meter.household.appliances: appliance 'ovn': not known; known: "),
        ("pref_kva = 6", 'trace = { file = "gap.csv" }', "evening.toml:6: meter.trace: gap.csv:4: time: 9000 s after"),
        ("pref_kva = 6", "registers = { EASF11 = 1 }",
         "evening.toml:6: meter.registers.EASF11: set(EASF11=1): this meter"),
        ("pref_kva = 6", 'mode = "historic"\nproducer = true',
         "evening.toml:7: meter.producer: historic frames have no"),
        # times of events
        ('at = "18:10"', 'at = "18:04"', "evening.toml:17: event.1.at '18:04': lies before the event above; write the"),
        ('at = "18:05"', 'at = "2027-01-05T17:59"',
         "evening.toml:13: event.0.at '2027-01-05T17:59': lies before the start"),
        ('at = "18:20"', 'at = "18:31"', "evening.toml:22: event.2.at '18:31': that is 2027-01-05T18:31:00, after"),
        ('at = "18:20"', 'at = "25:00"', "evening.toml:22: event.2.at '25:00': expected a date and time, write 2027"),
        ('at = "18:20"', 'at = "2027-02-29T18:20"', "evening.toml:22: event.2.at '2027-02-29T18:20': expected a date"),
        ('at = "18:20"', 'say = "hm"', "evening.toml:21: event.2.at: this key is missing"),
        ("load_va = 2000", 'skip_to = "18:04"',
         "evening.toml:14: event.0.skip_to '18:04': is not between 18:05 and the end"),
        ("load_va = 2000", 'skip_to = "18:12"',
         "evening.toml:17: event.1.at '18:10': lies before the event above leads to"),
        ("load_va = 2000", "outage = { for_s = 1000 }", "evening.toml:19: event.1.outage: there is no supply then"),
        # events
        ("load_va = 2000", "", "evening.toml:12: event.0: nothing happens; write one of say, exchange, "),
        ("load_va = 2000", "load_w = 2000",
         "evening.toml:14: event.0.load_w: no such key; known here: adir, adps, at, "),
        ("load_va = 2000", "load_w = 2000", " Did you mean load_va?"),
        ("load_va = 2000", 'load_va = "much"', "evening.toml:14: event.0.load_va = 'much': input should be a valid"),
        ("load_va = 2000", "load_va = [1, 2, 3]",
         "evening.toml:14: event.0.load_va: 3 figures, and the meter has 1 phase(s)"),
        ("load_va = 2000", "adps = true\nadir = [1]",
         "evening.toml:15: event.0.adir: there is adps too, and a meter feeds"),
        ("load_va = 2000", "adir = [1]",
         "evening.toml:14: event.0.adir: a single-phase meter has no ADIR; write adps = true"),
        ("load_va = 2000", "adir = [4]",
         "evening.toml:14: event.0.adir.0 = 4: input should be less than or equal to 3"),
        ("load_va = 2000", "lose_phases = [1]",
         "evening.toml:14: event.0.lose_phases: a single-phase meter has one phase"),
        ("load_va = 2000", "ramp = { to_va = [1, 2, 3], during_s = 5 }",
         "evening.toml:14: event.0.ramp.to_va: 3 figures"),
        ("load_va = 2000", "ramp = { to_va = 5, during_s = 0.5 }",
         "evening.toml:14: event.0.ramp.during_s = 0.5: input"),
        ("outage = { for_s = 30 }", "outage = { for_s = 0 }",
         "evening.toml:19: event.1.outage.for_s = 0: input should be"),
        ("outage = { for_s = 30 }", "outage = { for_s = 1e308 }",
         "evening.toml:19: event.1.outage.for_s = 1e+308: input should be less than"),
        ("outage = { for_s = 30 }", "outage = { far_s = 30 }",
         "evening.toml:19: event.1.outage.far_s: no such key; known"),
        ("outage = { for_s = 30 }", "outage = {}",
         "evening.toml:19: event.1.outage.for_s: this key is missing; write it"),
        ("outage = { for_s = 30 }", "clock = {}", "evening.toml:19: event.1.clock: nothing happens; write show"),
        ("outage = { for_s = 30 }", 'clock = { show = "2027-13-01T00:00" }',
         "evening.toml:19: event.1.clock.show '2027-13-01T00:00': expected a date and time"),
        ("outage = { for_s = 30 }", 'breaker = "ajar"',
         "evening.toml:19: event.1.breaker = 'ajar': input should be 'open'"),
        ("outage = { for_s = 30 }", 'msg1 = "Élan"',
         "evening.toml:19: event.1.msg1: 'Élan': write up to 32 printable ASCII"),
        ("outage = { for_s = 30 }", 'msg2 = "seventeen letters"',
         "evening.toml:19: event.1.msg2: 'seventeen letters': write"),
        ("outage = { for_s = 30 }", 'peak = { number = 1, start = "2027-01-05T19:00", end = "2027-01-05T18:00" }',
         "evening.toml:19: event.1.peak.end '2027-01-05T18:00': is not after the start"),
        ("outage = { for_s = 30 }", 'peak = { number = 4, start = "2027-01-05T19:00", end = "2027-01-05T20:00" }',
         "evening.toml:19: event.1.peak.number = 4: input should be less than or equal to 3"),
        ("outage = { for_s = 30 }", 'exchange = { contract = "tempi" }',
         "evening.toml:19: event.1.exchange.contract: name 'tempi': not known; known: "),
        ("outage = { for_s = 30 }", 'exchange = { contract = { name = "hc", colour_seed = 1 } }',
         "evening.toml:19: event.1.exchange.contract.colour_seed: hc has no such setting; its own: off_peak"),
        ("outage = { for_s = 30 }", "exchange = { pref_kva = 37 }",
         "evening.toml:19: event.1.exchange.pref_kva = 37: "),
        ("outage = { for_s = 30 }", 'household = { appliances = ["ovn"] }',
         "evening.toml:19: event.1.household.appliances: appliance 'ovn': not known; known: "),
        ("outage = { for_s = 30 }", 'trace = { file = "gap.csv" }',
         "evening.toml:19: event.1.trace: gap.csv:4: time: 9000 s"),
        ("outage = { for_s = 30 }", 'trace = { file = "back.csv" }',
         "evening.toml:19: event.1.trace: back.csv:3: time '60'"),
        ("outage = { for_s = 30 }", 'trace = { file = "no.csv" }',
         "evening.toml:19: event.1.trace: no.csv: cannot be read"),
        ("outage = { for_s = 30 }", 'trace = { file = "three.csv" }',
         "evening.toml:19: event.1.trace: three.csv: powers of 3"),
        ("EASF01 = 7", "EASF11 = 7",
         "evening.toml:26: event.2.set.EASF11: set(EASF11=7): this meter has no such register"),
        ("EASF01 = 7", 'EASF01 = "x"', "evening.toml:26: event.2.set.EASF01 = 'x': input should be a valid integer"),
        ("EAST = 12", "EAST = 5",
         "evening.toml:24: event.2.set(EAST=5, EASF01=7): the indexes alone make 7, and an index cannot fall below 0"),
        ("EASF01 = 7", "EASF01 = 1000000000",
         "evening.toml:26: event.2.set.EASF01: set(EASF01=1000000000): expected 0 to"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_with_line_key_and_mend(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "gap.csv").write_text("time,power\n0,1\n60,2\n9060,3\n")
    (tmp_path / "back.csv").write_text("time,power\n120,1\n60,2\n")
    (tmp_path / "three.csv").write_text("time,power1,power2,power3\n0,1,1,1\n")
    assert old in SOUND
    text = complaint(tmp_path, SOUND.replace(old, new))
    assert told in text
    assert told.startswith(" ") or text.startswith(told)


def test_the_sound_file_is_sound(tmp_path: Path) -> None:
    run = play(read(tmp_path, SOUND))
    check_clean(run.sent, cut=0)
    assert run.around("2027-01-05T18:20")[1]["EASF01"] == "000000007"


def test_three_phase_meters_have_no_adps(tmp_path: Path) -> None:
    text = SOUND.replace("pref_kva = 6", "phases = 3").replace("load_va = 2000", "adps = true")
    assert complaint(tmp_path, text) == (
        "evening.toml:14: event.0.adps: three-phase frames have no ADPS; write adir = [1]"
    )


def test_what_an_exchanged_meter_cannot_do_is_told_of_the_event_after(tmp_path: Path) -> None:
    text = SOUND.replace("load_va = 2000", "exchange = { phases = 3 }").replace(
        "outage = { for_s = 30 }", "adps = true"
    )
    assert complaint(tmp_path, text).startswith("evening.toml:19: event.1.adps: three-phase frames")
    (tmp_path / "one.csv").write_text("time,power\n0,1\n")
    text = SOUND.replace("pref_kva = 6", 'trace = { file = "one.csv" }')
    text = text.replace("load_va = 2000", "exchange = { phases = 3 }")
    assert complaint(tmp_path, text).startswith("evening.toml:14: event.0.exchange: ")


def test_a_wrong_meters_file_is_told_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("\nphases = 2\n")
    text = 'at = "2027-01-05T18:00"\nend = "2027-01-05T18:30"\nmeter = '
    assert complaint(tmp_path, f'{text}"mine.toml"') == (
        "evening.toml:3: meter: mine.toml:2: phases = 2: input should be 1 or 3"
    )
    assert complaint(tmp_path, f'{text}"gone.toml"').startswith("evening.toml:3: meter: gone.toml: cannot be read")
    assert complaint(tmp_path, f'{text}"tempo-2p"').startswith("evening.toml:3: meter 'tempo-2p': not known; known: ")
    assert complaint(tmp_path, f"{text}3").startswith("evening.toml:3: meter = 3: input should be a valid string")


def test_an_unknown_scenario_suggests_the_near_one() -> None:
    with pytest.raises(InputError, match=r"^scenario 'overlord': not known; known: .* Did you mean overload\?$"):
        scenario_named("overlord")
    with pytest.raises(InputError, match=r"or a file NAME\.toml\.$"):
        scenario_named("zzz")
    with pytest.raises(
        InputError, match=r"nowhere/x\.toml: cannot be read .*; give the path of a scenario's TOML file$"
    ):
        scenario_named("nowhere/x.toml")


def test_a_mode_that_the_meter_cannot_have_is_told_with_the_meters_place() -> None:
    with pytest.raises(InputError) as caught:
        scenario_named("solar-day", mode=Mode.HISTORIC)
    assert str(caught.value).startswith(
        "meters/producer-hc-1p.toml:2: producer: historic frames have no producer groups"
    )


# Any

POWER = st.integers(-20_000, 20_000)


@st.composite
def stories(draw: st.DrawFn) -> dict[str, Any]:
    """A few events that any meter of that kind can live through, in order of time."""
    phases = draw(st.sampled_from([1, 3]))
    mode = draw(st.sampled_from(["historic", "standard"]))
    powers = POWER | st.lists(POWER, min_size=phases, max_size=phases)
    happenings = [
        st.fixed_dictionaries({"load_va": powers}),
        st.fixed_dictionaries({"ramp": st.fixed_dictionaries({"to_va": powers, "during_s": st.integers(1, 90)})}),
        st.fixed_dictionaries({"household": st.fixed_dictionaries({"seed": st.integers(0, 9)})}),
        st.fixed_dictionaries({"adps": st.booleans()} if phases == 1 else {"adir": st.sampled_from([[], [1, 3]])}),
        st.fixed_dictionaries({"set": st.dictionaries(
            st.sampled_from(["EAST", "EASF01"]), st.integers(0, 10**9 - 1), max_size=1)
            | st.fixed_dictionaries({"EAST": st.integers(10**6, 10**9 - 1), "EASF10": st.integers(0, 10**6)})}),
        st.fixed_dictionaries({"mode": st.sampled_from(["historic", "standard"]), "pref_kva": st.integers(1, 36)}),
        st.fixed_dictionaries({"exchange": st.fixed_dictionaries({"contract": st.sampled_from(["base", "ejp"])})}),
        st.fixed_dictionaries({"clock": st.sampled_from(
            [{"degraded": True}, {"drift_ppm": -1000}, {"show": "2027-10-31T02:59:30+02:00"},
             {"resynchronise": True}])}),
        st.fixed_dictionaries({"breaker": st.sampled_from(["open", "close"]), "cover_open": st.booleans()}),
        st.fixed_dictionaries({"peak": st.fixed_dictionaries({
            "number": st.integers(1, 3), "start": st.just("2027-01-05T23:59:30"), "end": st.just("2027-01-06T00:00:30"),
            "notice": st.booleans()})}),
        st.fixed_dictionaries({"msg1": st.sampled_from(["", "BONJOUR"]), "msg2": st.just("ULTRA COURT")}),
        st.fixed_dictionaries({"lose_phases": st.sampled_from([[]] if phases == 1 else [[], [1], [2, 3], [1, 2, 3]])}),
        st.fixed_dictionaries({"outage": st.fixed_dictionaries({
            "for_s": st.integers(1, 20), "clock_reserve_s": st.sampled_from([0, 1000])})}),
        st.fixed_dictionaries({"skip_to": st.just("2027-01-06T00:00:10")}),
    ]  # fmt: skip
    times = [f"23:59:{second:02}" for second in range(0, 60, 25)] + [
        f"00:01:{second:02}" for second in range(0, 60, 25)
    ]
    events = [{"at": at} | draw(st.one_of(happenings[: len(happenings) - (at != "23:59:50")])) for at in times]
    return {
        "at": "2027-01-05T23:58:50",
        "end": "2027-01-06T00:02:10",
        "meter": {"phases": phases, "mode": mode, "contract": draw(st.sampled_from(["hc", "ejp", "weekend"]))},
        "event": events,
    }


@settings(
    max_examples=max(15, settings().max_examples // 25), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(stories())
def test_any_scenario_of_possible_events_is_clean(scenario: dict[str, Any]) -> None:
    result = play(Scenario.model_validate(scenario).found_at(Written()))
    check_clean(result.sent, cut=sum(sent.cut for sent in result.sent))
    for before, after in pairwise(result.sent):
        assert not before.cut or "PAPP" not in after  # EOT is for the change from long frames to short ones
