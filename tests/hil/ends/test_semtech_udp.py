# SPDX-License-Identifier: Apache-2.0
"""Gateways by Semtech's UDP: the bytes of a conversation, and a socket of this machine in real time."""

import socket

import pytest
import simpy

from xky.emulator.runner import RealTime
from xky.hil.ends.lorawan import TEST_DEVICE, LorawanEnd
from xky.hil.ends.lorawan_radio import ForwardingRadio, VirtualRadio
from xky.hil.ends.semtech_udp import SemtechServer
from xky.protocol import InputError
from xky.protocol.uplinks.lorawan import JoinRequest, SealedAccept, read_frame
from xky.protocol.uplinks.messages import RadioFrame
from xky.protocol.uplinks.semtech_udp import (
    Datagram,
    Heard,
    Kind,
    pull_data,
    push_data,
    read_datagram,
    read_downlink,
    transmit_acknowledged,
)

EUI = "b827ebfffe112233"
REQUEST = JoinRequest(TEST_DEVICE.join_eui, TEST_DEVICE.dev_eui, 7).encode(TEST_DEVICE.key)
FRAME = RadioFrame(REQUEST, 868.5e6, 7)


class Spoken:
    def __init__(self) -> None:
        self.end = LorawanEnd(simpy.Environment())
        self.said: list[bytes] = []
        self.conversation = self.end.converse(self.said.append, lambda: None)

    def datagrams(self) -> list[Datagram]:
        read = [one for one in map(read_datagram, self.said) if isinstance(one, Datagram)]
        assert len(read) == len(self.said)
        return read


def test_each_datagram_is_acknowledged_and_a_join_goes_back_by_the_gateways_own_clock() -> None:
    spoken = Spoken()
    spoken.conversation.receive(pull_data(b"01", EUI))
    spoken.conversation.receive(push_data(b"02", EUI, Heard(FRAME, 4_294_000_000)))
    pull, push, response = spoken.datagrams()
    assert (pull.kind, push.kind, push.token) == (Kind.PULL_ACK, Kind.PUSH_ACK, b"02")
    asked = read_downlink(response)
    assert not isinstance(asked, str)
    assert asked.counter_us == 4_294_000_000 + 5_000_000 - 2**32
    assert isinstance(read_frame(asked.frame.data), SealedAccept)
    assert asked.frame.frequency_hz == 868.5e6
    assert [one.kind for one in spoken.end.events][:2] == ["transmission", "join_requested"]


def test_what_is_wrong_is_acknowledged_too_counted_and_shown() -> None:
    spoken = Spoken()
    spoken.conversation.receive(push_data(b"03", EUI, Heard(FRAME, 1, crc_ok=False)))
    spoken.conversation.receive(b"\x02ab\x00" + bytes(8) + b'{"rxpk":[{"modu":"FSK"}],"stat":null}')
    spoken.conversation.receive(b"\x01ab\x00" + bytes(8) + b"{}")
    spoken.conversation.receive(b"\x02ab\x01")
    assert [one.kind for one in spoken.datagrams()] == [Kind.PUSH_ACK, Kind.PUSH_ACK]
    assert [one.kind for one in spoken.end.events] == ["unreadable"] * 4
    assert spoken.end.damaged == 4


def test_a_gateway_that_cannot_be_reached_or_sends_too_late_is_told() -> None:
    spoken = Spoken()
    spoken.conversation.receive(push_data(b"04", EUI, Heard(FRAME, 1)))
    assert spoken.end.events[-1].kind == "not_sent"
    spoken.conversation.receive(transmit_acknowledged(b"05", EUI))
    spoken.conversation.receive(transmit_acknowledged(b"05", EUI, "TOO_LATE"))
    assert [one.facts["reason"] for one in spoken.end.events if one.kind == "not_sent"][1:] == ["TOO_LATE"]


def test_a_network_that_is_away_acknowledges_nothing_and_a_silent_one_only_hears() -> None:
    spoken = Spoken()
    spoken.end.go_down()
    spoken.conversation.receive(push_data(b"06", EUI, Heard(FRAME, 1)))
    assert spoken.end.events == []
    spoken.end.come_back()
    spoken.end.is_silent = True
    spoken.conversation.receive(push_data(b"06", EUI, Heard(FRAME, 1)))
    assert spoken.said == []
    assert spoken.end.events


@pytest.mark.realtime
def test_a_radio_that_forwards_reaches_the_network_and_hears_it_in_its_window() -> None:
    env = simpy.Environment()
    runner = RealTime(env, speed=5)
    end = LorawanEnd(env)
    server = SemtechServer(end, runner)
    radio = ForwardingRadio(runner, env, server.host, server.port)
    heard: list[RadioFrame] = []
    env.timeout(0.5).callbacks.append(lambda _: radio.transmit(FRAME))  # type: ignore[union-attr]
    env.timeout(5.4).callbacks.append(lambda _: radio.listen(heard.append))  # type: ignore[union-attr]
    try:
        runner.run(lambda: bool(heard) or env.now > 9)
        assert isinstance(read_frame(heard[0].data), SealedAccept)
        assert (radio.acknowledged, radio.refused, end.damaged) == (1, 0, 0)
        assert end.transmissions[0].start_s == pytest.approx(0.5, abs=0.3)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
            noise.sendto(b"\xff" * 100, (server.host, server.port))
        until_s = env.now + 1
        runner.run(lambda: end.damaged > 0 or env.now > until_s)
        assert end.damaged == 1
        assert server.address == f"127.0.0.1:{server.port}"
    finally:
        radio.close()
        radio.close()
        server.close()
        server.close()
        runner.close()


def test_a_port_in_use_is_one_line() -> None:
    env = simpy.Environment()
    runner = RealTime(env)
    first = SemtechServer(LorawanEnd(env), runner)
    with pytest.raises(InputError, match=rf"^lorawan:127\.0\.0\.1:{first.port}: cannot be listened at \(.*\); give"):
        SemtechServer(LorawanEnd(env), runner, port=first.port)
    with pytest.raises(InputError, match="cannot be reached"):
        ForwardingRadio(runner, env, "no such host.invalid", 1700)
    first.close()
    runner.close()


def test_power_lost_breaks_off_what_is_sent_and_what_is_heard() -> None:
    env = simpy.Environment()
    end = LorawanEnd(env)
    radio = VirtualRadio(env, end)
    radio.transmit(FRAME)
    env.run(until=0.03)
    radio.cut()
    env.run(until=1)
    assert end.events == []
    heard: list[RadioFrame] = []
    radio.transmit(FRAME)
    env.run(until=1.1)
    radio.listen(heard.append)
    env.run(until=6.1)  # the accept began 61.7 ms and five seconds behind
    assert radio.is_receiving
    radio.cut()
    env.run(until=9)
    assert heard == []
    assert not radio.is_receiving
