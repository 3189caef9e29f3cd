# SPDX-License-Identifier: Apache-2.0
"""Has a generator play frames as carriers at the limits of what a receiver must read, and hears what the device says.

The line of the bench is silent meanwhile. Each trial has numbers that no other has, and a scope sees what arrives at
the terminals. The first is a sound carrier; it lasts until ten readings came, or for three periods of the device, and
the others last as long. A limit is tried from beyond first: whoever reads that reads what is within it. Only who does
not is tried just within.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xky.emulator import Linky
from xky.emulator.carrier import Waveform, quadrature, render, whole_periods
from xky.protocol import BenchError, Burst, Group, InputError, Mode, encode_frame

from ..bench.bench import Bench
from ..instruments import Instrument
from ..instruments.playing import upload
from ..instruments.roles import Generator, Scope
from ..instruments.roles.scope import LINE
from .carrier_record import (
    CARRIER_HZ,
    CARRIER_TOLERANCE,
    FAST,
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

_FRAMES = 10  # that each is held for: the procedures of TIC-INP-1, -2 and -7
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
        for beyond, within in self._pairs():
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
        aimed_v = wanted.zero_v
        for _ in range(_TRIES):
            open_v = min(aimed_v / self._arrives, self._most_v)
            self._upload(groups, wanted, open_v)
            levels = self._looked(wanted, open_v)
            self._arrives = levels.zero_v / open_v
            read = READ[self._mode]
            if signal is None or signal.beyond(levels, read) or signal.within(levels, read) or open_v == self._most_v:
                break
        return levels

    def _upload(self, groups: Sequence[Group], wanted: _Wanted, open_v: float) -> None:
        frame = Burst(_GAP_S, self._mode.character_s, encode_frame(groups, self._mode))
        waveform = Waveform(
            carrier_error=wanted.carrier_error, amplitude_v=open_v, residual_v=open_v * wanted.one_v / wanted.zero_v
        )
        for rate_hz in _RATES_HZ:
            drawn = replace(waveform, rate_hz=rate_hz)
            count = whole_periods(round(frame.end_s * rate_hz) + 1, drawn)
            samples = render([frame], drawn, start_s=0.0, end_s=count / rate_hz)
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
            scale_v = expected_v / _DIVISIONS
            seen = self._scope.record(LINE, scale_v=scale_v, points=_POINTS, interval_s=_SAMPLED_S)
            envelope_v, _ = quadrature(seen.voltage_v.astype(np.float32), round(1 / seen.interval_s))
            low_v, high_v = (float(one) for one in np.percentile(envelope_v, (2, 98)))
            if high_v > 1.1 * expected_v:  # clipped
                expected_v *= 2
            elif high_v < 0.7 * expected_v:  # small, or between two frames
                expected_v = max(high_v, 0.5 * expected_v)
            elif high_v - low_v > _SPREAD * high_v:
                middle_v = (low_v + high_v) / 2
                zero_v = float(np.median(envelope_v[envelope_v > middle_v]))
                one_v = float(np.median(envelope_v[envelope_v <= middle_v]))
                carrier_hz = CARRIER_HZ * (1 + wanted.carrier_error)
                return CarrierTrial(
                    wanted.signal, zero_v, self._unsure_v(zero_v, seen.step_v), one_v,
                    self._unsure_v(one_v, seen.step_v), carrier_hz, _CLOCK_UNSURE * carrier_hz, 0.0, 0, (),
                )  # fmt: skip
        raise BenchError(
            f"input: no frames at the terminals (scope channel {LINE}), {open_v:.3g} V peak of the generator; look at "
            "the wires, and at [input] of the bench file"
        )
