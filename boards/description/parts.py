# SPDX-License-Identifier: Apache-2.0
"""The parts between terminals I1-A and the microcontroller, as a board's file describes them.

Volts, amperes, farads, ohms, seconds, degrees Celsius. What a part survives stands beside what it does.
"""

from math import exp
from typing import Annotated, Literal

from pydantic import Field, model_validator

from xky.protocol.tomlfile import Section

__all__ = [
    "Adc", "Bulk", "Capacitor", "Charger", "Clamp", "Diode", "Mcu", "Rectifier", "Regulator", "WakeUp",
]  # fmt: skip

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, lt=1)]

ROOM_C = 27.0  # SPICE's nominal temperature, at which diodes are given
_BOLTZMANN_V_PER_K = 8.617333262e-5  # k/q, CODATA 2018
_ZERO_C_K = 273.15


class Diode(Section):
    """One diode of the rectifier: SPICE's equation, or a constant drop.

    Attributes:
        part: what is soldered in.
        saturation_a: IS at 27 °C.
        ideality: N.
        series_ohm: RS.
        junction_f: CJO; only the netlist in carrier detail has it.
        band_gap_ev: EG; how IS goes with temperature. 1.11 silicon, 0.69 Schottky.
        temperature_exponent: XTI; 3 silicon, 2 Schottky.
        forward_v: constant drop in the place of the equation; None takes the equation.
        reverse_max_v: rating.
        forward_max_a: rating, mean current.
    """

    part: str
    saturation_a: Positive = 2e-7
    ideality: Positive = 1.05
    series_ohm: NotNegative = 0.5
    junction_f: NotNegative = 10e-12
    band_gap_ev: Positive = 1.11
    temperature_exponent: NotNegative = 3.0
    forward_v: NotNegative | None = None
    reverse_max_v: Positive | None = None
    forward_max_a: Positive | None = None

    def thermal_v(self, temperature_c: float) -> float:
        """N · kT/q."""
        return self.ideality * _BOLTZMANN_V_PER_K * (temperature_c + _ZERO_C_K)

    def saturation_at(self, temperature_c: float) -> float:
        """IS at a temperature, as SPICE has it: (T/Tn)^(XTI/N) · exp((T/Tn - 1) · EG/(N·kT/q)), in amperes."""
        ratio = (temperature_c + _ZERO_C_K) / (ROOM_C + _ZERO_C_K)
        heat: float = ratio ** (self.temperature_exponent / self.ideality)
        return self.saturation_a * heat * exp((ratio - 1) * self.band_gap_ev / self.thermal_v(temperature_c))


class Rectifier(Section):
    """From the alternating voltage of I1-A to a direct one.

    Attributes:
        kind: ``bridge`` of four diodes, or ``doubler`` of two.
        diode: each of them.
        series_ohm: resistor between the terminals and the diodes.
    """

    kind: Literal["bridge", "doubler"] = "bridge"
    diode: Diode
    series_ohm: NotNegative = 0.0


class Charger(Section):
    """A linear regulator before the capacitor, which limits its voltage; smoothed at its input.

    Attributes:
        part: what is soldered in.
        output_v: the capacitor is charged to no more.
        drop_v: between input and output while it charges.
        output_ohm: how softly it reaches ``output_v``.
        quiescent_a: drawn from its input.
        input_max_v: rating.
        output_max_a: rating.
        input_clamp_v: of a Zener or TVS at its input; None where there is none.
    """

    part: str
    output_v: Positive
    drop_v: NotNegative = 0.35
    output_ohm: Positive = 0.1
    quiescent_a: NotNegative = 0.0
    input_max_v: Positive | None = None
    output_max_a: Positive | None = None
    input_clamp_v: Positive | None = None


class Clamp(Section):
    """A shunt across the capacitor: draws what keeps it near a voltage.

    Attributes:
        part: what is soldered in.
        voltage_v: it begins to draw here.
        resistance_ohm: its slope above.
    """

    part: str
    voltage_v: Positive
    resistance_ohm: Positive = 1.0


class Capacitor(Section):
    """The store.

    Attributes:
        part: what is soldered in.
        capacitance_f: nominal.
        esr_ohm: equivalent series resistance.
        leakage_a: at ``rated_v``, long after charging; taken as a resistor.
        rated_v: rating.
        tolerance: of the capacitance, to either side.
        aged_capacitance: share of it that is lost at the end of its life.
        aged_esr: share of the ESR that is added by then.
        capacitance_per_k: relative change a kelvin, from 27 °C.
        esr_per_k: relative change a kelvin, from 27 °C; negative: cold raises it.
    """

    part: str
    capacitance_f: Positive
    esr_ohm: NotNegative
    leakage_a: NotNegative = 0.0
    rated_v: Positive
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.2
    aged_capacitance: Annotated[float, Field(ge=0, lt=1)] = 0.3
    aged_esr: NotNegative = 1.0
    capacitance_per_k: float = 0.0
    esr_per_k: float = 0.0

    @property
    def leakage_s(self) -> float:
        """Conductance of the leakage, siemens."""
        return self.leakage_a / self.rated_v


class Regulator(Section):
    """From the capacitor to the rail of the microcontroller.

    Attributes:
        part: what is soldered in.
        kind: ``ldo``: what the rail draws, the capacitor gives; ``boost`` and ``buck``: the power is the same over the
            efficiency. A boost only raises: fed above ``output_v`` it passes its input through, and no rail is held. A
            buck only lowers: it draws no more than its rail does, and from where it would, it follows its input.
        output_v: the rail.
        dropout_v: of an LDO, or of a buck that is always on, at ``dropout_at_a``; it is a resistance.
        dropout_at_a: see there.
        quiescent_a: drawn from the capacitor whenever it is on.
        efficiency: of a boost or buck.
        input_min_v: below, a boost or buck gives nothing.
        input_max_v: rating.
        output_max_a: rating.
    """

    part: str
    kind: Literal["ldo", "boost", "buck"] = "ldo"
    output_v: Positive = 3.3
    dropout_v: NotNegative = 0.2
    dropout_at_a: Positive = 0.2
    quiescent_a: NotNegative = 0.0
    efficiency: Share = 0.85
    input_min_v: NotNegative = 0.0
    input_max_v: Positive | None = None
    output_max_a: Positive | None = None

    @property
    def dropout_ohm(self) -> float:
        """Between input and output of an LDO, or a buck, that no longer regulates."""
        return 0.0 if self.kind == "boost" else self.dropout_v / self.dropout_at_a

    @model_validator(mode="after")
    def _raises(self) -> "Regulator":
        if self.kind == "boost" and not self.input_min_v < self.output_v:
            raise ValueError(
                f"input_min_v {self.input_min_v}: expected below output_v {self.output_v}; a boost only raises, and "
                "fed with less than input_min_v it gives nothing"
            )
        return self


class Bulk(Section):
    """Capacitance on the rail: carries short bursts."""

    part: str = "bulk capacitor"
    capacitance_f: Positive


class WakeUp(Section):
    """A comparator that lets the capacitor's voltage through to the microcontroller, with hysteresis.

    Attributes:
        part: what is soldered in.
        on_v: at the capacitor's terminal, rising.
        off_v: falling.
        quiescent_a: drawn always.
    """

    part: str = "wake-up comparator"
    on_v: Positive
    off_v: Positive
    quiescent_a: NotNegative = 0.0

    @model_validator(mode="after")
    def _hysteresis(self) -> "WakeUp":
        if not self.off_v < self.on_v:
            raise ValueError(
                f"off_v {self.off_v}: expected below on_v {self.on_v}; it falls off below where it comes on"
            )
        return self


class Mcu(Section):
    """What the microcontroller does with its rail.

    Attributes:
        part: what is soldered in.
        power_on_v: its reset lets go, rail rising.
        brown_out_v: its reset comes, rail falling.
        rail_max_v: rating.
        off_a: drawn while held in reset.
        reset_s: a reset holds so long at least.
        restart_below_v: once it was reset, its rail has to fall to here before it starts again, as with a reset that
            hangs in between, or a latch-up; None: it starts whenever the rail is back.
    """

    part: str
    power_on_v: Positive
    brown_out_v: Positive
    rail_max_v: Positive | None = None
    off_a: NotNegative = 0.0
    reset_s: Positive = 0.01
    restart_below_v: Positive | None = None

    @model_validator(mode="after")
    def _hysteresis(self) -> "Mcu":
        if self.restart_below_v is not None and self.restart_below_v > self.brown_out_v:
            raise ValueError(
                f"restart_below_v {self.restart_below_v}: expected brown_out_v {self.brown_out_v} or less; "
                "from where its reset comes, the rail has to fall to there"
            )
        if self.power_on_v < self.brown_out_v:
            raise ValueError(
                f"power_on_v {self.power_on_v}: expected brown_out_v {self.brown_out_v} or more; "
                "the reset lets go above where it comes"
            )
        return self


class Adc(Section):
    """How the firmware sees the capacitor.

    Attributes:
        divider: of the two resistors, output over input.
        reference_v: input that reads full scale.
        bits: of the converter.
        gain_error: relative, of resistors and reference; as made, nobody trims it.
        scales_itself: takes the largest raw value seen as ``full_v``, as Tasmota's winky driver does; until the
            capacitor was full once, it reads too much.
        first_full_raw: where it starts from, of 2**bits - 1.
        full_v: what the largest raw value is taken for.
    """

    divider: Annotated[float, Field(gt=0, le=1)] = 0.5
    reference_v: Positive = 3.3
    bits: Annotated[int, Field(ge=6, le=24)] = 12
    gain_error: Annotated[float, Field(gt=-0.5, lt=0.5)] = 0.0
    scales_itself: bool = False
    first_full_raw: Annotated[int, Field(ge=1)] = 2047
    full_v: Positive = 5.0

    @property
    def highest_raw(self) -> int:
        """What it reads at full scale."""
        return int(2**self.bits) - 1
