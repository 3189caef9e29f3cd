# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable, Generator, Sequence
from itertools import pairwise

import pytest
import simpy

from xky.emulator import Draw, Expect, Hold, Household, Line, Linky, Piece, Transmitter, Truth
from xky.emulator.faults import Fault
from xky.emulator.faults.altered_digit import AlteredDigit
from xky.emulator.faults.cut import CutFrame
from xky.emulator.faults.pause import Pause
from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.protocol import Burst, Decoder, Frame, Interrupted, Mode

HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD


class Played:
    """A meter that plays onto a line, and all that came."""

    def __init__(self, meter: Linky, *, seed: int = 0, frame_gap_s: tuple[float, float] = (0.0167, 0.0334)) -> None:
        self.env = simpy.Environment()
        self.bursts: list[Burst] = []
        self.truth = Truth()
        line = Line()
        line.connect(self.bursts.append)
        meter.run_by(lambda: float(self.env.now))
        self.transmitter = Transmitter(self.env, meter, line, self.truth, seed=seed, frame_gap_s=frame_gap_s)
        self.env.process(self.transmitter.run())

    def run(self, frames: int) -> "Played":
        while len(self.truth) < frames:
            self.env.step()
        self.env.run(until=self.truth[frames - 1].end_s + 0.001)
        return self

    @property
    def data(self) -> bytes:
        return b"".join(burst.data for burst in self.bursts)


MAKERS = [(mode, phases) for mode in Mode for phases in (1, 3)]


@pytest.mark.parametrize(("mode", "phases"), MAKERS)
def test_gaps_between_frames_stay_within_the_specification(mode: Mode, phases: int) -> None:
    played = Played(Linky(mode=mode, phases=phases)).run(60)
    gaps = [later.start_s - earlier.end_s for earlier, later in pairwise(played.truth)]
    assert 0.0167 - 1e-9 <= min(gaps) < 0.019
    assert 0.031 < max(gaps) <= 0.0334 + 1e-9


@pytest.mark.parametrize(("mode", "phases"), MAKERS)
def test_characters_take_their_ten_bits_without_a_gap_in_a_frame(mode: Mode, phases: int) -> None:
    played = Played(Linky(mode=mode, phases=phases)).run(5)
    assert {burst.character_s for burst in played.bursts} == {10 / mode.baud}
    frame = played.truth[2]
    assert frame.end_s - frame.start_s == pytest.approx(len(frame.data) * 10 / mode.baud)
    of_frame = [burst for burst in played.bursts if frame.start_s - 1e-9 <= burst.start_s < frame.end_s - 1e-9]
    assert b"".join(burst.data for burst in of_frame) == frame.data
    for earlier, later in pairwise(of_frame):
        assert later.start_s == pytest.approx(earlier.end_s, abs=1e-9)


@pytest.mark.parametrize(("mode", "phases"), MAKERS)
def test_truth_equals_what_went_onto_the_line(mode: Mode, phases: int) -> None:
    played = Played(Linky(mode=mode, phases=phases, load=Household(1, phases)))
    current = "IINST1" if phases > 1 else "IINST"
    played.transmitter.faults = (WrongChecksum(current if mode is HISTORIC else "STGE"),)
    played.run(10)
    assert b"".join(frame.data for frame in played.truth) == played.data
    assert [frame.number for frame in played.truth] == list(range(len(played.truth)))
    for frame in played.truth:
        for group in frame.groups:
            first = round((group.start_s - frame.start_s) / frame.character_s)
            assert frame.data[first : first + len(group.data)] == group.data
            assert group.end_s - group.start_s == pytest.approx(len(group.data) * frame.character_s)


def test_truth_equals_the_line_when_an_overload_cuts_frames() -> None:
    played = Played(Linky(mode=HISTORIC, phases=3))
    for at_s in range(1, 200, 7):
        played.env.run(until=at_s)
        played.transmitter.meter.load.hold(*((6000, 0, 0) if at_s % 140 < 20 else (100, 100, 100)))
    played.env.run(until=played.env.now + 3)
    sent = b"".join(frame.data for frame in played.truth)
    assert played.data[: len(sent)] == sent
    assert [frame.start_s for frame in played.truth] == sorted(frame.start_s for frame in played.truth)
    cut = [frame for frame in played.truth if not frame.complete]
    assert len(cut) == 2
    assert all(group.expect is Expect.MAY for frame in cut for group in frame.groups)


@pytest.mark.parametrize(("mode", "phases"), MAKERS)
def test_the_same_seed_sends_the_same_bytes_at_the_same_times(mode: Mode, phases: int) -> None:
    def played(seed: int) -> list[tuple[float, bytes]]:
        one = Played(Linky(mode=mode, phases=phases, load=Household(1, phases)), seed=seed)
        power, cut = ("PAPP", "PTEC") if mode is HISTORIC else ("SINSTS", "PRM")
        one.transmitter.faults = (WrongChecksum(power), CutFrame(cut))
        return [(burst.start_s, burst.data) for burst in one.run(6).bursts]

    assert played(4) == played(4)
    assert played(4) != played(5)


def test_frames_say_the_time_at_which_they_start() -> None:
    played = Played(Linky(at="2026-01-15T12:00:00", load=Hold(Draw.of(1000)))).run(6)
    for frame in played.truth:
        date = next(group.group.timestamp for group in frame.groups if group.group.label == "DATE")
        assert date == f"H2601151200{int(frame.start_s):02}"


def test_everything_sent_decodes_again() -> None:
    played = Played(Linky(mode=HISTORIC, phases=3, contract="tempo")).run(4)
    events = Decoder(HISTORIC).feed(played.data)
    frames = [event for event in events if isinstance(event, Frame)]
    assert len(frames) == 4
    assert frames[3].groups == tuple(group.group for group in played.truth[3].groups)


def test_a_cut_frame_is_no_must() -> None:
    played = Played(Linky(mode=HISTORIC))
    played.transmitter.faults = (CutFrame("PTEC", with_eot=True),)
    played.run(2)
    assert not played.truth[0].complete
    assert {group.expect for group in played.truth[0].groups} == {Expect.MAY}
    events = Decoder(HISTORIC).feed(played.data)
    assert len(events) == 4
    assert all(isinstance(event, kind) for event, kind in zip(events, [Frame, Interrupted] * 2, strict=True))


def test_a_meter_is_exchanged_at_a_frame_boundary() -> None:
    played = Played(Linky(mode=HISTORIC, seed=1))
    other = Linky(mode=STANDARD, seed=2)

    def exchange() -> None:
        if len(played.truth) == 3:
            other.run_by(lambda: float(played.env.now))
            played.transmitter.meter = other
            played.transmitter.step = "other"

    played.transmitter.before_frame = exchange
    while len(played.truth) < 6:
        played.env.step()
    assert [frame.mode for frame in played.truth] == [HISTORIC] * 3 + [STANDARD] * 3
    assert [frame.character_s for frame in played.truth][2:4] == [10 / 1200, 10 / 9600]
    assert all(frame.complete for frame in played.truth)
    assert len(played.truth.of_step("other")) == 3


def test_it_ends_at_the_frame_boundary_at_which_it_is_told() -> None:
    env, truth, meter = simpy.Environment(), Truth(), Linky()
    meter.run_by(lambda: float(env.now))
    env.process(Transmitter(env, meter, Line(), truth).run(lambda: len(truth) >= 3))
    env.run()
    assert [frame.complete for frame in truth] == [True] * 3


def test_a_fault_sees_what_an_earlier_one_left() -> None:
    class Count:
        def __init__(self) -> None:
            self.sizes: list[int] = []

        def apply(self, pieces: Sequence[Piece], mode: Mode, rng: object) -> list[Piece]:
            self.sizes.append(len(pieces))
            return list(pieces)

    count = Count()
    played = Played(Linky(mode=HISTORIC))
    played.transmitter.faults = (CutFrame("OPTARIF", with_eot=True), count)
    played.run(1)
    assert count.sizes[0] == 4  # STX, ADCO, OPTARIF, EOT


# Frames made only when heard


def test_leaving_a_fault_out_changes_nothing_of_the_others_and_of_the_gaps() -> None:
    def sent(*faults_of_frames: Sequence[Fault]) -> list[tuple[float, dict[str, bytes]]]:
        env, truth = simpy.Environment(), Truth()
        meter = Linky(mode=Mode.STANDARD, contract="hc", seed=4)
        meter.load.hold(700)
        transmitter = Transmitter(env, meter, Line(), truth, seed=9)
        turns = iter(faults_of_frames)

        def turn() -> None:
            transmitter.faults = next(turns, ())

        transmitter.before_frame = turn
        env.process(transmitter.run(lambda: len(truth) == len(faults_of_frames)))
        env.run()
        return [(f.start_s, {e.group.label: e.data for e in f.groups if e.fault == "altered_digit"}) for f in truth]

    first, second = AlteredDigit("EASF01"), AlteredDigit("PREF")
    whole = sent((first, second, AlteredDigit("EAST")), (first,), (second,))
    shrunk = sent((second,), (), (second,))
    assert [list(groups) for _, groups in whole] == [["EAST", "EASF01", "PREF"], ["EASF01"], ["PREF"]]
    assert [groups.get("PREF") for _, groups in shrunk] == [groups.get("PREF") for _, groups in whole]
    assert [start_s for start_s, _ in shrunk] == pytest.approx([start_s for start_s, _ in whole])


def heard_now_and_then(pauses_s: Sequence[float], listens_s: float = 2.5) -> tuple[Truth, list[Burst], list[float]]:
    """A line on which somebody listens after each pause; the bursts that came, and when listening began."""
    env, line, truth = simpy.Environment(), Line(), Truth()
    bursts: list[Burst] = []
    wakes_s: list[float] = []
    meter = Linky(load=Household(1))
    meter.run_by(lambda: float(env.now))
    env.process(Transmitter(env, meter, line, truth, seed=1, only_when_heard=True).run())
    for pause_s in pauses_s:
        env.run(until=env.now + pause_s)
        wakes_s.append(env.now)
        line.connect(bursts.append)
        if line.current is not None and line.current.end_s > env.now:
            bursts.append(line.current)
        env.run(until=env.now + listens_s)
        line.disconnect(bursts.append)
    return truth, bursts, wakes_s


def test_no_frame_is_made_while_nobody_listens_and_each_listener_is_sent_whole_ones() -> None:
    truth, bursts, wakes_s = heard_now_and_then([3600.0] * 40)
    assert 2 * len(wakes_s) <= len(truth) <= 4 * len(wakes_s)
    for wake_s in wakes_s:
        whole = [burst for burst in bursts if wake_s <= burst.start_s < wake_s + 2.5]
        assert 2 <= len(whole) <= 3
    assert [frame.data for frame in truth] == [burst.data for burst in bursts]


def test_who_wakes_up_finds_the_line_at_any_place_of_a_frame() -> None:
    truth, _, wakes_s = heard_now_and_then([3600.0] * 200)
    places = [
        wake_s - frame.start_s for wake_s in wakes_s for frame in truth if frame.start_s <= wake_s < frame.end_s
    ]  # fmt: skip
    assert len(places) > 0.9 * len(wakes_s)  # the others wake in the gap
    assert min(places) < 0.1
    assert max(places) > 0.8
    assert 0.35 < sum(places) / len(places) < 0.55


@pytest.mark.parametrize("pause_s", [0.001, 0.02, 0.05, 0.3, 1.0])
def test_frames_never_overlap_however_short_the_pause(pause_s: float) -> None:
    truth, _, _ = heard_now_and_then([pause_s] * 60, listens_s=1.3)
    assert all(earlier.end_s <= later.start_s + 1e-9 for earlier, later in pairwise(truth))


def rested(
    lull_s: float, wakes_s: Sequence[float], *, until_s: float = 300.0, faults: Sequence[Fault] = ()
) -> tuple[Truth, list[Burst]]:
    """A line that may rest, on which somebody listens for three seconds at each of some times; something else happens
    each second."""
    env, line, truth = simpy.Environment(), Line(), Truth()
    bursts: list[Burst] = []
    meter = Linky(load=Household(1))
    meter.run_by(lambda: float(env.now))
    transmitter = Transmitter(env, meter, line, truth, seed=1)
    transmitter.lull_s, transmitter.faults = (lambda: lull_s), faults

    def clock() -> Generator[simpy.Event, None, None]:
        while True:
            yield env.timeout(1.0)

    def listener() -> Generator[simpy.Event, None, None]:
        for wake_s in wakes_s:
            yield env.timeout(wake_s - env.now)
            line.connect(bursts.append)
            if line.current is not None and line.current.end_s > env.now:
                bursts.append(line.current)
            yield env.timeout(3.0)
            line.disconnect(bursts.append)

    env.process(clock())
    env.process(listener())
    env.process(transmitter.run())
    env.run(until=until_s)
    return truth, bursts


def test_a_line_rests_while_nobody_hears_it_and_is_busy_again_when_somebody_does() -> None:
    wakes_s = [30.0 + 17.3 * number for number in range(15)]
    always, _ = rested(0.0, wakes_s)
    truth, bursts = rested(1000.0, wakes_s)
    assert len(always) > 250
    assert len(truth) < 0.3 * len(always)
    assert all(earlier.end_s + 0.0167 - 1e-9 <= later.start_s for earlier, later in pairwise(truth))
    heard = [frame for frame in truth if any(frame.start_s - 3.0 < wake_s < frame.end_s for wake_s in wakes_s)]
    assert [frame.data for frame in heard] == [burst.data for burst in bursts]
    places = [wake_s - frame.start_s for wake_s in wakes_s for frame in truth if frame.start_s <= wake_s < frame.end_s]
    assert len(places) > 0.8 * len(wakes_s)  # the others wake in a gap
    assert max(places) - min(places) > 0.5  # and at no place of its own


@pytest.mark.parametrize("fault", [WrongChecksum("EAST"), Pause("EAST", 0.2)])
def test_who_comes_onto_a_line_that_rests_finds_a_frame_with_faults_at_any_place(fault: Fault) -> None:
    wakes_s = [30.0 + 17.3 * number for number in range(30)]
    truth, bursts = rested(1000.0, wakes_s, until_s=600.0, faults=(fault,))
    assert all(earlier.end_s + 0.0167 - 1e-9 <= later.start_s for earlier, later in pairwise(truth))
    found = [(at_s, frame) for at_s in wakes_s for frame in truth if frame.start_s <= at_s < frame.end_s]
    assert len(found) > 0.8 * len(wakes_s)  # the others wake in a gap
    assert {group.fault for _, frame in found for group in frame.groups} == {None, fault.name}
    left_s = []
    for at_s, frame in found:  # what was under way is heard to its end, and what had ended is not
        heard = [burst for burst in bursts if frame.start_s - 1e-9 <= burst.start_s < frame.end_s]
        assert frame.data.endswith(b"".join(burst.data for burst in heard))
        assert heard[-1].end_s == pytest.approx(frame.end_s)
        assert all(burst.end_s > at_s for burst in heard)
        left_s.append(frame.end_s - at_s)
    assert min(left_s) < 0.2
    assert max(left_s) > 0.8


def test_a_line_that_is_heard_all_the_time_never_rests() -> None:
    env, line, truth = simpy.Environment(), Line(), Truth()
    line.connect(lambda burst: None)
    transmitter = Transmitter(env, Linky(load=Household(1)), line, truth)
    transmitter.lull_s = lambda: 1000.0
    env.process(transmitter.run())
    env.run(until=100.0)
    assert len(truth) > 90


def test_a_line_that_is_told_to_wait_goes_on_with_the_same_bytes_when_time_stands_still_meanwhile() -> None:
    straight = Played(Linky(), seed=3).run(4)
    held = Played(Linky(), seed=3)
    waits: list[simpy.Event] = []

    def wait_once() -> simpy.Event | None:
        if len(held.truth) != 2 or waits:
            return None
        waits.append(held.env.event())
        return waits[0]

    held.transmitter.before_frame = wait_once
    while not waits:
        held.env.step()
    waits[0].succeed()
    held.run(4)
    assert [(frame.start_s, frame.data) for frame in held.truth] == [
        (frame.start_s, frame.data) for frame in straight.truth
    ]


def test_a_line_tells_when_its_first_receiver_comes_and_its_last_one_has_gone() -> None:
    line, told = Line(), []
    line.before_first_receiver, line.after_last_receiver = (lambda: told.append("first")), (lambda: told.append("last"))
    hears: list[Callable[[Burst], None]] = [lambda burst: None, lambda burst: None]
    for receiver in hears:
        line.connect(receiver)
    line.disconnect(hears[0])
    assert told == ["first"]
    line.disconnect(hears[1])
    assert told == ["first", "last"]
