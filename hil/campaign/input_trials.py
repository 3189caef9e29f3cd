# SPDX-License-Identifier: Apache-2.0
"""Measures a receiver's input: a generator drives it through a known resistor, a scope sees both ends of that.

Channel 1 is at the terminals I1-I2, channel 4 between generator and resistor. What a scope is off is the same to both
only as far as its data sheet says.
"""

from collections.abc import Mapping, Sequence
from math import hypot, pi

import numpy as np
from numpy.typing import NDArray

from xky.emulator.carrier.specification import CARRIER_HZ
from xky.protocol import BenchError

from ..instruments import Instrument
from ..instruments.playing import upload
from ..instruments.roles import Generator, Scope
from ..instruments.roles.scope import BEFORE, LINE, ScopeRecord
from .input_record import InputLevel, InputRecord

__all__ = ["LEVELS_V", "measure_input"]

LEVELS_V = (0.1, 1.0, 5.0)  # peak at the terminals: 54E §5.3.4, up to Vevh0
_SERIES_UNSURE = 0.01  # a resistor of 1 %
_RATE_HZ = 2_000_000
_POINTS = 20_000  # as long as generators want at least, whole periods
_OPEN_PEAK_V = 10.0  # of a generator's open output, at the most
_SAMPLED_S = 200e-9
_RECORDED = 10_000  # samples: a hundred periods
_PHASE_UNSURE = 0.005  # radians: 16 ns from one channel to the other; assumption
_TRIES = 4
_NEAR = 0.01  # of a level that is wanted
_DIVISIONS = 3.5  # of four to either side
_LOOKS = 12
_STILL = 0.01  # from one look to the next
_SEEN_V = 0.01  # less at the terminals is no measurement


def measure_input(instruments: Mapping[str, Instrument], series_ohm: float) -> InputRecord:
    """Measure at each level that the generator reaches; its output is off behind it.

    Args:
        instruments: by role.
        series_ohm: of the resistor between generator and I1.

    Raises:
        BenchError: an instrument does not answer, or nothing arrives at the terminals.
    """
    generator, scope = instruments[Generator.role], instruments[Scope.role]
    assert isinstance(generator, Generator)
    assert isinstance(scope, Scope)
    most_v = min(_OPEN_PEAK_V, generator.limits.get("voltage_v", _OPEN_PEAK_V))
    levels, open_v = [], min(2 * LEVELS_V[0], most_v)
    try:
        for wanted_v in LEVELS_V:
            for _ in range(_TRIES):  # how much of it arrives may depend on how much that is
                level = _measured(generator, scope, open_v)
                open_v, before_v = min(open_v * wanted_v / level.peak_v, most_v), open_v
                if abs(open_v - before_v) < _NEAR * before_v:
                    break
            levels.append(level)
            if wanted_v < LEVELS_V[-1]:
                open_v = min(open_v * LEVELS_V[LEVELS_V.index(wanted_v) + 1] / wanted_v, most_v)
    finally:
        generator.make_safe()
    return InputRecord(series_ohm, _SERIES_UNSURE, tuple(levels))


def _measured(generator: Generator, scope: Scope, open_v: float) -> InputLevel:
    phase = 2 * pi * CARRIER_HZ / _RATE_HZ * np.arange(_POINTS)
    upload(generator.resource, generator.make, (open_v * np.sin(phase)).astype(np.float32), _RATE_HZ)
    (at, behind), (before, ahead) = _settled(scope, open_v)
    if abs(behind) < _SEEN_V or abs(ahead) < abs(behind):
        raise BenchError(
            f"input: {abs(behind):.3g} V peak at the terminals (scope channel {LINE}) of {abs(ahead):.3g} V before the "
            f"resistor (channel {BEFORE}); look at the wires, and at [input] of the bench file"
        )
    ratio = behind / ahead
    noise = hypot(at.step_v / abs(behind), before.step_v / abs(ahead)) / len(at.voltage_v) ** 0.5
    gain_unsure = hypot(scope.gain_error, scope.gain_error) + 2 * noise
    return InputLevel(abs(behind), ratio.real, ratio.imag, gain_unsure, _PHASE_UNSURE + 2 * noise)


def _settled(scope: Scope, open_v: float) -> Sequence[tuple[ScopeRecord, complex]]:
    """Both channels, with what of them has the carrier's frequency, once the generator plays: nobody says when."""
    last_v = 0.0
    for _ in range(_LOOKS):
        records = scope.pair(LINE, BEFORE, scale_v=open_v / _DIVISIONS, points=_RECORDED, interval_s=_SAMPLED_S)
        seen = [(one, _phasor(one.voltage_v, one.interval_s)) for one in records]
        now_v = abs(seen[1][1])
        if now_v > _SEEN_V and abs(now_v - last_v) < _STILL * now_v:
            break
        last_v = now_v
    return seen


def _phasor(voltage_v: NDArray[np.float32], interval_s: float) -> complex:
    """What of a record has the carrier's frequency: over whole periods, the mean of its product with a turning one."""
    period = 1 / (CARRIER_HZ * interval_s)
    count = round(int(len(voltage_v) / period) * period)
    turning = np.exp(-2j * pi * CARRIER_HZ * interval_s * np.arange(count))
    return complex(2 * np.mean(voltage_v[:count] * turning))
