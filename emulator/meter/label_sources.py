# SPDX-License-Identifier: Apache-2.0
"""What each label says at this moment: its data, out of the state of the meter.

A source gives a label's value, a (horodate, value) pair, or None when the label is not sent now. A label of the table
that none is written for says the text of its row, or, on a meter that was made from a frame, what the frame said.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from xky.protocol import LABELS, Label, Mode
from xky.protocol.status import Colour, Relays, Status

from ..legal_time import horodate, local_time
from .demand import Demand
from .registers import ROLLOVER, PeriodMeans
from .settings import Said
from .state import MeterState

__all__ = ["COMPUTED", "DEMAIN", "SOURCES", "Said", "Source"]

Source = Callable[[MeterState], Said]

DEMAIN = {Colour.NONE: "----", Colour.BLUE: "BLEU", Colour.WHITE: "BLAN", Colour.RED: "ROUG"}  # 02E §2.3

_rendered = lru_cache(maxsize=256)(str)  # coded registers change rarely and their grammar is slow to build


def _digits(value: float, size: int) -> str:
    return f"{min(max(round(value), 0), 10**size - 1):0{size}}"


def _index(count: int) -> str:
    return f"{count % ROLLOVER:09}"


def _amps(phase: int) -> Source:
    return lambda state: _digits(state.currents_a[phase - 1], 3)


def _local(at_us: int) -> str:
    """A blank-season horodate (DPMn, FPMn)."""
    return " " + local_time(at_us).strftime("%y%m%d%H%M%S")


# Historic mode


def _historic_index(label: str) -> Source:
    def source(state: MeterState) -> Said:
        index = state.settings.contract.index_labels.get(label)
        if index is None:
            return None
        return _index(state.counters.supplier[index - 1] if index else state.counters.drawn.count)

    return source


def _demain(state: MeterState) -> Said:
    if state.settings.contract.optarif[:3] != "BBR":
        return None
    return DEMAIN[state.tariff.tomorrow]


def _over(phase: int) -> Source:
    """The rms current of a phase while it is over the subscription (ADPS, ADIRn)."""
    amps = _amps(phase)
    return lambda state: amps(state) if phase in state.overload.phases else None


def _adir(phase: int) -> Source:
    over = _over(phase)
    return lambda state: None if state.settings.quirks.no_adir else over(state)


def _pejp(state: MeterState) -> Said:
    """Fixed 30 during notice and peak of EJP (54E §6.1.1)."""
    ejp = state.settings.contract.optarif == "EJP."
    return "30" if ejp and (state.tariff.notice or state.tariff.running) else None


def _papp(state: MeterState) -> Said:
    drawn_va = max(state.power.signed_va, 0)
    return _digits(drawn_va if state.settings.quirks.papp_not_rounded else round(drawn_va, -1), 5)


def _imax(phase: int, fixed_a: int) -> Source:
    """Fixed on a Linky (54E §6.1)."""
    return lambda state: _digits((*state.settings.quirks.imax_a, *(fixed_a,) * 3)[phase - 1], 3)


def _ppot(state: MeterState) -> Said:
    return f"{sum(1 << phase for phase in state.settings.absent_phases):02X}"


_HISTORIC: dict[str, Source] = {
    "ADCO": lambda state: str(state.settings.identity),
    "OPTARIF": lambda state: state.settings.contract.optarif,
    "ISOUSC": lambda state: _digits(state.setting_a, 2),
    "PEJP": _pejp,
    "PTEC": lambda state: state.tariff.ptec,
    "DEMAIN": _demain,
    "IINST": _amps(1),
    "ADPS": _over(1),
    "IMAX": _imax(1, 90),
    "PMAX": lambda state: _digits(state.counters.demand.days[0].va, 5),
    "PAPP": _papp,
    "HHPHC": lambda state: None if state.settings.quirks.no_hhphc else "A",
    "MOTDETAT": lambda state: "000000",
    "PPOT": _ppot,
}
for _label in ("BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR",
               "BBRHPJR"):  # fmt: skip
    _HISTORIC[_label] = _historic_index(_label)
for _phase in (1, 2, 3):
    _HISTORIC[f"ADIR{_phase}"] = _adir(_phase)
    _HISTORIC[f"IINST{_phase}"] = _amps(_phase)
    _HISTORIC[f"IMAX{_phase}"] = _imax(_phase, 60)


# Standard mode


def _stamp(state: MeterState, at_us: int) -> str:
    settings = state.settings
    text, stuck = horodate(at_us, degraded=settings.clock_degraded), settings.quirks.season_letter
    return text if not stuck else (stuck.lower() if settings.clock_degraded else stuck) + text[1:]


def _maximum(demand: Callable[[MeterState], Demand], *, yesterday: bool) -> Source:
    def source(state: MeterState) -> Said:
        of = demand(state)
        maximum = of.days[state.settings.quirks.smaxsn_1_days - 1] if yesterday else of.today
        va = round(maximum.va, -1) if state.settings.quirks.smaxsn_rounded else maximum.va
        return _stamp(state, maximum.at_us), _digits(va, 5)

    return source


def _curve(curve: Callable[[MeterState], PeriodMeans], age: int, *, injected: bool = False) -> Source:
    def source(state: MeterState) -> Said:
        points = curve(state).points
        stopped = not state.counters.curve_running or (injected and state.settings.quirks.no_injection_curve)
        if stopped or age >= len(points):
            return None
        return _stamp(state, points[age].at_us), _digits(points[age].value, 5)

    return source


def _mean_voltage(phase: int) -> Source:
    def source(state: MeterState) -> Said:
        points = state.counters.phases[phase - 1].voltage.points
        return (_stamp(state, points[0].at_us), _digits(points[0].value, 3)) if points else None

    return source


def _supplier(number: int) -> Source:
    return lambda state: _index(state.counters.supplier[number - 1])


def _distributor(number: int) -> Source:
    return lambda state: _index(state.counters.distributor[number - 1])


def _reactive(quadrant: int) -> Source:
    return lambda state: _index(state.counters.reactive[quadrant - 1].count)


def _volts(phase: int) -> Source:
    return lambda state: _digits(state.power.voltages_v[phase - 1], 3)


def _phase_power(phase: int) -> Source:
    return lambda state: _digits(state.power.phase_mva[phase - 1] / 1000, 5)


def _phase_demand(phase: int) -> Callable[[MeterState], Demand]:
    return lambda state: state.counters.phases[phase - 1].demand


def _status(state: MeterState) -> Said:
    tariff, network = state.tariff, state.settings.network
    return _status_text(
        breaker=state.cut_off.reason,
        cover_open=state.settings.cover_open,
        overvoltage=state.power.overvoltage,
        euridis=network.euridis,
        plc=network.plc,
        plc_synchronised=network.plc_synchronised,
        dry_contact_open=not tariff.contact_closed,
        over_reference=bool(state.overload.phases) or state.power.signed_va > 1000 * state.settings.pref_kva,
        producer=state.producer,
        injecting=state.power.signed_va < 0,
        supplier_index=tariff.supplier_index,
        distributor_index=tariff.distributor_index,
        clock_degraded=state.settings.clock_degraded,
        colour_today=tariff.today,
        colour_tomorrow=tariff.tomorrow,
        peak_notice=tariff.notice,
        peak_running=tariff.running,
    )


@lru_cache(maxsize=256)  # it changes rarely, and its grammar is slow to build
def _status_text(**fields: Any) -> str:
    return str(Status(standard_mode=True, **fields))


def _peak_edge(number: int, *, start: bool) -> Source:
    def source(state: MeterState) -> Said:
        peak = state.peaks_known.get(number)
        # 54E does not define the two characters of data; every capture has 00 (uncertain).
        return None if peak is None else (_local(peak.start_us if start else peak.end_us), "00")

    return source


def _ppointe(state: MeterState) -> Said:
    ahead = [(peak.start_us, number) for number, peak in state.peaks_known.items() if peak.start_us > state.now_us]
    if not ahead:
        return None
    start_us, number = min(ahead)
    return _rendered(state.settings.contract.peak_profile(number, local_time(start_us).date()))


def _ngtf(state: MeterState) -> Said:
    name = state.settings.quirks.ngtf or state.settings.contract.ngtf
    return name.ljust(16) if name else None


def _told_number(state: MeterState) -> int:
    return state.settings.contract.told_number(local_time(state.now_us).date() + timedelta(days=1))


_STANDARD: dict[str, Source] = {
    "ADSC": lambda state: str(state.settings.identity),
    "VTIC": lambda state: "02",
    "DATE": lambda state: (_stamp(state, state.counted_shown_us), ""),
    "NGTF": _ngtf,
    "LTARF": lambda state: state.tariff.ltarf.ljust(16) if state.tariff.ltarf else None,
    "EAST": lambda state: _index(state.counters.drawn.count),
    "EAIT": lambda state: _index(state.counters.injected.count),
    "PREF": lambda state: _digits(state.settings.pref_kva, 2),
    "PCOUP": lambda state: _digits(state.settings.pcoup_kva, 2),
    "SINSTS": lambda state: _digits(state.power.signed_va, 5),
    "SMAXSN": _maximum(lambda state: state.counters.demand, yesterday=False),
    "SMAXSN-1": _maximum(lambda state: state.counters.demand, yesterday=True),
    "SINSTI": lambda state: _digits(-state.power.signed_va, 5),
    "SMAXIN": _maximum(lambda state: state.counters.demand_injected, yesterday=False),
    "SMAXIN-1": _maximum(lambda state: state.counters.demand_injected, yesterday=True),
    "CCASN": _curve(lambda state: state.counters.curve_drawn, 0),
    "CCASN-1": _curve(lambda state: state.counters.curve_drawn, 1),
    "CCAIN": _curve(lambda state: state.counters.curve_injected, 0, injected=True),
    "CCAIN-1": _curve(lambda state: state.counters.curve_injected, 1, injected=True),
    "STGE": _status,
    "MSG1": lambda state: state.settings.msg1.ljust(32),
    "MSG2": lambda state: state.settings.msg2.ljust(16) if state.settings.msg2 else None,
    "PRM": lambda state: state.settings.prm,
    "RELAIS": lambda state: _rendered(Relays(state.tariff.relays)),
    "NTARF": lambda state: _digits(state.tariff.supplier_index, 2),
    "NJOURF": lambda state: _digits(state.settings.contract.day_number(local_time(state.now_us).date()), 2),
    "NJOURF+1": lambda state: _digits(_told_number(state), 2),
    "PJOURF+1": lambda state: _rendered(state.settings.contract.days[_told_number(state)]),
    "PPOINTE": _ppointe,
}
for _number in range(1, 11):
    _STANDARD[f"EASF{_number:02}"] = _supplier(_number)
for _number in range(1, 5):
    _STANDARD[f"EASD{_number:02}"] = _distributor(_number)
    _STANDARD[f"ERQ{_number}"] = _reactive(_number)
for _phase in (1, 2, 3):
    _STANDARD[f"IRMS{_phase}"] = _amps(_phase)
    _STANDARD[f"URMS{_phase}"] = _volts(_phase)
    _STANDARD[f"SINSTS{_phase}"] = _phase_power(_phase)
    _STANDARD[f"SMAXSN{_phase}"] = _maximum(_phase_demand(_phase), yesterday=False)
    _STANDARD[f"SMAXSN{_phase}-1"] = _maximum(_phase_demand(_phase), yesterday=True)
    _STANDARD[f"UMOY{_phase}"] = _mean_voltage(_phase)
    _STANDARD[f"DPM{_phase}"] = _peak_edge(_phase, start=True)
    _STANDARD[f"FPM{_phase}"] = _peak_edge(_phase, start=False)


def _as_told(label: Label) -> Source:
    def source(state: MeterState) -> Said:
        said = state.settings.told.get(label.name, label.text)
        return (_stamp(state, state.now_us), said) if label.stamped and isinstance(said, str) else said

    return source


COMPUTED = {Mode.HISTORIC: frozenset(_HISTORIC), Mode.STANDARD: frozenset(_STANDARD)}
"""The labels that have a source of their own."""
SOURCES = {
    mode: {name: _as_told(label) for name, label in LABELS[mode].items()} | written
    for mode, written in ((Mode.HISTORIC, _HISTORIC), (Mode.STANDARD, _STANDARD))
}
