# SPDX-License-Identifier: Apache-2.0
"""An opto stage as a circuit: what each lot of parts makes of the volts on I1-I2, as levels at the UART's pin.

Series resistor and two diodes, a phototransistor as a follower on its load, a MOSFET behind it: carrier gives a low pin
(the stage of most public boards: LTV-814, 3.3 kΩ, BSS138).
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from xky.protocol import InputError

from .kinds import LOW_CURRENT_EXPONENT, SLOWER_S_PER_OHM, OptoKind

__all__ = ["PARTS", "Lots", "OptoStage", "drawn_lots", "pin_levels"]

Floats = NDArray[np.float64]

_MILLIAMPERE = 1e-3
_NINE_TENTHS = 2.2  # time constants from 10 to 90 %
_SATURATED_V = 0.2  # between collector and emitter (data sheets: 0.1 to 0.3 V, memory)
_GATE_V = (0.8, 1.5)  # BSS138: lowest and highest threshold (memory)
_HIGHEST_QUANTILE = 2.0  # standard deviations at which the highest value of a data sheet is taken to stand (assumption)
_BLOCK = 2048  # samples whose currents are computed at once


@dataclass(frozen=True, slots=True)
class OptoStage:
    """The resistors around an opto-coupler.

    Attributes:
        kind: of the opto-coupler.
        series_ohm: between the line and the diodes.
        load_ohm: from emitter to ground.
        supply_v: of the phototransistor.

    Raises:
        InputError: a value that no such stage has.
    """

    kind: OptoKind
    series_ohm: float = 1500.0
    load_ohm: float = 3300.0
    supply_v: float = 3.3

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("--series-ohm", self.series_ohm, 10.0, 100e3),
            ("--load-ohm", self.load_ohm, 10.0, 100e3),
            ("--supply-v", self.supply_v, 1.8, 5.5),
        ):
            if not least <= value <= most:
                raise InputError(f"{name} {value:g}: expected {least:g} to {most:g}")


@dataclass(frozen=True, slots=True)
class Lots:
    """Parts, a value a lot.

    Attributes:
        ctr: collector current over 1 mA of diode current.
        forward_v: of the diodes.
        fall_s: of the phototransistor with 100 Ω.
        gate_v: at which the MOSFET conducts.
    """

    ctr: Floats
    forward_v: Floats
    fall_s: Floats
    gate_v: Floats

    def __len__(self) -> int:
        return len(self.ctr)

    def without_spread(self, part: str) -> "Lots":
        """The same with one value typical in all lots."""
        values: Floats = getattr(self, part)
        return replace(self, **{part: np.full(len(values), float(np.median(values)))})

    def repeated(self, times: int) -> "Lots":
        """All of them so often, one after the other."""
        return Lots(*(np.tile(getattr(self, part), times) for part in PARTS))


PARTS = tuple(field.name for field in fields(Lots))


def drawn_lots(kind: OptoKind, count: int, seed: int) -> Lots:
    """So many lots by chance; the same seed gives the same.

    The current transfer is drawn evenly by its logarithm between the ends of its rank, the fall time from a logarithmic
    normal law, the others evenly (assumptions: makers tell ends, not laws).
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    typical_s, highest_s = kind.fall_s
    return Lots(
        ctr=np.exp(rng.uniform(np.log(kind.ctr_min), np.log(kind.ctr_max), count)),
        forward_v=rng.uniform(*kind.forward_v, count),
        fall_s=typical_s * np.exp(rng.normal(0.0, np.log(highest_s / typical_s) / _HIGHEST_QUANTILE, count)),
        gate_v=rng.uniform(*_GATE_V, count),
    )


def pin_levels(volts: Floats, rate_hz: float, stage: OptoStage, lots: Lots) -> NDArray[np.bool_]:
    """The level at the pin, a row a sample and a column a lot; true is high.

    Args:
        volts: on I1-I2, a row a sample and a column a lot.
        rate_hz: samples a second.
        stage: the resistors.
        lots: the parts.
    """
    constant_s = lots.fall_s / _NINE_TENTHS + SLOWER_S_PER_OHM * stage.load_ohm
    kept = np.exp(-1.0 / (rate_hz * constant_s))
    light = np.zeros(len(lots))
    on_a = np.minimum(lots.gate_v, stage.supply_v - _SATURATED_V) / stage.load_ohm
    levels = np.empty((len(volts), len(lots)), np.bool_)
    for begin in range(0, len(volts), _BLOCK):
        diode_a = np.maximum(np.abs(volts[begin : begin + _BLOCK]) - lots.forward_v, 0.0) / stage.series_ohm
        dim = np.minimum(diode_a / _MILLIAMPERE, 1.0) ** LOW_CURRENT_EXPONENT
        steps = lots.ctr * diode_a * dim * (1.0 - kept)
        for row, step in enumerate(steps, start=begin):
            light *= kept
            light += step
            levels[row] = light <= on_a
    return levels
