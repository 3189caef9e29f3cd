# SPDX-License-Identifier: Apache-2.0
"""What a meter says: each label's data at this moment, in the order of the label table.

A source gives a label's value, a (horodate, value) pair, or None when the label is not sent now. Between two
changes of the meter only the clock, the running registers and a rising maximum move: the rest of the last
frame stands.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from xky.protocol import Group, InputError, Label, Mode, frame_labels
from xky.protocol.status import Colour, Relays, Status

from ..legal_time import horodate, local_time
from .registers import ROLLOVER, Demand, PeriodMeans

if TYPE_CHECKING:
    from .linky import Linky

__all__ = ["DEMAIN", "PILOT_LABELS", "FrameComposer"]

Said = str | tuple[str, str] | None
Source = Callable[["Linky"], Said]

DEMAIN = {Colour.NONE: "----", Colour.BLUE: "BLEU", Colour.WHITE: "BLAN", Colour.RED: "ROUG"}  # 02E §2.3
PILOT_LABELS = {"SINSTS": "SINST1", "SMAXSN": "SMAXN", "SMAXSN-1": "SMAXN-1"}  # of type 67 (hekmon/linkytic#41, #42)


class FrameComposer:
    """Composes the frames of one meter."""

    def __init__(self, meter: "Linky") -> None:
        self._meter = meter
        self._epoch = -1
        self._groups: list[Group] = []
        self._moving: list[tuple[int, str, Source]] = []

    def groups(self, *, short: bool) -> list[Group]:
        """The groups of a frame that starts now; a new list, equal groups being the same objects."""
        meter = self._meter
        if short:
            return _compose(meter, short=True)
        if meter.epoch == self._epoch:
            for place, name, source in self._moving:
                group = self._groups[place]
                said = source(meter)
                timestamp, value = said if isinstance(said, tuple) else (None, said)
                if group.value != value or group.timestamp != timestamp:
                    self._groups[place] = Group(name, value or "", timestamp)
            return self._groups.copy()
        self._groups = _compose(meter, short=False)
        places = {group.label: place for place, group in enumerate(self._groups)}
        table = _HISTORIC if meter.mode is Mode.HISTORIC else _STANDARD
        self._moving = [
            (places[shown], shown, table[name])
            for name in _moving_labels(meter)
            if (shown := _shown(meter, name)) in places
        ]
        self._epoch = meter.epoch
        if meter.msg2 and meter.mode is Mode.STANDARD:
            meter.message_sent()
        return self._groups.copy()


def _compose(meter: "Linky", *, short: bool) -> list[Group]:
    groups = []
    # 54E defines no producer groups in historic mode: a producer's meter is silent about them there.
    producer = meter.producer and meter.mode is Mode.STANDARD
    for label, source in _sources(meter.mode, meter.phases, producer, short=short):
        said = source(meter)
        if said is None:
            continue
        timestamp, value = said if isinstance(said, tuple) else (None, said)
        groups.append(Group(_shown(meter, label), value, timestamp))
    return groups


def _shown(meter: "Linky", label: str) -> str:
    return PILOT_LABELS.get(label, label) if meter.habits.pilot_labels else label


def _moving_labels(meter: "Linky") -> frozenset[str]:
    """Labels whose value may move within a segment."""
    if meter.mode is Mode.HISTORIC:
        running = meter.tariff.supplier_index
        return frozenset(label for label, index in meter.contract.index_labels.items() if index in (0, running))
    moving = {"DATE", "EAST", f"EASF{meter.tariff.supplier_index:02}", f"EASD{meter.tariff.distributor_index:02}",
              "EAIT", f"ERQ{meter.power.quadrant}"}  # fmt: skip
    if meter.counters.rising:
        moving |= {"SMAXSN", "SMAXIN", "SMAXSN1", "SMAXSN2", "SMAXSN3"}
    return frozenset(moving)


@cache
def _sources(mode: Mode, phases: int, producer: bool, *, short: bool) -> tuple[tuple[str, Source], ...]:
    table = _HISTORIC if mode is Mode.HISTORIC else _STANDARD
    labels: tuple[Label, ...] = frame_labels(mode, phases, producer=producer, short=short)
    return tuple((label.name, table[label.name]) for label in labels)


_rendered = lru_cache(maxsize=256)(str)  # coded registers change rarely and their grammar is slow to build


def _digits(value: float, size: int) -> str:
    return f"{min(max(round(value), 0), 10**size - 1):0{size}}"


def _index(count: int) -> str:
    return f"{count % ROLLOVER:09}"


def _amps(phase: int) -> Source:
    return lambda meter: _digits(meter.currents_a[phase - 1], 3)


def _local(at_us: int) -> str:
    """A blank-season horodate (DPMn, FPMn)."""
    return " " + local_time(at_us).strftime("%y%m%d%H%M%S")


# Historic mode


def _historic_index(label: str) -> Source:
    def source(meter: "Linky") -> Said:
        index = meter.contract.index_labels.get(label)
        if index is None:
            return None
        return _index(meter.counters.supplier[index - 1] if index else meter.counters.drawn.count)

    return source


def _demain(meter: "Linky") -> Said:
    if meter.contract.optarif[:3] != "BBR":
        return None
    return DEMAIN[meter.tariff.tomorrow]


def _over(phase: int) -> Source:
    """The rms current of a phase while it is over the subscription (ADPS, ADIRn)."""
    amps = _amps(phase)
    return lambda meter: amps(meter) if phase in meter.phases_over else None


def _pejp(meter: "Linky") -> Said:
    """Fixed 30 during notice and peak of EJP (54E §6.1.1)."""
    ejp = meter.contract.optarif == "EJP."
    return "30" if ejp and (meter.tariff.notice or meter.tariff.running) else None


def _papp(meter: "Linky") -> Said:
    drawn_va = max(meter.power.signed_va, 0)
    return _digits(drawn_va if meter.habits.papp_not_rounded else round(drawn_va, -1), 5)


def _imax(phase: int, fixed_a: int) -> Source:
    """Fixed on a Linky (54E §6.1)."""
    return lambda meter: _digits((*meter.habits.imax_a, *(fixed_a,) * 3)[phase - 1], 3)


def _ppot(meter: "Linky") -> Said:
    return f"{sum(1 << phase for phase in meter.absent_phases):02X}"


_HISTORIC: dict[str, Source] = {
    "ADCO": lambda meter: str(meter.identity),
    "OPTARIF": lambda meter: meter.contract.optarif,
    "ISOUSC": lambda meter: _digits(meter.setting_a, 2),
    "PEJP": _pejp,
    "PTEC": lambda meter: meter.tariff.ptec,
    "DEMAIN": _demain,
    "IINST": _amps(1),
    "ADPS": _over(1),
    "IMAX": _imax(1, 90),
    "PMAX": lambda meter: _digits(meter.counters.demand.days[0].va, 5),
    "PAPP": _papp,
    "HHPHC": lambda meter: None if meter.habits.no_hhphc else "A",
    "MOTDETAT": lambda meter: "000000",
    "PPOT": _ppot,
}
for _label in ("BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR",
               "BBRHPJR"):  # fmt: skip
    _HISTORIC[_label] = _historic_index(_label)
for _phase in (1, 2, 3):
    _HISTORIC[f"ADIR{_phase}"] = _over(_phase)
    _HISTORIC[f"IINST{_phase}"] = _amps(_phase)
    _HISTORIC[f"IMAX{_phase}"] = _imax(_phase, 60)


# Standard mode


def _stamp(meter: "Linky", at_us: int) -> str:
    text = horodate(at_us, degraded=meter.clock_degraded)
    stuck = meter.habits.season_letter
    return text if not stuck else (stuck.lower() if meter.clock_degraded else stuck) + text[1:]


def _maximum(demand: Callable[["Linky"], Demand], *, yesterday: bool) -> Source:
    def source(meter: "Linky") -> Said:
        of = demand(meter)
        maximum = of.days[meter.habits.smaxsn_1_days - 1] if yesterday else of.today
        va = round(maximum.va, -1) if meter.habits.smaxsn_rounded else maximum.va
        return _stamp(meter, maximum.at_us), _digits(va, 5)

    return source


def _curve(curve: Callable[["Linky"], PeriodMeans], age: int, *, injected: bool = False) -> Source:
    def source(meter: "Linky") -> Said:
        points = curve(meter).points
        stopped = not meter.counters.curve_running or (injected and meter.habits.no_injection_curve)
        if stopped or age >= len(points):
            return None
        return _stamp(meter, points[age].at_us), _digits(points[age].value, 5)

    return source


def _mean_voltage(phase: int) -> Source:
    def source(meter: "Linky") -> Said:
        points = meter.counters.phases[phase - 1].voltage.points
        return (_stamp(meter, points[0].at_us), _digits(points[0].value, 3)) if points else None

    return source


def _supplier(number: int) -> Source:
    return lambda meter: _index(meter.counters.supplier[number - 1])


def _distributor(number: int) -> Source:
    return lambda meter: _index(meter.counters.distributor[number - 1])


def _reactive(quadrant: int) -> Source:
    return lambda meter: _index(meter.counters.reactive[quadrant - 1].count)


def _volts(phase: int) -> Source:
    return lambda meter: _digits(meter.power.voltages_v[phase - 1], 3)


def _phase_power(phase: int) -> Source:
    return lambda meter: _digits(meter.power.phase_mva[phase - 1] / 1000, 5)


def _phase_demand(phase: int) -> Callable[["Linky"], Demand]:
    return lambda meter: meter.counters.phases[phase - 1].demand


def _status(meter: "Linky") -> Said:
    tariff, network = meter.tariff, meter.network
    return _status_text(
        breaker=meter.cut_off.reason,
        cover_open=meter.cover_open,
        overvoltage=meter.power.overvoltage,
        euridis=network.euridis,
        plc=network.plc,
        plc_synchronised=network.plc_synchronised,
        dry_contact_open=not tariff.contact_closed,
        over_reference=bool(meter.phases_over) or meter.power.signed_va > 1000 * meter.pref_kva,
        producer=meter.producer,
        injecting=meter.power.signed_va < 0,
        supplier_index=tariff.supplier_index,
        distributor_index=tariff.distributor_index,
        clock_degraded=meter.clock_degraded,
        colour_today=tariff.today,
        colour_tomorrow=tariff.tomorrow,
        peak_notice=tariff.notice,
        peak_running=tariff.running,
    )


@lru_cache(maxsize=256)  # it changes rarely, and its grammar is slow to build
def _status_text(**fields: Any) -> str:
    return str(Status(standard_mode=True, **fields))


def _peak_edge(number: int, *, start: bool) -> Source:
    def source(meter: "Linky") -> Said:
        peak = meter.peaks_known.get(number)
        # 54E does not define the two characters of data; every capture has 00 (uncertain).
        return None if peak is None else (_local(peak.start_us if start else peak.end_us), "00")

    return source


def _ppointe(meter: "Linky") -> Said:
    ahead = [(peak.start_us, number) for number, peak in meter.peaks_known.items() if peak.start_us > meter.now_us]
    if not ahead:
        return None
    start_us, number = min(ahead)
    return _rendered(meter.contract.peak_profile(number, local_time(start_us).date()))


def _ngtf(meter: "Linky") -> Said:
    name = meter.habits.ngtf or meter.contract.ngtf
    return name.ljust(16) if name else None


def _day_number(days_ahead: int) -> Source:
    return lambda meter: _digits(
        meter.contract.day_number(local_time(meter.now_us).date() + timedelta(days=days_ahead)), 2
    )


def _tomorrow_profile(meter: "Linky") -> Said:
    return _rendered(meter.contract.day_profile(local_time(meter.now_us).date() + timedelta(days=1)))


_STANDARD: dict[str, Source] = {
    "ADSC": lambda meter: str(meter.identity),
    "VTIC": lambda meter: "02",
    "DATE": lambda meter: (_stamp(meter, meter.now_us), ""),
    "NGTF": _ngtf,
    "LTARF": lambda meter: meter.tariff.ltarf.ljust(16) if meter.tariff.ltarf else None,
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
    "CCASN": _curve(lambda meter: meter.counters.curve_drawn, 0),
    "CCASN-1": _curve(lambda meter: meter.counters.curve_drawn, 1),
    "CCAIN": _curve(lambda meter: meter.counters.curve_injected, 0, injected=True),
    "CCAIN-1": _curve(lambda meter: meter.counters.curve_injected, 1, injected=True),
    "STGE": _status,
    "MSG1": lambda meter: meter.msg1.ljust(32),
    "MSG2": lambda meter: meter.msg2.ljust(16) if meter.msg2 else None,
    "PRM": lambda meter: meter.prm,
    "RELAIS": lambda meter: _rendered(Relays(meter.tariff.relays)),
    "NTARF": lambda meter: _digits(meter.tariff.supplier_index, 2),
    "NJOURF": _day_number(0),
    "NJOURF+1": _day_number(1),
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
