# SPDX-License-Identifier: Apache-2.0
"""Plays stories back to back on one running line, for devices that live in real time.

Each has its own meter, which is on the line from its opening on, as where it is played alone: what is sent is the
story's, whatever came before. Between two of them the bench's clock stands still, in the gap between two frames. A
device goes on from one to the next as long as nothing was broken; then its state may be poisoned, and it is started
anew.
"""

from contextlib import ExitStack
from types import TracebackType

from xky.emulator import SentFrame, Truth
from xky.emulator.legal_time import parse_at
from xky.emulator.truth.piece import weakened
from xky.protocol import Mode

from ..bench.bench import Bench
from ..campaign.campaign import Campaign
from ..campaign.plan_meters import PlanMeters
from ..campaign.player import Frames, Player
from ..campaign.record import OPENING, Record
from ..campaign.recorded import let_last_words_arrive, record_of
from ..campaign.stimulus import Stimulus, household
from .judging import broken_by
from .playing import Played, play_story
from .story import Story, stimuli_of

__all__ = ["RunningLine"]

_BEFORE = "before"  # what is still known of the line before a story


class RunningLine:
    """A device that goes on from story to story. Use it as a context: it leaves nothing running behind."""

    def __init__(self) -> None:
        self._running: _Running | None = None

    def __enter__(self) -> "RunningLine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def play(self, story: Story, campaign: Campaign, *, strict: bool = False) -> Played:
        """Play a story behind those before, and judge its part of the record.

        Args:
            story: in a mode of the board; another mode than before is another start of the device.
            campaign: what a person chose: the device, its board, where it is listened to.
            strict: a should counts as well.

        Raises:
            InputError: its meter cannot do what it tells.
            BenchError: the device does not start.
        """
        stimuli = stimuli_of(story)
        if self._running is not None and self._running.mode is not story.mode:
            self.stop()
        try:
            if self._running is None:
                self._running = _Running(story, campaign)
            if not self._running.speaks:
                return self.replay(story, campaign, strict=strict)
            played = self._running.play(story, stimuli, strict=strict)
        except BaseException:  # nobody knows how far it came
            self.stop()
            raise
        if played.broken or played.record.ended is not None:
            self.stop()
        return played

    def replay(self, story: Story, campaign: Campaign, *, strict: bool = False) -> Played:
        """Play a story alone, on a device that is started for it; the one that was running has ended before.

        Raises:
            InputError: its meter cannot do what it tells.
            BenchError: the device does not start.
        """
        self.stop()
        return play_story(story, campaign, strict=strict)

    def stop(self) -> None:
        """End the device, if one is running."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()


class _Running:
    """One bench with a device, from its start on.

    Args:
        story: the first one: the device starts on its meter.
        campaign: what a person chose.

    Attributes:
        speaks: whether it said a first word in time, and lives.

    Raises:
        BenchError: the device does not start.
    """

    def __init__(self, story: Story, campaign: Campaign) -> None:
        self.mode: Mode = story.mode
        self._claims, self._speed = campaign.claims, campaign.options.speed
        device = campaign.open()
        device.cover()
        self._bench = Bench(
            device, campaign.board, _meters_of(story).of(household), seed=story.seed, speed=self._speed,
            probes=campaign.specs,
        )  # fmt: skip
        player = self._player(_meters_of(story))
        with ExitStack() as opened:
            opened.enter_context(self._bench)
            self._run(player)
            self._opened = opened.pop_all()
        self.speaks = player.done and not player.silent
        self._forget_before(float(self._bench.env.now) - player.aged_s())

    def play(self, story: Story, stimuli: list[Stimulus], *, strict: bool) -> Played:
        """Play the next story."""
        bench, meters = self._bench, _meters_of(story)
        begins_s, overruns = float(bench.env.now), bench.device.overruns
        meters.clock = lambda: float(bench.env.now) - begins_s
        meters.of(household)  # it runs from now on
        bench.device.forget_covered()
        player = self._player(meters)
        player.script = _script(player, stimuli)
        bench.transmitter.seed = story.seed
        bench.go_on()
        self._run(player)
        ended, ended_s = None if player.done else bench.device.ended, float(bench.env.now)
        if ended is not None:
            let_last_words_arrive(bench)
        record = record_of(
            bench, player, self.mode, speed=self._speed, claims=self._claims, ended=ended, ended_s=ended_s
        )
        record.overruns -= overruns
        record.truth = _copied(bench.truth)
        _cut_to_the_story(record)
        self._forget_before(ended_s - player.aged_s())
        broken = broken_by(record, story, stimuli, strict=strict)
        return Played(record, broken, ended_s - begins_s, frozenset(bench.device.covered))

    def _player(self, meters: PlanMeters) -> Player:
        bench = self._bench
        player = Player(bench, 1.0 if bench.virtual else self._speed, meters)
        bench.transmitter.before_frame, bench.rests = player.at_boundary, lambda: player.done
        return player

    def _run(self, player: Player) -> None:
        """Until its script is over, or the device."""
        self._bench.run(lambda: player.done or self._bench.device.ended is not None)

    def _forget_before(self, at_s: float) -> None:
        """Keep of what was sent and said as much as the first readings of the next story may repeat."""
        bench = self._bench
        kept = [frame for frame in bench.truth if frame.end_s >= at_s]
        bench.truth.clear()
        for number, frame in enumerate(kept):
            pieces = tuple(weakened(frame.pieces))  # nobody has to say it in the next story
            bench.truth.append(
                SentFrame(number, frame.mode, frame.start_s, frame.character_s, pieces, frame.complete, _BEFORE)
            )
        bench.forget_before(at_s)

    def stop(self) -> None:
        """End the device."""
        self._opened.close()


def _meters_of(story: Story) -> PlanMeters:
    return PlanMeters(story.mode, parse_at(story.meter.at), story.meter, story.seed)


def _script(player: Player, stimuli: list[Stimulus]) -> Frames:
    yield from player.open()
    for step in stimuli:
        yield from player.step(step)
    yield from player.close()


def _copied(truth: Truth) -> Truth:
    """The same as it is now."""
    copied = Truth()
    for frame in truth:
        copied.append(frame)
    return copied


def _cut_to_the_story(record: Record) -> None:
    """Leave out what was said before a device can have heard the first frame of the story."""
    opening = record.frames(OPENING)
    from_s = opening[0].end_s if opening else record.duration_s
    record.readings = [one for one in record.readings if one.at_s >= from_s]
    record.remarks = [one for one in record.remarks if one.at_s >= from_s]
