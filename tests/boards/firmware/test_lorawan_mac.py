# SPDX-License-Identifier: Apache-2.0
"""The MAC of a LoRaWAN device on the bench's network, without a meter: its frames by two packages, its long life."""

from collections.abc import Generator

import pytest
import simpy

from xky.boards import board_named
from xky.boards.firmware.duty_cycle import AirLedger, FairUse
from xky.boards.firmware.lorawan_flash import LorawanFlash
from xky.boards.firmware.lorawan_mac import LorawanMac
from xky.hil.ends.lorawan import LorawanEnd
from xky.hil.ends.lorawan_radio import VirtualRadio
from xky.protocol.uplinks.lorawan_eu868 import worst_use_s
from xky.protocol.uplinks.lorawan_security import RootKeys
from xky.protocol.uplinks.messages import RadioFrame

from ...protocol.uplinks.lora_packet import ask

LOKY = board_named("loky")
assert LOKY.lorawan is not None
ROOT = RootKeys(LOKY.lorawan.dev_eui, LOKY.lorawan.join_eui, LOKY.lorawan.app_key)
DAY_S = 86_400.0
COUNTERS = (65_535, 65_536, 65_541, 16_777_221)


class Overheard(VirtualRadio):
    """Keeps what the device sends."""

    def __init__(self, env: simpy.Environment, end: LorawanEnd) -> None:
        super().__init__(env, end)
        self.sent: list[bytes] = []

    def transmit(self, frame: RadioFrame) -> None:
        self.sent.append(frame.data)
        super().transmit(frame)


class Played:
    def __init__(self, fair_use: FairUse | None = None) -> None:
        assert LOKY.lorawan is not None
        assert LOKY.power is not None
        assert LOKY.power.lora is not None
        self.env = simpy.Environment()
        self.end = LorawanEnd(self.env, [ROOT])
        self.radio = Overheard(self.env, self.end)
        self.flash = LorawanFlash(AirLedger(0.01), fair_use)
        self.mac = LorawanMac(
            self.env, self.radio, LOKY.lorawan, LOKY.power.lora, self.flash, lambda load: None
        )  # fmt: skip

    def play(self, *doing: Generator[simpy.Event, None, object]) -> None:
        for one in doing:
            self.env.run(until=self.env.process(one))

    def every(self, pause_s: float, until_s: float) -> Generator[simpy.Event, None, None]:
        while self.env.now < until_s:
            if self.mac.is_joined:
                yield from self.mac.send(1, b"reading", confirmed=False)
                yield self.env.timeout(pause_s)
            else:
                yield from self.mac.join()
                yield self.env.timeout(self.mac.join_pause_s)


def test_its_frames_are_read_and_their_mic_is_verified_by_pamoja_at_each_counter() -> None:
    pamoja = pytest.importorskip("pamoja.lorawan")
    played = Played()
    played.play(played.mac.join())
    link = played.flash.link
    assert link is not None
    asked = pamoja.parse_join_request(played.radio.sent[0], ROOT.key)
    assert bytes(asked.dev_eui).hex() == ROOT.dev_eui
    assert asked.dev_nonce == 0
    session = pamoja.session(link.dev_addr, link.keys.network, link.keys.application)
    for counter in COUNTERS:
        link.next_up = counter
        payload = counter.to_bytes(11, "big")
        played.play(played.mac.send(2, payload, confirmed=counter % 2 == 0))
        read = session.decode(played.radio.sent[-1], counter)
        assert (read.fport, bytes(read.payload), read.adr) == (2, payload, True)
    assert [one.facts["fcnt"] for one in played.end.payloads[:3]] == [65_535, 65_536, 65_541]


def test_its_frames_are_read_and_their_mic_is_verified_by_lora_packet_at_each_counter() -> None:
    played = Played()
    played.play(played.mac.join())
    link = played.flash.link
    assert link is not None
    questions = [{"frame": played.radio.sent[0].hex(), "app_key": ROOT.app_key}]
    for counter in COUNTERS:
        link.next_up = counter
        played.play(played.mac.send(2, counter.to_bytes(11, "big"), confirmed=False))
        keys = {"network": link.keys.network.hex(), "application": link.keys.application.hex()}
        questions.append({"frame": played.radio.sent[-1].hex(), "counter": counter, **keys})
    request, *frames = ask(questions)
    assert request == {"mic": True, "dev_eui": ROOT.dev_eui, "dev_nonce": "0000"}
    assert [(one["mic"], one["payload"], one["counter"]) for one in frames] == [
        (True, counter.to_bytes(11, "big").hex(), counter % 65_536) for counter in COUNTERS
    ]


def test_a_network_that_was_away_for_two_hours_is_found_again_at_a_lower_rate() -> None:
    played = Played()
    played.end.down_for(7200)
    played.env.process(played.every(60, 20_000))
    played.env.run(until=10)
    assert played.end.payloads == []
    played.end.is_down = False
    played.env.run(until=300)
    played.end.is_down = True
    played.env.run(until=7500)
    played.end.is_down = False
    played.env.run(until=20_000)
    assert played.end.payloads[-1].facts["spreading_factor"] == 8
    assert len({one.facts["dev_addr"] for one in played.end.payloads}) == 1
    assert played.flash.link is not None
    assert played.flash.link.unheard <= 64 + 32


def test_a_network_that_has_lost_the_session_is_joined_again() -> None:
    played = Played()
    played.env.process(played.every(60, 300_000))
    played.env.run(until=300)
    played.end.is_down = True
    played.env.run(until=100_000)
    played.end.is_down = False
    played.env.run(until=110_000)
    assert len({one.facts["dev_addr"] for one in played.end.payloads}) == 2
    assert played.end.payloads[-1].at_s > 109_000
    assert worst_use_s(played.end.transmissions)[0] < 36


@pytest.mark.parametrize("spreading_factor", [7, 12])
def test_any_day_holds_what_the_network_grants_and_not_much_less(spreading_factor: int) -> None:
    played = Played(FairUse(30.0))
    played.play(played.mac.join())
    link = played.flash.link
    assert link is not None
    link.spreading_factor = spreading_factor
    while played.env.now < 3 * DAY_S:
        played.play(played.mac.send(1, bytes(11), confirmed=False))
        played.env.run(until=played.env.now + played.mac.wait_s(11) + 0.01)
    worst_s, _ = worst_use_s(played.end.transmissions, DAY_S)
    assert 24 < worst_s <= 30


def test_the_dark_is_taken_for_no_time_at_all() -> None:
    played = Played()
    played.play(played.mac.join())
    sent_s = played.end.transmissions[-1].airtime_s
    played.mac.stops()
    played.env.run(until=1000)
    played.mac.starts()
    assert played.mac.wait_s(11) == pytest.approx(99 * sent_s, abs=1e-3)
    played.env.run(until=1005)
    assert played.mac.wait_s(11) == pytest.approx(99 * sent_s - 5, abs=1e-3)


def test_a_device_without_nonces_stays_silent() -> None:
    played = Played()
    played.flash.next_nonce = 65_536
    played.play(played.mac.join())
    assert played.radio.sent == []
    assert not played.mac.is_joined
