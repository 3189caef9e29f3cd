# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime

import pytest
from hypothesis import given

from xky.protocol import Group, InputError, Season, Timestamp
from xky.protocol.strategies import timestamps
from xky.protocol.timestamp import TIMESTAMP_SIZE, TimestampMark, is_timestamp, timestamp_mark

IMPOSSIBLE, UNCERTAIN = TimestampMark.IMPOSSIBLE, TimestampMark.UNCERTAIN


def test_the_examples_of_the_specification_are_read() -> None:
    assert Timestamp.parse("H081225223518") == Timestamp(datetime(2008, 12, 25, 22, 35, 18), Season.WINTER)
    assert Timestamp.parse("E090714074553") == Timestamp(datetime(2009, 7, 14, 7, 45, 53), Season.SUMMER)


def test_a_lower_case_season_is_a_degraded_clock() -> None:
    assert Timestamp.parse("h081225223518").degraded
    assert not Timestamp.parse("H081225223518").degraded


def test_the_hour_that_comes_twice_is_told_apart_by_its_season() -> None:
    first, second = Timestamp.parse("E251026023000"), Timestamp.parse("H251026023000")
    assert first.utc() == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert second.utc() == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


def test_a_blank_season_names_no_instant() -> None:
    blank = Timestamp.parse(" 240108060000")
    assert blank.season is Season.BLANK
    with pytest.raises(InputError, match="blank season"):
        blank.utc()


@pytest.mark.parametrize("text", ["", "H", "X081225223518", "H08122522351", "H0812252235188", "H08122522351A"])
def test_another_form_is_no_horodate(text: str) -> None:
    assert not is_timestamp(text)
    with pytest.raises(InputError, match="expected a letter"):
        Timestamp.parse(text)


@pytest.mark.parametrize("text", ["H250230000000", "H251301000000", "H250101240000", "E000000000000"])
def test_a_day_or_hour_that_does_not_exist_has_the_form_and_is_refused(text: str) -> None:
    assert is_timestamp(text)
    with pytest.raises(InputError, match="no such day or hour"):
        Timestamp.parse(text)


@given(timestamps() | timestamps(blank=True))
def test_text_survives_the_way_through(text: str) -> None:
    assert len(text) == TIMESTAMP_SIZE
    assert str(Timestamp.parse(text)) == text


@pytest.mark.parametrize(
    ("label", "text", "mark"),
    [
        ("DATE", "H251301000000", IMPOSSIBLE),
        ("DATE", "H250230000000", IMPOSSIBLE),
        ("SMAXSN", "H250101240000", IMPOSSIBLE),
        ("DATE", "E270105120000", IMPOSSIBLE),
        ("SMAXSN-1", "H270705120000", IMPOSSIBLE),
        ("DATE", " 270105120000", IMPOSSIBLE),  # no season but where there are peaks (54E §6.2.1.1)
        ("DATE", "h270705120000", UNCERTAIN),  # a degraded clock may have lost its date
        ("DATE", "h270105120000", None),
        ("DPM1", " 270105060000", None),
        ("FPM3", "H270105060000", UNCERTAIN),
        ("FPM3", "E270105060000", IMPOSSIBLE),
        # the night of a change: 02:00 of winter is 03:00 of summer
        ("DATE", "H270328015959", None),
        ("DATE", "H270328020000", IMPOSSIBLE),
        ("DATE", "E270328020000", IMPOSSIBLE),
        ("DATE", "E270328030000", None),
        ("DATE", "E261025025959", None),
        ("DATE", "H261025020000", None),
        ("DATE", "E261025030000", IMPOSSIBLE),
        ("DATE", "H261025015959", IMPOSSIBLE),
        ("DATE", "H240331015959", None),  # the last Sunday is the last day of the month
        ("DATE", "E240331030000", None),
        ("DATE", "E271031025959", None),
        ("DATE", "H271031020000", None),
        ("DATE", "H000101000000", None),
        ("DATE", "H991231235959", None),
    ],
)
def test_a_horodate_that_cannot_be_has_a_mark(label: str, text: str, mark: TimestampMark | None) -> None:
    assert timestamp_mark(label, text) is mark
    assert Group(label, "", text).timestamp_mark is mark


def test_a_group_without_a_horodate_has_no_mark() -> None:
    assert Group("EAST", "000000001").timestamp_mark is None
