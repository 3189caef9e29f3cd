# SPDX-License-Identifier: Apache-2.0
"""The meter's clock, above all at the two clock changes of 2026."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.legal_time import (
    PARIS,
    SECOND_US,
    horodate,
    instant_us,
    local_time,
    midnight_after,
    parse_at,
    wall_instants,
)
from xky.protocol import InputError, Timestamp
from xky.protocol.timestamp import timestamp_mark

HOUR_US = 3600 * SECOND_US
DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 31))
INSTANTS = st.integers(parse_at("2001-01-01"), parse_at("2098-12-31")).map(lambda at: at)


def test_an_instant_shows_as_season_date_and_time() -> None:
    assert horodate(parse_at("2026-01-15T18:00:05")) == "H260115180005"
    assert horodate(parse_at("2026-07-14T07:45:53")) == "E260714074553"


def test_in_october_the_hour_two_comes_first_with_e_then_with_h() -> None:
    first = parse_at("2026-10-25T01:59:59")
    assert [
        horodate(first + step) for step in (0, SECOND_US, HOUR_US, HOUR_US + SECOND_US, 2 * HOUR_US + SECOND_US)
    ] == [
        "E261025015959",
        "E261025020000",
        "E261025025959",
        "H261025020000",
        "H261025030000",
    ]


def test_in_march_the_hour_two_does_not_come() -> None:
    last = parse_at("2026-03-29T01:59:59")
    assert [horodate(last), horodate(last + SECOND_US)] == ["H260329015959", "E260329030000"]


@pytest.mark.parametrize("wall", ["02:00", "02:30", "02:59:59"])
def test_a_skipped_hour_is_refused_and_the_text_says_why(wall: str) -> None:
    with pytest.raises(InputError, match=f"2026-03-29T{wall}.*skipped by the change to summer time"):
        parse_at(f"2026-03-29T{wall}")


@pytest.mark.parametrize("wall", ["01:59:59", "03:00"])
def test_the_hours_beside_the_skipped_one_are_taken(wall: str) -> None:
    assert local_time(parse_at(f"2026-03-29T{wall}")).strftime("%H:%M:%S").startswith(wall)


def test_a_repeated_hour_is_the_first_one_unless_an_offset_says_otherwise() -> None:
    assert horodate(parse_at("2026-10-25T02:30")) == "E261025023000"
    assert horodate(parse_at("2026-10-25T02:30+01:00")) == "H261025023000"
    assert parse_at("2026-10-25T02:30+01:00") - parse_at("2026-10-25T02:30") == HOUR_US


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-28", 24), ("2026-10-26", 24)]
)
def test_a_day_has_its_hours(day: str, hours: int) -> None:
    midnight = parse_at(day)
    assert midnight_after(midnight) - midnight == hours * HOUR_US
    assert midnight_after(midnight - 1) == midnight
    assert midnight_after(midnight_after(midnight) - 1) == midnight_after(midnight)


@given(INSTANTS)
def test_midnight_after_is_the_first_local_midnight_strictly_later(at_us: int) -> None:
    midnight = midnight_after(at_us)
    assert midnight > at_us
    assert local_time(midnight).time() == time()
    assert local_time(midnight).date() - local_time(at_us).date() == timedelta(days=1)


@given(INSTANTS, st.booleans())
def test_no_horodate_of_a_meter_is_doubtful(at_us: int, degraded: bool) -> None:
    assert timestamp_mark("DATE", horodate(at_us, degraded=degraded)) is None


@given(INSTANTS, st.booleans())
def test_a_horodate_names_its_second_exactly(at_us: int, degraded: bool) -> None:
    stamp = Timestamp.parse(horodate(at_us, degraded=degraded))
    assert instant_us(stamp.utc()) == at_us // SECOND_US * SECOND_US
    assert stamp.degraded is degraded


@given(INSTANTS)
def test_what_a_clock_shows_reads_back_as_the_same_instant(at_us: int) -> None:
    assert parse_at(local_time(at_us).isoformat()) == at_us


@given(DAYS, st.lists(st.times(), min_size=1, max_size=3).map(tuple))
def test_every_passage_of_a_wall_time_is_in_the_list(day: date, walls: tuple[time, ...]) -> None:
    listed = wall_instants(day, walls)
    assert list(listed) == sorted(set(listed))
    for wall in walls:
        for fold in (0, 1):
            moment = datetime.combine(day, wall.replace(fold=fold), PARIS)
            if moment.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None, fold=0) == moment.replace(
                tzinfo=None, fold=0
            ):
                assert instant_us(moment) in listed


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-13-01T00:00", "18:00", "2026-01-15T25:00", "0001-01-01T00:00", "9999-12-31T23:59",
     "1999-12-31", "0001-01-01T00:00+02:00"],
)  # fmt: skip
def test_what_no_horodate_can_show_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--at"):
        parse_at(text)
