# SPDX-License-Identifier: Apache-2.0
"""Simulated boards in virtual time: when they hear, what they publish."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

import pytest
import simpy

from xky.boards import Board, board_named, defect_named
from xky.boards.firmware import EnergyPolicy, FirmwareContext, Parser, load_firmware
from xky.boards.firmware.receiver import LineReceiver
from xky.boards.power.mains import Mains
from xky.emulator import Household, Line, Linky, Transmitter, Truth
from xky.emulator.faults.cut import CutFrame
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.protocol import Burst, Decoder, Frame, Group, InputError, Mode, encode_group
from xky.protocol.mode import ETX, STX
from xky.protocol.uart import CharacterDefect, Uart

HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD
WIDEST_GAPS = (0.0334, 0.0334)


class Played:
    """A board on a meter's line."""

    def __init__(self, board: Board, meter: Linky, *, frame_gap_s: tuple[float, float] = WIDEST_GAPS) -> None:
        self.env = simpy.Environment()
        self.line, self.truth = Line(), Truth()
        self.published: list[tuple[float, Sequence[Group]]] = []
        meter.run_by(lambda: float(self.env.now))
        self.transmitter = Transmitter(self.env, meter, self.line, self.truth, frame_gap_s=frame_gap_s)
        firmware = load_firmware(board)(
            FirmwareContext(
                self.env, board, meter.mode, self.line, self, Parser(), Mains(self.env), EnergyPolicy(board)
            )
        )
        self.env.process(firmware.run())
        self.env.process(self.transmitter.run())

    def publish(self, groups: Sequence[Group]) -> None:
        self.published.append((self.env.now, tuple(groups)))


def groups_of(frame: object) -> tuple[Group, ...]:
    return tuple(emitted.group for emitted in frame.groups)  # type: ignore[attr-defined]


def winky(**changes: float) -> Board:
    board = board_named("winky-c6")
    assert board.wake is not None
    listen = board.listen.model_copy(update={k: v for k, v in changes.items() if k in {"frames", "timeout_s"}})
    wake = board.wake.model_copy(update={k: v for k, v in changes.items() if k.endswith("_s") and k != "timeout_s"})
    return board.model_copy(update={"listen": listen, "wake": wake})


# Reader


@pytest.mark.parametrize("mode", Mode)
def test_a_reader_publishes_each_whole_frame_as_it_ends(mode: Mode) -> None:
    played = Played(board_named("generic"), Linky(mode=mode, load=Household(1)))
    played.env.run(until=20)
    ended = [frame for frame in played.truth if frame.end_s < 20]
    assert len(ended) > 8
    assert [groups for _, groups in played.published] == [groups_of(frame) for frame in ended]
    for (at_s, _), frame in zip(played.published, ended, strict=True):
        assert at_s == pytest.approx(frame.end_s, abs=1e-6)


def test_a_reader_leaves_out_what_is_damaged_and_keeps_the_rest() -> None:
    played = Played(board_named("generic"), Linky())
    played.transmitter.faults = (WrongChecksum("SINSTS"),)
    played.env.run(until=5)
    assert played.published
    for _, groups in played.published:
        sent = [group.label for group in groups_of(played.truth[0])]
        assert [group.label for group in groups] == [label for label in sent if label != "SINSTS"]


def test_a_reader_publishes_nothing_of_cut_frames() -> None:
    played = Played(board_named("generic"), Linky())
    played.transmitter.faults = (CutFrame("PRM"),)
    played.env.run(until=5)
    assert len(played.truth) > 4
    assert played.published == []


# Winky


@pytest.mark.parametrize("mode", Mode)
def test_a_winky_listens_as_long_as_power_is_reckoned_with_publishes_the_newest_frame_and_sleeps(mode: Mode) -> None:
    board = winky()
    assert board.wake is not None
    played = Played(board, Linky(mode=mode, load=Household(1)))
    played.env.run(until=200)
    assert len(played.published) >= 4
    awake_s = board.wake.deaf_s
    for at_s, groups in played.published:
        ends_s = awake_s + board.listen.usual_s(mode)
        heard = [frame for frame in played.truth if frame.start_s >= awake_s - 1e-9 and frame.end_s < ends_s]
        assert len(heard) >= 2
        assert groups == groups_of(heard[-1])
        assert at_s == pytest.approx(ends_s + board.wake.publish_s, abs=1e-6)
        awake_s = at_s + board.wake.sleep_s + board.wake.deaf_s


def test_a_winky_listens_on_where_two_frames_take_longer_than_that() -> None:
    board = winky()
    assert board.wake is not None
    played = Played(board, Linky(mode=HISTORIC, phases=3, contract="tempo"))
    played.env.run(until=60)
    (at_s, groups), *_ = played.published
    heard = [frame for frame in played.truth if frame.start_s >= board.wake.deaf_s][:2]
    assert heard[1].end_s > board.wake.deaf_s + board.listen.historic_s
    assert groups == groups_of(heard[1])
    assert at_s == pytest.approx(heard[1].end_s + board.wake.publish_s, abs=1e-6)


def test_readings_of_a_winky_are_no_further_apart_than_the_board_says() -> None:
    board = winky()
    for meter in (Linky(mode=HISTORIC, phases=3, contract="tempo"), Linky(phases=3, producer=True)):
        played = Played(board, meter)
        played.env.run(until=600)
        times = [at_s for at_s, _ in played.published]
        assert len(times) > 10
        assert max(later - earlier for earlier, later in pairwise(times)) <= board.report_period_s


@pytest.mark.parametrize("mode", Mode)
def test_whenever_a_winky_wakes_it_publishes_a_frame_without_a_hole(mode: Mode) -> None:
    # Waking inside a character can make an STX of it, and so a frame of the rest: it is never the last one heard.
    for step in range(60):
        played = Played(winky(boot_s=3 + step * 0.0437), Linky(mode=mode))
        played.env.run(until=15)
        assert [len(groups) for _, groups in played.published] == [len(groups_of(played.truth[0]))]


def test_a_winky_does_not_hear_while_its_network_comes_up() -> None:
    board = winky(associate_s=60.0)
    played = Played(board, Linky())
    played.env.run(until=61.5)
    assert len(played.truth) > 60
    assert played.published == []
    played.env.run(until=66)
    (_, groups), *_ = played.published
    date = next(group.timestamp for group in groups if group.label == "DATE")
    assert date is not None
    assert date >= "H260115180101"


def test_a_winky_that_hears_nothing_publishes_nothing_and_tries_again() -> None:
    played = Played(winky(), Linky())
    played.transmitter.faults = (CutFrame("PRM"),)
    played.env.run(until=100)
    assert played.published == []
    played.transmitter.faults = ()
    played.env.run(until=200)
    assert len(played.published) >= 2


def test_a_winky_without_its_wake_section_is_refused() -> None:
    board = board_named("winky-c6").model_copy(update={"wake": None})
    with pytest.raises(InputError, match=r"board winky-c6: firmware winky sleeps; .*\[wake\]"):
        Played(board, Linky())


def spread_out(groups: Iterable[Group], mode: Mode, line: Line, env: simpy.Environment) -> Iterator[simpy.Event]:
    """The same frame for ever, with the longest silences that 54E allows, between groups too."""
    pieces = [encode_group(group, mode) for group in groups]
    pieces[0] = STX + pieces[0]
    pieces[-1] += ETX
    while True:
        for piece in pieces:
            burst = Burst(env.now, mode.character_s, piece)
            line.send(burst)
            yield env.timeout(burst.end_s - env.now + WIDEST_GAPS[1])


LONGEST = [
    Linky(mode=HISTORIC, phases=3, contract="tempo"),
    Linky(mode=STANDARD, phases=3, producer=True),
]


@pytest.mark.parametrize("meter", LONGEST, ids=lambda meter: str(meter.mode))
@pytest.mark.parametrize("late", range(12))
def test_two_of_the_longest_frames_at_the_largest_gaps_fit_into_the_listening_time(meter: Linky, late: int) -> None:
    board = board_named("winky-c6")
    env, line, frames = simpy.Environment(), Line(), []
    env.process(spread_out(meter.groups(), meter.mode, line, env))
    receiver = LineReceiver(env, line, Uart(meter.mode.baud), lambda: Decoder(meter.mode), frames.append)
    env.run(until=10 + late * 0.31)
    receiver.wake()
    env.run(until=env.now + board.listen.timeout_s)
    receiver.sleep()
    # Waking inside a character can make delimiters of it, and so a first frame with a hole.
    heard = [len(frame.good) for frame in frames if frame.complete and frame.good]
    assert heard.count(len(meter.groups())) >= board.listen.frames
    assert set(heard[1:]) == {len(meter.groups())}


# Receiver


def hear(meter: Linky, uart: Uart, *, until_s: float = 8.0) -> list[Frame]:
    env, line, frames = simpy.Environment(), Line(), []
    meter.run_by(lambda: float(env.now))
    receiver = LineReceiver(env, line, uart, lambda: Decoder(meter.mode), frames.append)
    receiver.wake()
    env.process(Transmitter(env, meter, line, Truth()).run())
    env.run(until=until_s)
    return frames


Parity = Literal["E", "O", "N"]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("factor", "bits", "parity"),
    [(0.125, 7, "E"), (8.0, 7, "E"), (0.5, 7, "E"), (1.0, 7, "O"), (1.0, 8, "O")],
)
def test_a_board_set_to_a_wrong_baud_or_parity_reads_nothing(
    mode: Mode, factor: float, bits: int, parity: Parity
) -> None:
    frames = hear(Linky(mode=mode), Uart(mode.baud * factor, bits, parity))
    assert [group for frame in frames for group in frame.good] == []


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("factor", "bits", "parity"), [(1.0, 7, "E"), (0.98, 7, "E"), (1.02, 7, "E"), (1.0, 8, "N")])
def test_a_board_set_right_or_nearly_reads_all(mode: Mode, factor: float, bits: int, parity: Parity) -> None:
    frames = hear(Linky(mode=mode), Uart(mode.baud * factor, bits, parity))
    assert len(frames) >= 4
    assert all(frame.complete and len(frame.good) == len(frame.groups) for frame in frames)


def test_a_receiver_that_wakes_within_a_burst_hears_from_the_next_start_of_a_frame_on() -> None:
    env, line, frames = simpy.Environment(), Line(), []
    receiver = LineReceiver(env, line, Uart(9600), lambda: Decoder(STANDARD), frames.append)
    groups = Linky().groups()
    data = STX + b"".join(encode_group(group, STANDARD) for group in groups) + ETX
    line.send(Burst(0.0, STANDARD.character_s, data + data))
    env.run(until=0.5)
    receiver.wake()
    env.run(until=3.0)
    (frame,) = frames  # half a frame says nothing
    assert frame.complete
    assert frame.good == tuple(groups)


def test_a_receiver_that_sleeps_loses_what_is_under_way_and_remembers_nothing() -> None:
    env, line, frames = simpy.Environment(), Line(), []
    receiver = LineReceiver(env, line, Uart(9600), lambda: Decoder(STANDARD), frames.append)
    head, tail = STX + encode_group(Group("VTIC", "02"), STANDARD), encode_group(Group("PREF", "06"), STANDARD) + ETX
    receiver.wake()
    line.send(Burst(env.now, STANDARD.character_s, head))
    env.run(until=1.0)
    line.send(Burst(env.now, STANDARD.character_s, tail))
    receiver.sleep()
    env.run(until=2.0)
    assert frames == []
    receiver.wake()
    line.send(Burst(env.now, STANDARD.character_s, tail))
    env.run(until=3.0)
    assert [(frame.complete, [group.label for group in frame.good]) for frame in frames] == [(False, ["PREF"])]


def test_a_character_with_a_parity_error_costs_its_group_only() -> None:
    env, line, frames = simpy.Environment(), Line(), []
    LineReceiver(env, line, Uart(9600), lambda: Decoder(STANDARD), frames.append).wake()
    groups = [Group("VTIC", "02"), Group("PREF", "06"), Group("PCOUP", "06")]
    data = STX + b"".join(encode_group(group, STANDARD) for group in groups) + ETX
    place = data.index(b"PREF")
    line.send(Burst(0.0, STANDARD.character_s, data, {place + 5: CharacterDefect.PARITY}))
    env.run(until=1.0)
    assert [group.label for group in frames[0].good] == ["VTIC", "PCOUP"]


@pytest.mark.parametrize(("pause_s", "whole"), [(0.0, [True]), (0.03, [])])
def test_the_listener_that_ends_frames_at_a_silence_takes_no_burst_for_one(pause_s: float, whole: list[bool]) -> None:
    """Long frames of a three-phase meter come group by group, one right behind the other."""
    env, line, frames = simpy.Environment(), Line(), []
    parser = defect_named("frame-ends-at-a-pause").parser()
    receiver = LineReceiver(env, line, Uart(1200), lambda: parser.listener(HISTORIC), frames.append)
    receiver.wake()
    pieces = [STX, *(encode_group(group, HISTORIC) for group in Linky(mode=HISTORIC).groups()), ETX]

    def send() -> Iterator[simpy.Event]:
        yield env.timeout(1.0)
        for number, piece in enumerate(pieces):
            if number == 5:
                yield env.timeout(pause_s)
            burst = Burst(env.now, HISTORIC.character_s, piece)
            line.send(burst)
            yield env.timeout(burst.end_s - env.now)

    env.process(send())
    env.run(until=6.0)
    assert [frame.complete for frame in frames if frame.complete] == whole
