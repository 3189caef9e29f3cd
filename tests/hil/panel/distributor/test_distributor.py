# SPDX-License-Identifier: Apache-2.0
"""The distributor's export: what is written, and what is told of one that is wrong."""

import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.legal_time import local_time
from xky.hil.panel.distributor import Curve, Form, Interval, Measured, drawn_form, export, read_curve
from xky.hil.panel.distributor.curve import MINUTE_US, day_bounds_us
from xky.hil.panel.distributor.form import STEPS_MIN, Order
from xky.protocol import InputError

WINTER = date(2026, 1, 15)
AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)


def intervals(day: date = WINTER, *, base_min: int = 10, days: int = 1, seed: int = 1) -> list[Interval]:
    chance = Random(seed)
    from_us, to_us = day_bounds_us(day)[0], day_bounds_us(date.fromordinal(day.toordinal() + days - 1))[1]
    step_us = base_min * MINUTE_US
    return [Interval(at, at + step_us, Fraction(chance.randrange(60_000), 97)) for at in range(from_us, to_us, step_us)]


def read(path: Path, day: date = WINTER, form: Form | None = None, **how: int) -> Curve:
    export(path, intervals(day, **how), prm="09123456789012", form=form)
    return read_curve(path)


def edited(path: Path, edit: Callable[[list[str]], list[str]]) -> Curve:
    """Of the winter day, its rows edited."""
    export(path, intervals(), prm="09123456789012", form=Form())
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:3], *edit(lines[3:])]), encoding="utf-8")
    return read_curve(path)


def told(curve: Curve) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in curve.findings]


def test_of_a_run_that_ended_within_a_day_no_point_is_due_behind_its_end(tmp_path: Path) -> None:
    export(tmp_path / "c.csv", intervals()[:36], prm="09123456789012", form=Form())
    assert [kind for kind, _ in told(read_curve(tmp_path / "c.csv"))] == ["missing"]
    until_us = day_bounds_us(WINTER)[0] + 360 * MINUTE_US
    curve = read_curve(tmp_path / "c.csv", until_us)
    assert told(curve) == []
    assert [(one.points, one.due) for one in curve.days] == [(12, 12)]
    later = read_curve(tmp_path / "c.csv", until_us + 60 * MINUTE_US)
    assert [(one.points, one.due) for one in later.days] == [(12, 14)]


def test_an_export_looks_as_those_of_the_field_do(tmp_path: Path) -> None:
    hour = [
        Interval(at, at + 30 * MINUTE_US, wh)
        for at, wh in ((1_767_567_600_000_000, 100), (1_767_569_400_000_000, 50.24))
    ]
    export(tmp_path / "c.csv", hour, prm="09123456789012", form=Form(byte_order_mark=True, empty_line=True))
    assert (tmp_path / "c.csv").read_bytes().decode() == (
        "\N{ZERO WIDTH NO-BREAK SPACE}Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
        "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
        "09123456789012;Courbe de charge;05/01/2026;06/01/2026;Energie active;Consommation;Comptage Brut;W;30\n\n"
        "Horodate;Valeur\n2026-01-05T00:30:00+01:00;200\n2026-01-05T01:00:00+01:00;100\n"
    )


@pytest.mark.parametrize(("day", "points"), [(WINTER, 48), (AUTUMN, 50), (SPRING, 46)])
def test_a_day_has_the_half_hours_of_its_offsets(tmp_path: Path, day: date, points: int) -> None:
    curve = read(tmp_path / "c.csv", day)
    assert [(one.day, one.points, one.due) for one in curve.days] == [(day, points, points)]
    assert told(curve) == []


@pytest.mark.parametrize("base_min", [5, 10, 15, 30, 60])
@pytest.mark.parametrize("step_min", STEPS_MIN)
def test_a_step_that_cannot_be_had_becomes_the_next_that_can(tmp_path: Path, base_min: int, step_min: int) -> None:
    curve = read(tmp_path / "c.csv", form=Form(steps_min=(step_min,)), base_min=base_min)
    wanted = next(one for one in STEPS_MIN if one >= step_min and one % base_min == 0)
    assert {point.step_min for point in curve.points} == {wanted}
    assert told(curve) == []


FORMS = st.builds(
    Form, byte_order_mark=st.booleans(), empty_line=st.booleans(), step_told=st.booleans(),
    steps_min=st.lists(st.sampled_from(STEPS_MIN), min_size=1, max_size=2).map(tuple),
    order=st.sampled_from(get_args(Order)), missing=st.sampled_from([0.0, 0.02]), empty=st.sampled_from([0.0, 0.02]),
    draw=st.integers(0, 2**32),
)  # fmt: skip


@given(FORMS, st.sampled_from([WINTER, AUTUMN, SPRING]), st.integers(0, 9))
def test_what_is_read_is_what_was_counted_within_rounding_whatever_the_form(
    tmp_path_factory: pytest.TempPathFactory, form: Form, day: date, seed: int
) -> None:
    counted = intervals(day, base_min=5, days=2, seed=seed)
    path = tmp_path_factory.mktemp("curve") / "c.csv"
    export(path, counted, prm="09123456789012", form=form)
    curve = read_curve(path)
    exact = {one.end_us: Fraction(one.energy_wh) for one in counted}
    for point in curve.points:
        ends_us = range(point.start_us + 5 * MINUTE_US, point.end_us + 1, 5 * MINUTE_US)
        assert abs(sum(exact[end_us] for end_us in ends_us) - point.energy_wh) <= point.bound_wh
    kinds = {one.kind for one in curve.findings}
    assert kinds <= {"missing", "empty", "steps", "order", "ambiguous"}
    assert "ambiguous" not in kinds or len(set(form.steps_min)) == 2 or form.missing
    assert (form.missing or form.empty or "ambiguous" in kinds) or sum(
        point.end_us - point.start_us for point in curve.points
    ) == (counted[-1].end_us - counted[0].start_us)
    assert all(one.points + len(one.missing_us) == one.due for one in curve.days)


def test_the_same_seed_gives_the_same_bytes_and_seeds_give_several_forms(tmp_path: Path) -> None:
    for name in "ab":
        export(tmp_path / name, intervals(), prm="0", form=drawn_form(Random(7)))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    forms = [drawn_form(Random(seed)) for seed in range(200)]
    assert {one.order for one in forms} == set(get_args(Order))
    assert {step for one in forms for step in one.steps_min} == set(STEPS_MIN)


def test_a_missing_half_hour_is_told_with_its_day_and_nothing_else_is(tmp_path: Path) -> None:
    curve = edited(tmp_path / "c.csv", lambda rows: rows[:6] + rows[7:])
    assert told(curve) == [("missing", "2026-01-15: 47 of 48 points; missing: 03:30")]
    assert [(one.points, one.due) for one in curve.days] == [(47, 48)]


def test_without_a_step_in_the_head_a_gap_of_an_hour_is_a_missing_half_hour(tmp_path: Path) -> None:
    export(tmp_path / "c.csv", intervals(), prm="0", form=Form(step_told=False))
    lines = (tmp_path / "c.csv").read_text().splitlines()
    (tmp_path / "c.csv").write_text("\n".join(lines[:10] + lines[11:20] + lines[22:]))
    assert told(read_curve(tmp_path / "c.csv")) == [
        ("missing", "2026-01-15: 45 of 48 points; missing: 04:00, 09:00, 09:30")
    ]


def test_a_step_that_changes_is_told_and_the_point_at_the_change_only_counts_where_the_head_tells_its_step(
    tmp_path: Path,
) -> None:
    curve = read(tmp_path / "c.csv", form=Form(step_told=False, steps_min=(60, 10)))
    assert told(curve) == [
        ("steps", "steps change: 60, 10 minutes"),
        ("ambiguous", "2026-01-15: 1 point is between two steps, and nothing tells which it has; not counted: 12:00"),
    ]
    assert len(curve.points) == 11 + 72


def test_a_doubled_half_hour_counts_once_and_is_told(tmp_path: Path) -> None:
    curve = edited(tmp_path / "c.csv", lambda rows: [*rows[:7], *rows[6:]])
    assert told(curve) == [("doubled", "2026-01-15: 1 point is there more than once; counted once: 03:30")]
    assert len(curve.points) == 48


def test_a_half_hour_with_two_values_does_not_count(tmp_path: Path) -> None:
    curve = edited(tmp_path / "c.csv", lambda rows: [*rows[:7], f"{rows[6]}1", *rows[7:]])
    assert [kind for kind, _ in told(curve)] == ["doubled"]
    assert "different values; not counted: 03:30" in told(curve)[0][1]
    assert len(curve.points) == 47


def test_a_shifted_half_hour_is_told_and_leaves_its_place_empty(tmp_path: Path) -> None:
    curve = edited(tmp_path / "c.csv", lambda rows: [*rows[:6], rows[6].replace(":30:00", ":37:00"), *rows[7:]])
    assert [kind for kind, _ in told(curve)] == ["shifted", "missing"]
    curve = edited(tmp_path / "c.csv", lambda rows: [*rows[:6], rows[6].replace(":30:00", ":40:00"), *rows[7:]])
    assert told(curve) == [
        ("shifted", "2026-01-15: 1 point is off the grid of its step; not counted: 03:40"),
        ("missing", "2026-01-15: 47 of 48 points; missing: 03:30"),
    ]


def test_stamps_that_are_beginnings_are_told(tmp_path: Path) -> None:
    ends = [f"{local_time(day_bounds_us(WINTER)[0] + k * 30 * MINUTE_US).isoformat()};{k}" for k in range(48)]
    kinds = [kind for kind, _ in told(edited(tmp_path / "c.csv", lambda rows: ends))]
    assert kinds[0] == "shifted"


def test_an_empty_value_is_told_and_a_row_of_something_else_with_its_line(tmp_path: Path) -> None:
    curve = edited(tmp_path / "c.csv", lambda rows: [f"{rows[0][:26]}", "2026-01-15T01:00:00+01:00;many", *rows[2:]])
    assert told(curve) == [
        (
            "row",
            "line 5: '2026-01-15T01:00:00+01:00;many'; expected Horodate with its offset, ';' and whole watts; "
            "not counted",
        ),
        ("empty", "2026-01-15: 1 point is without a value: 00:30"),
        ("missing", "2026-01-15: 46 of 48 points; missing: 01:00"),
    ]


def interface(day: date) -> list[dict[str, str]]:
    """A day as the metering interface gives it: local times without offset."""
    from_us, to_us = day_bounds_us(day)
    return [
        {"value": str(100 + k), "date": f"{local_time(at):%Y-%m-%d %H:%M:%S}", "interval_length": "PT30M"}
        for k, at in enumerate(range(from_us + 30 * MINUTE_US, to_us + 1, 30 * MINUTE_US))
    ]  # fmt: skip


@pytest.mark.parametrize("falls", [False, True])
@pytest.mark.parametrize(("day", "points"), [(WINTER, 48), (AUTUMN, 50), (SPRING, 46)])
def test_local_times_of_the_interface_become_instants(tmp_path: Path, day: date, points: int, falls: bool) -> None:
    rows = interface(day)[:: -1 if falls else 1]
    (tmp_path / "c.json").write_text(json.dumps({"meter_reading": {"usage_point_id": "1", "interval_reading": rows}}))
    curve = read_curve(tmp_path / "c.json")
    assert [point.average_w for point in curve.points] == [100 + k for k in range(points)]
    assert [kind for kind, _ in told(curve)] == (["order"] if falls else [])


def test_an_hour_that_comes_twice_and_is_told_once_does_not_count(tmp_path: Path) -> None:
    rows = interface(AUTUMN)
    del rows[5]  # 03:00 of summer is 02:00 of winter, the second of its name
    (tmp_path / "c.json").write_text(json.dumps(rows))
    curve = read_curve(tmp_path / "c.json")
    assert [one.kind for one in curve.findings] == ["ambiguous", "missing"]
    assert [(one.points, one.due) for one in curve.days] == [(48, 50)]


@pytest.mark.parametrize(("text", "complaint"), [
    ("", "has no line Horodate;Valeur"),
    ("Horodate;Valeur\n", "has no point that counts"),
    ("Horodate;Valeur\n2026-01-05T00:47:00+01:00;3\n", "all end off the grid of their step, such as 00:47"),
    ("{", "no valid JSON"),
    ('{"error": "x"}', "has no list interval_reading"),
    (
        "Identifiant PRM;Type de donnees;Unite\n1;Index;Wh\nHorodate;Valeur\n2026-01-05T00:30:00+01:00;3\n",
        "is Index in Wh; give the Courbe de charge in W",
    ),
])  # fmt: skip
def test_what_is_no_curve_is_told_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_curve(path)
    assert str(error.value).startswith(f"{path}: ")
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_an_export_of_a_producer_says_so(tmp_path: Path) -> None:
    export(tmp_path / "i.csv", intervals(), prm="09123456789012", measured=Measured.INJECTION)
    curve = read_curve(tmp_path / "i.csv")
    assert (curve.measured, curve.prm) == ("Production", "09123456789012")
