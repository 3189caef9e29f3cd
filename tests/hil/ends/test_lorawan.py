# SPDX-License-Identifier: Apache-2.0
"""The LoRaWAN network of the bench: what it lets in, what it refuses, what it says of both."""

from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from xky.hil.ends.lorawan import TEST_DEVICE, LorawanEnd
from xky.protocol.uplinks.lorawan import DataFrame, JoinRequest, SealedAccept, read_frame
from xky.protocol.uplinks.lorawan_airtime import airtime_s
from xky.protocol.uplinks.lorawan_commands import Command, CommandId, device_status, read_commands
from xky.protocol.uplinks.lorawan_security import RootKeys, SessionKeys
from xky.protocol.uplinks.messages import RadioFrame

ROOT = TEST_DEVICE


class Network:
    """A network and a device that this test speaks for."""

    def __init__(self, **settings: Any) -> None:
        self.env = simpy.Environment()
        self.end = LorawanEnd(self.env, [ROOT], **settings)
        self.answers: list[tuple[RadioFrame, float]] = []
        self.dev_addr, self.keys = 0, SessionKeys(bytes(16), bytes(16))

    def say(self, data: bytes, *, spreading_factor: int = 7, wait_s: float = 10.0, gateway: str = "g") -> None:
        self.env.run(until=self.env.now + wait_s)
        frame = RadioFrame(data, 868.1e6, spreading_factor)
        self.end.heard(frame, lambda answer, delay_s: self.answers.append((answer, delay_s)), gateway=gateway)

    def join(self, dev_nonce: int, root: RootKeys = ROOT) -> bool:
        self.answers.clear()
        self.say(JoinRequest(root.join_eui, root.dev_eui, dev_nonce).encode(root.key))
        if not self.answers:
            return False
        sealed = read_frame(self.answers.pop()[0].data)
        assert isinstance(sealed, SealedAccept)
        accept = sealed.opened(ROOT.key)
        assert accept is not None
        self.dev_addr, self.keys = accept.dev_addr, accept.session(ROOT, dev_nonce)
        return True

    def uplink(self, counter: int, payload: bytes = b"ab", **changes: Any) -> bytes:
        return DataFrame(self.dev_addr, counter, **{"port": 1, "payload": payload} | changes).encode(self.keys)

    def downlink(self) -> DataFrame:
        said = read_frame(self.answers.pop()[0].data)
        assert isinstance(said, DataFrame)
        opened = said.opened(self.keys, said.counter)
        assert opened is not None
        assert not opened.up
        return opened

    def kinds(self) -> list[str]:
        return [one.kind for one in self.end.events if one.kind not in ("transmission", "answered")]

    def facts(self, kind: str) -> dict[str, Any]:
        return dict([one for one in self.end.events if one.kind == kind][-1].facts)

    def counters(self) -> list[int]:
        return [one.facts["fcnt"] for one in self.end.payloads]


def joined(**settings: Any) -> Network:
    network = Network(**settings)
    assert network.join(1)
    return network


def test_a_payload_has_all_that_a_judge_needs() -> None:
    network = joined()
    network.say(network.uplink(0, b"\x01\xff", confirmed=True, adr=True), spreading_factor=9)
    (payload,) = network.end.payloads
    assert (payload.source, payload.content, payload.data) == ("1", "01ff", b"\x01\xff")
    assert payload.facts == {
        "dev_eui": ROOT.dev_eui, "dev_addr": f"{network.dev_addr:08x}", "fcnt": 0, "confirmed": True, "adr": True,
        "frequency_hz": 868.1e6, "spreading_factor": 9, "bandwidth_hz": 125e3, "data_rate": "SF9BW125",
        "started_s": payload.at_s - airtime_s(15, 9), "airtime_s": airtime_s(15, 9), "gateway": "g",
    }  # fmt: skip
    sent = network.facts("transmission")
    assert (sent["sub_band"], sent["duty_cycle"], sent["sender"]) == ("868.0-868.6", 0.01, f"{network.dev_addr:08x}")
    assert network.end.transmissions[-1].start_s == payload.facts["started_s"]


def test_a_codec_makes_content_and_what_it_does_not_know_stays_text() -> None:
    network = joined(codec=lambda port, data: {"port": port} if port == 1 else None)
    network.say(network.uplink(0))
    network.say(network.uplink(1, port=7))
    assert [one.content for one in network.end.payloads] == [{"port": 1}, "6162"]


def test_a_nonce_is_taken_once() -> None:
    network = joined()
    assert not network.join(1)
    assert network.facts("join_refused")["reason"] == "dev_nonce_used"
    network.end.join_refused = True
    assert not network.join(2)
    assert network.facts("join_refused")["reason"] == "mood"
    network.end.join_refused = False
    assert not network.join(2)
    assert network.join(3)
    assert network.facts("join_accepted")["dev_nonce"] == 3


def test_who_is_not_known_or_has_another_key_is_not_let_in() -> None:
    network = Network()
    assert not network.join(1, RootKeys("00" * 8, ROOT.join_eui, ROOT.app_key))
    assert not network.join(1, RootKeys(ROOT.dev_eui, "00" * 8, ROOT.app_key))
    assert network.facts("join_refused")["reason"] == "unknown_device"
    assert not network.join(1, RootKeys(ROOT.dev_eui, ROOT.join_eui, "00" * 16))
    assert network.facts("join_refused")["reason"] == "wrong_mic"
    assert network.join(1)


@pytest.mark.parametrize("start", [65_535, 131_071, 16_777_215])
def test_a_counter_goes_on_over_its_lower_half(start: int) -> None:
    network = joined()
    session = network.end._sessions[network.dev_addr]
    session.last = start - 1
    for counter in (start, start + 1, start + 6, start + 40_000):
        network.say(network.uplink(counter))
    assert network.counters() == [start, start + 1, start + 6, start + 40_000]
    network.say(network.uplink(start + 1))
    assert network.facts("replayed") == {
        "dev_addr": f"{network.dev_addr:08x}", "fcnt": start + 1, "last_fcnt": start + 40_000,
    }  # fmt: skip
    network.say(network.uplink(start + 6, b"other"))
    assert network.facts("counter_reused")["fcnt"] == start + 6


def test_replays_repetitions_and_counters_used_again_are_told_apart_and_none_is_a_payload() -> None:
    network = joined()
    first, second = network.uplink(0), network.uplink(1, confirmed=True)
    network.say(first)
    network.say(second)
    network.say(second)
    network.say(second)
    network.say(first)
    network.say(network.uplink(1, b"xy"))
    network.say(network.uplink(5))
    assert network.counters() == [0, 1, 5]
    assert network.kinds()[2:] == ["repeated", "repeated", "replayed", "counter_reused", "counter_gap"]
    assert (network.facts("repeated")["attempt"], network.facts("counter_gap")["missed"]) == (3, 3)
    assert len(network.answers) == 3  # each attempt is acknowledged


def test_one_frame_by_two_gateways_is_one_frame() -> None:
    network = joined()
    data = network.uplink(0, confirmed=True)
    network.say(data)
    network.say(data, wait_s=0.05, gateway="h")
    assert network.counters() == [0]
    assert network.kinds()[-1] == "duplicate"
    assert len(network.answers) == 1
    assert len(network.end.transmissions) == 2  # the join, and it


def test_a_frame_sent_again_at_once_is_two_on_the_air_however_soon_it_comes() -> None:
    network = joined()
    data = network.uplink(0)
    network.say(data)
    network.say(data, wait_s=0.1)
    assert network.kinds()[-1] == "repeated"
    assert len(network.end.transmissions) == 3


def test_a_wrong_mic_an_unknown_address_and_broken_bytes_are_counted_and_shown() -> None:
    network = joined()
    data = bytearray(network.uplink(0))
    data[-1] ^= 1
    network.say(bytes(data))
    network.say(DataFrame(0x01020304, 0, port=1).encode(network.keys))
    network.say(b"\x40\x01")
    network.say(DataFrame(network.dev_addr, 0, up=False, port=1).encode(network.keys))
    assert network.kinds()[2:] == ["wrong_mic", "unknown_address", "unreadable", "unreadable"]
    assert network.end.damaged == 4
    assert network.end.payloads == []


@pytest.mark.parametrize(("window", "frequency_hz", "spreading_factor"), [(1, 868.1e6, 8), (2, 869.525e6, 12)])
def test_a_confirmed_uplink_is_answered_in_the_window_that_was_chosen(
    window: int, frequency_hz: float, spreading_factor: int
) -> None:
    network = joined()
    network.end.window = window
    network.say(network.uplink(0, confirmed=True), spreading_factor=8)
    frame, delay_s = network.answers[-1]
    assert (delay_s, frame.frequency_hz, frame.spreading_factor) == (float(window), frequency_hz, spreading_factor)
    assert network.downlink().ack
    network.say(network.uplink(1))
    assert network.answers == []
    network.say(network.uplink(2, adr_ack_request=True))
    assert not network.downlink().ack
    network.end.acknowledges = False
    network.say(network.uplink(3, confirmed=True))
    assert network.answers == []


def test_a_link_check_is_answered_and_a_status_is_asked_for_and_read() -> None:
    network = joined()
    network.end.ask(ROOT.dev_eui, Command(CommandId.DEV_STATUS))
    network.say(network.uplink(0, options=b"\x02"))
    commands, _ = read_commands(network.downlink().options, up=False)
    assert [one.id for one in commands] == [CommandId.DEV_STATUS, CommandId.LINK_CHECK]
    network.say(network.uplink(1, device_status(100, 7).encode(), port=0))
    assert network.facts("device_status") == {
        "dev_addr": f"{network.dev_addr:08x}", "battery": 100, "margin_db": 7,
    }  # fmt: skip
    assert network.counters() == [0]  # port 0 is no payload of an application


def test_the_session_before_a_join_that_was_not_heard_goes_on_and_ends_with_the_new_one() -> None:
    network = joined()
    old = network.dev_addr, network.keys
    network.say(network.uplink(0))
    for nonce in (2, 3, 4):
        assert network.join(nonce)
    new = network.dev_addr, network.keys
    network.dev_addr, network.keys = old
    network.say(network.uplink(1))
    assert network.join(5)
    new = network.dev_addr, network.keys
    network.say(network.uplink(0))
    network.dev_addr, network.keys = old
    network.say(network.uplink(2))
    assert network.kinds()[-1] == "unknown_address"
    network.dev_addr, network.keys = new
    network.say(network.uplink(1))
    assert network.counters() == [0, 1, 0, 1]


def test_a_network_that_is_away_hears_nothing_and_a_silent_one_says_nothing() -> None:
    network = joined()
    network.end.down_for(60)
    network.say(network.uplink(0, confirmed=True))
    assert network.end.payloads == []
    network.say(network.uplink(1, confirmed=True), wait_s=70)
    assert network.counters() == [1]
    network.end.is_silent = True
    network.answers.clear()
    network.say(network.uplink(2, confirmed=True))
    assert network.counters() == [1, 2]
    assert network.answers == []


def test_a_flood_of_rubbish_is_counted_and_costs_bounded_memory() -> None:
    network = joined()
    for number in range(3000):
        network.say(b"\xe0" + number.to_bytes(8, "big"), wait_s=0.001)
    assert network.end.damaged == 3000
    assert len(network.end.events) < 2100
    assert len(network.end.transmissions) < 1100
    network.say(network.uplink(0))
    assert network.counters() == [0]
    assert network.end.transmissions[-1].sender == f"{network.dev_addr:08x}"


@given(st.lists(st.binary(max_size=60) | st.binary(max_size=30).map(lambda rest: b"\x80" + rest), max_size=10))
def test_no_bytes_bring_it_down(frames: list[bytes]) -> None:
    network = joined()
    for data in frames:
        network.say(data)
    network.say(network.uplink(0))
    assert network.counters() == [0]
