# SPDX-License-Identifier: Apache-2.0
"""Has a generator play frames as carriers at the limits of what a receiver must read, and hears what the device says.

The line of the bench is silent meanwhile. Each trial has numbers that no other has, and a scope sees what arrives at
the terminals. The first is a sound carrier; it lasts until ten readings came, or for three periods of the device, and
the others last as long. A limit is tried from beyond first: whoever reads that reads what is within it. Only who does
not is tried just within.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xky.emulator import Linky
from xky.emulator.carrier import Samples, Waveform, quadrature, render, whole_periods
from xky.protocol import BenchError, Burst, Group, InputError, Mode, encode_frame

from ..bench.bench import Bench
from ..instruments import Instrument
from ..instruments.playing import upload
from ..instruments.roles import Generator, Scope
from ..instruments.roles.scope import LINE, ScopeRecord
from .carrier_looks import clean_s, distorted, distortion_of
from .carrier_record import (
    CARRIER_HZ,
    CARRIER_TOLERANCE,
    DISTORTION,
    EVEN,
    FAST,
    ODD,
    RAMPS,
    READ,
    RESIDUAL,
    SIGNALS,
    SLOW,
    SOUND,
    STRONG,
    WEAK,
    CarrierRecord,
    CarrierTrial,
)  # fmt: skip

__all__ = ["CarrierTrials"]

_FRAMES = 10  # that each is held for: the procedures of TIC-INP-1, -2, -3, -5 and -7
_SETTLES = 2  # frames before its readings count
_PERIODS = 3  # of reporting, at the least
_GAP_S = 0.025  # between two frames, 54E §5.3.6
_RATES_HZ = (960_000, 480_000)  # a converter's images lie 19, or 9, times as high as the carrier
_SOUND_V = 2.0
_CLOCK_UNSURE = 1e-4  # of a generator's clock; data sheets say less
_OPEN_PEAK_V = 10.0  # of a generator's open output, at the most
_ENVELOPE_UNSURE = 0.01  # by averaging over a period of 50 kHz, 3 % beside it, too
_MARGIN = 1.5  # times what the scope may be off
_TRIES, _LOOKS = 3, 12
_DIVISIONS, _CODES = 3.5, 25  # of a scope: what a 0 fills of four to either side; of its converter, a division
_POINTS, _SAMPLED_S = 20_000, 1e-6  # twenty bits at 1200 baud
_SINGLES_S = 0.2  # in which single bits of both levels come, at any rate
_EDGE_S = 10e-6  # of a sound carrier's bits: assumption
_SWING = 0.9  # of what slow edges may swing about the middle of both levels
_DISTORTION_UNSURE = (
    0.015  # as a fraction of the carrier: by the generator's steps and the scope's bandwidth: assumption
)
_LONGEST_HELD = 0.97  # of a bit
_CREST = 1.6  # of a carrier with its harmonics, at the most
_SPREAD = 0.3  # of a 0, between the levels of a record that has both
_NUMBERS = {  # of each trial its own, that no meter of the suite says
    "EAST": 70_000_007, "SINSTS": 5_003, "IRMS1": 61, "BASE": 70_000_007, "HCHC": 70_000_007, "PAPP": 5_003,
    "IINST": 61,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A carrier at the terminals."""

    signal: str
    zero_v: float = _SOUND_V
    one_v: float = 0.0
    carrier_error: float = 0.0
    edge_s: float = _EDGE_S
    harmonic: int = 0
    distortion: float = 0.0

    @property
    def crest(self) -> float:
        """How much more than the carrier's peak it may be."""
        return _CREST if self.harmonic else 1.0


class CarrierTrials:
    """Those of one mode.

    Args:
        bench: with the device, not under way.
        mode: of the TIC.
        instruments: of the bench, by role, open.
        tell: told before each trial.
        signals: names of those that are asked for.
    """

    def __init__(
        self,
        bench: Bench,
        mode: Mode,
        instruments: Mapping[str, Instrument],
        tell: Callable[[str], None],
        signals: Collection[str] = tuple(SIGNALS),
    ) -> None:
        generator, scope = instruments[Generator.role], instruments[Scope.role]
        assert isinstance(generator, Generator)
        assert isinstance(scope, Scope)
        self._bench, self._mode, self._generator, self._scope, self._tell = bench, mode, generator, scope, tell
        self._most_v = min(_OPEN_PEAK_V, generator.limits.get("voltage_v", _OPEN_PEAK_V))
        self._arrives = 0.5  # of the open output, at the terminals; the first look says how much
        self._trials: list[CarrierTrial] = []
        self._signals = signals
        self._played, self._wants = 0, "not played: the run was cut short"

    def play(self) -> CarrierRecord:
        """Play all; the generator is off behind them, and what an instrument loses keeps the rest from being played."""
        self._bench.rests = lambda: True
        try:
            with self._bench:
                self._play()
            self._wants = ""
        except (BenchError, InputError) as error:
            self._wants = f"the bench lost what it needs: {error}"
        finally:
            self._generator.make_safe()
        return self.so_far

    @property
    def so_far(self) -> CarrierRecord:
        """What was played by now."""
        return CarrierRecord(tuple(self._trials), self._wants)

    def _play(self) -> None:
        if self._one(_Wanted(SOUND)).readings < 2:
            return
        for beyond, within in (*self._pairs(), *self._more_pairs()):
            if beyond.signal not in self._signals or self._is_read(self._one(beyond)):
                continue
            if not self._is_read(self._one(within)):
                self._one(_Wanted(SOUND))

    def _pairs(self) -> Sequence[tuple[_Wanted, _Wanted]]:
        """At each limit one beyond it and one within."""
        read = READ[self._mode]
        low_v, high_v, one_v = read.zero_min_v, read.zero_max_v, read.one_max_v
        below_v, above_v = low_v - self._margin_v(low_v, low_v), low_v + self._margin_v(low_v, low_v)
        beside_v, aside = self._margin_v(one_v, low_v), 2 * _CLOCK_UNSURE
        return (
            (_Wanted(WEAK, below_v), _Wanted(WEAK, above_v)),
            (
                _Wanted(STRONG, high_v + self._margin_v(high_v, high_v)),
                _Wanted(STRONG, high_v - self._margin_v(high_v, high_v)),
            ),
            (_Wanted(RESIDUAL, below_v, one_v + beside_v), _Wanted(RESIDUAL, above_v, one_v - beside_v)),
            (
                _Wanted(SLOW, carrier_error=-CARRIER_TOLERANCE - aside),
                _Wanted(SLOW, carrier_error=-CARRIER_TOLERANCE + aside),
            ),
            (
                _Wanted(FAST, carrier_error=CARRIER_TOLERANCE + aside),
                _Wanted(FAST, carrier_error=CARRIER_TOLERANCE - aside),
            ),
        )

    def _more_pairs(self) -> Iterator[tuple[_Wanted, _Wanted]]:
        """The same of what an envelope and a spectrum show."""
        yield self._ramps(-1), self._ramps(1)
        aside = _MARGIN * _DISTORTION_UNSURE
        for signal, harmonic in ((EVEN, 2), (ODD, 3)):
            yield (
                _Wanted(signal, harmonic=harmonic, distortion=DISTORTION + aside),
                _Wanted(signal, harmonic=harmonic, distortion=DISTORTION - aside),
            )

    def _ramps(self, side: int) -> _Wanted:
        """Edges so slow that single bits of both levels are held as long as they must be, and so much more or less that
        it is sure: ramps about the middle of both levels lose of a 0 what they lose of a 1."""
        read, bit_s = READ[self._mode], 1 / self._mode.baud
        gap_v, middle_v = read.zero_min_v - read.one_max_v, (read.zero_min_v + read.one_max_v) / 2
        held_s, swing_v, edge_s = read.hold_s, 0.0, 0.0
        for _ in range(_TRIES + _TRIES):  # how unsure it is depends on how steep they are
            lost_s = bit_s - held_s
            swing_v = min(2 * _SWING * middle_v, gap_v * bit_s / lost_s)
            edge_s = lost_s * swing_v / gap_v
            unsure_v = self._unsure_v(read.zero_min_v, (middle_v + swing_v / 2) / _DIVISIONS / _CODES)
            held_s = min(read.hold_s + side * _MARGIN * 2 * unsure_v * edge_s / swing_v, _LONGEST_HELD * bit_s)
        return _Wanted(RAMPS, middle_v + swing_v / 2, middle_v - swing_v / 2, edge_s=min(edge_s, bit_s))

    def _margin_v(self, level_v: float, zero_v: float) -> float:
        return _MARGIN * self._unsure_v(level_v, zero_v / _DIVISIONS / _CODES)

    def _unsure_v(self, level_v: float, step_v: float) -> float:
        return (self._scope.gain_error + _ENVELOPE_UNSURE) * level_v + step_v

    def _is_read(self, trial: CarrierTrial) -> bool:
        return trial.is_read_as(self._trials[0])

    def _one(self, wanted: _Wanted) -> CarrierTrial:
        """Play one until the device had its time with it."""
        self._played += 1
        groups = self._groups(self._played)
        self._tell(f"carrier at the terminals: {wanted.signal}, {wanted.zero_v:.2f} V peak")
        levels = self._played_so(wanted, groups)
        bench, marks = self._bench, [one for one in groups if one.label in _NUMBERS]
        bench.run_for(bench.now_s - float(bench.env.now) + _SETTLES * self._frame_s(groups))  # it stood still meanwhile
        began_s, before = bench.now_s, len(bench.readings)
        if self._trials:
            bench.run_for(self._trials[0].lasted_s)
        else:
            alarm = bench.env.timeout(self._lasts_s(groups))
            bench.run(lambda: alarm.processed or len(self._came(marks, before)) >= _FRAMES)
            bench.run_for(self._frame_s(groups) / 2)  # else it would end right behind a reading, and others before one
        came = self._came(marks, before)
        trial = replace(
            levels, lasted_s=bench.now_s - began_s, readings=len(came),
            labels=tuple(sorted(set[str]().union(*came))),
        )  # fmt: skip
        self._trials.append(trial)
        return trial

    def _came(self, marks: Sequence[Group], before: int) -> list[set[str]]:
        """Of each reading since that has numbers of a trial, whose they are."""
        told = [
            {one.label for one in marks if one.label in reading.said and reading.said[one.label].matches(one)}
            for reading in self._bench.readings[before:]
        ]
        return [labels for labels in told if labels]

    def _groups(self, number: int) -> Sequence[Group]:
        """A frame with the numbers of a trial."""
        groups = Linky(mode=self._mode, seed=self._bench.transmitter.seed).groups()
        return [
            replace(one, value=f"{_NUMBERS[one.label] + number:0{len(one.value)}}") if one.label in _NUMBERS else one
            for one in groups
        ]

    def _lasts_s(self, groups: Sequence[Group]) -> float:
        frame_s = self._frame_s(groups)
        return max(2 * _FRAMES * frame_s, _PERIODS * self._bench.board.report_period_s + 2 * frame_s)

    def _frame_s(self, groups: Sequence[Group]) -> float:
        return len(encode_frame(groups, self._mode)) * self._mode.character_s + _GAP_S

    def _played_so(self, wanted: _Wanted, groups: Sequence[Group]) -> CarrierTrial:
        """Let it play, at the level that was wanted or the nearest that was reached."""
        signal = SIGNALS.get(wanted.signal)
        aimed, most_v = wanted, self._most_v / wanted.crest
        for number in range(_TRIES):
            open_v = min(wanted.zero_v / self._arrives, most_v)
            self._upload(groups, aimed, open_v)
            levels = self._looked(wanted, open_v)
            self._arrives = levels.zero_v / open_v
            if levels.distortion and number:  # the first may be of what played before
                aimed = replace(aimed, distortion=aimed.distortion * wanted.distortion / levels.distortion)
            read = READ[self._mode]
            if signal is None or signal.beyond(levels, read) or signal.within(levels, read) or open_v == most_v:
                break
        return levels

    def _upload(self, groups: Sequence[Group], wanted: _Wanted, open_v: float) -> None:
        frame = Burst(_GAP_S, self._mode.character_s, encode_frame(groups, self._mode))
        waveform = Waveform(
            carrier_error=wanted.carrier_error,
            amplitude_v=open_v,
            residual_v=open_v * wanted.one_v / wanted.zero_v,
            edge_s=wanted.edge_s,
        )
        for rate_hz in _RATES_HZ:
            drawn = replace(waveform, rate_hz=rate_hz)
            count = whole_periods(round(frame.end_s * rate_hz) + 1, drawn)
            samples = render([frame], drawn, start_s=0.0, end_s=count / rate_hz)
            if wanted.harmonic:
                samples = distorted(samples, drawn.carrier_hz / rate_hz, wanted.harmonic, wanted.distortion)
            try:
                upload(self._generator.resource, self._generator.make, samples, rate_hz)
            except InputError:  # more points than it holds
                if rate_hz == _RATES_HZ[-1]:
                    raise
            else:
                return

    def _looked(self, wanted: _Wanted, open_v: float) -> CarrierTrial:
        """What a scope sees at the terminals, in a record that has a 0 and a 1.

        Raises:
            BenchError: it sees none.
        """
        expected_v = open_v * self._arrives
        for _ in range(_LOOKS):
            scale_v = wanted.crest * expected_v / _DIVISIONS
            points = round(_SINGLES_S / _SAMPLED_S) if wanted.signal == RAMPS else _POINTS
            seen = self._scope.record(LINE, scale_v=scale_v, points=points, interval_s=_SAMPLED_S)
            envelope_v, step_s = quadrature(seen.voltage_v.astype(np.float32), round(1 / seen.interval_s))
            low_v, high_v = (float(one) for one in np.percentile(envelope_v, (2, 98)))
            if high_v > 1.1 * expected_v:  # clipped
                expected_v *= 2
            elif high_v < 0.7 * expected_v:  # small, or between two frames
                expected_v = max(high_v, 0.5 * expected_v)
            elif high_v - low_v > _SPREAD * high_v:
                return self._seen(wanted, seen, envelope_v, step_s, (low_v, high_v))
        raise BenchError(
            f"input: no frames at the terminals (scope channel {LINE}), {open_v:.3g} V peak of the generator; look at "
            "the wires, and at [input] of the bench file"
        )

    def _seen(
        self, wanted: _Wanted, record: ScopeRecord, envelope_v: Samples, step_s: float, levels_v: tuple[float, float]
    ) -> CarrierTrial:
        """A record with its envelope, and the lowest and the highest of that."""
        low_v, high_v = levels_v
        middle_v = (low_v + high_v) / 2
        zero_v = float(np.median(envelope_v[envelope_v > middle_v]))
        one_v = float(np.median(envelope_v[envelope_v <= middle_v]))
        if wanted.signal == RAMPS:  # most of it is on its way from one to the other
            zero_v, one_v = high_v, low_v
        carrier_hz = CARRIER_HZ * (1 + wanted.carrier_error)
        seen = CarrierTrial(
            wanted.signal, zero_v, self._unsure_v(zero_v, record.step_v), one_v, self._unsure_v(one_v, record.step_v),
            carrier_hz, _CLOCK_UNSURE * carrier_hz, 0.0, 0, (),
        )  # fmt: skip
        if wanted.signal == RAMPS:
            return self._with_stays(seen, record.step_v, envelope_v, step_s)
        if wanted.harmonic:
            share, floor = distortion_of(record.voltage_v, record.interval_s, carrier_hz, envelope_v, step_s)
            return replace(seen, distortion=share, distortion_unsure=_DISTORTION_UNSURE + floor)
        return seen

    def _with_stays(self, seen: CarrierTrial, converter_v: float, envelope_v: Samples, step_s: float) -> CarrierTrial:
        """How long single bits are at their level, and how long they are where that is as much off as it may be."""
        read, bit_s = READ[self._mode], 1 / self._mode.baud

        def stays_s(level_v: float, *, over: bool) -> list[float]:
            unsure_v = self._unsure_v(level_v, converter_v)
            return [
                clean_s(envelope_v, step_s, level_v + off_v, bit_s, over=over) for off_v in (0.0, -unsure_v, unsure_v)
            ]

        zero_s, one_s = stays_s(read.zero_min_v, over=True), stays_s(read.one_max_v, over=False)
        return replace(
            seen, zero_held_s=zero_s[0], one_held_s=one_s[0],
            held_least_s=max(min(*zero_s, *one_s) - _SAMPLED_S, 0.0), held_most_s=max(*zero_s, *one_s) + _SAMPLED_S,
        )  # fmt: skip
