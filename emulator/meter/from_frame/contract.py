# SPDX-License-Identifier: Apache-2.0
"""From a frame to its contract: the calendar, the colours and the peaks that make a meter say so at that hour."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from xky.protocol import InputError
from xky.protocol.calendar import Block, Contact, DayProfile
from xky.protocol.status import Colour, Status

from ...contracts import Contract, Distributor, Historic, Peak, PeakRule, contract_maker
from ...contracts.contract import unchanging
from ...contracts.ejp import EjpDays
from ...contracts.tempo import TempoDays
from ...legal_time import PARIS, SECOND_US, instant_us, local_time
from ..label_sources import DEMAIN
from .frame_values import FrameValues

__all__ = ["historic_contract", "standard_contract"]

_DAY = date(2026, 1, 15)  # of a historic frame, which has no date: a winter day, as of any meter
_OFF_PEAK = Distributor().off_peak
_ALWAYS, _NEVER = ((time(), time(12)), (time(12), time())), ()


def historic_contract(said: FrameValues, at: str | None) -> tuple[Contract, str, None]:
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


def _hour_of(contract: Contract, said: FrameValues) -> str:
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


def standard_contract(said: FrameValues, at: str | None) -> tuple[Contract, str, Mapping[int, Peak] | None]:
    now_us = said.instant("DATE")
    assert now_us is not None
    status, running = said.status, said.number("NTARF", 1)
    tomorrow = DayProfile.parse(said.values["PJOURF+1"]) if "PJOURF+1" in said.values else unchanging(running)
    peaks = _peaks(said, now_us)
    tempo = status.colour_today is not Colour.NONE
    profiles = {}
    if "PPOINTE" in said.values:
        ahead = [(peak.start_us, n) for n, peak in peaks.items() if peak.start_us > now_us]
        if not ahead:
            raise InputError("from_frame: PPOINTE is sent with the DPMn and FPMn of a peak that lies ahead; none does")
        profiles[min(ahead)[1]] = DayProfile.parse(said.values["PPOINTE"])
    if status.peak_running and not tempo:
        profiles[status.peak_running] = _as_now(said)
    rule: PeakRule = EjpDays(None, profiles=profiles)  # no more peaks than the frame tells
    if tempo:
        colours = TempoDays(colours_of=_colours(status, now_us))
        rule = replace(colours, profiles={**colours.profiles, **profiles})
    days = _days(said, tomorrow)
    contract = Contract(
        ngtf=said.values.get("NGTF", ""),
        ltarf=_names(said, tomorrow, tempo=tempo),
        days=days,
        week=(0,) * 7,
        dates=_numbers(said, now_us),
        historic=_historic_view(said, [*days, *profiles.values()], tempo=tempo),
        distributor=_distributor(said, now_us),
        peaks=rule if tempo or profiles else None,
    )
    contract = _fitted(contract, said, now_us, peaks)
    moment = at or local_time(now_us).isoformat()
    return contract, moment, None if contract.peaks_known(now_us) == peaks else peaks


def _peaks(said: FrameValues, now_us: int) -> dict[int, Peak]:
    found = {}
    for number in (1, 2, 3):
        start_us, end_us = said.instant(f"DPM{number}"), said.instant(f"FPM{number}")
        if start_us is not None and end_us is not None:
            usual_us = min(start_us - 10 * 3600 * SECOND_US, now_us)  # a notice that is given came before now
            noticed = usual_us if said.status.peak_notice == number else None
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


def _names(said: FrameValues, tomorrow: DayProfile, *, tempo: bool) -> dict[int, str]:
    """Names of tariffs: that of the frame; the others as usual, or by their number."""
    if "LTARF" not in said.values:
        return {}
    usual = contract_maker("tempo" if tempo else "hc")().ltarf
    indexes = {block.supplier_index for block in tomorrow.blocks} | (set(usual) if tempo else set())
    names = {index: usual.get(index, f"INDEX {index}".center(16)) for index in sorted(indexes)}
    return names | {said.number("NTARF", 1): said.values["LTARF"]}


def _days(said: FrameValues, tomorrow: DayProfile) -> tuple[DayProfile, ...]:
    number = said.number("NJOURF+1")
    today = said.number("NJOURF")
    count = max(number, today) + 1
    return tuple(tomorrow if number in (n, today) else _as_now(said) for n in range(count))


def _numbers(said: FrameValues, now_us: int) -> dict[date, int]:
    """Today's number on today and the days before, tomorrow's on the two to come; then the calendar is unknown: 0."""
    day = local_time(now_us).date()
    today, tomorrow = said.number("NJOURF"), said.number("NJOURF+1")
    numbers = {day - timedelta(days=n): today for n in range(3)} | {day + timedelta(days=n): tomorrow for n in (1, 2)}
    return {when: number for when, number in numbers.items() if number}


def _historic_view(said: FrameValues, profiles: Sequence[DayProfile], *, tempo: bool) -> Historic | None:
    """How it would show in historic mode: the old contracts are known by their calendars' names and their indexes."""
    name = said.values.get("NGTF", "").strip()
    old = {"BASE": "base", "H PLEINE/CREUSE": "hc", "H PLEINE-CREUSE": "hc"}.get(name)
    if old is None and not tempo:
        return None
    view = contract_maker("tempo" if tempo else old or "")().historic
    indexes = {block.supplier_index for profile in profiles for block in profile.blocks} | {said.number("NTARF", 1)}
    return view if view is not None and indexes.isdisjoint({*range(1, 11)} - view.ptec.keys()) else None


def _distributor(said: FrameValues, now_us: int) -> Distributor:
    running = said.status.distributor_index
    if running == 1 and not any(said.number(f"EASD{n:02}") for n in (2, 3, 4)):
        return Distributor(indexes=1)
    for off_peak in (_OFF_PEAK, _ALWAYS, _NEVER):
        distributor = Distributor(off_peak=off_peak)
        if distributor.index(local_time(now_us)) == running:
            return distributor
    return Distributor()


def _fitted(contract: Contract, said: FrameValues, now_us: int, peaks: Mapping[int, Peak]) -> Contract:
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


def _as_now(said: FrameValues) -> DayProfile:
    """A day on which index and contacts are as the frame says."""
    contact = Contact.CLOSE if 1 in said.relays else Contact.OPEN
    virtual = frozenset(number - 1 for number in said.relays if number > 1)
    return DayProfile((Block(time(), contact, virtual, said.number("NTARF", 1)),))
