# SPDX-License-Identifier: Apache-2.0
"""A year of each contract: every switch, colour, midnight and clock change at its second; a week of each by default.

What should run is worked out here from the legal time (zoneinfo) and the tables of blocks, colours and peak days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest

from xky.emulator import Contract, Draw, Hold, Household, Linky, contract_named, contract_names
from xky.emulator.contracts.ejp import EjpDays
from xky.emulator.contracts.tempo import TempoDays
from xky.protocol.status import Colour, Status

from .invariants import PARIS, index_of, legal, said, stamps, total

SECOND = timedelta(seconds=1)
OTHER_WALLS = {time(), time(1), time(6), time(6, 30), time(7), time(16), time(17), time(20), time(22)}  # of peaks
WH_S = 3600.0  # W: a watt-hour a second


@dataclass(frozen=True)
class Expected:
    """What the frame should say at an instant."""

    index: int
    number: int
    tomorrow: int
    running: int
    today: Colour
    next_day: Colour
    notice: int


def expected(contract: Contract, at: datetime) -> Expected:
    local = at.astimezone(PARIS)
    today, yesterday, tomorrow = (local.date() + timedelta(days=n) for n in (0, -1, 1))
    rule, wall = contract.peaks, local.time()
    index = index_of([contract.day_profile(yesterday), contract.day_profile(today)], local)
    running = notice = 0
    colour = following = Colour.NONE
    if isinstance(rule, TempoDays):
        day = today if wall >= time(6) else yesterday
        colour = rule.colour(day)
        index = 2 * (colour - 1) + (2 if time(6) <= wall < time(22) else 1)
        running = {Colour.BLUE: 0, Colour.WHITE: 1, Colour.RED: 2}[colour]
        if wall >= time(20) or wall < time(6):
            following = rule.colour(day + timedelta(days=1))
            notice = {Colour.BLUE: 0, Colour.WHITE: 1, Colour.RED: 2}[following]
    if isinstance(rule, EjpDays):
        running = int((wall >= time(7) and rule.is_peak(today)) or (wall < time(1) and rule.is_peak(yesterday)))
        notice = int(time(6, 30) <= wall < time(7) and rule.is_peak(today))
        index = 1 + running
    return Expected(
        index, contract.day_number(today), contract.day_number(tomorrow), running, colour, following, notice
    )


def events(contract: Contract, start: date, days: int) -> list[datetime]:
    """Every instant of those days at which anything may change, in order."""
    walls = OTHER_WALLS | contract.distributor.walls | {b.start for p in contract.days for b in p.blocks}
    moments = set()
    for n in range(days):
        day = start + timedelta(days=n)
        moments.add(datetime.combine(day, time(1), UTC))  # a clock change is at that instant
        for wall in walls:
            moments |= {datetime.combine(day, wall, PARIS).replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moments)


def instant_us(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def visit(name: str, start: date, days: int) -> None:
    contract = contract_named(name)
    began = datetime.combine(start, time(), PARIS).astimezone(UTC)
    meter = Linky(contract=contract, at=instant_us(began), load=Hold(Draw.of(WH_S)))
    first = said(meter)
    counted = dict.fromkeys(range(1, 11), 0)
    before, now = expected(contract, began), began
    for event in (e for e in events(contract, start, days) if e > began):
        for moment in (event - SECOND, event):
            if moment <= now:
                continue
            meter.skip((instant_us(moment) - meter.true_us) / 1e6)
            counted[before.index] += round((moment - now).total_seconds())
            now, before = moment, expected(contract, moment)
            check(meter, before, first, counted)


def check(meter: Linky, due: Expected, first: dict[str, str], counted: dict[int, int]) -> None:
    frame, local = said(meter), legal(meter.true_us)
    where = local.isoformat()
    status = Status.parse(frame["STGE"])
    assert int(frame["NTARF"]) == due.index, where
    assert (int(frame["NJOURF"]), int(frame["NJOURF+1"])) == (due.number, due.tomorrow), where
    assert (status.peak_running, status.peak_notice) == (due.running, due.notice), where
    assert (status.colour_today, status.colour_tomorrow) == (due.today, due.next_day), where
    letter = "E" if local.utcoffset() == timedelta(hours=2) else "H"
    assert stamps(meter)["DATE"] == letter + local.strftime("%y%m%d%H%M%S")
    moved = {n: int(frame[f"EASF{n:02}"]) - int(first[f"EASF{n:02}"]) for n in counted}
    assert moved == counted, where
    assert int(frame["EAST"]) == total(frame, "EASF", 10) == total(frame, "EASD", 4), where


@pytest.mark.by_day(6)
@pytest.mark.parametrize("start", [date(2026, 1, 10), date(2026, 3, 25), date(2026, 10, 21)])
@pytest.mark.parametrize("name", contract_names())
def test_a_week_of_each_contract_switches_at_the_second_and_counts_exactly(name: str, start: date) -> None:
    visit(name, start, 7)


@pytest.mark.nightly
@pytest.mark.parametrize("name", contract_names())
def test_a_year_of_each_contract_switches_at_the_second_and_counts_exactly(name: str) -> None:
    visit(name, date(2026, 1, 1), 366)


@pytest.mark.nightly
@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("name", contract_names())
def test_a_year_of_a_household_keeps_every_sum(name: str, phases: int) -> None:
    contract = contract_named(name)
    load = Household(1, phases, producer=True)
    meter = Linky(contract=contract, phases=phases, producer=True, load=load, at="2026-01-01", pref_kva=36)
    for n in range(365):
        for hours in (6.25, 6.25, 11.5):
            meter.wait(hours * 3600)
            frame = said(meter)
            assert int(frame["EAST"]) == total(frame, "EASF", 10) == total(frame, "EASD", 4), n
    assert int(frame["EAST"]) > 10**6
