# SPDX-License-Identifier: Apache-2.0
"""Boards with uplinks of their own, in virtual time: what they publish and when, and what dead servers cost them."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import simpy

from xky.boards import Board, board_named
from xky.boards.description.uplink import Uplinks
from xky.boards.firmware import SWITCHED_OFF, EnergyPolicy, FirmwareContext, Parser, load_firmware
from xky.boards.ports import PowerPort
from xky.boards.power.clocked_train import ClockedTrain
from xky.boards.power.event_simulation import PowerEventKind
from xky.boards.power.mains import Mains
from xky.emulator import Household, Line, Linky, Transmitter, Truth
from xky.emulator.supply import SUPPLIES, Supply, Terminals
from xky.protocol import Group, InputError, Mode
from xky.protocol.uplinks.messages import HttpRequest, MqttMessage, MqttSession

from .network import FakeNetwork

STANDARD, HISTORIC = Mode.STANDARD, Mode.HISTORIC
TASMOTA, LAB, EKY = map(board_named, ("winky-c6-tasmota", "winky-lab", "eky"))


def with_uplink(board: Board, **changes: Any) -> Board:
    assert board.uplink is not None
    told = board.uplink.model_dump()
    for key, value in changes.items():
        told[key] = told[key] | value if isinstance(value, dict) and told.get(key) else value
    return board.model_copy(update={"uplink": Uplinks.model_validate(told)})


class Played:
    """A board on a line, on a network, and on terminal A where a supply is given."""

    def __init__(
        self,
        board: Board,
        *,
        mode: Mode = STANDARD,
        supply: Supply | None = None,
        inner_v: float | None = None,
        networked: bool = True,
        meter: Linky | None = None,
    ) -> None:
        self.env = simpy.Environment()
        self.line, self.readings = Line(), []
        self.network = FakeNetwork(self.env)
        meter = Linky(mode=mode, load=Household(1)) if meter is None else meter
        meter.run_by(lambda: float(self.env.now))
        self.train: ClockedTrain | None = None
        power: PowerPort = Mains(self.env)
        if supply is not None:
            assert board.power is not None
            power = self.train = ClockedTrain(self.env, board.power, Terminals(supply), inner_v=inner_v)
        self.firmware = load_firmware(board)(
            FirmwareContext(
                self.env,
                board,
                meter.mode,
                self.line,
                self,
                Parser(),
                power,
                EnergyPolicy(board),
                network=self.network if networked else None,
            )
        )
        self.process = self.env.process(self.firmware.run())
        self.env.process(Transmitter(self.env, meter, self.line, Truth(), only_when_heard=True).run())

    def publish(self, groups: Sequence[Group]) -> None:
        self.readings.append((self.env.now, tuple(groups)))

    def run(self, until_s: float) -> None:
        self.env.run(until=until_s)

    def at(self, at_s: float, act: Callable[[], object]) -> None:
        self.network.after(at_s - self.env.now, act)

    def set(self, **changes: object) -> None:
        for name, value in changes.items():
            setattr(self.network, name, value)

    def sent(self, topic: str) -> list[tuple[float, MqttMessage]]:
        return [(at_s, message) for at_s, message in self.network.published if message.topic == topic]

    def brown_outs(self) -> int:
        assert self.train is not None
        return sum(event.what is PowerEventKind.BROWN_OUT for event in self.train.events)

    def cycle_s(self) -> float:
        told = self.firmware._board  # type: ignore[attr-defined]
        return float(told.report_period_s)


# Without a network


@pytest.mark.parametrize("board", [TASMOTA, LAB], ids=lambda board: board.id)
@pytest.mark.parametrize("mode", Mode)
def test_without_a_network_a_sleeping_gateway_publishes_what_a_plain_winky_does(board: Board, mode: Mode) -> None:
    plain = Played(board.model_copy(update={"firmware": "winky"}), mode=mode, networked=False)
    own = Played(board, mode=mode, networked=False)
    for played in (plain, own):
        played.run(200)
    assert len(own.readings) >= 4
    assert own.readings == plain.readings
    assert own.firmware.uarts == plain.firmware.uarts


def test_without_a_network_eky_publishes_what_a_plain_reader_does() -> None:
    plain = Played(EKY.model_copy(update={"firmware": "reader"}), networked=False)
    own = Played(EKY, networked=False)
    for played in (plain, own):
        played.run(20)
    assert len(own.readings) > 8
    assert own.readings == plain.readings


@pytest.mark.parametrize("board", [TASMOTA, LAB, EKY], ids=lambda board: board.id)
def test_a_board_that_has_a_network_and_no_uplink_is_refused(board: Board) -> None:
    with pytest.raises(InputError, match=rf"board {board.id}: .*write \[uplink"):
        Played(board.model_copy(update={"uplink": None}))


# Tasmota


@pytest.mark.parametrize("mode", Mode)
def test_tasmota_says_sensor_and_points_in_each_wake_half_a_second_apart_and_nothing_as_bare_reading(
    mode: Mode,
) -> None:
    played = Played(TASMOTA, mode=mode)
    plain = Played(TASMOTA.model_copy(update={"firmware": "winky"}), mode=mode, networked=False)
    for one in (played, plain):
        one.run(45)
    assert played.readings == []
    (said_s, message), *_ = played.sent("tele/winky/SENSOR")
    assert said_s == pytest.approx(plain.readings[0][0])  # a wake takes as long as one that is reckoned with
    (written_s, request), *_ = played.network.written
    assert written_s - said_s >= 0.5
    assert (message.qos, message.retain) == (0, False)
    told = json.loads(message.payload)
    values = {group.label: group.value for group in plain.readings[0][1]}
    assert told["CONTRACT"]["serial"] == int(values["ADSC" if mode is STANDARD else "ADCO"])
    assert told["METER"]["P"] == int(values["SINSTS" if mode is STANDARD else "PAPP"])
    assert told["WINKY"]["time"]["net"] == 2200
    assert (request.method, request.target) == ("POST", "/write?db=xky")
    assert f"conso,device=winky,sensor=VA value={told['METER']['P']}\n".encode() in request.body


def test_tasmota_is_online_while_it_is_awake_and_offline_before_it_sleeps_and_its_will_says_the_same() -> None:
    played = Played(TASMOTA)
    played.run(30)
    (_, session), *_ = played.network.asked
    online, offline = (MqttMessage("tele/winky/LWT", text, 1, True) for text in (b"Online", b"Offline"))
    assert session == MqttSession("winky", 30, True, offline)
    assert [message for _, message in played.sent("tele/winky/LWT")] == [online, offline]
    assert played.network.ended == [(played.sent("tele/winky/LWT")[1][0], "closed")]


def test_tasmota_says_the_raw_tic_first_where_it_is_on() -> None:
    played = Played(with_uplink(TASMOTA, raw=True))
    played.run(30)
    topics = [message.topic for _, message in played.network.published]
    assert topics == ["tele/winky/LWT", "tele/winky/TIC", "tele/winky/SENSOR", "tele/winky/LWT"]
    times = [at_s for at_s, _ in played.network.published[1:3]] + [played.network.written[0][0]]
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(times))
    tic = json.loads(played.network.published[1][1].payload)
    assert tic["PRM"].isdecimal()


def test_what_the_tic_says_before_the_network_is_up_is_not_heard() -> None:
    played = Played(TASMOTA)
    played.set(is_up=False)
    played.at(4.0, lambda: played.set(is_up=True))
    played.run(30)
    (said_s, message), *_ = played.sent("tele/winky/SENSOR")
    assert said_s > 4.0 + 0.9 + 4.0  # address, and as long as a wake listens
    assert json.loads(message.payload)["WINKY"]["time"]["net"] >= 4900


def test_commands_are_obeyed_while_it_is_awake_and_answered() -> None:
    played = Played(TASMOTA)
    asked = [("winky_sleep", "20"), ("winky_SLEEP", ""), ("winky_max", "1"), ("winky_start", "4.5"),
             ("winky_stop", "4.6"), ("winky_stop", "3.9"), ("winky_ref", "1"), ("winky_coeff", ""), ("winky_meter", ""),
             ("winky", ""), ("power", "on"), ("winky_start", "abc")]  # fmt: skip
    for name, data in asked:
        played.at(3.0, partial(played.network.command, f"cmnd/winky/{name}", data))
    played.run(60)
    assert [message.payload.decode() for _, message in played.sent("stat/winky/RESULT")] == [
        '{"winky_sleep":"20.00"}', '{"winky_sleep":"20.00"}', '{"winky_max":2}', '{"winky_start":"4.50 Volt"}',
        '{"winky_stop":"3.70 Volt"}', '{"winky_stop":"3.90 Volt"}', '{"winky_ref":"1.00 Farad"}',
        '{"winky_coeff":"Done"}', '{"winky_meter":"Done"}', '{"winky":"Done"}',
        '{"Command":"Unknown","Input":"power"}', '{"winky_start":"4.50 Volt"}',
    ]  # fmt: skip
    assert all(at_s == 3.0 for at_s, _ in played.sent("stat/winky/RESULT"))
    told = json.loads(played.sent("tele/winky/SENSOR")[1][1].payload)["WINKY"]
    assert told["param"] == {"Vstart": 4.5, "Vstop": 3.9}
    assert told["time"]["sleep"] == 20_000


@pytest.mark.parametrize(
    ("sleep", "least_s", "most_s"), [("20", 20, 20), ("5", 35, 36), ("1.5", 10, 11), ("90", 60, 60), ("0", 30, 30)]
)
def test_a_sleep_that_was_commanded_is_kept_within_its_bounds(sleep: str, least_s: float, most_s: float) -> None:
    played = Played(TASMOTA)
    played.at(3.0, partial(played.network.command, "cmnd/winky/winky_sleep", sleep))
    played.run(100)
    (_, slept_s), *_ = [(message, at_s) for at_s, message in played.sent("tele/winky/LWT") if message.payload[1] == 102]
    woke_s = played.network.asked[1][0] - 2.2
    assert least_s - 0.01 <= woke_s - slept_s <= most_s + 0.01


def test_so_many_messages_as_commanded_end_a_wake() -> None:
    played = Played(TASMOTA)
    played.at(3.0, partial(played.network.command, "cmnd/winky/winky_max", "5"))
    played.run(90)
    told = [json.loads(message.payload)["WINKY"]["count"] for _, message in played.sent("tele/winky/SENSOR")]
    assert told[1]["msg"] == 5
    assert (told[1]["boot"], told[1]["write"]) == (2, 1)


def test_without_a_limit_a_low_capacitor_ends_a_wake() -> None:
    played = Played(TASMOTA, supply=SUPPLIES["min_spec"])
    played.at(3.0, partial(played.network.command, "cmnd/winky/winky_max", "0"))
    played.run(400)
    told = [json.loads(message.payload)["WINKY"] for _, message in played.sent("tele/winky/SENSOR")]
    assert told[1]["capa"]["Vmin"] == pytest.approx(3.7, abs=0.05)  # it dips as it publishes
    assert told[1]["count"]["msg"] > 10
    assert played.brown_outs() == 0


# Access point, broker and database that fail


def test_without_an_access_point_a_wake_ends_after_what_the_file_says() -> None:
    for board in (TASMOTA, LAB):
        played = Played(board)
        played.set(is_up=False)
        played.at(300, lambda played=played: played.set(is_up=True))  # type: ignore[misc]
        played.run(300)
        assert board.uplink is not None
        assert played.network.published == played.network.written == played.network.asked == []
        assert not played.line.is_heard
        played.run(300 + 2 * board.report_period_s)
        assert played.network.published


@pytest.mark.parametrize("board", [TASMOTA, LAB], ids=lambda board: board.id)
@pytest.mark.parametrize("broker", ["down", "refuses", "silent"])
def test_a_dead_broker_costs_what_the_file_says_the_database_is_written_to_and_the_board_returns(
    board: Board, broker: str
) -> None:
    assert board.uplink is not None
    assert board.uplink.mqtt is not None
    played = Played(board)
    played.set(broker=broker)
    played.run(300)
    assert played.network.published == []
    assert len(played.network.written) >= 6  # each wake
    tried = [at_s for at_s, _ in played.network.asked]
    assert all(later - earlier >= board.uplink.mqtt.rest_s for earlier, later in pairwise(tried))
    if broker == "silent":
        late_s = played.network.written[0][0] - reference(board).network.written[0][0]
        assert 0 <= late_s <= board.uplink.mqtt.most_s
    played.set(broker="up")
    played.run(300 + board.uplink.mqtt.rest_s + board.uplink.mqtt.timeout_s + 2 * board.report_period_s)
    assert any(message.topic.endswith(("tic", "SENSOR")) for _, message in played.network.published)


def reference(board: Board) -> Played:
    played = Played(board)
    played.run(30)
    return played


@pytest.mark.parametrize("board", [TASMOTA, LAB], ids=lambda board: board.id)
@pytest.mark.parametrize("database", [401, 500, None, 0])
def test_a_database_that_fails_loses_its_points_only_and_is_tried_again(board: Board, database: int | None) -> None:
    assert board.uplink is not None
    assert board.uplink.influx is not None
    played, sound = Played(board), Played(board)
    topic = "tele/winky/SENSOR" if board is TASMOTA else "xky/winky/tic"
    played.set(database=database)
    for one in (played, sound):
        one.run(300)
    tried = [at_s for at_s, _ in played.network.written]
    assert len(tried) >= 2
    assert all(later - earlier >= board.uplink.influx.rest_s for earlier, later in pairwise(tried))
    lost = len(sound.sent(topic)) - len(played.sent(topic))
    assert abs(lost) <= 1  # the waiting, and the gap that is not there while it rests
    played.set(database=204)
    played.run(300 + board.uplink.influx.rest_s + 2 * board.report_period_s)
    assert len([1 for at_s, _ in played.network.written if at_s > 300]) >= 2


def test_a_wake_in_which_every_server_rests_is_over_before_the_radio_is_on() -> None:
    played = Played(LAB)
    played.set(broker="down", database=None)
    played.run(200)
    assert len(played.network.asked) == 2
    assert len(played.network.written) == 2
    wakes = [at_s for at_s, _ in played.network.asked]
    assert wakes[1] - wakes[0] < LAB.uplink.mqtt.rest_s + LAB.report_period_s  # type: ignore[union-attr]


DEAD = pytest.mark.parametrize(
    "dead",
    [{"is_up": False}, {"broker": "silent"}, {"database": 0}, {"broker": "silent", "database": 0}],
    ids=["no access point", "silent broker", "silent database", "all silent"],
)


def survives(board: Board, mode: Mode, seconds: float, dead: dict[str, object]) -> None:
    played = Played(board, supply=SUPPLIES["min_spec"], meter=Linky(mode=mode, phases=3))
    played.set(**dead)
    played.run(seconds)
    assert played.brown_outs() == 0
    played.set(is_up=True, broker="up", database=204)
    played.run(seconds + 600)
    assert played.network.published[-1][0] > seconds
    assert played.network.written[-1][0] > seconds


@pytest.mark.by_day(3)
@pytest.mark.parametrize("board", [TASMOTA, LAB], ids=lambda board: board.id)
@DEAD
def test_on_the_weakest_meter_nothing_that_is_dead_for_two_hours_brings_a_brown_out(
    board: Board, dead: dict[str, object]
) -> None:
    survives(board, HISTORIC, 7_200, dead)


@pytest.mark.nightly
@pytest.mark.parametrize("board", [TASMOTA, LAB], ids=lambda board: board.id)
@pytest.mark.parametrize("mode", Mode)
@DEAD
def test_nor_does_it_in_a_day(board: Board, mode: Mode, dead: dict[str, object]) -> None:
    survives(board, mode, 86_400, dead)


def test_a_broker_that_is_gone_in_the_middle_of_a_wake_is_connected_to_again() -> None:
    played = Played(TASMOTA)
    played.at(4.0, played.network.broker_goes)
    played.at(4.5, lambda: played.set(broker="up"))
    played.run(30)
    assert len(played.network.asked) == 2
    assert len(played.sent("tele/winky/SENSOR")) == 1


def test_a_message_that_is_not_acknowledged_is_given_up_in_time() -> None:
    played = Played(with_uplink(TASMOTA, mqtt={"qos": 1, "tries": 2, "pause_s": 1.0}))
    played.set(forgets_to_acknowledge=True)
    played.run(30)
    sent = [at_s for at_s, _ in played.sent("tele/winky/SENSOR")]
    assert [later - earlier for earlier, later in pairwise(sent)] == pytest.approx([5.0])


def test_a_board_that_loses_its_power_says_no_goodbye() -> None:
    played = Played(TASMOTA)
    played.at(4.0, lambda: played.process.interrupt(SWITCHED_OFF))
    played.run(60)
    assert played.network.ended == [(4.0, "cut")]
    assert played.network.published[-1][1].payload == b"Online"


# OneForAll


@pytest.mark.parametrize("mode", Mode)
def test_one_for_all_says_each_label_their_object_and_one_point(mode: Mode) -> None:
    played = Played(LAB, mode=mode)
    plain = Played(LAB.model_copy(update={"firmware": "winky"}), mode=mode, networked=False)
    for one in (played, plain):
        one.run(30)
    groups = plain.readings[0][1]
    told = json.loads(played.sent("xky/winky/tic")[0][1].payload)
    assert list(told) == [group.label for group in groups]
    for group in groups:
        if "+" in group.label:  # which no topic may hold
            continue
        ((_, message),) = played.sent(f"xky/winky/{group.label}")
        assert message.payload.decode() == (group.value or group.timestamp)
    (_, request), *_ = played.network.written
    assert request.body.startswith(b"linky,device=winky AD")


def posted(played: Played, path: str, body: str) -> int:
    return int(played.firmware.answer(HttpRequest("POST", path, body=body.encode())).status)  # type: ignore[attr-defined]


def test_what_the_page_stores_counts_from_the_restart_on() -> None:
    played = Played(LAB, mode=HISTORIC, meter=Linky(mode=STANDARD))
    # its TIC mode is wrong: the module hears nothing
    played.firmware = load_firmware(LAB)(
        FirmwareContext(
            played.env,
            LAB,
            HISTORIC,
            played.line,
            played,
            Parser(),
            Mains(played.env),
            EnergyPolicy(LAB),
            network=played.network,
        )
    )
    played.process.interrupt(SWITCHED_OFF)
    played.env.process(played.firmware.run())
    played.run(60)
    assert played.network.published == []
    assert posted(played, "/", "mode=standard&period=0.15") == 200
    assert posted(played, "/mqtt", "on=1&topic=home/linky&client_id=me&qos=0") == 200
    assert posted(played, "/standard", "label=EAST&label=SINSTS") == 200
    assert posted(played, "/influx", "database=xky&version=1&measurement=linky") == 200
    played.run(100)
    assert played.network.published == []
    assert posted(played, "/restart", "") == 200
    played.run(180)
    assert {message.topic for _, message in played.network.published} == {
        "home/linky/tic", "home/linky/EAST", "home/linky/SINSTS",
    }  # fmt: skip
    assert not [at_s for at_s, _ in played.network.written if at_s > 100]
    times = [at_s for at_s, _ in played.sent("home/linky/tic")]
    assert next(later - earlier for earlier, later in pairwise(times)) == pytest.approx(15 + 6.55, abs=1.0)
    assert [uart.baud for _, uart in played.firmware.uarts] == [1200, 9600]


# Eky


@pytest.mark.parametrize("mode", Mode)
def test_eky_says_each_frame_over_one_connection(mode: Mode) -> None:
    played = Played(EKY, mode=mode)
    plain = Played(EKY.model_copy(update={"firmware": "reader"}), mode=mode, networked=False)
    for one in (played, plain):
        one.run(30)
    (_, session), *more = played.network.asked
    assert more == []
    assert session.will == MqttMessage("xky/eky/status", b"offline", 1, True)
    assert [message.payload for _, message in played.sent("xky/eky/status")] == [b"online"]
    told = [json.loads(message.payload) for _, message in played.sent("xky/eky/tic")]
    assert [list(one) for one in told] == [[group.label for group in groups] for _, groups in plain.readings]
    assert {message.qos for _, message in played.sent("xky/eky/tic")} == {1}


def test_eky_says_one_frame_a_period_where_one_is_set() -> None:
    played = Played(with_uplink(EKY, period="0.10"))
    played.run(60)
    times = [at_s for at_s, _ in played.sent("xky/eky/tic")]
    assert len(times) == 6
    assert all(10 <= later - earlier < 12 for earlier, later in pairwise(times))


def test_what_eky_could_not_say_while_a_broker_restarts_comes_in_order_when_it_is_back() -> None:
    played = Played(EKY)
    plain = Played(EKY, networked=False)
    played.at(20, played.network.broker_goes)
    played.at(40, lambda: played.set(broker="up"))
    for one in (played, plain):
        one.run(80)
    said = [json.loads(message.payload)["DATE"] for _, message in played.sent("xky/eky/tic")]
    heard = [next(group.timestamp for group in groups if group.label == "DATE") for _, groups in plain.readings]
    assert said == sorted(said)
    assert set(heard) == set(said)
    assert len(said) - len(heard) <= 1  # that which was under way as the connection was lost


def test_eky_keeps_no_more_than_its_queue_and_the_oldest_go_first() -> None:
    played = Played(with_uplink(EKY, mqtt={"queue": 5}))
    played.set(broker="down")
    played.at(60, lambda: played.set(broker="up"))
    played.run(100)
    back_s = played.sent("xky/eky/status")[0][0]
    at_once = [json.loads(message.payload)["DATE"] for at_s, message in played.sent("xky/eky/tic") if at_s == back_s]
    assert len(at_once) == 5
    assert at_once[0] >= "H260115180050"


@pytest.mark.parametrize("broker", ["down", "refuses", "silent"])
def test_eky_tries_again_with_pauses_that_double_up_to_what_its_file_says(broker: str) -> None:
    assert EKY.uplink is not None
    mqtt = EKY.uplink.mqtt
    assert mqtt is not None
    played = Played(EKY)
    played.set(broker=broker)
    played.run(200)
    tried = [at_s for at_s, _ in played.network.asked]
    waits = [later - earlier for earlier, later in pairwise(tried)]
    answered_s = mqtt.timeout_s if broker == "silent" else 0.02
    assert waits == pytest.approx([answered_s + min(2.0**n, mqtt.pause_max_s) for n in range(len(waits))])
    played.set(broker="up")
    played.run(200 + mqtt.returns_s + 5)
    assert played.sent("xky/eky/tic")


def test_a_broker_that_falls_silent_is_left_and_its_messages_are_sent_again() -> None:
    assert EKY.uplink is not None
    mqtt = EKY.uplink.mqtt
    assert mqtt is not None
    played = Played(EKY)
    played.at(20, lambda: played.set(broker="silent"))
    played.at(60, lambda: played.set(broker="up"))
    played.run(120)
    assert any(why == "cut" and 20 < at_s <= 20 + mqtt.timeout_s + 4 for at_s, why in played.network.ended)
    said = [json.loads(message.payload)["DATE"] for _, message in played.sent("xky/eky/tic")]
    assert said == sorted(said)
    assert len({*said}) > 80


def test_an_eky_that_is_switched_off_says_no_goodbye_and_stays_away() -> None:
    played = Played(EKY)
    played.at(10, lambda: played.process.interrupt(SWITCHED_OFF))
    played.run(60)
    assert played.network.ended == [(10, "cut")]
    assert len(played.network.asked) == 1
