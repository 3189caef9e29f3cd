# SPDX-License-Identifier: Apache-2.0
"""Probes: how they are named, what they see of a simulated gateway, and what they refuse."""

import json

import pytest
import simpy

from xky.boards import board_named
from xky.boards.description.statement import ReadingMap
from xky.emulator import Linky
from xky.hil.bench.bench import Bench, probes_of
from xky.hil.bench.devices import open_device
from xky.hil.bench.probes import ProbeContext, open_probe, probe_kinds
from xky.hil.bench.probes.mapped import MappedProbe
from xky.hil.bench.probes.mqtt import MqttProbe
from xky.protocol import InputError, Mode
from xky.protocol.uplinks.messages import MqttMessage, MqttSession

CLOSE = MqttSession("gateway", password="a long password", username="gateway")


def opened(spec: str, board: str = "eky") -> MappedProbe:
    """A probe in virtual time."""
    probe = open_probe(spec)
    assert isinstance(probe, MappedProbe)
    probe.open(ProbeContext(simpy.Environment(), None, board_named(board), Mode.STANDARD, 1.0))
    return probe


def publish(probe: MappedProbe, *messages: MqttMessage, session: MqttSession = CLOSE) -> None:
    """Something is said to its broker."""
    assert isinstance(probe, MqttProbe)
    assert probe.end is not None
    env = probe.end.env
    way = probe.way(ProbeContext(env, None, board_named("eky"), Mode.STANDARD, 1.0))
    asked = way.connect(session)
    env.run(until=asked)
    for message in messages:
        asked.value.publish(message)


def test_every_kind_is_found_by_its_scheme() -> None:
    assert probe_kinds() == ["http", "influx", "lines", "lorawan", "mqtt", "mqtts"]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("mqt", "mqt: no such probe; known: http, influx, lines, lorawan, mqtt, mqtts. Did you mean mqtt?"),
        ("lines:1", "lines:1: lines has nothing behind it; write lines alone"),
        ("mqtt:1883", "mqtt:1883: expected mqtt, mqtt:ADDRESS:PORT such as mqtt:192.168.1.2:1883, or a URL"),
        ("influx:here:x", "influx:here:x: expected influx, influx:ADDRESS:PORT"),
        ("lorawan:here:70000", "lorawan:here:70000: expected lorawan, lorawan:ADDRESS:PORT"),
    ],
)
def test_a_spec_that_is_none_is_told_in_one_line(spec: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        open_probe(spec)
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)


def test_credentials_of_a_spec_are_masked_where_it_is_shown() -> None:
    assert open_probe("mqtt://me:secret@broker:1883/tele/%23").shown == "mqtt://***@broker:1883/tele/%23"


def test_a_simulated_gateway_is_heard_at_its_uplinks_and_anything_else_at_its_lines() -> None:
    def of(device: str, board: str) -> list[str]:
        return list(probes_of(open_device(device), board_named(board)))

    assert of("sim:eky", "eky") == ["mqtt"]
    assert of("sim:winky-lab", "winky-lab") == ["mqtt", "influx"]
    assert of("sim:loky", "loky") == ["lorawan"]
    assert of("sim:winky-c6", "winky-c6") == ["lines"]
    assert of("exec:true {port}", "eky") == ["lines"]


def test_each_probe_sees_what_goes_its_way_and_readings_name_it() -> None:
    with Bench(open_device("sim:winky-lab"), board_named("winky-lab"), Linky(mode=Mode.STANDARD)) as bench:
        bench.run_for(300.0)
        mqtt, influx = bench.probes
        assert {reading.probe for reading in mqtt.readings} == {"mqtt"}
        assert {reading.source for reading in influx.readings} == {"linky"}
        assert "xky/winky/tic" in {reading.source for reading in mqtt.readings}
        assert [r.at_s for r in bench.readings] == sorted(r.at_s for p in (mqtt, influx) for r in p.readings)
        assert mqtt.readings[0]["EAST"] == influx.readings[0]["EAST"]


def test_bare_readings_of_a_gateway_are_there_for_who_asks() -> None:
    eky = board_named("eky")
    with Bench(open_device("sim:eky"), eky, Linky(mode=Mode.STANDARD), probes=["lines"]) as bench:
        bench.run_for(10.0)
        assert bench.network is None
        assert len(bench.probe.readings) >= 3
        assert not bench.probe.readings[0].probe


def test_a_server_that_is_not_listened_at_is_none_that_the_board_has() -> None:
    board = board_named("winky-lab")
    with Bench(open_device("sim:winky-lab"), board, Linky(mode=Mode.STANDARD), probes=["influx"]) as bench:
        bench.run_for(200.0)
        (influx,) = bench.probes
        assert influx.readings


@pytest.mark.parametrize(
    ("spec", "section"), [("mqtt", "uplink.mqtt"), ("influx", "uplink.influx"), ("lorawan", "lorawan")]
)
def test_a_board_without_an_uplink_is_not_waited_for_there(spec: str, section: str) -> None:
    bench = Bench(open_device("sim:generic"), board_named("generic"), Linky(mode=Mode.STANDARD), probes=[spec])
    with pytest.raises(InputError, match=rf"{spec}: board generic has no \[{section}\], so nothing would arrive"):
        bench.__enter__()


def test_a_mapped_program_has_the_keys_that_are_not_mapped_named_once() -> None:
    mapped = ReadingMap.model_validate({"probe": "lines", "labels": {"EAST": "e.kwh"}})
    board = board_named("generic").model_copy(update={"reading": (mapped,)})
    probe = open_probe("lines")
    probe.open(ProbeContext(simpy.Environment(), None, board, Mode.STANDARD, 1.0))
    for _ in range(2):
        probe.line('{"e": {"kwh": "002188830", "tariff": 1}, "rssi": -60}')
    assert probe.notes == ["lines: not mapped: e.tariff, rssi"]
    probe = open_probe("lines")
    probe.open(ProbeContext(simpy.Environment(), None, board_named("generic"), Mode.STANDARD, 1.0))
    probe.line('{"rssi": -60}')
    assert not probe.notes


def test_a_simulated_board_has_no_lines_beside_its_uplinks() -> None:
    bench = Bench(open_device("sim:eky"), board_named("eky"), Linky(mode=Mode.STANDARD), probes=["lines", "mqtt"])
    with pytest.raises(InputError, match="lines: a simulated board says nothing beside its uplinks"):
        bench.__enter__()


def test_a_password_in_a_payload_is_told_and_not_shown() -> None:
    probe = opened("mqtt")
    publish(probe, MqttMessage("xky/eky/tic", b'{"EAST": 1, "pw": "a long password"}'), MqttMessage("x", b"{}"))
    assert probe.end is not None
    (told,) = [event for event in probe.end.events if event.kind == "credentials"]
    assert told.text == "xky/eky/tic: holds a password or token that the device was given"


def test_a_short_password_is_in_any_text_by_chance() -> None:
    probe = opened("mqtt")
    publish(probe, MqttMessage("xky/eky/tic", b'{"EAST": 1}'), session=MqttSession("a", username="a", password="EAST"))
    assert probe.end is not None
    assert not [event for event in probe.end.events if event.kind == "credentials"]


def test_a_state_is_kept_as_one_and_is_no_reading() -> None:
    probe = opened("mqtt")
    publish(probe, MqttMessage("xky/eky/status", b"online", retain=True), MqttMessage("xky/eky/note", b"hello"))
    assert probe.end is not None
    (state,) = [event for event in probe.end.events if event.kind == "retained"]
    assert state.facts == {"topic": "xky/eky/status", "payload": "online"}
    assert [(remark.text, remark.probe) for remark in probe.remarks] == [("hello", "mqtt")]
    assert not probe.readings


def test_a_flood_is_counted_and_dropped() -> None:
    probe = opened("mqtt")
    publish(probe, *(MqttMessage("t", json.dumps({"EAST": number}).encode()) for number in range(1500)))
    assert len(probe.readings) == 1000
    assert probe.dropped == 500


def test_labels_of_the_other_mode_are_left_out_of_a_mapping() -> None:
    with Bench(
        open_device("sim:winky-c6-tasmota"), board_named("winky-c6-tasmota"), Linky(mode=Mode.HISTORIC)
    ) as bench:
        bench.run_for(200.0)
        said = {label for reading in bench.readings for label in reading.said}
    assert {"PAPP", "ADCO"} <= said
    assert said.isdisjoint({"SINSTS", "ADSC", "EAST"})
