# SPDX-License-Identifier: Apache-2.0
"""What a meter says: each label's data at this moment, in the order of the label table.

A source gives a label's value, a (horodate, value) pair, or None when the label is not sent now.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from xky.protocol import Group, InputError, Label, Mode, frame_labels
from xky.protocol.status import Breaker, Relays, Status

from .counters import CURVE_PERIOD_US, UMOY_PERIOD_US
from .legal_time import horodate, local_time
from .registers import ROLLOVER, Demand

if TYPE_CHECKING:
    from .meter import Linky

__all__ = ["compose"]

Said = str | tuple[str, str] | None
Source = Callable[["Linky"], Said]


def compose(meter: "Linky", *, short: bool = False) -> list[Group]:
    """The groups of a frame that starts now."""
    groups = []
    for label, source in _sources(meter.mode, meter.phases, meter.producer, short):
        said = source(meter)
        if said is None:
            continue
        timestamp, value = said if isinstance(said, tuple) else (None, said)
        groups.append(Group(label.name, value, timestamp))
    meter.message_sent()
    return groups


@cache
def _sources(mode: Mode, phases: int, producer: bool, short: bool) -> tuple[tuple[Label, Source], ...]:
    table = _HISTORIC if mode is Mode.HISTORIC else _STANDARD
    return tuple((label, table[label.name]) for label in frame_labels(mode, phases, producer=producer, short=short))


_rendered = lru_cache(maxsize=256)(str)  # coded registers change rarely and their grammar is slow to build


def _digits(value: int, size: int) -> str:
    return f"{min(max(value, 0), 10**size - 1):0{size}}"


def _index(count: int) -> str:
    return f"{count % ROLLOVER:09}"


def _amps(phase: int) -> Source:
    return lambda meter: _digits(round(meter.power.currents_a[phase - 1]), 3)


def _local(at_us: int) -> str:
    """A blank-season horodate (DPMn, FPMn)."""
    return " " + local_time(at_us).strftime("%y%m%d%H%M%S")


# Historic mode


def _historic_index(label: str) -> Source:
    def source(meter: "Linky") -> Said:
        index = meter.contract.index_labels.get(label)
        return None if index is None else _index(meter.counters.supplier[index - 1])

    return source


def _demain(meter: "Linky") -> Said:
    if meter.contract.optarif[:3] != "BBR":
        return None
    return {"NONE": "----", "BLUE": "BLEU", "WHITE": "BLAN", "RED": "ROUG"}[meter.tariff.tomorrow.name]


def _over(phase: int) -> Source:
    """The rms current of a phase while it is over the subscription (ADPS, ADIRn)."""
    amps = _amps(phase)
    return lambda meter: amps(meter) if phase in meter.phases_over else None


def _ppot(meter: "Linky") -> Said:
    return f"{sum(1 << phase for phase in meter.absent_phases):02X}"


_HISTORIC: dict[str, Source] = {
    "ADCO": lambda meter: str(meter.identity),
    "OPTARIF": lambda meter: meter.contract.optarif,
    "ISOUSC": lambda meter: _digits(meter.setting_a, 2),
    "PEJP": lambda meter: None,  # option EJP only
    "PTEC": lambda meter: meter.tariff.ptec,
    "DEMAIN": _demain,
    "IINST": _amps(1),
    "ADPS": _over(1),
    "IMAX": lambda meter: "090",
    "PMAX": lambda meter: _digits(meter.counters.demand.yesterday_va, 5),
    "PAPP": lambda meter: _digits(round(max(meter.power.signed_va, 0), -1), 5),
    "HHPHC": lambda meter: "A",
    "MOTDETAT": lambda meter: "000000",
    "PPOT": _ppot,
}
for _label in ("BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR",
               "BBRHPJR"):  # fmt: skip
    _HISTORIC[_label] = _historic_index(_label)
for _phase in (1, 2, 3):
    _HISTORIC[f"ADIR{_phase}"] = _over(_phase)
    _HISTORIC[f"IINST{_phase}"] = _amps(_phase)
    _HISTORIC[f"IMAX{_phase}"] = lambda meter: "060"


# Standard mode


_OPEN, _CLOSED = Relays(frozenset()), Relays(frozenset({1}))  # relay 1 is the dry contact C1-C2


def _stamp(meter: "Linky", at_us: int) -> str:
    return horodate(at_us, degraded=meter.clock_degraded)


def _maximum(demand: Callable[["Linky"], Demand], *, yesterday: bool) -> Source:
    def source(meter: "Linky") -> Said:
        of = demand(meter)
        if yesterday:
            return _stamp(meter, of.yesterday_at_us), _digits(of.yesterday_va, 5)
        return _stamp(meter, of.maximum_at_us), _digits(of.maximum_va, 5)

    return source


def _curve(points: Callable[["Linky"], list[int | None]], age: int) -> Source:
    def source(meter: "Linky") -> Said:
        power = points(meter)[age]
        end = (meter.now_us // CURVE_PERIOD_US - age) * CURVE_PERIOD_US
        return None if power is None else (_stamp(meter, end), _digits(power, 5))

    return source


def _mean_voltage(phase: int) -> Source:
    return lambda meter: (
        _stamp(meter, meter.now_us // UMOY_PERIOD_US * UMOY_PERIOD_US),
        _digits(meter.counters.phases[phase - 1].voltage_mean_v, 3),
    )


def _supplier(number: int) -> Source:
    return lambda meter: _index(meter.counters.supplier[number - 1])


def _distributor(number: int) -> Source:
    return lambda meter: _index(meter.counters.distributor[number - 1])


def _reactive(quadrant: int) -> Source:
    return lambda meter: _index(meter.counters.reactive[quadrant - 1].count)


def _volts(phase: int) -> Source:
    return lambda meter: _digits(round(meter.power.voltages_v[phase - 1]), 3)


def _phase_power(phase: int) -> Source:
    return lambda meter: _digits(meter.power.phase_va[phase - 1], 5)


def _phase_demand(phase: int) -> Callable[["Linky"], Demand]:
    return lambda meter: meter.counters.phases[phase - 1].demand


def _status(meter: "Linky") -> Said:
    now, tariff = meter.now_us, meter.tariff
    running = [number for number, peak in meter.peaks.items() if peak.start_us <= now < peak.end_us]
    return _status_text(
        dry_contact_open=not tariff.contact_closed,
        over_reference=bool(meter.phases_over),
        producer=meter.producer,
        injecting=meter.power.signed_va < 0,
        supplier_index=tariff.supplier_index,
        distributor_index=tariff.distributor_index,
        clock_degraded=meter.clock_degraded,
        colour_today=tariff.today,
        colour_tomorrow=tariff.tomorrow,
        peak_running=running[0] if running else 0,
    )


@lru_cache(maxsize=256)  # it changes rarely, and its grammar is slow to build
def _status_text(**fields: Any) -> str:
    return str(Status(breaker=Breaker.CLOSED, standard_mode=True, **fields))


def _peak_edge(number: int, *, start: bool) -> Source:
    def source(meter: "Linky") -> Said:
        peak = meter.peaks.get(number)
        # 54E does not define the two characters of data; every capture has 00 (uncertain).
        return None if peak is None else (_local(peak.start_us if start else peak.end_us), "00")

    return source


def _ppointe(meter: "Linky") -> Said:
    ahead = [peak.start_us for peak in meter.peaks.values() if peak.start_us > meter.now_us]
    return _rendered(meter.contract.day_profile(local_time(min(ahead)).date())) if ahead else None


def _tomorrow_profile(meter: "Linky") -> Said:
    return _rendered(meter.contract.day_profile(local_time(meter.now_us).date() + timedelta(days=1)))


_STANDARD: dict[str, Source] = {
    "ADSC": lambda meter: str(meter.identity),
    "VTIC": lambda meter: "02",
    "DATE": lambda meter: (_stamp(meter, meter.now_us), ""),
    "NGTF": lambda meter: meter.contract.ngtf,
    "LTARF": lambda meter: meter.tariff.ltarf,
    "EAST": lambda meter: _index(meter.counters.drawn.count),
    "EAIT": lambda meter: _index(meter.counters.injected.count),
    "PREF": lambda meter: _digits(meter.pref_kva, 2),
    "PCOUP": lambda meter: _digits(meter.pcoup_kva, 2),
    "SINSTS": lambda meter: _digits(meter.power.signed_va, 5),
    "SMAXSN": _maximum(lambda meter: meter.counters.demand, yesterday=False),
    "SMAXSN-1": _maximum(lambda meter: meter.counters.demand, yesterday=True),
    "SINSTI": lambda meter: _digits(-meter.power.signed_va, 5),
    "SMAXIN": _maximum(lambda meter: meter.counters.demand_injected, yesterday=False),
    "SMAXIN-1": _maximum(lambda meter: meter.counters.demand_injected, yesterday=True),
    "CCASN": _curve(lambda meter: meter.counters.curve_drawn_w, 0),
    "CCASN-1": _curve(lambda meter: meter.counters.curve_drawn_w, 1),
    "CCAIN": _curve(lambda meter: meter.counters.curve_injected_w, 0),
    "CCAIN-1": _curve(lambda meter: meter.counters.curve_injected_w, 1),
    "STGE": _status,
    "MSG1": lambda meter: meter.msg1.ljust(32),
    "MSG2": lambda meter: meter.msg2.ljust(16) if meter.msg2 else None,
    "PRM": lambda meter: meter.prm,
    "RELAIS": lambda meter: _rendered(_CLOSED if meter.tariff.contact_closed else _OPEN),
    "NTARF": lambda meter: _digits(meter.tariff.supplier_index, 2),
    "NJOURF": lambda meter: "00",
    "NJOURF+1": lambda meter: "00",
    "PJOURF+1": _tomorrow_profile,
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

for _mode, _table in ((Mode.HISTORIC, _HISTORIC), (Mode.STANDARD, _STANDARD)):
    _missing = {label.name for p in (1, 3) for label in frame_labels(_mode, p, producer=True)} - _table.keys()
    if _missing:
        raise InputError(f"{_mode} labels without a source: {sorted(_missing)}")  # a row was added to the table only
