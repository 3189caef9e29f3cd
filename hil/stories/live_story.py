# SPDX-License-Identifier: Apache-2.0
"""A story told step by step on one running bench, in virtual time: what a whole one sends, byte for byte.

Between two steps the line's time stands still, so nothing is on it but what a file of the same steps would put there.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack

from xky.emulator.meter_file.meter_file import MeterFile
from xky.emulator.scenario.checks import check_happening
from xky.protocol import InputError
from xky.protocol.tomlfile import Written

from ..bench.bench import Bench
from ..campaign.campaign import Campaign
from ..campaign.performance import Performance
from ..campaign.stimulus import Stimulus
from .judging import Broken, broken_by
from .story import Step, Story, StoryStimuli, plan_of

__all__ = ["LiveStory", "require_virtual"]


def require_virtual(campaign: Campaign) -> None:
    """Complain of a device with which no line can wait to be told what comes next.

    Raises:
        InputError: it runs in real time.
    """
    if not campaign.virtual:
        raise InputError(
            f"{campaign.options.device}: runs in real time, where no line waits to be told what comes next; "
            "play whole stories on it (stand), or hunt with xky fuzz"
        )


class LiveStory:
    """A device on a line of which somebody tells the story as it goes on. Use it as a context.

    Args:
        campaign: the device, its board, where it is listened to; all of it in virtual time.
        meter: on the line from the first frame on.
        seed: as that of a story.

    Raises:
        InputError: the campaign runs in real time, or its board does not read the meter's mode.
        BenchError: as a context: the device cannot be started.
    """

    def __init__(self, campaign: Campaign, meter: MeterFile, *, seed: int = 0) -> None:
        require_virtual(campaign)
        self._meter, self._seed = meter, seed
        self._steps: list[Step] = []
        self._stimuli: list[Stimulus] = []
        self._made = StoryStimuli(meter, seed=seed)
        self._told = deque[Stimulus]()
        self._is_told_all = False
        self._performance = Performance(
            plan_of(self.story, ()), campaign.open(), campaign.board, steps=self._as_they_come(), probes=campaign.specs,
            claims=campaign.claims, seed=seed,
        )  # fmt: skip
        self._stack = ExitStack()

    def __enter__(self) -> "LiveStory":
        """Start the device, and play until it has spoken and heard the first frames of its meter."""
        with ExitStack() as stack:
            stack.enter_context(self._performance)
            self._performance.run()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _as_they_come(self) -> Iterator[Stimulus | None]:
        while self._told or not self._is_told_all:
            yield self._told.popleft() if self._told else None

    @property
    def bench(self) -> Bench:
        """On which it is played: meter, line, truth, readings."""
        return self._performance.bench

    @property
    def story(self) -> Story:
        """What was told until now; where nothing was, one step in which nothing happens."""
        return Story(meter=self._meter, seed=self._seed, step=tuple(self._steps) or (Step(),))

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be told: it was ended, or the device has ended or never spoke."""
        return self._is_told_all or self._performance.is_over

    def tell(self, step: Step) -> None:
        """Play a step, and the clean frames behind one that disturbs the line.

        Raises:
            InputError: the meter of now cannot do what it tells; nothing was played.
        """
        assert not self.is_over
        lasting = step.model_copy(update={"mode": None})  # in historic mode for a step, a producer is one all the same
        check_happening(lasting, self._made.file, self.bench.meter.true_us, Written())
        self._steps.append(step)
        self._stimuli.append(self._made.of(len(self._steps), step))
        self._told.append(self._stimuli[-1])
        self._performance.run()

    def end(self) -> None:
        """Play the clean frames at the end of a run, in which the last changes may arrive."""
        self._is_told_all = True
        if not self._performance.is_over:
            self._performance.run()

    def broken(self, *, strict: bool = False) -> list[Broken]:
        """The requirements that the device broke, as far as that is settled by now; none of a sound one.

        Args:
            strict: a should counts as well.
        """
        stimuli = self._stimuli or [StoryStimuli(self._meter).of(1, Step())]
        return broken_by(self._performance.record, self.story, stimuli, strict=strict)
