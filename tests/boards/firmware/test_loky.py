# SPDX-License-Identifier: Apache-2.0
"""LoKy on a meter's line and a LoRaWAN network of the bench, in virtual time: hours of it."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
import simpy

from xky.boards import Board, board_named
from xky.boards.firmware import SWITCHED_OFF, EnergyPolicy, FirmwareContext, Parser, load_firmware
from xky.boards.firmware.duty_cycle import AirLedger
from xky.boards.payloads.loky import content
from xky.boards.power.clocked_train import ClockedTrain
from xky.boards.power.event_simulation import PowerEventKind
from xky.boards.power.mains import Mains
from xky.emulator import Household, Line, Linky, Transmitter, Truth
from xky.emulator.runner import RealTime
from xky.emulator.supply import SUPPLIES, Supply, Terminals
from xky.hil.ends.lorawan import LorawanEnd
from xky.hil.ends.lorawan_radio import ForwardingRadio, VirtualRadio
from xky.hil.ends.semtech_udp import SemtechServer
from xky.protocol import Group, InputError, Mode
from xky.protocol.uplinks.lorawan_commands import Command, CommandId, LinkAdr, link_adr_request
from xky.protocol.uplinks.lorawan_eu868 import HOUR_S, Transmission, worst_use_s
from xky.protocol.uplinks.lorawan_security import RootKeys

MINIMUM = SUPPLIES["min_spec"]
LOKY = board_named("loky")
assert LOKY.lorawan is not None
ROOT = RootKeys(LOKY.lorawan.dev_eui, LOKY.lorawan.join_eui, LOKY.lorawan.app_key)


class Supplied(Mains):
    """A supply that a test takes away and gives back."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._env, self._process, self._back = env, None, env.event()

    def when_on(self) -> simpy.Event:
        return self._back

    def carries(self, process: simpy.Process) -> None:
        self._process = process

    def cut_for(self, duration_s: float) -> None:
        self.is_on = False
        self._process.interrupt("brown-out")
        back = self._env.timeout(duration_s)
        back.callbacks.append(lambda _: self.comes_back())

    def comes_back(self) -> None:
        self.is_on = True
        back, self._back = self._back, self._env.event()
        back.succeed()


class Played:
    """A LoKy, its meter, its network; all that happens on one clock."""

    def __init__(
        self,
        board: Board = LOKY,
        meter: Linky | None = None,
        *,
        has_radio: bool = True,
        powered: bool = False,
        starts: bool = True,
    ) -> None:
        self.env = env = simpy.Environment()
        self.meter = meter or Linky(load=Household(1))
        self.line, self.truth = Line(), Truth()
        self.meter.run_by(lambda: float(env.now))
        self.end = LorawanEnd(env, [ROOT], codec=content)
        self.published: list[Sequence[Group]] = []
        self.board, self.flash = board, {}
        self.radio: VirtualRadio | ForwardingRadio | None = VirtualRadio(env, self.end) if has_radio else None
        self.power: Supplied | ClockedTrain = Supplied(env)
        if powered:
            assert board.power is not None
            self.terminals = Terminals(MINIMUM)
            self.power = ClockedTrain(env, board.power, self.terminals)
        env.process(Transmitter(env, self.meter, self.line, self.truth, only_when_heard=True).run())
        if starts:
            self.process = self.begin()

    def begin(self) -> simpy.Process:
        firmware = load_firmware(self.board)(
            FirmwareContext(
                self.env, self.board, self.meter.mode, self.line, self, Parser(), self.power,
                EnergyPolicy(self.board), radio=self.radio, flash=self.flash,
            )
        )  # fmt: skip
        return self.env.process(firmware.run())

    def publish(self, groups: Sequence[Group]) -> None:
        self.published.append(groups)

    def give(self, supply: Supply) -> None:
        self.terminals.supply = supply

    def at(self, at_s: float, act: Callable[[], None]) -> None:
        alarm = self.env.timeout(at_s - self.env.now)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: act())

    def facts(self, kind: str, fact: str) -> list[object]:
        return [event.facts[fact] for event in self.end.events if event.kind == kind]

    def kinds(self) -> set[str]:
        return {event.kind for event in self.end.events}


def with_lorawan(**changes: object) -> Board:
    assert LOKY.lorawan is not None
    return LOKY.model_copy(update={"lorawan": LOKY.lorawan.model_copy(update=changes)})


def at_spreading_factor(board: Board, spreading_factor: int) -> Board:
    assert board.power is not None
    assert board.power.lora is not None
    lora = board.power.lora.model_copy(update={"spreading_factor": spreading_factor})
    return board.model_copy(update={"power": board.power.model_copy(update={"lora": lora})})


BUSY = at_spreading_factor(with_lorawan(confirmed_every=1, fair_use_s=None, shortest_period_s=1.0), 12)


assert LOKY.wake is not None
HASTY = with_lorawan(fair_use_s=None, shortest_period_s=1.0).model_copy(
    update={"wake": LOKY.wake.model_copy(update={"sleep_s": 2.0})}
)


def check_air(transmissions: Sequence[Transmission], duty_cycle: float = 0.01) -> None:
    assert worst_use_s(transmissions)[0] <= duty_cycle * HOUR_S
    for one, later in pairwise(transmissions):
        assert later.start_s >= one.start_s + one.airtime_s / duty_cycle - 1e-6


def check_nothing_twice(played: Played) -> None:
    nonces = played.facts("join_requested", "dev_nonce")
    assert len(set(nonces)) == len(nonces)
    assert played.kinds().isdisjoint({"counter_reused", "replayed", "wrong_mic", "unreadable", "unknown_address"})
    assert "dev_nonce_used" not in played.facts("join_refused", "reason")
    counters = [(one.facts["dev_addr"], one.facts["fcnt"]) for one in played.end.payloads]
    assert len(set(counters)) == len(counters)


@pytest.mark.parametrize("mode", Mode)
def test_loky_joins_once_and_says_what_it_heard_for_hours(mode: Mode) -> None:
    played = Played(meter=Linky(mode=mode, load=Household(1)))
    played.env.run(until=2 * HOUR_S)
    assert len(played.facts("join_accepted", "dev_addr")) == 1
    payloads = played.end.payloads
    assert len(payloads) == pytest.approx(2 * HOUR_S / 300, abs=2)
    assert [one.facts["fcnt"] for one in payloads] == list(range(len(payloads)))
    assert [one.content["sequence"] for one in payloads] == list(range(len(payloads)))
    assert {one.source for one in payloads} == {"2" if mode is Mode.STANDARD else "1"}
    for one in payloads:
        frame = [frame for frame in played.truth if frame.end_s < one.facts["started_s"] + 1e-6][-1]
        sent = {emitted.group.label: emitted.group.value for emitted in frame.groups}
        labels = set(one.content) - {"capacitor_v", "sequence"}
        assert len(labels) == 4
        for label in labels:
            said = one.content[label]
            assert sent[label] == said if isinstance(said, str) else int(sent[label]) == said
        assert one.content["capacitor_v"] == 5.0
    assert [one.facts["confirmed"] for one in payloads] == [place % 12 == 0 for place in range(len(payloads))]
    check_nothing_twice(played)
    check_air(played.end.transmissions)
    assert played.published == []


def test_without_a_radio_loky_says_bare_readings() -> None:
    played = Played(has_radio=False)
    played.env.run(until=1000)
    assert len(played.published) == 4
    assert played.end.payloads == []


def test_a_brown_out_anywhere_uses_nothing_twice_and_needs_no_new_join() -> None:
    played = Played()
    # In the join, in its windows, while it listens, in an uplink, in its windows, asleep; and again much later
    for at_s, dark_s in [(0.06, 5), (3, 1), (30, 0.1), (40, 600), (1000, 1), (1011, 0.05), (2000, 3000)]:
        played.at(at_s, lambda dark_s=dark_s: played.power.cut_for(dark_s))
    played.env.run(until=3 * HOUR_S)
    assert len(played.end.payloads) > 15
    assert len(played.facts("join_requested", "dev_nonce")) <= 4
    assert len({one.facts["dev_addr"] for one in played.end.payloads}) == 1
    check_nothing_twice(played)
    check_air(played.end.transmissions)


def test_brown_outs_every_few_seconds_keep_the_duty_cycle_of_any_hour_and_every_counter() -> None:
    played = Played(BUSY)
    played.end.acknowledges = False
    for number in range(1, 700):
        played.at(number * 13.7, lambda: played.power.cut_for(0.2))
    for number in range(1, 40):
        played.at(9700 + number * 251.3, lambda: played.power.cut_for(0.2))
    played.env.run(until=6 * HOUR_S)
    assert len(played.end.transmissions) > 20
    check_nothing_twice(played)
    check_air(played.end.transmissions)


def test_a_new_life_of_the_same_device_goes_on_with_its_counters() -> None:
    played = Played()
    played.env.run(until=1000)
    played.process.interrupt(SWITCHED_OFF)
    played.begin()
    played.env.run(until=2000)
    assert [one.facts["fcnt"] for one in played.end.payloads] == list(range(len(played.end.payloads)))
    assert len(played.end.payloads) >= 6
    check_nothing_twice(played)


def test_a_refused_join_is_tried_again_with_another_nonce_later_and_later() -> None:
    played = Played()
    played.end.join_refused = True
    played.at(3 * HOUR_S, lambda: setattr(played.end, "join_refused", False))
    played.env.run(until=5 * HOUR_S)
    asked_s = [event.at_s for event in played.end.events if event.kind == "join_requested"]
    pauses = [later - one for one, later in pairwise(asked_s)]
    assert pauses[0] == pytest.approx(66, abs=15)
    assert all(later > 1.5 * one for one, later in pairwise(pauses) if later < 3600)
    assert max(pauses) < 1.25 * 3600
    assert len(played.facts("join_accepted", "dev_addr")) == 1
    assert len(played.end.payloads) > 5
    check_nothing_twice(played)


@pytest.mark.parametrize("window", [1, 2])
@pytest.mark.parametrize("spreading_factor", [7, 12])
def test_it_hears_the_network_in_either_window(window: int, spreading_factor: int) -> None:
    played = Played(at_spreading_factor(with_lorawan(confirmed_every=1), spreading_factor))
    played.end.window = window
    played.env.run(until=700 if spreading_factor == 7 else 10_000)
    assert len(played.end.payloads) >= 2
    assert "repeated" not in played.kinds()
    assert set(played.facts("answered", "window")) == {window}
    waits = {round(answer.facts["begins_s"] - answer.at_s) for answer in played.end.events if answer.kind == "answered"}
    assert waits == {window, 4 + window}  # data, and the join


def test_a_confirmed_uplink_that_nobody_acknowledges_is_repeated_to_its_limit_and_no_further() -> None:
    played = Played(with_lorawan(confirmed_every=2, transmissions_max=5))
    played.end.acknowledges = False
    played.env.run(until=2 * HOUR_S)
    payloads = played.end.payloads
    assert len(payloads) > 10
    repeated = [
        (event.facts["fcnt"], event.facts["attempt"]) for event in played.end.events if event.kind == "repeated"
    ]
    confirmed = [one.facts["fcnt"] for one in payloads if one.facts["confirmed"]]
    whole = confirmed[:-1]  # the last one may be under way
    assert [one for one in repeated if one[0] in whole] == [
        (fcnt, attempt) for fcnt in whole for attempt in range(2, 6)
    ]
    check_nothing_twice(played)
    check_air(played.end.transmissions)


def test_far_from_a_gateway_the_hour_is_kept_though_each_uplink_is_repeated() -> None:
    played = Played(BUSY)
    played.end.acknowledges = False
    played.env.run(until=5 * HOUR_S)
    assert len(played.end.transmissions) > 80
    check_air(played.end.transmissions)
    assert worst_use_s(played.end.transmissions)[0] > 0.8 * 36


def test_the_first_periods_are_as_long_as_all_others_though_it_joined_in_them() -> None:
    played = Played()
    played.env.run(until=1500)
    arrived_s = [one.at_s for one in played.end.payloads]
    assert len(arrived_s) == 5
    assert max(later - one for one, later in pairwise(arrived_s)) < LOKY.report_period_s


def test_it_obeys_the_network() -> None:
    played = Played()
    played.env.run(until=400)
    played.end.ask(ROOT.dev_eui, Command(CommandId.DEV_STATUS), link_adr_request(LinkAdr(data_rate=3)))
    played.env.run(until=1500)
    assert played.facts("device_status", "battery") == [255]
    assert ["dev_status", "link_adr"] in played.facts("commands", "names")
    assert played.end.payloads[-1].facts["spreading_factor"] == 9


@pytest.mark.nightly
def test_on_its_capacitor_it_outlives_some_time_without_supply_and_goes_on_where_it_was() -> None:
    assert LOKY.power is not None
    assert LOKY.power.capacitor is not None
    small = LOKY.power.capacitor.model_copy(update={"capacitance_f": 0.05})  # so that it takes no day
    board = LOKY.model_copy(update={"power": LOKY.power.model_copy(update={"capacitor": small})})
    played = Played(board, powered=True)
    played.at(1000, lambda: played.give(MINIMUM.cut))
    played.at(8000, lambda: played.give(MINIMUM))
    played.env.run(until=9500)
    assert isinstance(played.power, ClockedTrain)
    down_s = [event.at_s for event in played.power.events if event.what is PowerEventKind.BROWN_OUT]
    assert len(down_s) == 1
    assert 1600 < down_s[0] < 8000
    before = [one for one in played.end.payloads if one.at_s < down_s[0]]
    after = [one for one in played.end.payloads if one.at_s > down_s[0]]
    assert before[0].content["capacitor_v"] > 4.5
    assert before[-1].content["capacitor_v"] < 4.2
    assert before[-1].at_s > 1200
    assert len(after) >= 3
    assert after[0].at_s > 8000
    assert {one.facts["dev_addr"] for one in after} == {before[0].facts["dev_addr"]}
    check_nothing_twice(played)
    check_air(played.end.transmissions)


def test_a_board_that_says_nothing_of_lorawan_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"board loky: firmware loky speaks LoRaWAN; .*\[lorawan\]"):
        Played(LOKY.model_copy(update={"lorawan": None}))


@pytest.mark.parametrize("airtime_s", [1.482752, 2.5])
def test_the_ledger_waits_for_the_hour_and_not_for_the_off_time_alone(airtime_s: float) -> None:
    ledger, now_s = AirLedger(0.01), 0.0
    sent = []
    for _ in range(400):
        now_s += ledger.wait_s(now_s, airtime_s)
        ledger.note(now_s, airtime_s)
        sent.append(Transmission(now_s, airtime_s, 868.1e6, 12))
        now_s += airtime_s
    check_air(sent)
    assert worst_use_s(sent)[0] > 36 - airtime_s
    assert len(ledger.sent) < 27


@pytest.mark.realtime
def test_in_real_time_it_reaches_a_network_as_a_gateway_forwards_it() -> None:
    played = Played(HASTY, has_radio=False, starts=False)
    runner = RealTime(played.env, speed=10)
    server = SemtechServer(played.end, runner)
    played.radio = radio = ForwardingRadio(runner, played.env, server.host, server.port)
    played.begin()
    try:
        runner.run(lambda: len(played.end.payloads) >= 2 or played.env.now > 120)
        assert [one.facts["fcnt"] for one in played.end.payloads] == [0, 1]
        assert set(played.end.payloads[0].content) == {
            "EAST", "SINSTS", "IRMS1", "NTARF", "capacitor_v", "sequence",
        }  # fmt: skip
        assert radio.refused == 0
        check_nothing_twice(played)
    finally:
        radio.close()
        server.close()
        runner.close()
