# SPDX-License-Identifier: Apache-2.0
"""Numbers of a scale and times of a form: a device that rounds is right within its step, and a wrong one is not."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards.description.statement import LabelPath
from xky.hil.bench.column import Column
from xky.hil.bench.horodate import horodates_of
from xky.hil.bench.number import Scale, is_number, scale_of
from xky.hil.bench.reading import Reading, Said
from xky.protocol import Group, Season, Timestamp

INDEXES = st.integers(0, 999_999_999)
PLACES = st.integers(-3, 3)
ROUNDINGS = st.sampled_from([ROUND_DOWN, ROUND_HALF_UP, ROUND_HALF_EVEN])


def east(value: int) -> Group:
    return Group("EAST", f"{value:09}")


def says(number: int | str, group: Group, scale: str = "1", step: str = "0") -> bool:
    return Said(number, None, scale_of(scale, step)).matches(group)


# Numbers


@pytest.mark.parametrize(
    ("number", "scale", "step", "sent", "right"),
    [
        ("2188.83", "1000", "10", 2188830, True), ("2188.83", "1000", "10", 2188840, True),
        ("2188.83", "1000", "10", 2188841, False), ("2188.83", "1000", "10", 2188820, True),
        ("2188.83", "1000", "10", 2188819, False), (2188, "1000", "1000", 2188999, True),
        ("0.1", "3", "0", 0, False), ("0.1", "10", "0", 1, True), ("1.1", "10", "0", 11, True),
        ("0.29", "100", "0", 29, True), ("1.15", "100", "0", 115, True), ("-5", "-1", "0", 5, True),
        ("230.5", "1", "1", 230, True), ("230.5", "1", "1", 231, True), ("230.5", "1", "1", 229, False),
        ("230.5", "1", "0.5", 230, True), ("230.5", "1", "0.4", 230, False), (5, "1e-3", "0.5", 0, True),
        ("1e3", "1", "0", 1000, True), (21888, "1000", "1000", 2188830, False),
    ],
)  # fmt: skip
def test_a_number_is_right_within_its_step_exactly(
    number: int | str, scale: str, step: str, sent: int, right: bool
) -> None:
    assert says(number, east(sent), scale, step) is right


@given(INDEXES, PLACES, ROUNDINGS)
def test_a_device_that_rounds_or_cuts_is_right_within_the_step_of_its_scale(
    sent: int, places: int, rounding: str
) -> None:
    scale = Decimal(10) ** places
    said = float((Decimal(sent) / scale).quantize(Decimal(1), rounding))
    column = Column("EAST", LabelPath(path="v", scale=float(scale)))
    found = column.said({"v": said})
    assert found is not None
    assert found.matches(east(sent))


@given(INDEXES.filter(lambda value: value > 1_000), st.sampled_from([1, 2, 3]), st.sampled_from([10, 1000, 0.1, 0.001]))
def test_a_wrong_scale_is_not_right(sent: int, places: int, wrong: float) -> None:
    said = float(Decimal(sent).scaleb(-places)) * wrong
    found = Column("EAST", LabelPath(path="v", scale=float(10**places), step=1)).said({"v": said})
    assert found is not None
    assert not found.matches(east(sent))


@given(INDEXES, st.decimals(0, 10**6, places=4), st.decimals("0.001", 1000, places=3), st.decimals(0, 2000, places=2))
def test_the_range_of_a_number_is_what_the_formula_says(
    sent: int, said: Decimal, scale: Decimal, step: Decimal
) -> None:
    near = int(Fraction(said) * Fraction(scale))
    for value in (sent, near, near + 1, near + int(step), near + int(step) + 1, max(0, near - int(step))):
        right = abs(Fraction(said) * Fraction(scale) - value) <= Fraction(step)
        assert says(str(said), east(value), str(scale), str(step)) is right


def test_a_number_of_a_scale_is_no_word() -> None:
    assert not says(12345678, Group("STGE", "12345678"), step="1")
    assert not says(0, Group("DATE", "", "H270105215500"), step="1")
    assert not says(3, Group("MSG1", "+3"), step="1")


def test_a_horodate_is_judged_beside_a_number_of_a_scale() -> None:
    group = Group("SMAXSN", "00924", "H270105184500")
    scale = scale_of("1000", "10")
    assert Said("0.92", "H270105184500", scale).matches(group)
    assert not Said("0.92", "H270105184501", scale).matches(group)


def test_what_was_said_is_shown_with_its_scale() -> None:
    assert Said("2188.83", None, scale_of("1000", "10")).plain == "2188.83 × 1000 ± 10"
    assert Said("230.5", "H1", scale_of("1", "1")).plain == "230.5 ± 1 at H1"
    assert str(Said("230.5", "H1", scale_of("1", "1"))) == "'230.5 ± 1' at H1"
    assert Said(5, None, scale_of("10", "0")).plain == "5 × 10"
    assert Said("", "2027-01-05T21:55:00", None, "iso").plain == "2027-01-05T21:55:00"


def test_a_reading_gives_a_number_in_the_unit_of_its_label_and_the_text_as_it_was_said() -> None:
    reading = Reading(
        0.0, {"EAST": Said("2188.83", None, scale_of("1000", "10")), "URMS1": Said("230.5", None, scale_of("1", "1"))}
    )
    assert (reading["EAST"], type(reading["EAST"])) == (2188830, int)
    assert reading["URMS1"] == 230.5
    assert reading.text("EAST") == "2188.83"


@given(st.text(max_size=8) | st.text("0123456789.eE+-", max_size=50))
def test_a_text_that_is_called_a_number_is_one(text: str) -> None:
    if is_number(text):
        Scale(Decimal(1), Decimal(0)).range(text)


@pytest.mark.parametrize("text", ["1e9999", "9" * 41, "", "1_0", "١", "0x1", "inf", "nan", "1,5", "1e", ".5"])
def test_what_is_no_number_of_a_size_that_is_reckoned_with_is_none(text: str) -> None:
    assert not is_number(text)
    with pytest.raises(ValueError, match="is no number"):
        scale_of(text, "0")


def test_a_scale_knows_the_ranges_of_some_numbers_only() -> None:
    scale = Scale(Decimal(1), Decimal(0))
    assert [scale.range(number) for number in range(10_000)] == [(number, number) for number in range(10_000)]
    assert len(scale._known) <= 4096


# Times


INSTANTS = st.datetimes(datetime(2001, 1, 2), datetime(2099, 12, 30)).map(lambda one: one.replace(microsecond=0))


@given(INSTANTS, st.sampled_from([Season.WINTER, Season.SUMMER]), st.booleans(), st.integers(-12, 14))
def test_a_time_says_the_horodate_of_its_instant_at_any_distance_to_utc(
    local: datetime, season: Season, degraded: bool, hours: int
) -> None:
    stamp = Timestamp(local, season, degraded)
    instant = stamp.utc()
    group = Group("DATE", "", str(stamp))
    told = instant.astimezone(timezone(timedelta(hours=hours))).isoformat()
    for text, form in ((told, "iso"), (local.isoformat(), "iso"), (str(int(instant.timestamp())), "unix")):
        assert Said("", text, None, form).matches(group)
    for text, form in (
        ((instant + timedelta(seconds=1)).isoformat(), "iso"), ((local + timedelta(hours=1)).isoformat(), "iso"),
        (str(int(instant.timestamp()) - 3600), "unix"),
    ):  # fmt: skip
        assert not Said("", text, None, form).matches(group)


def test_a_horodate_without_season_is_that_of_any() -> None:
    assert " 270105215500" in horodates_of("2027-01-05T21:55:00", "iso")
    assert " 270105215500" in horodates_of("2027-01-05T20:55:00Z", "iso")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", "iso"), ("yesterday", "iso"), ("2027-13-01T00:00:00", "iso"), ("1899-01-01T00:00:00", "iso"), ("", "unix"),
        ("-5", "unix"), ("1e99", "unix"), ("nan", "unix"), ("999999999999", "unix"),
        ("0001-01-01T00:00:00+14:00", "iso"), ("9999-12-31T23:59:59-12:00", "iso"), ("H270105215500", "unix"),
    ],
)  # fmt: skip
def test_what_is_no_time_of_a_meter_is_no_horodate(text: str, form: str) -> None:
    assert horodates_of(text, form) == frozenset()


@given(st.text(max_size=30), st.sampled_from(["iso", "unix"]))
def test_no_text_raises(text: str, form: str) -> None:
    horodates_of(text, form)


def test_parts_of_a_second_are_left_out() -> None:
    assert horodates_of("2027-01-05T20:55:00.999Z", "iso") == horodates_of("2027-01-05T20:55:00Z", "iso")
    seconds = datetime(2027, 1, 5, 20, 55, tzinfo=UTC).timestamp()
    assert horodates_of(f"{seconds + 0.9}", "unix") == horodates_of("2027-01-05T20:55:00Z", "iso")
