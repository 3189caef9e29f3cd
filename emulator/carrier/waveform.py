# SPDX-License-Identifier: Apache-2.0
"""How bits are drawn as a carrier, and which limits of the specification that breaks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xky.protocol import InputError, Mode

from .specification import (
    BAUD_TOLERANCE,
    CARRIER_HZ,
    CARRIER_TOLERANCE,
    EMITTED,
    NOISE_V,
    OPEN_CIRCUIT_V,
    READ,
    Levels,
)

__all__ = ["BrokenLimit", "Samples", "Waveform"]

Samples: TypeAlias = NDArray[np.float32]
"""Volts."""

_ROUNDING = 1e-9  # of what a person wrote in decimals
_RATE_HZ = (200_000, 100_000_000)  # four samples a period at least
_LONGEST_EDGE_S = 1 / Mode.HISTORIC.baud
_CARRIER_ERROR, _BAUD_ERROR = 0.2, 0.1  # beyond that it is another signal: assumption


@dataclass(frozen=True, slots=True)
class BrokenLimit:
    """One limit of the specification that a waveform breaks.

    Attributes:
        quantity: carrier, baud, amplitude, residual carrier, noise, zero or one.
        told: what is, what a meter keeps to, and what a receiver must understand, in one line.
        beyond_receivers: whether a receiver need not understand it.
    """

    quantity: str
    told: str
    beyond_receivers: bool

    def __str__(self) -> str:
        return self.told


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """A carrier that runs freely and is let through for each 0.

    Attributes:
        rate_hz: samples a second; at 960 000 bits and carrier periods come out even.
        carrier_error: of the carrier's frequency; 0.03 is 3 % too fast.
        baud_error: of the meter's bit clock, which all of the line runs by; 0.01 is 1 % too fast.
        amplitude_v: peak of the carrier in a 0.
        residual_v: peak of what is left of it in a 1.
        edge_s: how long the envelope takes from one level to the other; the ramp begins with the bit.
        noise_db: power of the carrier over that of white noise, up to half the sample rate; None is no noise.

    Raises:
        InputError: a value that no such signal has.
    """

    rate_hz: int = 960_000
    carrier_error: float = 0.0
    baud_error: float = 0.0
    amplitude_v: float = 3.65  # 5.25 V behind 220 Ω, inside all limits of 54E and 02E, on 500 Ω (54E §5.3.4)
    residual_v: float = 0.0
    edge_s: float = 10e-6  # assumption
    noise_db: float | None = None

    def __post_init__(self) -> None:
        _check("rate_hz", self.rate_hz, *_RATE_HZ, "Hz")
        if self.rate_hz != int(self.rate_hz):
            raise InputError(f"rate_hz {self.rate_hz}: expected a whole number of samples a second")
        _check("carrier_error", self.carrier_error, -_CARRIER_ERROR, _CARRIER_ERROR, "(a fraction)")
        _check("baud_error", self.baud_error, -_BAUD_ERROR, _BAUD_ERROR, "(a fraction)")
        _check("amplitude_v", self.amplitude_v, 0.001, OPEN_CIRCUIT_V, "V")
        _check("residual_v", self.residual_v, 0.0, self.amplitude_v, "V, the amplitude")
        _check("edge_s", self.edge_s, 0.0, _LONGEST_EDGE_S, "s")
        if self.noise_db is not None:
            _check("noise_db", self.noise_db, -20.0, 200.0, "dB")

    @property
    def carrier_hz(self) -> float:
        """Frequency of the carrier."""
        return CARRIER_HZ * (1 + self.carrier_error)

    @property
    def noise_rms_v(self) -> float:
        """Of the noise; 0 without any."""
        return 0.0 if self.noise_db is None else self.amplitude_v / math.sqrt(2) * 10 ** (-self.noise_db / 20)

    def broken_limits(self, mode: Mode) -> tuple[BrokenLimit, ...]:
        """The limits of the specification that it breaks in a mode of the TIC, none for a signal of a sound meter."""
        return (*self._broken_clocks(mode), *self._broken_levels(mode), *self._broken_times(mode))

    def _broken_clocks(self, mode: Mode) -> Iterator[BrokenLimit]:
        for quantity, what, error, tolerance, nominal, unit in (
            ("carrier", "carrier of", self.carrier_error, CARRIER_TOLERANCE, CARRIER_HZ, "Hz"),
            ("baud", "rate of", self.baud_error, BAUD_TOLERANCE, float(mode.baud), "baud"),
        ):
            if abs(error) > tolerance + _ROUNDING:
                yield BrokenLimit(
                    quantity,
                    f"{what} {nominal * (1 + error):g} {unit}: a meter keeps to {nominal * (1 - tolerance):g} to "
                    f"{nominal * (1 + tolerance):g} (54E table 3, 02E §1.3.1)",
                    beyond_receivers=True,
                )

    def _broken_levels(self, mode: Mode) -> Iterator[BrokenLimit]:
        sent, read = EMITTED[mode], READ[mode]
        if not sent.zero_min_v <= self.amplitude_v <= sent.zero_max_v:
            yield BrokenLimit(
                "amplitude",
                f"amplitude {self.amplitude_v:g} V: a meter sends {sent.zero_min_v:g} to {sent.zero_max_v:g} V "
                f"({sent.clause}), a receiver reads {read.zero_min_v:g} to {read.zero_max_v:g} V ({read.clause})",
                beyond_receivers=not read.zero_min_v <= self.amplitude_v <= read.zero_max_v,
            )
        if self.residual_v > sent.one_max_v:
            yield BrokenLimit(
                "residual carrier",
                f"residual carrier {self.residual_v:g} V: a meter leaves {sent.one_max_v:g} V at most ({sent.clause}), "
                f"a receiver reads a 1 below {read.one_max_v:g} V ({read.clause})",
                beyond_receivers=self.residual_v >= read.one_max_v,
            )
        if self.noise_rms_v * math.sqrt(2) > NOISE_V:
            yield BrokenLimit(
                "noise",
                f"noise {self.noise_rms_v * 1000:.0f} mV rms: a meter adds that of a sine of {NOISE_V * 1000:g} mV at "
                f"most ({sent.clause})",
                beyond_receivers=False,
            )

    def _broken_times(self, mode: Mode) -> Iterator[BrokenLimit]:
        sent, read = EMITTED[mode], READ[mode]
        for quantity, bit in (("zero", 0), ("one", 1)):
            held_s = self._held_s(bit, mode, sent)
            if held_s is not None and held_s < sent.hold_s - _ROUNDING * 1e-3:
                far = self._held_s(bit, mode, read)
                level = f"over {sent.zero_min_v:g} V" if bit == 0 else f"under {sent.one_max_v:g} V"
                yield BrokenLimit(
                    quantity,
                    f"a single {bit} is {held_s * 1e6:.1f} µs {level}: a meter holds it {sent.hold_s * 1e6:g} µs "
                    f"({sent.clause}), a receiver is given {read.hold_s * 1e6:g} µs ({read.clause})",
                    beyond_receivers=far is None or far < read.hold_s,
                )

    def _held_s(self, bit: int, mode: Mode, levels: Levels) -> float | None:
        """How long a single bit between others keeps its level; None if it never has it.

        Both its edges are ramps that begin with a bit: it gains of one what it loses of the other.
        """
        low_v, high_v = self.residual_v, self.amplitude_v
        limit_v = levels.one_max_v if bit else levels.zero_min_v
        if low_v > limit_v if bit else high_v < limit_v:
            return None
        passed = 1.0 if high_v == low_v else min(max((limit_v - low_v) / (high_v - low_v), 0.0), 1.0)
        lost = 1 - 2 * passed if bit else 2 * passed - 1
        return 1 / (mode.baud * (1 + self.baud_error)) - lost * self.edge_s


def _check(name: str, value: float, least: float, most: float, unit: str) -> None:
    if not least <= value <= most:
        raise InputError(f"{name} {value:g}: expected {least:g} to {most:g} {unit}")
