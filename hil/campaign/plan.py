# SPDX-License-Identifier: Apache-2.0
"""One running line for all purposes: the selected stimuli in order, each held as long as the device needs.

The plan acts at frame boundaries. Before each step, and again behind a disturbance, the meter's index
and power move to values that the run has not had, so that a reading tells by itself which step it comes
from: neither a constant nor an old value can pass for a new one.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import count
from random import Random

from xky.boards import Board
from xky.emulator import Linky
from xky.emulator.faults import Fault
from xky.emulator.legal_time import PARIS, instant_us, local_time, parse_at
from xky.emulator.line.transmitter import FRAME_GAP_S
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode, encode_group

from ..bench.bench import Bench
from ..bench.devices import Device
from ..bench.limits import TimeLimits, limits_for
from ..bench.reading import in_label_table
from .record import OPENING, Record, longest_period_s
from .stimulus import SUITE_AT, MeterMaker, Stimulus, household

__all__ = ["CutShort", "Plan", "play"]

START_UP = "start-up"
CLOSING = "closing"
_FIRST_READING_S = 10.0  # real seconds that a program may take to say its first word
_FRESHNESS_MARGIN_PERIODS = 2
_NEAR_THE_END = 900_000_000  # Wh: from there an index would roll over
_TRIES = 200
_MORNING, _EVENING = time(7), time(20)  # between them no period, colour or day of the suite's meters changes


class Plan:
    """Which steps, in which order.

    Args:
        stimuli: of the selected purposes; equal ones are played once. The order of first mention holds,
            but steps of one meter are kept together, and those of a time of the day come last, in its order.
        mode: of the run.
        at: legal time at which it begins.
        house: meter in the place of the suite's household.
    """

    def __init__(
        self, stimuli: Iterable[Stimulus], mode: Mode, *, at: str = SUITE_AT, house: MeterFile | None = None
    ) -> None:
        wanted = dict.fromkeys(one for one in stimuli if mode in one.modes)
        makers = list(dict.fromkeys(one.meter for one in wanted))

        def place(one: Stimulus) -> tuple[int, int]:
            if one.last:
                return 2, 0
            return (0, makers.index(one.meter)) if one.at is None else (1, parse_at(one.at))

        self.steps: Sequence[Stimulus] = sorted(wanted, key=place)
        self.at_us = parse_at(at)
        self.house = house
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
        self.restarts_s: list[float] = []
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
        yield from self._hold(OPENING, lambda: self._limits().completeness_s)
        for number, step in enumerate(self._plan.steps):
            self._on_step(step.name, number)
            yield from self._step(step)
        self._meters.vary(self._bench.meter)  # the last step's values are its own, too
        self._bench.transmitter.step = CLOSING
        yield from self._hold(CLOSING, lambda: self._limits().completeness_s + self._limits().latency_s)

    def _start_up(self) -> Generator[bool, None, None]:
        """Clean frames until the device says its first word."""
        bench = self._bench
        yield from self._hold(START_UP, lambda: 0.0)
        began_s = bench.env.now
        patience_s = self._limits().completeness_s + _FIRST_READING_S * self._speed
        while not any(in_label_table(key) for reading in bench.probe.readings for key in reading.said):
            if bench.env.now - began_s > patience_s:
                self.silent = True
                return
            yield True

    def _step(self, step: Stimulus) -> Generator[bool, None, None]:
        transmitter = self._bench.transmitter
        if step.restarts and not self._bench.device.can_restart:
            return
        if step.at is None:
            self._meters.stay_in_the_day(max(self._step_s(step), self._aged_s()) + self._aged_s())
        else:
            self._meters.go_on_to(step.at)
        meter = transmitter.meter = self._meters.of(step.meter)
        self._meters.vary(meter, fall=step.indexes_fall)
        step.before(meter)
        if step.restarts:
            self._bench.device.restart()
            self.restarts_s.append(float(self._bench.env.now))
        if step.disturbs:
            self.disturbed.add(step.name)
        turns = step.turns(meter) or (step.faults(meter),)
        yield from self._hold(step.name, lambda: self._step_s(step), turns, 0 if not step.restarts else len(turns) - 1)
        transmitter.faults = ()
        step.after(meter)
        if step.has_tail:
            if not step.tail_on_same_meter:
                meter = transmitter.meter = self._meters.of(self._plan.steps[0].meter)
            self._meters.vary(meter)
            yield from self._hold(step.tail, lambda: self._tail_s(step))

    def _step_s(self, step: Stimulus) -> float:
        """How long a step is held, by the frames of now."""
        limits = self._limits()
        hold_s = 0.0 if step.brief and not self._bench.board.report_period_s else limits.completeness_s
        if step.outlasts_freshness:
            hold_s = max(hold_s, self._aged_s())
        if step.outlasts_completeness:
            hold_s += limits.latency_s + 2 * self._period_s()
        if step.outlasts_detection:
            hold_s += limits.detection_s
        return hold_s

    def _tail_s(self, step: Stimulus) -> float:
        """How long the clean frames behind it last."""
        limits = self._limits()
        tail_s = max(limits.recovery_s, self._aged_s() if step.outlasts_freshness else 0.0)
        return tail_s + (limits.detection_s if step.outlasts_detection else 0.0)

    def _aged_s(self) -> float:
        """After so long a value from before is too old."""
        longest_s = longest_period_s(self._bench.truth, self._bench.env.now)
        freshness_s = limits_for(self._bench.board, longest_s, self._speed).freshness_s
        return freshness_s + _FRESHNESS_MARGIN_PERIODS * longest_s

    def _hold(
        self, name: str, lasts_s: Callable[[], float], turns: Sequence[tuple[Fault, ...]] = ((),), again: int = 0
    ) -> Generator[bool, None, None]:
        """Frames of one step: as many as start within a duration that they may change, each turn once at least.

        Behind the last turn those from ``again`` on come again.
        """
        transmitter = self._bench.transmitter
        transmitter.step = name
        began_s = self._bench.env.now
        for number in count():
            # half a period of slack: n periods are n frames, though their gaps are not the longest
            lasts = number < len(turns) or self._bench.env.now - began_s < lasts_s() - 0.5 * self._period_s()
            if not lasts:
                return
            place = number if number < len(turns) else again + (number - again) % (len(turns) - again)
            transmitter.faults = turns[place]
            yield True

    def _period_s(self) -> float:
        frames = self._bench.truth
        return frames[-1].end_s - frames[-1].start_s + max(FRAME_GAP_S) if len(frames) else 1.0

    def _limits(self) -> TimeLimits:
        return limits_for(self._bench.board, self._period_s(), self._speed)


class _Meters:
    """The meters of a plan, which all show the same time, and values that the run has not had."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._seed = seed
        self._rng = Random(f"plan {plan.mode} {seed}")
        self._made: dict[MeterMaker, Linky] = {}
        self._totals, self._shares = [0], set[int]()
        self._highest: dict[int, int] = {}
        self._ahead_us = 0
        self.clock: Callable[[], float] | None = None

    @property
    def _now_us(self) -> int:
        elapsed_s = 0.0 if self.clock is None else self.clock()
        return self._plan.at_us + self._ahead_us + round(elapsed_s * 1e6)

    def go_on_to(self, at: str) -> None:
        """Let the time of the meters jump on to a legal time."""
        self._ahead_us += max(parse_at(at) - self._now_us, 0)

    def stay_in_the_day(self, duration_s: float) -> None:
        """Jump on to the next morning where a step of a slow device would reach the evening or lie in the night.

        What a later step brings with its hour, the off-peak period or a colour, would else be said before it.
        """
        now = local_time(self._now_us)
        end = now + timedelta(seconds=duration_s)
        if now.time() < _MORNING:
            morning = now.date()
        elif now.time() > _MORNING and (end.date() > now.date() or end.time() >= _EVENING):
            morning = now.date() + timedelta(days=1)
        else:
            return
        self._ahead_us += instant_us(datetime.combine(morning, _MORNING, PARIS)) - self._now_us

    def of(self, maker: MeterMaker) -> Linky:
        """The meter of a maker, made on first use."""
        meter = self._made.get(maker)
        if meter is None:
            meter = self._made[maker] = self._make(maker)
            if self.clock is not None:
                meter.run_by(self.clock)
        late_us = self._now_us - meter.true_us
        if late_us > 0 and self.clock is not None:  # no horodate comes twice; what is drawn meanwhile is nothing
            meter.load.hold(0)
            meter.skip(late_us / 1e6)
        return meter

    def _make(self, maker: MeterMaker) -> Linky:
        replaced = self._plan.house
        if replaced is None or maker is not household:
            return maker(self._plan.mode, self._seed, self._now_us)
        meter = replaced.changed(mode=Mode.STANDARD).build(at_us=self._now_us)
        if self._plan.mode is Mode.HISTORIC:  # as the distributor switches it: also a producer's
            meter.mode = Mode.HISTORIC
        return meter

    def vary(self, meter: Linky, *, fall: bool = False) -> None:
        """Move every index in use by thousands of Wh, and the power to one that this run has not had.

        Indexes go up from meter to meter, unless they are to ``fall``. No new value gets a
        space as its checksum: a decoder that cannot take one fails the purpose that says so, and no other
        by chance.
        """
        before = set(meter.groups())
        self._move(meter, fall=fall)
        while any(encode_group(group, meter.mode)[-2:-1] == b" " for group in set(meter.groups()) - before):
            self._move(meter, fall=fall)

    def _move(self, meter: Linky, *, fall: bool) -> None:
        counters = meter.counters
        for index in sorted({*meter.contract.indexes, 3}):
            shown = counters.supplier[index - 1] % 10**9
            floor = 0 if fall else self._highest.get(index, 0)
            moved = max(shown if shown < _NEAR_THE_END else 0, floor) + self._rng.randrange(1000, 9000)
            if not fall:
                self._highest[index] = moved
            meter.set(**{f"EASF{index:02}": moved})
        meter.load.hold(*self._new_power(meter))

    def _new_power(self, meter: Linky) -> list[float]:
        """Watts by phase: none of the run's, and over 100 from the last, so that no damaged digit is a true value."""
        ceiling = max(400, min(4600, 800 * meter.pref_kva) // meter.phases)
        for attempt in count():
            first = 150 + self._rng.randrange(ceiling)
            powers = [first + (230 * phase) % ceiling for phase in range(meter.phases)]
            apart = (
                10 if attempt < _TRIES else 0
            )  # PAPP is rounded; where a small house has no room left, it may come twice
            alone = all(abs(sum(powers) - total) > apart for total in self._totals) or attempt > 2 * _TRIES
            if alone and self._shares.isdisjoint(powers) and abs(sum(powers) - self._totals[-1]) > 100:
                self._totals.append(sum(powers))
                self._shares.update(powers if meter.phases > 1 else ())
                break
        return [float(power) for power in powers]


class CutShort(KeyboardInterrupt):
    """A person ended a run under way.

    Attributes:
        record: of what was played by then.
    """

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record


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
        CutShort: a person ended it before its plan did.
    """
    meters = _Meters(plan, seed)
    bench = Bench(device, board, meters.of(plan.steps[0].meter), seed=seed, speed=speed)
    player = _Player(plan, bench, meters, speed if not device.virtual else 1.0, on_step)
    bench.transmitter.before_frame = player.at_boundary
    ended, cut_short = None, False
    with bench:
        meters.clock = lambda: float(bench.env.now)
        try:
            bench.run(lambda: player.done or device.ended is not None)
        except KeyboardInterrupt:
            cut_short = True
        else:
            ended = None if player.done else device.ended
        ended_s = float(bench.env.now)
        if ended is not None:
            _let_last_words_arrive(bench)
        bench.require_first_frame(ended, ended_s)
    record = Record(
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
        port_settings=tuple(device.port_settings),
        notes=tuple(device.notes),
        dropped=bench.probe.dropped,
        late=list(bench.late),
        duration_s=float(bench.env.now),
        restarts_s=tuple(player.restarts_s),
    )
    if cut_short:
        raise CutShort(record)
    return record


def _let_last_words_arrive(bench: Bench) -> None:
    """A program that ended may have printed lines that wait to be read."""
    bench.run_for(0.05)
