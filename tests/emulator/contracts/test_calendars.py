# SPDX-License-Identifier: Apache-2.0
"""Supplier calendars of the new kind: ten indexes, weekdays, dates, virtual contacts; the distributor's tariff."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Contract, Draw, Hold, Linky, contract_named
from xky.emulator.contracts import Distributor
from xky.emulator.legal_time import PARIS, instant_us
from xky.protocol import InputError, Mode
from xky.protocol.calendar import Block, Contact, DayProfile

from ..meter.invariants import check_invariants, index_of, legal, said
from ..meter.strategies import contracts

KEEP, OPEN, CLOSE = Contact.KEEP, Contact.OPEN, Contact.CLOSE
HOURS_OF_TEN = DayProfile(tuple(Block(time(2 * n), CLOSE if n % 2 else OPEN, supplier_index=n + 1) for n in range(10)))


def calendar(*days: DayProfile, **more: object) -> Contract:
    return Contract(ngtf="MINE".center(16), ltarf={}, days=days, **more)  # type: ignore[arg-type]


def day(*blocks: Block) -> DayProfile:
    return DayProfile(blocks)


def at(contract: Contract, moment: str) -> dict[str, str]:
    return said(Linky(contract=contract, at=moment))


# Indexes


def test_ten_indexes_run_one_after_another_and_each_counts_its_hours() -> None:
    meter = Linky(contract=calendar(HOURS_OF_TEN), at="2026-01-15T00:00", load=Hold(Draw.of(1000)))
    before = said(meter)
    seen = []
    for _ in range(12):
        seen.append(said(meter)["NTARF"])
        meter.wait(7200)
    after = said(meter)
    assert seen == [f"{n:02}" for n in (*range(1, 11), 10, 10)]
    moved = [int(after[f"EASF{n:02}"]) - int(before[f"EASF{n:02}"]) for n in range(1, 11)]
    assert moved == [2000] * 9 + [6000]


def test_a_block_without_an_index_leaves_the_one_that_runs() -> None:
    contract = calendar(day(Block(time(), OPEN, supplier_index=3), Block(time(12), CLOSE, supplier_index=0),
                            Block(time(18), OPEN, supplier_index=11)))  # fmt: skip
    for moment in ("01:00", "13:00", "19:00"):
        assert at(contract, f"2026-01-15T{moment}")["NTARF"] == "03"


def test_an_index_that_no_block_of_today_names_is_that_of_yesterday() -> None:
    contract = calendar(
        day(Block(time(), OPEN, supplier_index=0), Block(time(6), OPEN, supplier_index=2)),
        day(Block(time(), OPEN, supplier_index=5)),
        dates={date(2026, 1, 14): 1},
    )
    assert at(contract, "2026-01-15T05:59")["NTARF"] == "05"
    assert at(contract, "2026-01-15T06:00")["NTARF"] == "02"


def test_where_no_block_names_an_index_the_first_one_runs() -> None:
    frame = at(calendar(day(Block(time(), OPEN))), "2026-01-15T12:00")
    assert frame["NTARF"] == "01"
    assert int(frame["EASF01"]) == int(frame["EAST"]) > 0


def test_an_unnamed_calendar_sends_neither_ngtf_nor_ltarf() -> None:
    frame = said(Linky(contract=Contract(ngtf="", ltarf={}, days=(HOURS_OF_TEN,))))
    assert not {"NGTF", "LTARF"} & frame.keys()


# Numbers of days


def test_weekend_has_its_day_its_index_and_its_name() -> None:
    contract = contract_named("weekend")
    friday, saturday, sunday, monday = (at(contract, f"2026-01-{n}T12:00") for n in (16, 17, 18, 19))
    assert [f["NJOURF"] for f in (friday, saturday, sunday, monday)] == ["00", "01", "01", "00"]
    assert [f["NJOURF+1"] for f in (friday, saturday, sunday, monday)] == ["01", "01", "00", "00"]
    assert [f["NTARF"] for f in (friday, saturday, sunday, monday)] == ["02", "03", "03", "02"]
    assert saturday["LTARF"] == " HEURE WEEK-END "
    assert friday["PJOURF+1"].startswith("0000C003 NONUTILE")


@pytest.mark.parametrize("moment", ["2026-01-16T23:59:59", "2026-03-28T23:59:59", "2026-10-24T23:59:59"])
def test_day_numbers_and_the_profile_of_tomorrow_change_with_the_first_frame_after_midnight(moment: str) -> None:
    numbers = {date(2026, 1, 17): 1, date(2026, 1, 18): 2, date(2026, 3, 29): 1, date(2026, 3, 30): 2,
               date(2026, 10, 25): 1, date(2026, 10, 26): 2}  # fmt: skip
    days = tuple(day(Block(time(), OPEN, supplier_index=n + 1)) for n in range(3))
    meter = Linky(contract=calendar(*days, dates=numbers), at=moment)
    before = said(meter)
    meter.wait(1)
    after = said(meter)
    assert [before[label] for label in ("NJOURF", "NJOURF+1", "NTARF")] == ["00", "01", "01"]
    assert [after[label] for label in ("NJOURF", "NJOURF+1", "NTARF")] == ["01", "02", "02"]
    assert (before["PJOURF+1"][:8], after["PJOURF+1"][:8]) == ("00008002", "00008003")


def test_dates_go_before_weekdays() -> None:
    days = tuple(day(Block(time(), OPEN, supplier_index=n + 1)) for n in range(3))
    contract = calendar(*days, week=(0, 0, 0, 0, 0, 1, 1), dates={date(2026, 1, 17): 2})
    assert at(contract, "2026-01-17T12:00")["NJOURF"] == "02"
    assert at(contract, "2026-01-18T12:00")["NJOURF"] == "01"


def test_super_off_peak_has_ten_indexes_over_the_year() -> None:
    contract = contract_named("super-creuses")
    assert contract.indexes == set(range(1, 11))
    seen = {at(contract, f"2026-{day}T{wall}")["NTARF"]
            for day in ("01-15", "04-15", "07-15", "07-19") for wall in ("03:00", "06:30", "12:00")}  # fmt: skip
    assert seen == {f"{n:02}" for n in range(1, 11)}


# Contacts


def test_virtual_contacts_show_in_relais_and_the_real_one_in_stge_too() -> None:
    contract = calendar(
        day(Block(time(), CLOSE, frozenset({2, 3, 7}), 1), Block(time(12), OPEN, frozenset({1}), 1)),
    )
    morning, evening = at(contract, "2026-01-15T11:59:59"), at(contract, "2026-01-15T12:00")
    assert morning["RELAIS"] == f"{1 + 4 + 8 + 128:03}"
    assert evening["RELAIS"] == "002"
    assert (int(morning["STGE"], 16) & 1, int(evening["STGE"], 16) & 1) == (0, 1)


def test_the_relays_of_the_example_of_54e() -> None:
    contract = calendar(day(Block(time(), OPEN, frozenset({2, 3, 7}), 1)))
    assert at(contract, "2026-01-15T12:00")["RELAIS"] == "140"


def test_keep_leaves_the_contact_as_an_earlier_block_put_it_yesterday_too() -> None:
    blocks = ((time(), KEEP), (time(8), OPEN), (time(20), CLOSE), (time(22), KEEP))
    contract = calendar(day(*(Block(start, contact, supplier_index=1) for start, contact in blocks)))
    shown = [at(contract, f"2026-01-15T{t}")["RELAIS"] for t in ("07:00", "12:00", "21:00", "23:00")]
    assert shown == ["001", "000", "001", "001"]


def test_a_contact_of_the_tempo_object_means_keep_elsewhere() -> None:
    contract = calendar(day(Block(time(), CLOSE, supplier_index=1), Block(time(12), Contact.TEMPO, supplier_index=1)))
    assert at(contract, "2026-01-15T13:00")["RELAIS"] == "001"


# The distributor


def test_a_distributor_of_one_index_counts_all_in_the_first() -> None:
    meter = Linky(contract=calendar(HOURS_OF_TEN, distributor=Distributor(indexes=1)), load=Hold(Draw.of(1000)))
    meter.wait(2 * 86_400)
    frame = said(meter)
    assert int(frame["EASD01"]) == int(frame["EAST"])
    assert {frame[f"EASD{n:02}"] for n in (2, 3, 4)} == {"000000000"}
    assert int(frame["STGE"], 16) >> 14 & 3 == 0


@pytest.mark.parametrize(
    ("moment", "index"),
    [("2026-01-15T12:00", 4), ("2026-01-15T23:00", 3), ("2026-07-15T12:00", 2), ("2026-07-15T05:59", 1),
     ("2026-10-31T23:59:59", 1), ("2026-11-01T00:00", 3), ("2026-03-31T23:59:59", 3), ("2026-04-01T00:00", 1)],
)  # fmt: skip
def test_four_distributor_indexes_are_season_times_hours(moment: str, index: int) -> None:
    contract = calendar(HOURS_OF_TEN, distributor=Distributor(indexes=4, off_peak=((time(22), time(6)),)))
    assert (int(at(contract, moment)["STGE"], 16) >> 14 & 3) + 1 == index
    meter = Linky(contract=contract, at=moment, load=Hold(Draw.of(3600)))
    before = said(meter)
    meter.wait(0.5)
    meter.wait(1)
    moved = {n for n in range(1, 5) if said(meter)[f"EASD{n:02}"] != before[f"EASD{n:02}"]}
    assert moved <= {index}


# Historic mode


def test_a_calendar_of_the_new_kind_is_base_with_the_total_in_historic_mode() -> None:
    meter = Linky(mode=Mode.HISTORIC, contract=calendar(HOURS_OF_TEN), load=Hold(Draw.of(1000)), at="2026-01-15T00:00")
    before = said(meter)
    meter.wait(86_400)
    after = said(meter)
    assert {frame["OPTARIF"] for frame in (before, after)} == {"BASE"}
    assert {frame["PTEC"] for frame in (before, after)} == {"TH.."}
    assert int(after["BASE"]) - int(before["BASE"]) == 24_000


# What is announced is what runs


@pytest.mark.nightly
@settings(max_examples=60)
@given(
    contracts(),
    st.dates(date(2026, 1, 1), date(2026, 12, 30)) | st.sampled_from([date(2026, 3, 28), date(2026, 10, 24)]),
    st.lists(st.times(), min_size=1, max_size=6),
)
def test_what_pjourf_1_announces_runs_the_next_day(contract: Contract, today: date, walls: list[time]) -> None:
    noon = instant_us(datetime.combine(today, time(12), PARIS))
    frame = said(Linky(contract=contract, at=noon))
    announced = DayProfile.parse(frame["PJOURF+1"])
    meter = Linky(contract=contract, at=noon)
    # an hour that the spring change skips lies an hour earlier or later: in order of time, not of the wall clock
    for at_us in sorted(instant_us(datetime.combine(today + timedelta(days=1), wall, PARIS)) for wall in walls):
        meter.skip((at_us - meter.true_us) / 1e6)
        check_invariants(meter)
        shown = said(meter)
        assert shown["NJOURF"] == frame["NJOURF+1"]
        if int(shown["STGE"], 16) >> 30:
            continue  # a mobile peak has a profile of its own, told by PPOINTE
        assert int(shown["NTARF"]) == index_of([contract.day_profile(today), announced], legal(meter.now_us))


# Refusals


@pytest.mark.parametrize(
    ("days", "more", "text"),
    [
        ((HOURS_OF_TEN,), {"week": (0,) * 6}, "week has 7 numbers"),
        ((HOURS_OF_TEN,), {"week": (0, 0, 0, 0, 0, 0, 1)}, "must exist"),
        ((HOURS_OF_TEN,), {"dates": {date(2026, 1, 1): 1}}, "must exist"),
        ((HOURS_OF_TEN,) * 11, {}, "0 to 9"),
        ((), {}, "0 to 9"),
        ((DayProfile(),), {}, "day profile 0 must begin at 00:00"),
        ((HOURS_OF_TEN, day(Block(time(1), OPEN, supplier_index=1))), {}, "day profile 1 must begin at 00:00"),
        ((day(Block(time()), Block(time(9)), Block(time(8))),), {}, "in order of time"),
        ((day(Block(time()), Block(time(9)), Block(time(9))),), {}, "in order of time"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_in_words(
    days: tuple[DayProfile, ...], more: dict[str, object], text: str
) -> None:
    with pytest.raises(InputError, match=text):
        calendar(*days, **more)
