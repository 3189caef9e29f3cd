# SPDX-License-Identifier: Apache-2.0
"""The meters of a plan: they show the same time, and before each step values that the run has not had."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from itertools import count
from random import Random

from xky.emulator import Linky
from xky.emulator.legal_time import PARIS, SECOND_US, instant_us, local_time, parse_at
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Group, Mode, encode_group

from .stimulus import MeterMaker, household

__all__ = ["PlanMeters"]

_NEAR_THE_END = 900_000_000  # Wh: from there an index would roll over
_TRIES = 200
_NO_ROOM = 2 * _TRIES
_BEGINS_EACH_US = 1800 * SECOND_US  # more than a program may take to speak, at any speed at which one is certified
_MORNING, _EVENING = time(7), time(20)  # between them no period, colour or day of the suite's meters changes


class PlanMeters:
    """The meters of a plan, each made on first use.

    Args:
        mode: of the run.
        at_us: instant at which it begins.
        house: meter in the place of the suite's household.
        seed: of the meters and of what they show.

    Attributes:
        mode: of the run.
    """

    def __init__(self, mode: Mode, at_us: int, house: MeterFile | None, seed: int) -> None:
        self.mode = mode
        self._at_us = at_us
        self._house = house
        self._seed = seed
        self._rng = Random(f"plan {mode} {seed}")
        self._made: dict[MeterMaker, Linky] = {}
        self._totals, self._shares = [0], set[int]()
        self._highest: dict[int, int] = {}
        self._ahead_us = 0
        self.clock: Callable[[], float] | None = None

    @property
    def _now_us(self) -> int:
        elapsed_s = 0.0 if self.clock is None else self.clock()
        return self._at_us + self._ahead_us + round(elapsed_s * 1e6)

    def begin(self) -> None:
        """However long the device took to speak, go on to the same time: whole minutes behind the beginning."""
        late_us = self._now_us - self._at_us
        self._ahead_us += -late_us % _BEGINS_EACH_US

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
        late_us = 0 if getattr(maker, "keeps_its_time", False) else self._now_us - meter.true_us
        if late_us > 0 and self.clock is not None:  # no horodate comes twice; what is drawn meanwhile is nothing
            meter.load.hold(0)
            meter.skip(late_us / 1e6)
        return meter

    def put(self, maker: MeterMaker, meter: Linky) -> Linky:
        """From now on this one is the meter of a maker: the one of before was exchanged."""
        self._made[maker] = meter
        return meter

    def _make(self, maker: MeterMaker) -> Linky:
        replaced = self._house
        if replaced is None or maker is not household:
            return maker(self.mode, self._seed, self._now_us)
        standard = replaced if replaced.mode is Mode.STANDARD else replaced.changed(mode=Mode.STANDARD)
        meter = standard.build(at_us=self._now_us)
        if self.mode is Mode.HISTORIC:  # as the distributor switches it: also a producer's
            meter.mode = Mode.HISTORIC
        return meter

    def note(self, meter: Linky) -> None:
        """A step has moved its meter's indexes itself: those of other meters go on from there."""
        for index, total in enumerate(meter.counters.supplier, 1):
            if (shown := total % 10**9) < _NEAR_THE_END and index in self._highest:
                self._highest[index] = max(self._highest[index], shown)

    def vary(self, meter: Linky, *, fall: bool = False, ends_stay: bool = False) -> None:
        """Move every index in use by thousands of Wh, and the power to one that this run has not had.

        Indexes go up from meter to meter, unless they are to ``fall``; what is about to roll over does not, where it is
        to stay for the step that is there for it. No new value gets a
        space as its checksum: a decoder that cannot take one fails the purpose that says so, and no other
        by chance.
        """
        _move_on(meter, lambda: self._move(meter, fall=fall, ends_stay=ends_stay))

    def advance(self, meter: Linky) -> None:
        """Move the indexes alone, as often as somebody likes."""
        _move_on(meter, lambda: self._count_on(meter, fall=False))

    def _move(self, meter: Linky, *, fall: bool, ends_stay: bool) -> None:
        self._count_on(meter, fall=fall, ends_stay=ends_stay)
        meter.load.hold(*self._new_power(meter))

    def _count_on(self, meter: Linky, *, fall: bool, ends_stay: bool = False) -> None:
        counters, registers = meter.counters, dict[str, int]()
        for index in sorted({*meter.contract.indexes, 3}):
            shown = counters.supplier[index - 1] % 10**9
            if ends_stay and shown >= _NEAR_THE_END:
                continue
            floor = 0 if fall else self._highest.get(index, 0)
            moved = max(shown if shown < _NEAR_THE_END else 0, floor) + self._rng.randrange(1000, 9000)
            if not fall:
                self._highest[index] = moved
            registers[f"EASF{index:02}"] = moved
        meter.set(**registers)  # all at once: each time the meter looks at all that it shows

    def _new_power(self, meter: Linky) -> list[float]:
        """Watts by phase: none of the run's, and over 100 from the last, so that no damaged digit is a true value."""
        ceiling = max(400, min(4600, 800 * meter.pref_kva) // meter.phases)
        for attempt in count():
            if attempt == _NO_ROOM:  # as in a house of 1 kVA and three phases behind some hundred moves
                self._shares.clear()
            first = 150 + self._rng.randrange(ceiling)
            powers = [first + (230 * phase) % ceiling for phase in range(meter.phases)]
            # PAPP is rounded; where a small house has no room left, it may come twice
            apart = 10 if attempt < _TRIES else 0
            alone = all(abs(sum(powers) - total) > apart for total in self._totals) or attempt > _NO_ROOM
            if alone and self._shares.isdisjoint(powers) and abs(sum(powers) - self._totals[-1]) > 100:
                self._totals.append(sum(powers))
                self._shares.update(powers if meter.phases > 1 else ())
                break
        return [float(power) for power in powers]


def _move_on(meter: Linky, move: Callable[[], None]) -> None:
    """Move until nothing new has a space as its checksum, but for what no move changes, as STGE may be."""
    before, known = meter.groups(), list[Group]()
    while True:
        move()
        found = _with_space_checksum(meter, before)
        if all(group in known for group in found):
            return
        known = found


def _with_space_checksum(meter: Linky, before: Sequence[Group]) -> list[Group]:
    """What the meter says with a space as its checksum, and did not say before."""
    mode, as_they_were = meter.mode, {*map(id, before)}  # most of them are the very objects
    moved = (group for group in meter.groups() if id(group) not in as_they_were)
    return [group for group in moved if encode_group(group, mode)[-2:-1] == b" " and group not in before]
