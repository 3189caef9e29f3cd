# SPDX-License-Identifier: Apache-2.0
"""What is found of a panel that a run made: each fault in one reading, and nothing else."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from tests.hil.panel.made_folder import SECOND_US, Day, wh_at, write_panel
from xky.emulator.legal_time import local_time
from xky.hil.panel.distributor import Form, drawn_form
from xky.hil.panel.distributor.curve import day_bounds_us
from xky.hil.panel.layout import ARRIVED_US, DUE, DUE_US, FRAMES, GOT, MIDNIGHTS, PANEL, PROBE, READINGS
from xky.hil.panel.reconciling.document import document_of
from xky.hil.panel.reconciling.reconcile import reconcile
from xky.hil.panel.reconciling.results import PanelFound
from xky.protocol import InputError

AT = 700  # reading of the day that something happens to
COUNTS = ("lost_number", "partly_lost", "late", "doubled", "wrong")


def found_of(folder: Path, change: Callable[[Sequence[Day]], None] = lambda days: None, **how: Any) -> PanelFound:
    return reconcile(write_panel(folder, change=lambda number, days: change(days), **how), jobs=1)


def counts(found: PanelFound) -> dict[str, int]:
    return {name: found.total(name) for name in COUNTS if found.total(name)}


def losing(cause: str) -> Callable[[Sequence[Day]], None]:
    def change(days: Sequence[Day]) -> None:
        due_us, _ = days[0].due[AT]
        days[0].due[AT] = due_us, cause
        del days[0].rows[AT]
        days[0].events.append((due_us - SECOND_US, due_us + SECOND_US, cause, "something"))

    return change


def test_a_sound_panel_is_whole(tmp_path: Path) -> None:
    found = found_of(tmp_path, days=2, homes=2)
    assert found.is_whole
    assert counts(found) == {}
    assert found.total("due") == found.total("arrived") == 4 * 1440
    assert [home.remarks for home in found.homes] == [[], []]
    assert all(one.points == one.of_points == 48 for home in found.homes for day in home.days
               for one in day.energies if one.against == "distributor")  # fmt: skip


@pytest.mark.parametrize("hours", [1.4, 2.4, 3.2])
def test_a_run_that_ends_between_two_points_of_the_curve_accuses_nobody(tmp_path: Path, hours: float) -> None:
    for step_min in (15, 30, 60):
        folder = tmp_path / str(step_min)
        found = found_of(folder, hours=hours, form=Form(steps_min=(step_min,), step_told=step_min != 60))
        assert found.is_whole


@pytest.mark.parametrize("cause", ["device", "radio", "broker", "database"])
def test_a_lost_reading_is_found_with_its_cause_and_when(tmp_path: Path, cause: str) -> None:
    found = found_of(tmp_path, losing(cause))
    assert counts(found) == {"lost_number": 1}
    assert found.causes == {cause: 1}
    (one,) = found.homes[0].days[0].lost
    assert (f"{local_time(one.from_us):%H:%M:%S}", one.what) == ("11:40:23", "something")
    assert not found.homes[0].disagreeing


def test_what_got_nowhere_that_is_told_has_the_cause_of_what_befell_somebody_then(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        losing("radio")(days)
        days[0].due[AT] = days[0].due[AT][0], "stored"

    assert found_of(tmp_path, change).causes == {"radio": 1}


def test_what_befell_a_gateway_while_it_sent_a_reading_lost_it(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        due_us, _ = days[0].due[AT]
        days[0].events.append((due_us - 60 * SECOND_US, due_us - 50 * SECOND_US, "radio", "out of range"))
        days[0].events.append((due_us + SECOND_US // 2, due_us + 30 * SECOND_US, "device", "brown-out"))
        del days[0].rows[AT]

    found = found_of(tmp_path, change)
    assert [(one.cause, one.what) for one in found.homes[0].days[0].lost] == [("device", "brown-out")]


def test_a_loss_that_nothing_explains_is_unknown(tmp_path: Path) -> None:
    assert found_of(tmp_path, lambda days: days[0].rows.pop(AT) and None).causes == {"unknown": 1}


def test_readings_lost_one_after_the_other_are_one_stretch(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        for place in range(AT, AT + 5):
            days[0].due[place] = days[0].due[place][0], "database"
        del days[0].rows[AT : AT + 5]

    lost = found_of(tmp_path, change).homes[0].days[0].lost
    assert [(one.number, one.cause) for one in lost] == [(5, "database")]


@pytest.mark.parametrize("late_s", [6, 100, 3600])
def test_a_late_reading_is_late_and_not_lost(tmp_path: Path, late_s: int) -> None:
    def change(days: Sequence[Day]) -> None:
        days[0].rows[AT].arrived_us += late_s * SECOND_US

    assert counts(found_of(tmp_path, change)) == {"late": 1}


def test_readings_that_wait_for_a_server_are_each_late(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        for row in days[0].rows[AT : AT + 30]:
            row.arrived_us = days[0].rows[AT + 30].arrived_us - 40 * SECOND_US

    assert counts(found_of(tmp_path, change)) == {"late": 30}


def test_a_reading_that_comes_after_midnight_is_late_and_counts_for_its_day(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        row = days[0].rows.pop()
        row.arrived_us += 300 * SECOND_US
        days[1].rows.append(row)
        row = days[0].rows.pop(5)
        row.arrived_us += 86_400 * SECOND_US
        days[1].rows.append(row)

    found = found_of(tmp_path, change, days=3)
    assert counts(found) == {"late": 2}
    assert [day.late for day in found.homes[0].days] == [0, 2, 0]


def test_a_reading_that_came_in_time_just_after_midnight_is_not_accused(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        days[1].rows.append(days[0].rows.pop())

    assert counts(found_of(tmp_path, change, days=2)) == {}


def test_a_message_that_seems_to_come_before_its_frame_had_ended_is_that_frame_s(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        for place, row in enumerate(days[0].rows):
            row.arrived_us = days[0].due[place][0] - place % 2

    assert counts(found_of(tmp_path, change)) == {}


@pytest.mark.parametrize("after_s", [1, 30, 200])
def test_a_reading_that_comes_twice_is_doubled(tmp_path: Path, after_s: int) -> None:
    def change(days: Sequence[Day]) -> None:
        row = days[0].rows[AT]
        days[0].rows.append(type(row)(row.arrived_us + after_s * SECOND_US, dict(row.said)))

    assert counts(found_of(tmp_path, change)) == {"doubled": 1}


@pytest.mark.parametrize("days", [1, 2])
def test_an_index_that_begins_anew_behind_nine_digits_is_no_loss_and_no_wrong_energy(days: int, tmp_path: Path) -> None:
    shift_wh = 10**9 - int(wh_at(day_bounds_us(date(2026, 1, 15))[0])) - 5_000  # in the middle of the day

    def change(number: int, made: Sequence[Day]) -> None:
        for day in made:
            for said in (*(one[2] for one in day.frames), *(row.said for row in day.rows)):
                said["EAST"] = (said["EAST"] + shift_wh) % 10**9

    folder = write_panel(tmp_path / "panel", days=days, change=change)
    for path in folder.glob("homes/*/days/*/midnights.json"):
        told = json.loads(path.read_text())
        path.write_text(json.dumps(told | {"EAST_wh": [one + shift_wh for one in told["EAST_wh"]]}))
    found = reconcile(folder)
    assert (counts(found), found.is_whole) == ({}, True)
    assert [len(day.energies) for day in found.homes[0].days] == [2] * days


@pytest.mark.parametrize(
    ("probe", "again", "dup", "away", "by"),
    [
        ("mqtt", False, False, "broker before", "device"),  # back when the first one came
        ("mqtt", True, False, None, "broker"),  # one message came out twice
        ("influx", True, False, None, "database"),
        ("mqtt", False, False, None, "device"),
        ("influx", False, False, None, "device"),
        ("mqtt", False, True, None, "unknown"),  # it said that it had sent it before: nobody had told it yes
        ("mqtt", False, False, "radio", "radio"),
        ("influx", False, False, "database", "database"),
    ],
)
def test_who_doubled_a_message_is_told_where_it_shows(
    probe: str, again: bool, dup: bool, away: str | None, by: str, tmp_path: Path
) -> None:
    def change(days: Sequence[Day]) -> None:
        for number, row in enumerate(days[0].rows):
            row.probe, row.message = probe, number
        row = days[0].rows[AT]
        number = AT if again else len(days[0].rows)
        second_us = row.arrived_us + SECOND_US
        days[0].rows.append(type(row)(second_us, dict(row.said), probe, message=number, is_dup=dup))
        if away is not None:
            cause, begin_us = away.split()[0], row.arrived_us + 1000 - 2 * SECOND_US * away.endswith("before")
            days[0].events.append((begin_us, begin_us + SECOND_US - 2000, cause, f"{cause} away"))

    found = found_of(tmp_path, change, uplinks=[probe])
    assert counts(found) == {"doubled": 1}
    assert found.homes[0].days[0].why == {"doubled": {by: 1}}


def test_four_points_of_one_measurement_are_no_doubles(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        rows = []
        for row in days[0].rows:
            rows += [type(row)(row.arrived_us, {key: value}, "influx", "conso") for key, value in row.said.items()]
        days[0].rows[:] = rows

    assert counts(found_of(tmp_path, change, uplinks=["influx"])) == {}


@pytest.mark.parametrize(("label", "value"), [("EAST", 5), ("SINSTS", 7), ("ADSC", "021976000002")])
def test_a_wrong_value_is_wrong_and_not_lost(tmp_path: Path, label: str, value: int | str) -> None:
    def change(days: Sequence[Day]) -> None:
        days[0].rows[AT].said[label] = value

    found = found_of(tmp_path, change)
    assert counts(found) == {"wrong": 1}
    assert found.homes[0].remarks == [f"2026-01-15: wrong values of {label} (1)"]
    assert not found.homes[0].disagreeing


def test_a_value_of_an_earlier_frame_said_again_in_the_place_of_a_new_one_is_wrong(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        days[0].rows[AT].said = dict(days[0].rows[AT - 40].said)

    assert counts(found_of(tmp_path, change)) == {"wrong": 1}


def test_a_value_of_the_frame_before_is_as_good_as_one_of_the_last(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        for row, place in zip(days[0].rows, range(0, 2880, 2), strict=True):
            row.said["EAST"] = days[0].frames[place][2]["EAST"]

    assert counts(found_of(tmp_path, change)) == {}


def test_what_came_by_one_way_and_not_by_the_other_is_told(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        days[0].rows += [
            type(row)(row.arrived_us, dict(row.said), "influx", "conso")
            for row in days[0].rows[:AT] + days[0].rows[AT + 1 :]
        ]
        days[0].events.append((days[0].due[AT][0], days[0].due[AT][0], "database", "database away"))

    found = found_of(tmp_path, change, uplinks=["mqtt", "influx"])
    assert counts(found) == {"partly_lost": 1}
    assert not found.is_whole
    (one,) = found.homes[0].days[0].partly
    assert (one.cause, one.what) == ("database", "nothing by influx, database away")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23)])
def test_days_on_which_the_clock_changes_reconcile(tmp_path: Path, day: date, hours: int) -> None:
    found = found_of(tmp_path, first=day, form=Form())
    assert found.is_whole
    assert found.total("due") == hours * 60
    assert [one.points for one in found.homes[0].days[0].energies] == [0, 2 * hours]


def test_energies_agree_within_a_bound_that_is_what_was_drawn_and_rounding(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        del days[0].rows[:120]  # two hours from midnight on
        days[0].due[:120] = [(at_us, "radio") for at_us, _ in days[0].due[:120]]

    found = found_of(tmp_path, change)
    meter, distributor = found.homes[0].days[0].energies
    assert 1900 < meter.error_wh <= meter.bound_wh < 1950
    assert 1900 < distributor.error_wh <= distributor.bound_wh < 1970  # by the readings, too, and half a watt a step
    assert distributor.readings_wh == meter.readings_wh
    assert not found.homes[0].disagreeing


def test_a_curve_that_says_something_else_is_beyond_its_bound_and_where_is_told(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, form=Form())
    path = folder / "homes/0001/distributor/consumption.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("T12:30:00+01:00;", "T12:30:00+01:00;9"), encoding="utf-8")
    found = reconcile(folder, jobs=1)
    (one,) = found.homes[0].disagreeing
    assert [text[:5] for _, text in one.beyond] == ["12:30"]
    assert counts(found) == {}
    assert not found.is_whole


def test_a_curve_of_another_time_zone_is_told(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, form=Form())
    path = folder / "homes/0001/distributor/consumption.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("+01:00", "+00:30"), encoding="utf-8")
    found = reconcile(folder, jobs=1)
    assert any("fits the readings 30 min earlier: shifted, or of another time zone" in one
               for one in found.homes[0].remarks)  # fmt: skip
    assert not found.is_whole


def test_gaps_of_a_curve_are_told_and_what_is_there_is_compared(tmp_path: Path) -> None:
    found = found_of(tmp_path, form=Form(missing=0.1, draw=3))
    (_, energy) = found.homes[0].days[0].energies
    assert energy.points < 48 == energy.of_points
    assert found.is_whole
    assert "2026-01-15: " in found.homes[0].remarks[0]


@pytest.mark.parametrize("seed", [0, 4, 12, 19])
def test_no_form_of_a_sound_export_accuses_anybody(tmp_path: Path, seed: int) -> None:
    found = found_of(tmp_path, form=drawn_form(Random(seed)), hours=8)
    assert found.is_whole
    assert [one.against for one in found.homes[0].days[0].energies] == ["meter", "distributor"]


@pytest.mark.parametrize(("name", "column", "value", "kind"), [
    (DUE, DUE_US, None, arrow.int64()), (DUE, DUE_US, 2**62, arrow.int64()), (DUE, DUE_US, -(2**62), arrow.int64()),
    (DUE, DUE_US, "1768435200000000", arrow.string()), (DUE, GOT, 3, arrow.int64()),
    (READINGS, ARRIVED_US, 2**63 - 1, arrow.int64()), (READINGS, PROBE, None, arrow.string()),
])  # fmt: skip
def test_a_column_that_holds_something_else_is_told_and_nobody_counts_with_it(
    tmp_path: Path, name: str, column: str, value: object, kind: arrow.DataType
) -> None:
    folder = write_panel(tmp_path, homes=2, hours=1)
    path = next((folder / "homes" / "0002" / "days").glob(f"*/{name}"))
    table = parquet.read_table(path)
    wrong = arrow.array([value] * len(table), kind)
    parquet.write_table(table.set_column(table.column_names.index(column), column, wrong), path)
    found = reconcile(folder, jobs=1)
    assert [home.is_whole for home in found.homes] == [True, False]
    (remark,) = found.homes[1].remarks
    assert f"{name}: column {column}: expected " in remark


@pytest.mark.parametrize("told", [
    '{"from_us": 1, "to_us": 2, "EAST_wh": [1, 2]}', '{"from_us": 1768435200000000, "to_us": 1e400, "EAST_wh": [1, 2]}',
    '{"from_us": 1768435200000000, "to_us": 1768521600000000, "EAST_wh": [1, 1e400]}',
])  # fmt: skip
def test_midnights_that_cannot_be_are_told(tmp_path: Path, told: str) -> None:
    folder = write_panel(tmp_path, homes=2, hours=1)
    next((folder / "homes" / "0002" / "days").glob(f"*/{MIDNIGHTS}")).write_text(told)
    found = reconcile(folder, jobs=1)
    assert [home.is_whole for home in found.homes] == [True, False]
    assert "midnights.json: expected from_us, to_us" in found.homes[1].remarks[0]


@pytest.mark.parametrize("homes", ['"x"', "null", "true", "0"])
def test_a_panel_of_no_number_of_homes_is_told(tmp_path: Path, homes: str) -> None:
    path = write_panel(tmp_path, hours=1) / PANEL
    path.write_text(path.read_text().replace('"homes": 1', f'"homes": {homes}'))
    with pytest.raises(InputError, match=r"panel.json: homes = .*; expected how many there are"):
        reconcile(tmp_path)


@pytest.mark.parametrize("text", [None, "no curve"])
def test_a_home_whose_curve_cannot_be_read_is_judged_and_not_whole(tmp_path: Path, text: str | None) -> None:
    folder = write_panel(tmp_path, hours=6)
    path = next(folder.glob("homes/0001/distributor/*"))
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    (home,) = reconcile(folder, jobs=1).homes
    assert (home.judged, home.faults, home.is_whole, len(home.remarks)) == (True, 0, False, 1)


@pytest.mark.parametrize("name", [FRAMES, MIDNIGHTS, READINGS, "due.parquet"])
def test_a_home_without_its_truth_is_never_whole_and_the_others_go_on(tmp_path: Path, name: str) -> None:
    folder = write_panel(tmp_path, homes=2)
    (folder / "homes/0001/days/2026-01-15" / name).unlink()
    found = reconcile(folder, jobs=1)
    assert [home.judged for home in found.homes] == [False, True]
    assert found.homes[0].remarks[0].endswith("; run the panel again")
    assert name in found.homes[0].remarks[0]
    assert not found.is_whole


def test_a_run_that_was_cut_is_told_and_never_whole(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, homes=2, whole=False)
    (folder / "homes/0002/home.json").unlink()
    found = reconcile(folder, jobs=1)
    assert [home.id for home in found.homes] == ["0001"]
    assert "1 of 2 homes are done" in found.remarks[0]
    assert found.homes[0].is_whole
    assert not found.is_whole


@pytest.mark.parametrize(("spoil", "complaint"), [
    (lambda folder: (folder / PANEL).unlink(), "panel.json: is not there; give the folder that `xky panel run --out`"),
    (lambda folder: (folder / PANEL).write_text("{"), "panel.json: cannot be read"),
    (lambda folder: (folder / PANEL).write_text("{}"), "expected schema 'xky-panel/1'"),
    (lambda folder: (folder / "homes/0001/home.json").unlink(), "no home is done"),
    (lambda folder: (folder / "homes/0001/days/2026-01-15" / FRAMES).write_bytes(b"PAR1"), "no home can be reconciled"),
])  # fmt: skip
def test_what_cannot_be_reconciled_is_told_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], None], complaint: str
) -> None:
    folder = write_panel(tmp_path, hours=1)
    spoil(folder)
    with pytest.raises(InputError) as error:
        reconcile(folder, jobs=1)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_the_document_says_what_its_contract_does(tmp_path: Path) -> None:
    told = document_of(found_of(tmp_path, losing("radio")))
    binding = ("homes", "readings_due", "readings_arrived", "lost", "late", "doubled", "wrong", "causes")
    assert [told[name] for name in binding] == [1, 1440, 1439, 1, 0, 0, 0, {"radio": 1}]
    assert 0 < told["energy_error_wh"] <= told["energy_bound_wh"] < 20
    json.dumps(told, allow_nan=False)


def test_a_gateway_that_was_dead_all_day_has_lost_what_was_due(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        days[1].frames, days[1].rows = [], []
        days[1].due = [(at_us, "device") for at_us, _ in days[1].due]

    found = found_of(tmp_path, change, days=3)
    assert counts(found) == {"lost_number": 1440}
    assert found.causes == {"device": 1440}


def test_a_gateway_that_never_spoke_and_had_nothing_due_is_whole(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        days[0].frames, days[0].rows, days[0].due = [], [], []

    assert found_of(tmp_path, change).is_whole


def test_readings_that_mix_two_frames_of_a_wake_are_late_and_not_wrong(tmp_path: Path) -> None:
    def change(days: Sequence[Day]) -> None:
        day = days[0]
        for place in (0, 1):
            day.frames[2 * AT + place][2]["SINSTS"] = 7000 + place
        row = day.rows[AT]
        row.said, row.arrived_us = {"EAST": row.said["EAST"], "SINSTS": 7000}, row.arrived_us + 400 * SECOND_US

    assert counts(found_of(tmp_path, change)) == {"late": 1}


def test_a_home_of_a_board_that_nobody_knows_is_told(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, homes=2, hours=1)
    (folder / "homes/0001/home.json").write_text('{"id": "0001", "board": "nobody-s"}')
    found = reconcile(folder, jobs=1)
    assert "board 'nobody-s': not known" in found.homes[0].remarks[0]
    assert [home.judged for home in found.homes] == [False, True]


def test_days_whose_columns_do_not_go_together_are_told(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, homes=2, days=2, hours=1)
    path = folder / "homes/0001/days/2026-01-16" / FRAMES
    table = parquet.read_table(path)
    table = table.set_column(table.column_names.index("ADSC"), "ADSC", table.column("EAST"))
    parquet.write_table(table, path)
    found = reconcile(folder, jobs=1)
    assert "its files do not go together" in found.homes[0].remarks[0]
    assert [home.judged for home in found.homes] == [False, True]
