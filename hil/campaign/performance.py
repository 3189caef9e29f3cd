# SPDX-License-Identifier: Apache-2.0
"""A plan played on a device, and the record of it: at one go, or step by step as somebody tells them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType

from xky.boards import Board
from xky.emulator import Truth
from xky.protocol import BenchError

from ..bench.bench import Bench
from ..bench.devices import Device
from .plan import Plan
from .plan_meters import PlanMeters
from .player import Frames, Player
from .record import Record
from .recorded import let_last_words_arrive, record_of
from .stimulus import Stimulus, household

__all__ = ["CutShort", "Follow", "Performance", "play"]

Follow = Callable[[float, Callable[[], Record]], None]
"""Told when a frame of a step begins, and how to have the record of then."""


class CutShort(KeyboardInterrupt):
    """A person ended a run under way, or the bench lost a port of a real board.

    Attributes:
        record: of what was played by then.
        lost: what the bench lost; None: it was a person.
    """

    def __init__(self, record: Record, lost: BenchError | None = None) -> None:
        super().__init__()
        self.record = record
        self.lost = lost


class Performance:
    """A plan under way. Use it as a context: it leaves nothing running behind.

    Args:
        plan: its steps, its mode, its hour, its house.
        device: not started yet.
        board: of the device.
        steps: in the place of those of the plan, one after the other; None: nobody has said yet which is the next one,
            and the line waits for it.
        probes, claims, seed, speed, on_step, journal: as for ``play``.

    Attributes:
        bench: on which it is played.
        lost: what the bench lost, a port of a real board, so that it ended before its time; None: nothing.

    Raises:
        BenchError: as a context: the device does not start.
    """

    def __init__(
        self,
        plan: Plan,
        device: Device,
        board: Board,
        *,
        steps: Iterable[Stimulus | None] | None = None,
        probes: Sequence[str] = (),
        claims: Mapping[str, frozenset[str] | None] | None = None,
        seed: int = 0,
        speed: float = 1.0,
        on_step: Callable[[str, int], None] = lambda name, number: None,
        journal: Follow | None = None,
    ) -> None:
        self._journal = journal
        self._meters = PlanMeters(plan.mode, plan.at_us, plan.house, seed)
        self.bench = Bench(device, board, self._meters.of(household), seed=seed, speed=speed, probes=probes)
        self._mode, self._claims = plan.mode, claims or {}
        self._speed = 1.0 if self.bench.virtual else speed
        self._player = Player(self.bench, self._speed, self._meters)
        if steps is None:
            self._player.shared, self._player.unrepeated = plan.shared, plan.unrepeated
        self._player.script = self._script(plan.steps if steps is None else steps, on_step)
        self.bench.transmitter.before_frame = self._player.at_boundary
        if self.bench.virtual:
            self.bench.transmitter.lull_s = self._player.lull_s
        self._ended: str | None = None
        self._ended_s = 0.0
        self._cut_short = False
        self.lost: BenchError | None = None

    def __enter__(self) -> "Performance":
        self.bench.__enter__()
        self._meters.clock = lambda: float(self.bench.env.now)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bench.__exit__(kind, error, trace)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be played: the last step is over, or the device has ended."""
        return self._player.done or self.bench.device.ended is not None

    def run(self) -> None:
        """Play on until it is over, nobody has said what comes next, or a person ends it.

        Raises:
            BenchError: the device ended before the first frame was sent, or is silent by the bench's own fault, or the
                bench lost what a run of anything but a real board cannot lose.
        """
        player, device, bench = self._player, self.bench.device, self.bench
        if player.waits is not None:
            player.waits.succeed()
            player.waits = None
        try:
            bench.run(lambda: player.done or player.waits is not None or device.ended is not None)
        except KeyboardInterrupt:
            self._cut_short = True
        except BenchError as error:
            if not device.on_hardware or not player.has_begun:
                raise
            self.lost, self._cut_short = error, True
        else:
            self._ended = None if player.done else device.ended
        self._ended_s = float(bench.env.now)
        if self._ended is not None:
            let_last_words_arrive(bench)
        bench.require_first_frame(self._ended, self._ended_s)
        if player.done and player.silent:
            device.explain_silence()

    @property
    def was_cut_short(self) -> bool:
        """Whether a person ended it, or the bench lost a port."""
        return self._cut_short

    @property
    def record(self) -> Record:
        """Of what was played by now; before it is over, one that is cut short here."""
        player = self._player
        record = record_of(
            self.bench, player, self._mode, speed=self._speed, claims=self._claims, ended=self._ended,
            ended_s=self._ended_s,
        )  # fmt: skip
        if not player.done and self._ended is None:
            record.cut_short_s = self._ended_s
        return record

    def _so_far(self) -> Record:
        """The record of now, which what comes later does not change."""
        record, truth = self.record, Truth()
        for frame in record.truth:
            truth.append(frame)
        return replace(
            record, truth=truth, readings=list(record.readings), disturbed=set(record.disturbed),
            cut_short_s=float(self.bench.env.now),
        )  # fmt: skip

    def _script(self, steps: Iterable[Stimulus | None], on_step: Callable[[str, int], None]) -> Frames:
        player, number = self._player, 0
        yield from player.start_up()
        if player.silent:
            return
        yield from player.open()
        for step in steps:
            if step is None:
                yield False
                continue
            on_step(step.name, number)
            for told in player.step(step):
                if self._journal is not None:
                    self._journal(float(self.bench.env.now), self._so_far)
                yield told
            number += 1
        yield from player.close()


def play(
    plan: Plan,
    device: Device,
    board: Board,
    *,
    probes: Sequence[str] = (),
    claims: Mapping[str, frozenset[str] | None] | None = None,
    seed: int = 0,
    speed: float = 1.0,
    on_step: Callable[[str, int], None] = lambda name, number: None,
    journal: Follow | None = None,
    on_bench: Callable[[Bench], None] = lambda bench: None,
) -> Record:
    """Play a plan on a device and record it.

    Args:
        plan: at least one step.
        device: not started yet; it is stopped at the end, whatever happens.
        board: of the device.
        probes: where it is listened to; those of ``probes_of`` unless told.
        claims: labels that it claims at each of them, by its name as it may be printed; None for all.
        seed: of meters, gaps and faults.
        speed: bench seconds per real second.
        on_step: told the name and number of each step as it begins.
        journal: told the bench's time before each frame of a step, and how to have the record of then, cut short there.
        on_bench: told the bench, before anything is played on it.

    Raises:
        BenchError: the device does not start, or ends before the first frame was sent.
        CutShort: a person ended it before its plan did, or the bench lost a port.
    """
    performance = Performance(
        plan, device, board, probes=probes, claims=claims, seed=seed, speed=speed, on_step=on_step, journal=journal
    )  # fmt: skip
    on_bench(performance.bench)
    with performance:
        performance.run()
    if performance.was_cut_short:
        raise CutShort(performance.record, performance.lost)
    return performance.record
