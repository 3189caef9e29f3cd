# SPDX-License-Identifier: Apache-2.0
"""Stories back to back on one running line: what is sent is the story's, what is judged is its part of the record."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import simpy
from hypothesis import HealthCheck, Phase, given, seed, settings

from xky.boards import board_named
from xky.boards.firmware.receiver import LineReceiver
from xky.emulator.faults import made_fault
from xky.emulator.meter_file.meter_file import MeterFile
from xky.hil.bench.devices import Device, DeviceContext
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.player import START_UP
from xky.hil.campaign.record import Record
from xky.hil.ends.lorawan import LorawanEnd
from xky.hil.hunt.strategies import line_stories
from xky.hil.stories.playing import play_story
from xky.hil.stories.running_line import RunningLine
from xky.hil.stories.story import ImpossibleStoryError, Step, Story
from xky.protocol import BenchError, Decoder, Frame, InputError, Mode
from xky.protocol.uart import Uart
from xky.protocol.uplinks.lorawan_eu868 import Transmission

CHECKSUM = Step(turns=((made_fault(name="wrong_checksum", label="EAST"),),))
BASE = Story(meter=MeterFile(contract="base", load_va=500.0), step=(CHECKSUM,))
THREE_PHASES = Story(
    meter=MeterFile(contract="ejp", phases=3, load_va=900.0, at="2027-01-05T17:00"), seed=3,
    step=(Step(msg1="HELLO"), CHECKSUM, Step(turns=((made_fault(name="bit_flips", rate=0.01),),))),
)  # fmt: skip
EXCHANGE = Story(meter=MeterFile(), seed=7, step=(Step(exchange={"phases": 3}), Step(breaker="open")))
HISTORIC = Story(meter=MeterFile(mode=Mode.HISTORIC, contract="base", load_va=500.0), step=(Step(load_va=900.0),))


class Talker(Device):
    """Reports each whole frame; what it says besides, and how it ends, is a test's."""

    virtual = True
    board = board_named("generic")

    def __init__(self, say: Callable[[int, Frame], Any] = lambda number, frame: frame.good, dies_at: int = 0) -> None:
        self._say, self._dies_at, self._heard = say, dies_at, 0

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        mode = context.mode

        def take(frame: Frame) -> None:
            self._heard += 1
            if frame.complete and self.ended is None:
                context.probe.publish(self._say(self._heard, frame))

        LineReceiver(context.env, context.line, Uart(mode.baud), lambda: Decoder(mode), take).wake()
        clock_starts()

    def stop(self) -> None:
        """Nothing outlives the clock."""

    @property
    def ended(self) -> str | None:
        return "signal SIGSEGV" if self._dies_at and self._heard >= self._dies_at else None


class Talkers(Campaign):
    """A campaign whose devices a test makes, and counts."""

    def with_devices(self, make: Callable[[], Device]) -> "Talkers":
        self.made: list[Device] = []
        self._make = make
        return self

    def open(self) -> Device:
        make = getattr(self, "_make", Talker)
        device: Device = make()
        if hasattr(self, "made"):
            self.made.append(device)
        return device


def talkers(make: Callable[[], Device] = Talker) -> Talkers:
    return Talkers(Options("sim:generic")).with_devices(make)


@pytest.fixture
def line() -> Iterator[RunningLine]:
    with RunningLine() as running:
        yield running


def sent(record: Record) -> list[tuple[str, bytes]]:
    return [(frame.step, frame.data) for frame in record.truth if frame.step not in (START_UP, "before")]


def test_what_a_story_sends_is_its_own_whatever_came_before(line: RunningLine) -> None:
    campaign = talkers()
    behind = [sent(line.play(story, campaign).record) for story in (BASE, THREE_PHASES, EXCHANGE, BASE, EXCHANGE)]
    for story, one in ((THREE_PHASES, behind[1]), (EXCHANGE, behind[4])):
        with RunningLine() as another:
            assert sent(another.play(story, talkers()).record) == one
    assert behind[0] == behind[3]
    assert [step for step, _ in behind[1]] == [
        frame.step for frame in play_story(THREE_PHASES, campaign).record.truth if frame.step != START_UP
    ][: len(behind[1])]


def test_a_device_goes_on_from_story_to_story_and_is_started_anew_behind_what_is_broken(line: RunningLine) -> None:
    broken: list[bool] = []
    lies = talkers(lambda: Talker(lambda number, frame: [] if broken else frame.good))
    for story in (BASE, THREE_PHASES, BASE):
        assert line.play(story, lies).broken == []
    assert len(lies.made) == 1
    broken.append(True)
    assert [one.signature.question for one in line.play(BASE, lies).broken] == ["lives"]
    broken.clear()
    assert line.play(BASE, lies).broken == []
    assert len(lies.made) == 2


def test_a_device_that_ends_in_a_story_broke_it_and_the_next_one_has_another(line: RunningLine) -> None:
    mortal = talkers(lambda: Talker(dies_at=16))
    played = [line.play(BASE, mortal) for _ in range(2)]
    assert [[one.reason for one in story.broken] for story in played] == [
        [], [f"the device ended at {played[1].record.ended_s:.2f} s (signal SIGSEGV)"]
    ]  # fmt: skip
    assert line.play(BASE, mortal).broken == []
    assert len(mortal.made) == 2


def test_another_mode_is_another_start(line: RunningLine) -> None:
    campaign = talkers()
    for story in (BASE, HISTORIC, HISTORIC, BASE):
        assert line.play(story, campaign).broken == []
    assert len(campaign.made) == 3


def test_what_a_device_still_says_of_the_meter_before_is_not_held_against_it(line: RunningLine) -> None:
    said: list[Any] = [None]

    def late(number: int, frame: Frame) -> Any:
        before, said[0] = said[0], frame.good
        return before or frame.good

    tardy = talkers(lambda: Talker(late))  # one frame late, as one that sleeps between two may be
    assert [line.play(story, tardy).broken for story in (BASE, THREE_PHASES, EXCHANGE, BASE)] == [[], [], [], []]
    assert len(tardy.made) == 1


def test_what_a_device_remembers_for_ever_shows_behind_others_and_not_alone(line: RunningLine) -> None:
    first: list[Any] = []

    def remembers(number: int, frame: Frame) -> Any:
        first.extend(() if first else [one for one in frame.good if one.label == "PREF"])
        return [*(one for one in frame.good if one.label != "PREF"), *first]

    def forgetful() -> Device:
        first.clear()
        return Talker(remembers)

    other = Story(meter=MeterFile(pref_kva=12), step=(CHECKSUM,))
    campaign = talkers(forgetful)
    assert line.play(BASE, campaign).broken == []
    behind = line.play(other, campaign).broken
    assert [one.requirement for one in behind] == ["TIC-FRS-1"]
    assert line.replay(other, campaign).broken == []


def test_memory_does_not_grow_with_the_stories(line: RunningLine) -> None:
    campaign = talkers()
    kept = []
    for _ in range(6):
        record = line.play(BASE, campaign).record
        kept.append((len(record.truth), len(record.readings)))
    assert len({frames for frames, _ in kept[1:]}) == 1
    assert all(readings <= len(sent(record)) for _, readings in kept[1:])


def test_a_device_that_says_nothing_is_judged_alone(line: RunningLine) -> None:
    silent = talkers(lambda: Talker(lambda number, frame: []))
    assert [one.signature.question for one in line.play(BASE, silent).broken] == ["lives"]


def test_what_the_line_cannot_play_is_refused_and_ends_the_device(line: RunningLine) -> None:
    campaign = talkers()
    assert line.play(BASE, campaign).broken == []
    with pytest.raises(InputError, match="a story without a step"):
        line.play(Story(), campaign)
    with pytest.raises(InputError):
        line.play(Story(step=(Step(load_va=(1.0, 2.0, 3.0)),)), campaign)  # of a meter with one phase
    assert line.play(BASE, campaign).broken == []
    assert len(campaign.made) == 2


def test_a_device_that_cannot_be_started_is_the_benchs(line: RunningLine) -> None:
    class Stuck(Talker):
        def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
            raise BenchError("it does not start")

    with pytest.raises(BenchError, match="it does not start"):
        line.play(BASE, talkers(Stuck))


@pytest.mark.by_day(1)
@pytest.mark.parametrize("mode", Mode)
def test_a_sound_device_stands_every_story_behind_every_other(mode: Mode) -> None:
    with RunningLine() as line:
        campaign, impossible = talkers(), list[Story]()

        @seed(1)
        @settings(
            max_examples=20, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(line_stories((mode,)))
        def stands(story: Story) -> None:
            try:
                played = line.play(story, campaign)
            except ImpossibleStoryError:  # such as three powers for a meter that was exchanged for one of one phase
                impossible.append(story)
            else:
                assert [one.reason for one in played.broken] == []

        stands()
        assert len(campaign.made) <= 1 + len(impossible) < 10  # nobody knows how far such a one came


def test_ends_of_uplinks_forget_with_the_line() -> None:
    env = simpy.Environment()
    end = LorawanEnd(env)
    for at_s in (1.0, 2.0):
        env.run(until=at_s)
        end.arrived("topic", {"at": at_s})
        end.happened("connected", "somebody")
        end.transmissions.append(Transmission(at_s, 0.1, 868_100_000, 7, ""))
    end.forget_before(1.5)
    assert [one.at_s for one in (*end.payloads, *end.events)] == [2.0, 2.0]
    assert [one.start_s for one in end.transmissions] == [2.0]
