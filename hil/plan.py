# SPDX-License-Identifier: Apache-2.0
"""One running line for all purposes: the selected stimuli in order, each held as long as the device needs.

The plan acts at frame boundaries. Before each step, and again behind a disturbance, the meter's index
and power move to values that the run has not had, so that a reading tells by itself which step it comes
from: neither a constant nor an old value can pass for a new one.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from random import Random

from xky.boards import Board
from xky.emulator import Linky
from xky.protocol import Mode, encode_group

from .bench import Bench
from .devices import Device
from .reading import in_label_table
from .record import OPENING, Record
from .stimulus import Stimulus
from .times import Times, times_for

__all__ = ["Plan", "play"]

START_UP = "start-up"
CLOSING = "closing"
_FIRST_READING_S = 10.0  # real seconds that a program may take to say its first word
_FRESHNESS_MARGIN_PERIODS = 2


class Plan:
    """Which steps, in which order.

    Args:
        stimuli: of the selected purposes; equal ones are played once. The order of first mention holds,
            but steps of one meter are kept together.
        mode: of the run.
    """

    def __init__(self, stimuli: Iterable[Stimulus], mode: Mode) -> None:
        wanted = dict.fromkeys(one for one in stimuli if mode in one.modes)
        makers = list(dict.fromkeys(one.meter for one in wanted))
        self.steps: Sequence[Stimulus] = sorted(wanted, key=lambda one: makers.index(one.meter))
        self.mode = mode

    def __len__(self) -> int:
        return len(self.steps)


class _Player:
    """Runs a plan on a bench, as the transmitter asks at each frame boundary."""

    def __init__(
        self, plan: Plan, bench: Bench, meters: "_Meters", speed: float, on_step: Callable[[str, int], None]
    ) -> None:
        self._plan = plan
        self._bench = bench
        self._meters = meters
        self._speed = speed
        self._on_step = on_step
        self._script = self._play()
        self.disturbed: set[str] = set()
        self.silent = False
        self.done = False

    def at_boundary(self) -> None:
        """A frame is about to start."""
        if not self.done and next(self._script, None) is None:
            self.done = True

    def _play(self) -> Generator[bool, None, None]:
        yield from self._start_up()
        if self.silent:
            return
        self._meters.vary(self._bench.meter)
        yield from self._hold(OPENING, self._times().completeness_s)
        for number, step in enumerate(self._plan.steps):
            self._on_step(step.name, number)
            yield from self._step(step)
        self._meters.vary(self._bench.meter)  # the last step's values are its own, too
        self._bench.transmitter.step = CLOSING
        yield from self._hold(CLOSING, self._times().completeness_s + self._times().latency_s)

    def _start_up(self) -> Generator[bool, None, None]:
        """Clean frames until the device says its first word."""
        bench = self._bench
        yield from self._hold(START_UP, 0.0)
        began_s = bench.env.now
        patience_s = self._times().completeness_s + _FIRST_READING_S * self._speed
        while not any(in_label_table(key) for reading in bench.probe.readings for key in reading.said):
            if bench.env.now - began_s > patience_s:
                self.silent = True
                return
            yield True

    def _step(self, step: Stimulus) -> Generator[bool, None, None]:
        transmitter = self._bench.transmitter
        meter = transmitter.meter = self._meters.of(step)
        times = self._times()
        hold_s = times.completeness_s
        aged_s = times.freshness_s + _FRESHNESS_MARGIN_PERIODS * self._period_s()
        self._meters.vary(meter)
        step.before(meter)
        transmitter.faults = step.faults(self._plan.mode)
        if step.disturbs:
            self.disturbed.add(step.name)
        yield from self._hold(step.name, max(hold_s, aged_s) if step.outlasts_freshness else hold_s)
        transmitter.faults = ()
        step.after(meter)
        if step.disturbs or step.outlasts_freshness:
            meter = transmitter.meter = self._meters.of(self._plan.steps[0])  # where a step exchanged it, it comes back
            self._meters.vary(meter)
            tail_s = max(times.recovery_s, aged_s if step.outlasts_freshness else 0.0)
            yield from self._hold(step.tail, tail_s)

    def _hold(self, name: str, duration_s: float) -> Generator[bool, None, None]:
        """Frames of one step: at least one, and as many as start within the duration."""
        self._bench.transmitter.step = name
        began_s = self._bench.env.now
        yield True
        slack_s = 0.5 * self._period_s()  # n periods are n frames, though their gaps are not the longest
        while self._bench.env.now - began_s < duration_s - slack_s:
            yield True

    def _period_s(self) -> float:
        frames = self._bench.truth
        return frames[-1].end_s - frames[-1].start_s + 0.0334 if len(frames) else 1.0

    def _times(self) -> Times:
        return times_for(self._bench.board, self._period_s(), self._speed)


class _Meters:
    """The meters of a plan, and values that the run has not had."""

    def __init__(self, mode: Mode, seed: int) -> None:
        self._mode = mode
        self._seed = seed
        self._rng = Random(f"plan {mode} {seed}")
        self._made: dict[Callable[[Mode, int], Linky], Linky] = {}
        self._powers = 0
        self.clock: Callable[[], float] | None = None

    def of(self, step: Stimulus) -> Linky:
        """The meter of a step, made on first use."""
        if step.meter not in self._made:
            meter = step.meter(self._mode, self._seed)
            if self.clock is not None:
                meter.wait(self.clock())  # every meter of a run shows the same time: no horodate comes twice
                meter.run_by(self.clock)
            self._made[step.meter] = meter
        return self._made[step.meter]

    def vary(self, meter: Linky) -> None:
        """Move every index in use by thousands of Wh, and the power to one that this run has not had.

        No new value gets a space as its checksum: a decoder that cannot take one fails the purpose that
        says so, and no other by chance.
        """
        before = set(meter.groups())
        self._move(meter)
        while any(encode_group(group, meter.mode)[-2:-1] == b" " for group in set(meter.groups()) - before):
            self._move(meter)

    def _move(self, meter: Linky) -> None:
        counters = meter.counters
        for index in sorted({*meter.contract.index_labels.values(), 3}):
            moved = counters.supplier[index - 1] + self._rng.randrange(1000, 9000)
            meter.set(**{f"EASF{index:02}": moved % 10**9})
        self._powers += 1
        # Neighbouring steps lie over 100 VA apart: no damaged digit of one is a true value of the other.
        spread = 137 * self._powers + self._rng.randrange(37)
        meter.load.hold(*(1150 + (230 * phase + spread) % (4600 // meter.phases) for phase in range(meter.phases)))


def play(
    plan: Plan,
    device: Device,
    board: Board,
    *,
    claims: frozenset[str] | None = None,
    seed: int = 0,
    speed: float = 1.0,
    on_step: Callable[[str, int], None] = lambda name, number: None,
) -> Record:
    """Play a plan on a device and record it.

    Args:
        plan: at least one step.
        device: not started yet; it is stopped at the end, whatever happens.
        board: of the device.
        claims: labels that it claims, None for all.
        seed: of meters, gaps and faults.
        speed: bench seconds per real second.
        on_step: told the name and number of each step as it begins.

    Raises:
        BenchError: the device does not start, or ends before the first frame was sent.
    """
    meters = _Meters(plan.mode, seed)
    bench = Bench(device, board, meters.of(plan.steps[0]), seed=seed, speed=speed)
    player = _Player(plan, bench, meters, speed if not device.virtual else 1.0, on_step)
    bench.transmitter.before_frame = player.at_boundary
    with bench:
        meters.clock = lambda: float(bench.env.now)
        bench.run(lambda: player.done or device.ended is not None)
        ended = None if player.done else device.ended
        ended_s = float(bench.env.now)
        if ended is not None:
            _let_last_words_arrive(bench)
        bench.require_first_frame(ended, ended_s)
    return Record(
        mode=plan.mode,
        board=board,
        speed=1.0 if device.virtual else speed,
        claims=claims,
        truth=bench.truth,
        readings=bench.probe.readings,
        remarks=bench.probe.remarks,
        disturbed=player.disturbed,
        silent=player.silent,
        ended=ended,
        ended_s=None if ended is None else ended_s,
        last_words=device.last_words,
        stderr=device.stderr,
        overruns=device.overruns,
        dropped=bench.probe.dropped,
        late=list(bench.late),
        duration_s=float(bench.env.now),
    )


def _let_last_words_arrive(bench: Bench) -> None:
    """A program that ended may have printed lines that wait to be read."""
    bench.run_for(0.05)
