# SPDX-License-Identifier: Apache-2.0
"""A simulated board is set up for the servers that it is given, as a person would."""

import simpy

from xky.boards import board_named
from xky.hil.bench.joined import joined
from xky.hil.bench.probes import ProbeContext, open_probe
from xky.hil.bench.probes.influx import InfluxProbe
from xky.hil.bench.probes.mqtt import MqttProbe
from xky.protocol import Mode

LAB = board_named("winky-lab")


def test_the_database_and_the_users_of_servers_that_exist_are_typed_in() -> None:
    broker, database = open_probe("mqtt://bob:s3%40cret@broker:1883"), open_probe("influx://eve:pw@db:8086/a%20b")
    assert isinstance(broker, MqttProbe)
    assert isinstance(database, InfluxProbe)
    assert broker.settings == {"username": "bob", "password": "s3@cret"}
    assert database.settings == {
        "version": 1, "database": "a b", "retention_policy": None, "username": "eve", "password": "pw",
    }  # fmt: skip
    assert open_probe("mqtt://broker").settings == open_probe("influx").settings == {}  # type: ignore[attr-defined]


def test_a_server_without_a_probe_is_left_out_and_the_rest_is_the_file_s() -> None:
    context = ProbeContext(simpy.Environment(), None, LAB, Mode.STANDARD, 1.0)
    probe = open_probe("influx")
    probe.open(context)
    board, network, radio = joined(LAB, [probe], context)
    assert LAB.uplink is not None
    assert board.uplink is not None
    assert (board.uplink.mqtt, board.uplink.influx) == (None, LAB.uplink.influx)
    assert network is not None
    assert radio is None


def test_only_who_listens_at_a_port_of_the_moment_must_be_handed_over() -> None:
    handed = {
        spec: open_probe(spec).must_be_handed_over
        for spec in ("lines", "mqtt", "influx", "lorawan", "mqtt:127.0.0.1:1883", "influx:127.0.0.1:8086",
                     "lorawan:127.0.0.1:1700", "mqtt://broker", "influx://db/a", "http://device/page")
    }  # fmt: skip
    assert [spec for spec, told in handed.items() if told] == ["mqtt", "influx", "lorawan", "mqtt://broker"]
