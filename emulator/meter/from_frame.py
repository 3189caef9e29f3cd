# SPDX-License-Identifier: Apache-2.0
"""From a frame to a meter that says it: registers, load, clock, calendar and habits, read back from the groups.

What a frame does not tell is filled in as plainly as possible: yesterday's weather of a load curve, the
source behind the voltage, the off-peak hours of another day. The result is compared with the frame byte for
byte, so that nothing is claimed that is not so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import sqrt
from typing import TYPE_CHECKING, TypeVar

from xky.protocol import Damaged, Frame, Group, InputError, Mode, Timestamp, encode_frame
from xky.protocol.calendar import Block, Contact, DayProfile
from xky.protocol.identity import Identity
from xky.protocol.status import Breaker, Colour, Relays, Status

from ..contracts import Contract, Distributor, Historic, Peak, PeakRule, contract_maker
from ..contracts.contract import unchanging
from ..contracts.ejp import EjpDays
from ..contracts.tempo import TempoDays
from ..legal_time import PARIS, SECOND_US, instant_us, local_time
from ..load import Draw, Hold
from .electrical import Grid
from .frame_composer import DEMAIN, PILOT_LABELS
from .quirks import Quirks
from .registers import Demand, Maximum, PeriodMeans, Point
from .set_registers import PREF_KVA_MAX, setting_a

if TYPE_CHECKING:
    from .linky import Linky

__all__ = ["reproduce"]

_Meter = TypeVar("_Meter", bound="Linky")
_DAY = date(2026, 1, 15)  # of a historic frame, which has no date: a winter day, as of any meter
_LINKY_IMAX = {1: ("090",), 3: ("060",) * 3}
_OFF_PEAK = Distributor().off_peak
_ALWAYS, _NEVER = ((time(), time(12)), (time(12), time())), ()
_LOOP_OHM = Grid().loop_ohm


def reproduce(kind: type[_Meter], frame: Frame, at: str | None) -> _Meter:
    """See ``Linky.from_frame``."""
    said = _Said(frame)
    contract, at, peaks = (_historic_contract if frame.mode is Mode.HISTORIC else _standard_contract)(said, at)
    habits = _habits(said)
    draw, grid, amps = _load(said)
    if amps is not None:
        habits = replace(habits, current_lag_s=1)
    meter = kind(
        mode=frame.mode, phases=said.phases, producer=said.producer, contract=contract, at=at, load=Hold(draw),
        pref_kva=said.pref_kva, habits=habits, grid=grid,
    )  # fmt: skip
    if amps is not None:
        meter.show_currents(amps)
    meter.peaks = peaks
    if frame.mode is Mode.HISTORIC:
        _set_historic_registers(meter, said)
    else:
        _set_standard_registers(meter, said)
    meter.counters.end(meter.true_us)
    meter.refresh()
    meter.touch()
    _compare(meter, frame)
    return meter


def _compare(meter: "Linky", frame: Frame) -> None:
    snapshot = meter.snapshot()
    ours = meter.groups()
    if encode_frame(ours, frame.mode) != encode_frame(frame.good, frame.mode):
        theirs, sent = {g.label: g for g in frame.good}, {g.label: g for g in ours}
        for label in [*theirs, *sent]:
            if theirs.get(label) != sent.get(label):
                raise InputError(
                    f"from_frame: no meter of ours says {_text(theirs.get(label), label)} in this frame; it would say "
                    f"{_text(sent.get(label), label)}. Set the register on a meter instead"
                )
        raise InputError("from_frame: the groups are not in the order of the label table")
    meter.restore(snapshot)  # a message that is sent once is still to come


def _text(group: Group | None, label: str) -> str:
    if group is None:
        return f"no {label}"
    return f"{label} {group.timestamp or ''} {group.value!r}".replace("  ", " ")


class _Said:
    """A frame's groups, by the names of the label table."""

    def __init__(self, frame: Frame) -> None:
        damaged = next((group for group in frame.groups if isinstance(group, Damaged)), None)
        if damaged is not None or not frame.complete:
            what = f"group {damaged.label} is damaged ({damaged.reason})" if damaged else "the frame is cut"
            raise InputError(f"from_frame: {what}; give a whole frame of good groups")
        self.pilot = any(group.label in PILOT_LABELS.values() for group in frame.good)
        names = {shown: name for name, shown in PILOT_LABELS.items()} if self.pilot else {}
        self.values = {names.get(group.label, group.label): group.value for group in frame.good}
        self.stamps = {names.get(group.label, group.label): group.timestamp for group in frame.good}
        self.historic = frame.mode is Mode.HISTORIC
        needed = {"ADCO", "OPTARIF", "ISOUSC", "PTEC", "PAPP"} if self.historic else {"ADSC", "DATE", "EAST", "STGE"}
        missing = needed - self.values.keys()
        if missing:
            why = " (a short frame says too little)" if missing >= {"OPTARIF"} else ""
            raise InputError(f"from_frame: the frame has no {', '.join(sorted(missing))}{why}; give a long one")
        self.phases = 3 if "IINST1" in self.values or "IRMS2" in self.values else 1
        self.producer = "EAIT" in self.values

    def number(self, label: str, default: int = 0) -> int:
        return int(self.values.get(label, default))

    def by_phase(self, label: str) -> list[int]:
        """Values of label1 … labelN, or of the label alone on one phase."""
        if label in self.values and self.phases == 1:
            return [self.number(label)]
        return [self.number(f"{label}{n}") for n in range(1, self.phases + 1)]

    @property
    def absent_phases(self) -> frozenset[int]:
        """Phases that PPOT calls lost."""
        absent = int(self.values.get("PPOT", "00"), 16)
        return frozenset(n for n in (1, 2, 3) if absent >> n & 1)

    @property
    def pref_kva(self) -> int:
        if not self.historic:
            return self.number("PREF")
        setting = self.number("ISOUSC")
        for kva in range(1, PREF_KVA_MAX + 1):
            if setting_a(kva, self.phases) == setting:
                return kva
        raise InputError(
            f"from_frame: ISOUSC {setting:02} is the setting of no subscription of 1 to {PREF_KVA_MAX} kVA"
        )

    @property
    def status(self) -> Status:
        return Status.parse(self.values["STGE"])

    @property
    def relays(self) -> frozenset[int]:
        """Relays that are closed; of an incomplete frame what STGE says of the dry contact."""
        if "RELAIS" in self.values:
            return Relays.parse(self.values["RELAIS"]).closed
        return frozenset() if self.status.dry_contact_open else frozenset({1})

    def instant(self, label: str) -> int | None:
        """Instant of a horodate; where its season letter is not the legal one, its legal time counts."""
        stamp = self.stamps.get(label)
        if stamp is None:
            return None
        parsed = Timestamp.parse(stamp)
        legal = instant_us(parsed.local.replace(tzinfo=PARIS))
        if parsed.season.utc_offset is None or _letter(legal) != parsed.season.value:
            later = instant_us(parsed.local.replace(tzinfo=PARIS, fold=1))
            return later if _letter(later) == parsed.season.value else legal
        return instant_us(parsed.utc())

    @property
    def stuck_letter(self) -> str:
        """The season letter, where it is not that of every horodate's legal time."""
        for label, stamp in self.stamps.items():
            letter, at_us = (stamp or " ")[0].upper(), self.instant(label)
            if at_us is not None and letter not in (" ", _letter(at_us)):
                return letter
        return ""


def _letter(at_us: int) -> str:
    return "E" if local_time(at_us).utcoffset() == timedelta(hours=2) else "H"


def _habits(said: _Said) -> Quirks:
    values = said.values
    if said.historic:
        imax = tuple(values.get(f"IMAX{n}" if said.phases > 1 else "IMAX", "") for n in range(1, said.phases + 1))
        return Quirks(
            papp_not_rounded=said.number("PAPP") % 10 != 0,
            no_hhphc="HHPHC" not in values,
            imax_a=() if imax == _LINKY_IMAX[said.phases] else tuple(int(amps) for amps in imax),
        )
    now_us, yesterday_us = said.instant("DATE"), said.instant("SMAXSN-1")
    age = 1
    if now_us is not None and yesterday_us is not None:
        age = (local_time(now_us).date() - local_time(yesterday_us).date()).days
    return Quirks(
        smaxsn_1_days=age if age == 6 else 1,  # another age is that of the last day before an outage
        no_injection_curve=said.producer and "CCAIN" not in values,
        pilot_labels=said.pilot,
        msg1_centred=values.get("MSG1", "").startswith("  "),
        season_letter=said.stuck_letter,
    )


# The contract


def _historic_contract(said: _Said, at: str | None) -> tuple[Contract, str, None]:
    option, ptec, demain = said.values["OPTARIF"], said.values["PTEC"], said.values.get("DEMAIN", "----")
    days = [_DAY + timedelta(days=n) for n in range(-1, 3)]
    colour_of = {"B": Colour.BLUE, "W": Colour.WHITE, "R": Colour.RED}
    tomorrow_of = {text: colour for colour, text in DEMAIN.items() if colour is not Colour.NONE}
    if option == "BASE":
        contract = contract_maker("base")()
    elif option == "HC..":
        contract = contract_maker("hc")()
    elif option == "EJP.":
        told = ptec == "PM.." or "PEJP" in said.values  # the notice comes on the morning of a peak
        contract = contract_maker("ejp")(days=dict.fromkeys(days, told))
    elif option[:3] == "BBR" and ptec[3:] in colour_of:
        colours = {day: colour_of[ptec[3:]] if day <= _DAY else tomorrow_of.get(demain, Colour.BLUE) for day in days}
        contract = contract_maker("tempo")(colours=colours, program=option[3:])
    else:
        raise InputError(f"from_frame: OPTARIF {option!r} with PTEC {ptec!r} is the contract of no Linky")
    return contract, at or _hour_of(contract, said), None


def _hour_of(contract: Contract, said: _Said) -> str:
    """The first half hour of a day in which the contract's period is that of the frame."""
    for half_hour in range(-4, 3 * 48):
        local = datetime.combine(_DAY, time(12), PARIS) + timedelta(minutes=30 * half_hour)
        tariff = contract.tariff(instant_us(local))
        demain = DEMAIN[tariff.tomorrow]
        pejp = bool(tariff.notice or tariff.running)
        if (tariff.ptec == said.values["PTEC"] and said.values.get("DEMAIN", demain) == demain
                and (contract.optarif != "EJP." or pejp == ("PEJP" in said.values))):  # fmt: skip
            return local.replace(tzinfo=None).isoformat()
    raise InputError(f"from_frame: PTEC {said.values['PTEC']!r} with DEMAIN {said.values.get('DEMAIN')!r} never comes")


def _standard_contract(said: _Said, at: str | None) -> tuple[Contract, str, Mapping[int, Peak] | None]:
    now_us = said.instant("DATE")
    assert now_us is not None
    status, running = said.status, said.number("NTARF", 1)
    tomorrow = DayProfile.parse(said.values["PJOURF+1"]) if "PJOURF+1" in said.values else unchanging(running)
    peaks = _peaks(said)
    tempo = status.colour_today is not Colour.NONE
    profiles = {}
    if "PPOINTE" in said.values:
        nearest = min((peak.start_us, n) for n, peak in peaks.items() if peak.start_us > now_us)[1]
        profiles[nearest] = DayProfile.parse(said.values["PPOINTE"])
    if status.peak_running and not tempo:
        profiles[status.peak_running] = _as_now(said)
    rule: PeakRule = EjpDays(None, profiles=profiles)  # no more peaks than the frame tells
    if tempo:
        colours = TempoDays(colours_of=_colours(status, now_us))
        rule = replace(colours, profiles={**colours.profiles, **profiles})
    contract = Contract(
        ngtf=said.values.get("NGTF", ""),
        ltarf=_names(said, tomorrow, tempo=tempo),
        days=_days(said, tomorrow),
        week=(0,) * 7,
        dates=_numbers(said, now_us),
        historic=_historic_view(said, tempo=tempo),
        distributor=_distributor(said, now_us),
        peaks=rule if tempo or profiles else None,
    )
    contract = _fitted(contract, said, now_us, peaks)
    moment = at or local_time(now_us).isoformat()
    return contract, moment, None if contract.peaks_known(now_us) == peaks else peaks


def _peaks(said: _Said) -> dict[int, Peak]:
    found = {}
    for number in (1, 2, 3):
        start_us, end_us = said.instant(f"DPM{number}"), said.instant(f"FPM{number}")
        if start_us is not None and end_us is not None:
            noticed = start_us - 10 * 3600 * SECOND_US if said.status.peak_notice == number else None
            found[number] = Peak(start_us, end_us, noticed)
    return found


def _colours(status: Status, now_us: int) -> dict[date, Colour]:
    """Of the days around: today as STGE says, tomorrow as it says or blue."""
    local = local_time(now_us)
    day = local.date() if local.time() >= time(6) else local.date() - timedelta(days=1)
    return {
        day - timedelta(days=1): Colour.BLUE,
        day: status.colour_today,
        day + timedelta(days=1): status.colour_tomorrow or Colour.BLUE,
        day + timedelta(days=2): Colour.BLUE,
    }


def _names(said: _Said, tomorrow: DayProfile, *, tempo: bool) -> dict[int, str]:
    """Names of tariffs: that of the frame; the others as usual, or by their number."""
    if "LTARF" not in said.values:
        return {}
    usual = contract_maker("tempo" if tempo else "hc")().ltarf
    indexes = {block.supplier_index for block in tomorrow.blocks} | (set(usual) if tempo else set())
    names = {index: usual.get(index, f"INDEX {index}".center(16)) for index in sorted(indexes)}
    return names | {said.number("NTARF", 1): said.values["LTARF"]}


def _days(said: _Said, tomorrow: DayProfile) -> tuple[DayProfile, ...]:
    number = said.number("NJOURF+1")
    today = said.number("NJOURF")
    count = max(number, today) + 1
    return tuple(tomorrow if number in (n, today) else _as_now(said) for n in range(count))


def _numbers(said: _Said, now_us: int) -> dict[date, int]:
    """Today's number on today and the days before, tomorrow's on the two to come; then the calendar is unknown: 0."""
    day = local_time(now_us).date()
    today, tomorrow = said.number("NJOURF"), said.number("NJOURF+1")
    numbers = {day - timedelta(days=n): today for n in range(3)} | {day + timedelta(days=n): tomorrow for n in (1, 2)}
    return {when: number for when, number in numbers.items() if number}


def _historic_view(said: _Said, *, tempo: bool) -> Historic | None:
    """How it would show in historic mode: the old contracts are known by their calendars' names."""
    name = said.values.get("NGTF", "").strip()
    old = {"BASE": "base", "H PLEINE/CREUSE": "hc", "H PLEINE-CREUSE": "hc"}.get(name)
    if tempo:
        return contract_maker("tempo")().historic
    return contract_maker(old)().historic if old is not None else None


def _distributor(said: _Said, now_us: int) -> Distributor:
    running = said.status.distributor_index
    if running == 1 and not any(said.number(f"EASD{n:02}") for n in (2, 3, 4)):
        return Distributor(indexes=1)
    for off_peak in (_OFF_PEAK, _ALWAYS, _NEVER):
        distributor = Distributor(off_peak=off_peak)
        if distributor.index(local_time(now_us)) == running:
            return distributor
    return Distributor()


def _fitted(contract: Contract, said: _Said, now_us: int, peaks: Mapping[int, Peak]) -> Contract:
    """Where the profiles do not give the running index and the contacts, yesterday or today had another: these."""
    place, today = len(contract.days), local_time(now_us).date()
    candidates = [contract]
    if place <= 9:
        days = (*contract.days, _as_now(said))
        candidates += [replace(contract, days=days, dates={**contract.dates, day: place})
                       for day in (today - timedelta(days=1), today)]  # fmt: skip
    for candidate in candidates:
        tariff = candidate.tariff(now_us, peaks)
        if (tariff.supplier_index, tariff.relays) == (said.number("NTARF", 1), said.relays):
            return candidate
    raise InputError("from_frame: NTARF and RELAIS do not follow from the day profiles, and ten profiles are in use")


def _as_now(said: _Said) -> DayProfile:
    """A day on which index and contacts are as the frame says."""
    contact = Contact.CLOSE if 1 in said.relays else Contact.OPEN
    virtual = frozenset(number - 1 for number in said.relays if number > 1)
    return DayProfile((Block(time(), contact, virtual, said.number("NTARF", 1)),))


# The load


def _load(said: _Said) -> tuple[Draw, Grid, list[int] | None]:
    """What is drawn and behind which source; and the currents shown, where the powers do not explain them."""
    amps = said.by_phase("IINST" if said.historic else "IRMS")
    if said.historic:
        volts = [230.0] * said.phases
        powers = _powers_of_currents(said.number("PAPP"), amps, volts, said)
    else:
        volts = [float(v) for v in said.by_phase("URMS")]
        powers = _powers(said, amps, volts)
    explained = []
    for place, (va, volt, shown) in enumerate(zip(powers, volts, amps, strict=True)):
        spread = 23.0 if said.historic else 0.45
        tried = (volt + sign * step * spread / 40 for step in range(41) for sign in (1, -1))
        fitting = next((v for v in tried if v > 0 and round(abs(va) / v) == shown), None)
        explained.append(fitting is not None)
        volts[place] = fitting if fitting is not None else volt
    sources = tuple((v + sqrt(v * v + 4 * _LOOP_OHM * va)) / 2 if v else 0.0
                    for v, va in zip(volts, powers, strict=True))  # fmt: skip
    draw = Draw.of(*powers)
    grid = Grid((*sources, *(232.0,) * (3 - len(sources))), _LOOP_OHM)
    return draw, grid, None if all(explained) else amps


def _powers_of_currents(total: int, amps: list[int], volts: list[float], said: _Said) -> list[float]:
    """Powers by phase that sum up to a total and fit the currents."""
    if len(amps) == 1:
        return [float(total)]
    for volt in (230.0, *(230.0 + sign * step for step in range(1, 24) for sign in (1, -1))):
        low = [max(0.0, (a - 0.49) * volt) for a in amps]
        high = [0.0 if n in said.absent_phases else (a + 0.49) * volt for n, a in enumerate(amps, 1)]
        if sum(low) <= total <= sum(high):
            volts[:] = [volt] * len(amps)
            share = (total - sum(low)) / (sum(high) - sum(low))
            return [lo + share * (hi - lo) for lo, hi in zip(low, high, strict=True)]
    return [total / len(amps)] * len(amps)


def _powers(said: _Said, amps: list[int], volts: list[float]) -> list[float]:
    """Apparent powers by phase of a standard frame, injected ones negative."""
    net = said.number("SINSTS") - said.number("SINSTI")
    unseen = net == 0 and said.status.injecting  # a consumer does not say how much it injects
    if len(amps) == 1:
        return [-max(amps[0] * volts[0], 1.0) if unseen else float(net)]
    drawn = [float(va) for va in said.by_phase("SINSTS")]
    used = [n for n, va in enumerate(drawn) if va > 0]
    missing = sum(drawn) - net
    injecting = [n for n, va in enumerate(drawn) if va == 0 and (amps[n] > 0 or unseen or missing > len(used) / 2)]
    if not injecting:  # each figure is rounded by itself
        for n in used:
            drawn[n] -= max(-0.45, min(0.45, missing / len(used)))
        return drawn
    low = {n: max(0.0, (amps[n] - 0.49) * volts[n]) for n in injecting}
    high = {n: (amps[n] + 0.49) * volts[n] for n in injecting}
    if unseen:
        missing = max(missing + 1.0, sum(low.values()))
    share = (missing - sum(low.values())) / (sum(high.values()) - sum(low.values()))
    for n in injecting:
        drawn[n] = -(low[n] + min(max(share, 0.0), 1.0) * (high[n] - low[n]))
    return drawn


# The registers


def _set_historic_registers(meter: "Linky", said: _Said) -> None:
    counters = meter.counters
    counters.start_at_zero()
    for label, index in meter.contract.index_labels.items():
        counters.supplier[max(index, 1) - 1] = said.number(label)
    counters.drawn.count = sum(counters.supplier)
    counters.distributor[meter.tariff.distributor_index - 1] = counters.drawn.count
    meter.identity = Identity.parse(said.values["ADCO"])
    if "PMAX" in said.values:
        counters.demand.days[0] = replace(counters.demand.days[0], va=said.number("PMAX"))
    if said.absent_phases:
        meter.absent_phases = said.absent_phases


def _set_standard_registers(meter: "Linky", said: _Said) -> None:
    counters, values, status = meter.counters, said.values, said.status
    counters.start_at_zero()
    counters.drawn.count = said.number("EAST")
    counters.supplier = [said.number(f"EASF{n:02}") for n in range(1, 11)]
    counters.distributor = [said.number(f"EASD{n:02}") for n in range(1, 5)]
    counters.injected.count = said.number("EAIT")
    for n, energy in enumerate(counters.reactive, 1):
        energy.count = said.number(f"ERQ{n}")
    meter.identity = Identity.parse(values["ADSC"])
    meter.prm, meter.msg1, meter.msg2 = values.get("PRM", ""), values.get("MSG1", ""), values.get("MSG2", "")
    meter.pcoup_kva = said.number("PCOUP")
    meter.clock_degraded = status.clock_degraded
    meter.cover_open = status.cover_open
    meter.network = replace(
        meter.network, euridis=status.euridis, plc=status.plc, plc_synchronised=status.plc_synchronised
    )
    if status.breaker is not Breaker.CLOSED:
        meter.open_breaker(status.breaker)
    _set_demand(counters.demand, said, "SMAXSN", meter)
    _set_demand(counters.demand_injected, said, "SMAXIN", meter)
    for n, phase in enumerate(counters.phases, 1):
        _set_demand(phase.demand, said, f"SMAXSN{n}" if said.phases > 1 else "SMAXSN", meter)
        _set_curve(phase.voltage, said, [f"UMOY{n}"], meter)
    counters.curve_running = "CCASN" in values
    _set_curve(counters.curve_drawn, said, ["CCASN", "CCASN-1"], meter)
    _set_curve(counters.curve_injected, said, ["CCAIN", "CCAIN-1"], meter)


def _set_demand(demand: Demand, said: _Said, label: str, meter: "Linky") -> None:
    at_us, before_us = said.instant(label), said.instant(f"{label}-1")
    if at_us is not None:
        demand.today = Maximum(said.number(label), at_us)
        demand.filtered = min(demand.filtered, float(demand.today.va) ** 2)
    if before_us is not None:
        age = meter.habits.smaxsn_1_days
        day_us = 86_400 * SECOND_US
        demand.days.clear()
        demand.days.extend(
            Maximum(said.number(f"{label}-1"), before_us + (age - n) * day_us if n < age else before_us)
            for n in range(1, 7)
        )


def _period_us(at_us: int, apart_us: int) -> int | None:
    """The longest period seen in the field that two points so far apart fit; a broken period leaves a wider gap."""
    periods = [minutes * 60 * SECOND_US for minutes in (60, 30, 15, 10)]
    return next((p for p in periods if apart_us > 0 and apart_us % p == 0 == at_us % p), None)


def _set_curve(curve: PeriodMeans, said: _Said, labels: Iterable[str], meter: "Linky") -> None:
    points = [Point(at_us, said.number(label)) for label in labels if (at_us := said.instant(label)) is not None]
    if not points:
        return
    if len(points) > 1:
        curve.period_us = _period_us(points[0].at_us, points[0].at_us - points[1].at_us) or curve.period_us
    elif points[0].at_us % curve.period_us:
        curve.period_us //= 2  # UMOY is programmable; 10:15 was seen (Enedis' laboratory frame)
    now_us = meter.now_us
    curve.settle(points[0].value, now_us, points[0].value * 1000)
    whole = points[0].at_us == now_us // curve.period_us * curve.period_us
    curve.points.clear()
    curve.points.extend(points)
    curve.whole = whole
