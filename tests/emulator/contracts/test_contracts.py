# SPDX-License-Identifier: Apache-2.0
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xky.emulator import Linky, contract_named, contract_names
from xky.emulator.contracts import hc, tempo
from xky.emulator.contracts.tempo import TempoDays
from xky.emulator.legal_time import PARIS, SECOND_US, instant_us, local_time, parse_at
from xky.protocol import LABELS, InputError, Mode
from xky.protocol.calendar import DayProfile
from xky.protocol.status import Colour, Status

MINUTE_US = 60 * SECOND_US
FOLDER = Path(__file__).parents[3] / "emulator" / "contracts"
# Days on both sides of each clock change, and of a change of the distributor's season.
FULL_MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
STRETCHES = [("2026-03-27", 4), ("2026-10-23", 4), ("2026-10-30", 3), ("2026-12-30", 3)]


def test_each_file_of_the_folder_is_found() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "contract", "peak", "season"}
    assert set(contract_names()) == {name.replace("_", "-") for name in files} >= {"base", "hc", "tempo"}
    for name in contract_names():
        contract_named(name)


def test_an_unknown_contract_is_refused_with_those_known() -> None:
    with pytest.raises(InputError, match=r"contract 'hcc': not known; known: .*base, .*tempo, .*Did you mean hc"):
        contract_named("hcc")
    with pytest.raises(InputError, match="'contract': not known"):
        Linky(contract="contract")


@pytest.mark.parametrize("name", contract_names())
def test_names_have_the_sizes_of_the_label_tables(name: str) -> None:
    contract = contract_named(name)
    assert len(contract.optarif) == LABELS[Mode.HISTORIC]["OPTARIF"].size
    assert len(contract.ngtf) == LABELS[Mode.STANDARD]["NGTF"].size
    assert set(contract.index_labels) <= set(LABELS[Mode.HISTORIC])
    for hour in range(24):
        tariff = contract.tariff(instant_us(datetime(2026, 1, 15, hour, tzinfo=PARIS)))
        assert len(tariff.ptec) == 4
        assert len(tariff.ltarf) == 16
        assert tariff.supplier_index in contract.indexes
        assert contract.historic is None or tariff.supplier_index in contract.index_labels.values()
        assert 1 <= tariff.distributor_index <= 4


@pytest.mark.by_day(8)
@pytest.mark.parametrize(("start", "days"), STRETCHES)
@pytest.mark.parametrize("name", contract_names())
def test_the_tariff_is_constant_between_switches(name: str, start: str, days: int) -> None:
    contract = contract_named(name)
    at_us, end_us = parse_at(start), parse_at(start) + days * 24 * 60 * MINUTE_US
    tariff, until_us = contract.tariff(at_us), contract.next_switch(at_us)
    while at_us < end_us:
        assert until_us > at_us
        for instant in (at_us, at_us + MINUTE_US - 1):
            if instant < until_us:
                assert contract.tariff(instant) == tariff, local_time(instant)
                assert contract.next_switch(instant) == until_us
        at_us += MINUTE_US
        if at_us >= until_us:
            tariff, until_us = contract.tariff(until_us), contract.next_switch(until_us)


@settings(max_examples=30)
@given(
    FULL_MINUTES,
    FULL_MINUTES,
    st.sampled_from(["2026-03-29", "2026-10-25", "2026-06-10"]),
)
def test_off_peak_hours_of_any_choice_switch_where_they_say(start: time, end: time, day: str) -> None:
    assume(start != end)
    contract = hc.contract(((start, end),))
    at_us = parse_at(day)
    for _ in range(12):
        until_us = contract.next_switch(at_us)
        assert contract.tariff(until_us - 1) == contract.tariff(at_us)
        at_us = until_us


@settings(max_examples=30)
@given(FULL_MINUTES, FULL_MINUTES)
def test_the_announced_profile_is_what_then_runs(start: time, end: time) -> None:
    assume(start != end)
    contract = hc.contract(((start, end),))
    profile = contract.day_profile(date(2026, 6, 10))
    running = 0
    blocks = {block.start: block.supplier_index for block in profile.blocks}
    assert list(blocks) == sorted(blocks)
    assert next(iter(blocks)) == time()
    for minute in range(24 * 60):
        wall = time(*divmod(minute, 60))
        running = blocks.get(wall, running)
        assert contract.tariff(instant_us(datetime.combine(date(2026, 6, 10), wall, PARIS))).supplier_index == running


@pytest.mark.parametrize("name", contract_names())
def test_a_profile_reads_back_from_its_98_characters(name: str) -> None:
    profile = contract_named(name).day_profile(date(2026, 1, 15))
    assert len(str(profile)) == 98
    assert DayProfile.parse(str(profile)) == profile


def test_the_usual_off_peak_profile_is_the_one_captured() -> None:
    assert str(contract_named("hc").day_profile(date(2026, 1, 15))).startswith("0000C001 06308002 2230C001 NONUTILE")
    assert str(contract_named("base").day_profile(date(2026, 1, 15))).startswith("00008001 NONUTILE")
    assert str(contract_named("tempo").day_profile(date(2026, 1, 15))).startswith("00004001 06004002 22004001 NONUTILE")


# TEMPO

MONDAY = date(2026, 1, 12)
WEEK = tempo.contract(
    colours={
        MONDAY - timedelta(days=1): Colour.BLUE,
        MONDAY: Colour.BLUE,
        MONDAY + timedelta(days=1): Colour.RED,
        MONDAY + timedelta(days=2): Colour.WHITE,
    }
)


def tempo_says(at: str, mode: Mode = Mode.HISTORIC) -> dict[str, str]:
    return {group.label: group.value for group in Linky(mode=mode, contract=WEEK, at=at).groups()}


@pytest.mark.parametrize(
    ("at", "ptec", "demain"),
    [
        ("2026-01-12T05:59:59", "HCJB", "BLEU"),
        ("2026-01-12T06:00", "HPJB", "----"),
        ("2026-01-12T19:59:59", "HPJB", "----"),
        ("2026-01-12T20:00", "HPJB", "ROUG"),
        ("2026-01-12T22:00", "HCJB", "ROUG"),
        ("2026-01-13T00:00", "HCJB", "ROUG"),
        ("2026-01-13T05:59:59", "HCJB", "ROUG"),
        ("2026-01-13T06:00", "HPJR", "----"),
        ("2026-01-13T21:00", "HPJR", "BLAN"),
        ("2026-01-14T03:00", "HCJR", "BLAN"),
        ("2026-01-14T06:00", "HPJW", "----"),
    ],
)
def test_a_tempo_day_runs_from_six_to_six_and_the_next_is_told_from_twenty_hours(
    at: str, ptec: str, demain: str
) -> None:
    said = tempo_says(at)
    assert (said["PTEC"], said["DEMAIN"]) == (ptec, demain)
    standard = tempo_says(at, Mode.STANDARD)
    status = Status.parse(standard["STGE"])
    assert status.colour_today is {"B": Colour.BLUE, "W": Colour.WHITE, "R": Colour.RED}[ptec[3]]
    expected = {"----": Colour.NONE, "BLEU": Colour.BLUE, "BLAN": Colour.WHITE, "ROUG": Colour.RED}[demain]
    assert status.colour_tomorrow is expected
    first = {"B": 1, "W": 3, "R": 5}[ptec[3]]
    assert int(standard["NTARF"]) == first + (ptec[:2] == "HP")
    assert standard["LTARF"].split() == [ptec[:2], {"B": "BLEU", "W": "BLANC", "R": "ROUGE"}[ptec[3]]]


@given(st.integers(0, 99), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_red_days_are_winter_working_days_and_sundays_are_blue(seed: int, day: date) -> None:
    colour = TempoDays(seed).colour(day)
    assert colour is TempoDays(seed).colour(day)
    assert colour is not Colour.NONE
    if colour is Colour.RED:
        assert day.weekday() < 5
        assert day.month in {11, 12, 1, 2, 3}
    if day.weekday() == 6:
        assert colour is Colour.BLUE


def test_a_year_has_about_22_red_and_43_white_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    drawn = [[TempoDays(seed).colour(day) for day in days] for seed in range(20)]
    assert 18 <= sum(year.count(Colour.RED) for year in drawn) / 20 <= 26
    assert 35 <= sum(year.count(Colour.WHITE) for year in drawn) / 20 <= 51


@pytest.mark.nightly
def test_every_colour_comes_on_the_line_within_a_year() -> None:
    meter = Linky(mode=Mode.HISTORIC, contract="tempo", at="2026-01-01T12:00")
    seen = set()
    for _ in range(2 * 365):
        meter.wait(12 * 3600)
        seen.add({group.label: group.value for group in meter.groups()}["PTEC"])
    assert seen == {"HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"}
