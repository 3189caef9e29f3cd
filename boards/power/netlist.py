# SPDX-License-Identifier: Apache-2.0
"""A board's power train as a netlist for ngspice: the same description, for the hardware designer's own tools.

In two details. ``carrier`` has the meter's 50 kHz and each diode; it takes ngspice minutes a second. ``averaged`` has
the mean of a carrier period as a current over the voltage; it takes ngspice moments a day. All else is the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt

from xky.protocol import InputError, Mode

from ..description.board import Board
from ..description.parts import ROOM_C
from ..description.phases import phases_of
from ..description.power import PowerDescription
from ..description.states import RUN, SLEEP
from ..ports import SupplyPort
from .balance import FADES_V, Balance, charging_curve
from .curve import HermiteCurve

__all__ = ["Crossing", "Detail", "RailDraw", "draws_of", "netlist_of"]

_STEP_S = {"averaged": 0.02, "carrier": 1e-7}  # at half a microsecond ngspice is itself 0.04 % off
_RAMP_S = 1e-6  # of a change of load
_SHORTEST_S = 10 * _RAMP_S  # of a load
_PRINTED = 500  # lines of the table of voltages
_KEPT_S = 1e-4  # between kept values of the carrier's detail
_TABLE_FINE = 2e-7  # of the table of the charging current, relative to its largest
_DEEPEST = 14  # halvings of a piece of it
_A_LINE = 4  # points of it
_SMOOTHING_F = 10e-6  # assumption: before a charger; large against a carrier period, small against the store
_PASS_OHM = 0.05  # of a charger that does not limit
_ZENER_OHM = 0.1  # of the clamp before it
_RUN_S = 60.0  # of a device that never sleeps
_PUMP_F = 100e-6  # assumption: of a doubler; large against a carrier period


class Detail(StrEnum):
    """How much of the carrier a netlist has."""

    AVERAGED = "averaged"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class RailDraw:
    """What the rail gives for some time.

    Attributes:
        name: of the load.
        duration_s: so long.
        rail_a: current.
    """

    name: str
    duration_s: float
    rail_a: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """A voltage at the capacitor's terminals whose time is to be measured.

    Attributes:
        name: of the measurement.
        terminal_v: the voltage.
        falling: on the way down, else on the way up.
    """

    name: str
    terminal_v: float
    falling: bool


def netlist_of(
    power: PowerDescription,
    supply: SupplyPort,
    draws: Sequence[RailDraw],
    *,
    title: str,
    detail: Detail,
    inner_v: float = 0.0,
    temperature_c: float = ROOM_C,
    carrier_hz: float = 50_000.0,
    crossings: Sequence[Crossing] = (),
) -> str:
    """A netlist that ``ngspice -b`` runs as it is: it prints the voltages, and measures them after each draw.

    Args:
        power: lives on the TIC.
        supply: what terminals I1-A give.
        draws: one after the other.
        title: first line.
        detail: with the carrier, or its mean.
        inner_v: of the capacitance at the beginning.
        temperature_c: of all parts.
        carrier_hz: 54E table 1.
        crossings: measured too.

    Raises:
        InputError: the carrier's detail does not have a diode of constant drop; there is nothing to simulate, or a
            load is shorter than ten microseconds.
    """
    if not draws:
        raise InputError("netlist: nothing to simulate; give one load and its duration at least")
    for draw in draws:
        if draw.duration_s < _SHORTEST_S:
            raise InputError(f"netlist: load {draw.name}: {draw.duration_s:g} s; expected {_SHORTEST_S:g} s or more")
    netlist = _Netlist(power, supply, max(draw.rail_a for draw in draws), temperature_c, inner_v)
    stop_s = sum(draw.duration_s for draw in draws)
    lines = [
        f"* {_plain(title)}",
        f"* {supply.open_circuit_v:g} V rms behind {supply.source_ohm:g} ohm, {temperature_c:g} C",
    ]
    lines += netlist.source(detail, carrier_hz)
    lines += netlist.store()
    lines += netlist.loads(draws)
    lines += _analysis(detail, stop_s, temperature_c)
    lines += _questions(draws, stop_s, crossings)
    return "\n".join([*lines, ".end", ""])


def draws_of(board: Board) -> list[RailDraw]:
    """A wake and the sleep after it, or a minute of a device that never sleeps; standard mode where it reads that."""
    assert board.power is not None
    if board.wake is None:
        states = [(RUN, _RUN_S)]
    else:
        mode = Mode.STANDARD if Mode.STANDARD in board.modes else board.modes[0]
        states = [*((phase.load, phase.duration_s) for phase in phases_of(board, mode)), (SLEEP, board.wake.sleep_s)]
    loads = board.power.loads
    return [RailDraw(name, duration_s, loads[name].current_a) for name, duration_s in states if duration_s > 0]


class _Netlist:
    def __init__(
        self, power: PowerDescription, supply: SupplyPort, most_a: float, temperature_c: float, inner_v: float
    ) -> None:
        assert power.rectifier is not None
        self._power, self._supply, self._inner_v, self._temperature_c = power, supply, inner_v, temperature_c
        self._rectifier, self._charger, self._regulator = power.rectifier, power.charger, power.regulator
        self._balance = Balance(power, supply, most_a, temperature_c=temperature_c)
        self._peak_v = sqrt(2) * supply.open_circuit_v

    def source(self, detail: Detail, carrier_hz: float) -> Iterator[str]:
        """From the meter to node ``term``, the capacitor's terminal."""
        if detail is Detail.CARRIER:
            return self._carrier(carrier_hz)
        return self._averaged()

    def _averaged(self) -> Iterator[str]:
        charger = self._charger
        yield "* Meter and rectifier: mean current (A) of a carrier period over the voltage (V) it sees,"
        if charger is None:
            yield "* the inner one less the drop of what is drawn at the ESR, which is part of the loop."
            seen = f"v(inner)-{_number(self._balance.esr_ohm)}*i(vdrawn)"
        else:
            yield f"* that of the charger's input. Charger {_plain(charger.part)}: drop (V) until it limits (V, ohm)."
            seen = f"v(term)+{_number(charger.drop_v)}"
        yield f"Bmean mean 0 V=pwl({seen},"
        points = _points(
            charging_curve(self._power, self._supply, temperature_c=self._temperature_c), self._highest_v()
        )
        rows = [points[k : k + _A_LINE] for k in range(0, len(points), _A_LINE)]
        for number, row in enumerate(rows):
            end = ")" if number == len(rows) - 1 else ","
            yield "+ " + ", ".join(f"{_number(x)},{_number(y)}" for x, y in row) + end
        yield "Rmean mean 0 1"
        if charger is None:
            yield "Bcharge 0 term I=v(mean)"
            return
        offered = f"v(mean)-{_number(charger.quiescent_a)}" if self._peak_v > 0 else "0"
        yield f"Bcharge 0 term I=max(min({offered},{self._allowed()}),0)"

    def _carrier(self, carrier_hz: float) -> Iterator[str]:
        rectifier, charger = self._rectifier, self._charger
        diode = rectifier.diode
        if diode.forward_v is not None:
            raise InputError(
                "power.rectifier.diode: forward_v has no 50 kHz detail; give saturation_a and ideality in its place, "
                "or take the averaged detail"
            )
        out = "term" if charger is None else "before"
        bridge = rectifier.kind == "bridge"
        yield "* The meter: open-circuit voltage (V peak, Hz), its resistance and the board's series resistor (ohm)."
        yield f"Vmeter s {'back' if bridge else '0'} SIN(0 {_number(self._peak_v)} {_number(carrier_hz)})"
        yield f"Rmeter s line {_number(self._supply.source_ohm)}"
        yield f"Rseries line a {_number(max(rectifier.series_ohm, 1e-6))}"
        if bridge:
            yield f"* Bridge of four diodes {_plain(diode.part)}."
            yield f"D1 a {out} rectifier"
            yield f"D2 back {out} rectifier"
            yield "D3 0 a rectifier"
            yield "D4 0 back rectifier"
        else:
            half_v = 0.5 * (self._inner_v + (charger.drop_v if charger else 0.0))
            yield f"* Doubler of two diodes {_plain(diode.part)}; its pump capacitor (F) is an assumption."
            yield f"Cpump pump a {_number(_PUMP_F)} IC={_number(half_v)}"
            yield "D1 0 pump rectifier"
            yield f"D2 pump {out} rectifier"
        yield (
            f".model rectifier D(IS={_number(diode.saturation_a)} N={_number(diode.ideality)} "
            f"RS={_number(diode.series_ohm)} CJO={_number(diode.junction_f)} EG={_number(diode.band_gap_ev)} "
            f"XTI={_number(diode.temperature_exponent)} TNOM={ROOM_C:g})"
        )
        if charger is None:
            return
        yield f"* Charger {_plain(charger.part)}: drop (V) until it limits (V, ohm); smoothing (F) is an assumption."
        yield f"Cbefore before 0 {_number(_SMOOTHING_F)} IC={_number(self._inner_v + charger.drop_v)}"
        passes = f"max(v(before)-v(term)-{_number(charger.drop_v)},0)/{_PASS_OHM:g}"
        yield f"Bcharge before term I=max(min({passes},{self._allowed()}),0)"
        yield f"Bcharger before 0 I={_number(charger.quiescent_a)}*{_fading('before')}"
        if charger.input_clamp_v is not None:
            yield f"Bzener before 0 I=max(v(before)-{_number(charger.input_clamp_v)},0)/{_ZENER_OHM:g}"

    def store(self) -> Iterator[str]:
        """The capacitor between ``term`` and ground, and what hangs on it at node ``out``."""
        capacitor, clamp = self._power.capacitor, self._power.clamp
        assert capacitor is not None
        yield f"* Capacitor {_plain(capacitor.part)}: capacitance proper (F), ESR (ohm), leakage (ohm)."
        yield f"Cstore inner 0 {_number(self._balance.capacitance_f)} IC={_number(self._inner_v)}"
        if self._balance.esr_ohm > 0:
            yield f"Resr term inner {_number(self._balance.esr_ohm)}"
        else:
            yield "Vesr term inner 0"
        if capacitor.leakage_s > 0:
            yield f"Rleakage inner 0 {_number(1 / capacitor.leakage_s)}"
        yield "* All that is drawn at the terminal (A) flows through this."
        yield "Vdrawn term out 0"
        if clamp is not None:
            yield f"* Clamp {_plain(clamp.part)}: draws from a voltage (V) on, as a resistance (ohm)."
            yield f"Bclamp out 0 I=max(v(out)-{_number(clamp.voltage_v)},0)/{_number(clamp.resistance_ohm)}"

    def loads(self, draws: Sequence[RailDraw]) -> Iterator[str]:
        """The regulator and what its rail gives."""
        regulator, wake_up = self._regulator, self._power.wake_up
        yield "* Current of the rail over time: 1 V is 1 A."
        yield "Vrail rail 0 PWL("
        at_s, rail_a = 0.0, draws[0].rail_a
        yield f"+ 0 {_number(rail_a)}"
        for draw in draws:
            if draw.rail_a != rail_a:
                yield f"+ {_number(at_s)} {_number(rail_a)} {_number(at_s + _RAMP_S)} {_number(draw.rail_a)}"
            at_s, rail_a = at_s + draw.duration_s, draw.rail_a
        yield f"+ {_number(at_s + _RAMP_S)} {_number(rail_a)})"
        fades = _fading("out")
        if regulator.kind == "ldo":
            yield f"* LDO {_plain(regulator.part)}: draws what the rail does; fades below {FADES_V:g} V."
            yield f"Bload out 0 I=v(rail)*{fades}"
        elif regulator.kind == "buck":
            yield f"* Buck {_plain(regulator.part)}: power of the rail, its voltage (V), over the efficiency, but no"
            yield "* more than the rail's current."
            held_v = _number(regulator.output_v / regulator.efficiency)
            yield f"Bload out 0 I=v(rail)*{fades}*min({held_v}/max(v(out),{FADES_V:g}),1)"
        else:
            yield f"* Boost {_plain(regulator.part)}: power of the rail, its voltage (V), over the efficiency."
            watts = f"v(rail)*{_number(regulator.output_v)}/{_number(regulator.efficiency)}"
            yield f"Bload out 0 I={watts}*{fades}/max(v(out),{FADES_V:g})"
        idle_a = regulator.quiescent_a + (wake_up.quiescent_a if wake_up else 0.0)
        if idle_a > 0:
            yield "* What regulator and comparator draw themselves (A)."
            yield f"Bidle out 0 I={_number(idle_a)}*{fades}"

    def _allowed(self) -> str:
        charger = self._charger
        assert charger is not None
        return f"({_number(charger.output_v)}-v(term))/{_number(charger.output_ohm)}"

    def _highest_v(self) -> float:
        return max(self._peak_v * (2 if self._rectifier.kind == "doubler" else 1) + 1.0, 20.0)


def _analysis(detail: Detail, stop_s: float, temperature_c: float) -> Iterator[str]:
    carrier = detail is Detail.CARRIER
    # Interpolated, else the steps of a second of carrier fill a gigabyte
    yield f".options temp={temperature_c:g} tnom={ROOM_C:g}"
    yield f".options {'reltol=1e-4 interp' if carrier else 'reltol=1e-6 abstol=1e-13 vntol=1e-9'}"
    yield "* Seconds: between printed values, end, beginning, longest step."
    printed_s = stop_s / _PRINTED
    steps = f"{_number(min(printed_s, _KEPT_S) if carrier else printed_s)} {_number(stop_s)} 0"
    yield f".tran {steps} {_number(min(_STEP_S[detail], stop_s / _PRINTED))} uic"
    yield ".save v(inner) v(term) v(rail)"


def _questions(draws: Sequence[RailDraw], stop_s: float, crossings: Sequence[Crossing]) -> Iterator[str]:
    yield ".control"
    yield "set numdgt=9"
    yield "set nobreak"
    yield "run"
    yield "echo Inner voltage at the end of each load, in volts"
    at_s = 0.0
    for number, draw in enumerate(draws, 1):
        at_s += draw.duration_s
        yield f"meas tran v{number}_{_word(draw.name)} FIND v(inner) AT={_number(min(at_s, stop_s * (1 - 1e-9)))}"
    if crossings:
        yield "echo When the terminal comes to a voltage, in seconds - failed: it never does"
    for crossing in crossings:
        way = "FALL" if crossing.falling else "RISE"
        yield f"meas tran {crossing.name} WHEN v(term)={_number(crossing.terminal_v)} {way}=1"
    yield "linearize v(inner) v(term) v(rail)"
    yield "print time v(inner) v(term) v(rail)"
    yield "quit $sim_status"  # what failed in a .control block is told by nothing else: ngspice ends with 0
    yield ".endc"


def _points(curve: HermiteCurve, high_v: float) -> list[tuple[float, float]]:
    """A curve as a polygon, as fine as it must be."""
    knots = [x for x in (curve.xs[0], 0.0, high_v) if x <= high_v]
    fine = _TABLE_FINE * max(abs(curve(0.0)), 1e-6)
    points = [(knots[0], curve(knots[0]))]

    def halve(low: float, high: float, depth: int) -> None:
        middle = 0.5 * (low + high)
        off = max(abs(0.5 * (curve(low) + curve(high)) - curve(middle)), 0.0)
        if depth and off > fine:
            halve(low, middle, depth - 1)
            halve(middle, high, depth - 1)
        else:
            points.append((high, curve(high)))

    for low, high in pairwise(knots):
        for k in range(8):
            halve(low + k * (high - low) / 8, low + (k + 1) * (high - low) / 8, _DEEPEST)
    return points


def _fading(node: str) -> str:
    return f"min(max(v({node}),0)/{FADES_V:g},1)"


def _number(value: float) -> str:
    return f"{value:.12g}"


def _word(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def _plain(text: str) -> str:
    """A part's name in a comment: one line of characters that every tool reads."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).encode("ascii", "replace").decode().split())
