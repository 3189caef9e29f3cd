# SPDX-License-Identifier: Apache-2.0
"""What is found of a real panel by its own exports, sound and messy."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.hil.panel.made_folder import write_panel
from tests.hil.panel.real_folder import (
    Row,
    as_csv,
    as_influx_2,
    as_influx_csv,
    as_line_protocol,
    as_select,
    rows_of,
    write_exports,
)  # fmt: skip
from xky.hil.panel.reconciling.document import document_of
from xky.hil.panel.reconciling.reconcile import reconcile
from xky.hil.panel.reconciling.results import PanelFound
from xky.protocol import InputError

COUNTS = ("lost_number", "late", "doubled", "wrong")
AT = 700


def counts(found: PanelFound) -> dict[str, int]:
    return {name: found.total(name) for name in COUNTS if found.total(name)}


def told(found: PanelFound, text: str) -> list[str]:
    return [one for home in found.homes for one in home.remarks if text in one]


def edited(tmp_path: Path, edit: Callable[[list[Row]], object], **how: str) -> PanelFound:
    rows = rows_of()
    edit(rows)
    return reconcile(write_exports(tmp_path, {"a": as_csv(rows)}, **how))


@pytest.mark.parametrize("form", [as_csv, as_influx_2, as_select, as_line_protocol])
def test_sound_exports_of_each_form_are_whole(tmp_path: Path, form: Callable[[list[Row]], str]) -> None:
    found = reconcile(write_exports(tmp_path, {"a": form(rows_of())}))
    assert found.is_whole, document_of(found)
    assert found.total("due") == found.total("arrived") == 1440
    (energy,) = found.homes[0].days[0].energies
    assert (energy.points, energy.of_points) == (46, 48)  # no reading is outside of the first and the last
    assert energy.error_wh <= energy.bound_wh


def test_points_are_read_by_the_statement_of_the_board(tmp_path: Path) -> None:
    more = {"a": 'board = "winky-c6-tasmota"'}
    found = reconcile(write_exports(tmp_path, {"a": as_influx_csv(rows_of())}, more=more))
    assert found.is_whole, document_of(found)
    assert found.total("due") == 1440
    assert found.homes[0].days[0].energies


def test_a_missing_reading_is_found_and_nothing_tells_who_lost_it(tmp_path: Path) -> None:
    found = edited(tmp_path, lambda rows: rows.pop(AT))
    assert counts(found) == {"lost_number": 1}
    assert found.causes == {"unknown": 1}


def test_causes_are_inferred_from_who_lost_readings_at_once(tmp_path: Path) -> None:
    rows = rows_of()
    homes = {name: as_csv(rows[:100] + rows[130:]) for name in "abc"} | {
        "d": as_csv(rows[:100] + rows[130:700] + rows[703:])
    }
    found = reconcile(write_exports(tmp_path, homes))
    assert counts(found) == {"lost_number": 123}
    assert found.causes == {"broker or database": 120, "radio or device": 3}
    assert document_of(found)["causes_inferred"]


def test_a_long_silence_of_one_home_is_the_servers_only_while_all_were_silent(tmp_path: Path) -> None:
    rows = rows_of()
    homes = {name: as_csv(rows[:100] + rows[130:]) for name in "abc"} | {"d": as_csv(rows[:50] + rows[300:])}
    found = reconcile(write_exports(tmp_path, homes))
    assert found.homes[3].causes == {"broker or database": 30, "radio or device": 220}


def test_a_home_that_falls_silent_has_lost_what_is_due_until_the_last_of_all(tmp_path: Path) -> None:
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows_of()), "b": as_csv(rows_of()[:1000])}))
    assert found.homes[1].causes == {"radio or device": 440}


def test_readings_are_due_between_the_times_that_are_told(tmp_path: Path) -> None:
    toml = 'from = "2026-01-14T23:00"\nuntil = "2026-01-16T01:00"'
    found = edited(tmp_path, lambda rows: None, toml=toml)
    assert found.total("lost_number") == 120


def test_what_was_lost_before_or_behind_the_times_that_are_told_is_nobody_s_loss(tmp_path: Path) -> None:
    rows = rows_of()
    del rows[1400], rows[10]
    folder = write_exports(tmp_path, {"a": as_csv(rows)}, toml='from = "2026-01-15T06:00"\nuntil = "2026-01-15T18:00"')
    found = reconcile(folder)
    assert counts(found) == {}
    assert (found.total("due"), found.total("arrived")) == (720, 720)
    (folder / "panel.toml").write_text(
        (folder / "panel.toml").read_text(encoding="utf-8").replace("2026-01-15T", "2025-01-15T"), encoding="utf-8"
    )
    with pytest.raises(InputError, match="no reading of it is between from and until"):
        reconcile(folder)


@pytest.mark.parametrize("spread", [0.1, 0.3])
def test_a_gateway_that_has_no_even_period_is_not_accused(tmp_path: Path, spread: float) -> None:
    rows = [(at + (k * 7919 % 1000) * round(spread * 60_000), wh, va) for k, (at, wh, va) in enumerate(rows_of())]
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows)}, more={"a": ""}))
    assert found.total("lost_number") == 0


def test_a_gateway_that_publishes_by_two_ways_has_one_reading_due_for_both(tmp_path: Path) -> None:
    rows = rows_of()
    late = [(at + 700_000, wh, va) for at, wh, va in rows]
    text = as_line_protocol(rows) + "\n" + as_line_protocol(late).replace("home=a", "home=b")
    assert reconcile(write_exports(tmp_path, {"a": text})).total("due") == 1440


def test_the_first_interval_of_a_gateway_that_starts_accuses_nobody(tmp_path: Path) -> None:
    assert counts(edited(tmp_path, lambda rows: rows.pop(1))) == {}


def test_a_period_that_is_told_counts(tmp_path: Path) -> None:
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows_of())}, more={"a": "period_s = 30"}))
    assert found.total("lost_number") == 1439
    assert told(found, "one each 30 s as told")
    assert told(found, "nobody told when readings were due") == []


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_spreadsheet_s_unicode_text_is_read_as_any_other(coding: str, tmp_path: Path) -> None:
    folder = write_exports(tmp_path, {"a": as_csv(rows_of()).replace(",", "\t")})
    curve = (folder / "a.csv").read_text(encoding="utf-8-sig").replace(";", "\t")
    for name, text in (("a.readings", (folder / "a.readings").read_text()), ("a.csv", curve)):
        (folder / name).write_bytes(text.replace("\n", "\r\n").encode(coding))
    found = reconcile(folder)
    assert (counts(found), found.is_whole) == ({}, True)
    assert [one.points for day in found.homes[0].days for one in day.energies] == [46]


@pytest.mark.parametrize(("name", "what"), [("a.readings", "home a"), ("a.csv", "")])
def test_a_broken_unicode_text_is_told_with_its_encoding(name: str, what: str, tmp_path: Path) -> None:
    folder = write_exports(tmp_path, {"a": as_csv(rows_of()), "b": as_csv(rows_of())})
    (folder / name).write_bytes((folder / name).read_text(encoding="utf-8-sig").encode("utf-16")[:-1])
    (remark,) = [one for one in reconcile(folder).homes[0].remarks if "UTF-16" in one]
    assert remark.endswith(f"{name}: is UTF-16, and broken; export it again, best as CSV in UTF-8")
    assert what in remark


@pytest.mark.parametrize("place", [1, AT, 1438])
def test_an_index_that_begins_anew_behind_nine_digits_goes_on(place: int, tmp_path: Path) -> None:
    begins_wh = rows_of()[place][1]

    def roll(rows: list[Row]) -> None:
        rows[:] = [(at, (wh - begins_wh) % 10**9, va) for at, wh, va in rows]

    found = edited(tmp_path, roll)
    assert (counts(found), found.is_whole) == ({}, True)
    assert not told(found, "begins anew")


def test_a_wrong_value_beside_the_nine_digits_is_wrong_still(tmp_path: Path) -> None:
    begins_wh = rows_of()[AT][1]

    def roll(rows: list[Row]) -> None:
        rows[:] = [(at, (wh - begins_wh) % 10**9, va) for at, wh, va in rows]
        rows[AT + 3] = (rows[AT + 3][0], 999_900_000, rows[AT + 3][2])

    assert counts(edited(tmp_path, roll)) == {"wrong": 1}


def test_a_doubled_row_is_doubled(tmp_path: Path) -> None:
    assert counts(edited(tmp_path, lambda rows: rows.append(rows[AT]))) == {"doubled": 1}


def test_two_rows_of_one_instant_that_differ_are_wrong(tmp_path: Path) -> None:
    assert counts(edited(tmp_path, lambda rows: rows.append((rows[AT][0], rows[AT][1] + 1, 5)))) == {"wrong": 1}


@pytest.mark.parametrize("more_wh", [20, -20])
def test_two_rows_that_differ_accuse_none_behind_them(tmp_path: Path, more_wh: int) -> None:
    def change(rows: list[Row]) -> None:
        at, wh, va = rows[AT]
        rows[AT : AT + 1] = [(at, wh, va), (at, wh + more_wh, va)] if more_wh > 0 else [(at, wh + 20, va), (at, wh, va)]

    found = edited(tmp_path, change)
    assert counts(found) == {"wrong": 1}
    assert told(found, "goes back") == []


@pytest.mark.parametrize("number", [1, 3])
def test_values_a_little_too_high_are_wrong_and_those_behind_them_are_not(tmp_path: Path, number: int) -> None:
    def change(rows: list[Row]) -> None:
        for place in range(AT, AT + number):
            rows[place] = rows[place][0], rows[place][1] + 300, rows[place][2]

    found = edited(tmp_path, change)
    assert counts(found) == {"wrong": number}
    assert len(told(found, f"EAST goes back in {number} readings and jumps in 0")) == 1
    assert not found.homes[0].disagreeing


@pytest.mark.parametrize(("change_wh", "text"), [
    (-1000, "EAST goes back in 1 readings and jumps in 0"),
    (90_000, "EAST goes back in 0 readings and jumps in 1 by more than 36 kVA let through"),
])  # fmt: skip
def test_an_index_that_cannot_be_is_wrong(tmp_path: Path, change_wh: int, text: str) -> None:
    def change(rows: list[Row]) -> None:
        rows[AT] = rows[AT][0], rows[AT][1] + change_wh, rows[AT][2]

    found = edited(tmp_path, change)
    assert counts(found) == {"wrong": 1}
    assert told(found, text)


def test_a_subscription_says_what_an_index_may_grow_by(tmp_path: Path) -> None:
    rows = rows_of()
    rows[AT] = rows[AT][0], rows[AT][1] + 500, rows[AT][2]
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows)}, more={"a": "subscription_kva = 6"}))
    assert told(found, "by more than 6 kVA let through")


def test_a_meter_that_is_changed_is_told_once_and_accuses_nobody(tmp_path: Path) -> None:
    rows = [(at, wh - 500_000 if k >= AT else wh, va) for k, (at, wh, va) in enumerate(rows_of())]
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows)}, more={"a": ""}))
    assert len(told(found, "EAST begins anew at 2026-01-15 11:40:20: another meter?")) == 1
    assert told(found, "EAST goes back") == []


def test_an_energy_beyond_its_bound_is_wrong_and_told_with_its_interval(tmp_path: Path) -> None:
    folder = write_exports(tmp_path, {"a": as_csv(rows_of())})
    text = (folder / "a.csv").read_text(encoding="utf-8")
    (folder / "a.csv").write_text(text.replace("T12:30:00+01:00;", "T12:30:00+01:00;9"), encoding="utf-8")
    found = reconcile(folder)
    assert counts(found) == {"wrong": 1}
    assert [one[:5] for _, one in found.homes[0].disagreeing[0].beyond] == ["12:30"]


def test_readings_of_a_wrong_time_zone_are_told(tmp_path: Path) -> None:
    rows = [(at + 30 * 60_000_000, wh, va) for at, wh, va in rows_of()]
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows)}))
    assert told(found, "a.csv: fits the readings 30 min earlier: shifted, or one of both is of another time zone")


def test_local_times_are_of_the_zone_that_is_told(tmp_path: Path) -> None:
    lines = ["time;EAST"]
    lines += [f"2026-01-15 {k // 60:02}:{k % 60:02}:20;{wh}" for k, (_, wh, _) in enumerate(rows_of())]
    more = {"a": 'time_zone = "Europe/Paris"'}
    found = reconcile(write_exports(tmp_path, {"a": "\n".join(lines)}, more=more))
    assert found.is_whole, document_of(found)


def test_columns_of_other_names_and_units_are_found_as_told(tmp_path: Path) -> None:
    lines = ["when,conso_kwh", *(f"{at // 1_000_000},{wh / 1000}" for at, wh, _ in rows_of())]
    more = {"a": '[home.columns]\ntime = "when"\nEAST = { column = "conso_kwh", scale = 1000 }'}
    found = reconcile(write_exports(tmp_path, {"a": "\n".join(lines)}, more=more))
    assert found.is_whole, document_of(found)


def test_what_arrived_long_after_it_was_read_is_late(tmp_path: Path) -> None:
    lines = ["time,received,EAST"]
    lines += [
        f"{at * 1000},{(at + (90_000_000 if k == AT else 0)) * 1000},{wh}" for k, (at, wh, _) in enumerate(rows_of())
    ]
    more = {"a": '[home.columns]\narrived = "received"'}
    found = reconcile(write_exports(tmp_path, {"a": "\n".join(lines)}, more=more))
    assert counts(found) == {"late": 1}


def messy(rows: list[Row]) -> str:
    lines = as_csv(rows).split("\n")
    lines[5] = lines[5].rsplit(",", 1)[0] + ","  # an empty value
    lines[6] = lines[6].rsplit(",", 1)[0] + ",many"
    lines[7] = "yesterday" + lines[7][lines[7].index(",") :]
    lines[8] += ",7,8"
    return "\n".join(lines)


def test_each_mess_of_a_file_is_told_in_a_line_and_the_rest_is_reconciled(tmp_path: Path) -> None:
    found = reconcile(write_exports(tmp_path, {"a": messy(rows_of()), "b": as_csv(rows_of())}))
    for text in (
        "a.readings: SINSTS is empty in 1 of 1439 rows; not said there",
        "a.readings: 1 values of SINSTS cannot be: 'many' in line 7; not counted",
        "a.readings: 1 rows have no time that can be read: 'yesterday' in line 8; not counted",
        "a.readings: line 9: '",
    ):
        assert len(told(found, text)) == 1, (text, found.homes[0].remarks)
    assert [home.total("lost_number") for home in found.homes] == [2, 0]
    assert all("\n" not in one for home in found.homes for one in home.remarks)


@pytest.mark.parametrize(("text", "complaint"), [
    ("", "is empty"),
    ("EAST,SINSTS\n5,6\n", "has no column of time"),
    ("time,power\n1768431600,5\n", "no column is a label of the TIC, only power"),
    ("{}", "no answer of InfluxDB to SELECT"),
])  # fmt: skip
def test_a_home_that_cannot_be_read_is_told_and_the_others_go_on(tmp_path: Path, text: str, complaint: str) -> None:
    found = reconcile(write_exports(tmp_path, {"a": text, "b": as_csv(rows_of())}))
    assert [home.judged for home in found.homes] == [False, True]
    assert complaint in found.homes[0].remarks[0]
    assert not found.is_whole
    with pytest.raises(InputError, match="nothing can be reconciled"):
        reconcile(write_exports(tmp_path, {"a": text}))


def test_a_home_with_one_reading_alone_is_not_judged(tmp_path: Path) -> None:
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows_of()[:1]), "b": as_csv(rows_of())}))
    assert [home.judged for home in found.homes] == [False, True]
    assert told(found, "it has one reading alone")


@pytest.mark.parametrize(("form", "is_told"), [(as_csv, True), (as_influx_csv, False)])
def test_rows_out_of_order_are_told_and_series_behind_each_other_are_none(
    tmp_path: Path, form: Callable[[list[Row]], str], is_told: bool
) -> None:
    rows = rows_of()
    rows[5:5] = [rows.pop(9)] if is_told else []
    found = reconcile(write_exports(tmp_path, {"a": form(rows)}, more={"a": 'board = "winky-c6-tasmota"'}))
    assert bool(told(found, "rows are not in the order of their times")) == is_told
    assert found.is_whole


def test_a_curve_that_cannot_be_read_is_told_and_readings_are_reconciled(tmp_path: Path) -> None:
    folder = write_exports(tmp_path, {"a": as_csv(rows_of())})
    (folder / "a.csv").unlink()
    found = reconcile(folder)
    assert told(found, "a.csv: cannot be read")
    assert found.total("due") == 1440
    assert not found.is_whole


@pytest.mark.parametrize(("more", "complaint"), [
    ("gone.csv", "gone.csv: cannot be read"), ("gone*.csv", "gone*.csv: no such file"),
    ("a**b", "a**b: no pattern of files of the folder"), ("/etc/*.csv", "/etc/*.csv: no pattern of files"),
])  # fmt: skip
def test_a_home_with_a_file_of_readings_that_is_not_there_is_not_whole(
    tmp_path: Path, more: str, complaint: str
) -> None:
    folder = write_exports(tmp_path, {"a": as_csv(rows_of())})
    toml = (folder / "panel.toml").read_text(encoding="utf-8")
    toml = toml.replace('readings = "a.readings"', f'readings = ["a.readings", "{more}"]')
    (folder / "panel.toml").write_text(toml, encoding="utf-8")
    found = reconcile(folder)
    assert counts(found) == {}
    assert (len(told(found, complaint)), found.is_whole) == (1, False)


def test_a_quote_that_nobody_closes_spoils_one_row(tmp_path: Path) -> None:
    lines = as_csv(rows_of()).splitlines()
    lines[AT + 1] = '"' + lines[AT + 1]
    found = reconcile(write_exports(tmp_path, {"a": "\n".join(lines)}))
    assert counts(found) == {"lost_number": 1}
    assert found.total("due") == 1440
    assert told(found, f"line {AT + 2}: ")


def test_a_line_without_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no CSV that can be read \(field larger than field limit"):
        reconcile(write_exports(tmp_path, {"a": as_csv(rows_of()) + "9" * 200_000}))


@pytest.mark.parametrize(("toml", "more"), [('from = "2001-01-01T00:00"', ""), ("", "period_s = 0.1")])
def test_more_losses_than_anybody_has_are_a_wrong_date_or_period(tmp_path: Path, toml: str, more: str) -> None:
    rows = [(at * 100, wh, va) for at, wh, va in rows_of()] if more else rows_of()
    rows = [(at - rows[0][0] + 1_768_431_620_000_000, wh, va) for at, wh, va in rows]
    found = reconcile(write_exports(tmp_path, {"a": as_csv(rows)}, toml=toml, more={"a": more}))
    assert [(home.judged, home.is_whole) for home in found.homes] == [(False, False)]
    assert told(found, "readings would be missing between ")


@pytest.mark.parametrize(("toml", "complaint"), [
    ('schema = "xky-exports/2"\n', "panel.toml:1: schema"),
    ('schema = "xky-exports/1"\n[[home]]\nid = "a"\n', "panel.toml:2: home.0.readings: this key is missing"),
    ('schema = "xky-exports/1"\n[[home]]\nid = "a"\nreadings = "x"\nboard = "winki"\n', "panel.toml:5: home.0.board"),
    (
        'schema = "xky-exports/1"\n[[home]]\nid = "a"\nreadings = "x"\ntime_zone = "Paris"\n',
        "write UTC, or Europe/Paris",
    ),
    (
        'schema = "xky-exports/1"\n[[home]]\nid = "a"\nreadings = "x"\n[home.columns]\nEAS = "x"\n',
        "EAS: no label of the TIC",
    ),
    ('schema = "xky-exports/1"\n[[home]\n', "no valid TOML"),
    ('schema = "xky-exports/1"\n[[home]]\nid = "a"\nreadings = "x"\nperiod_s = 1e-9\n', "home.0.period_s"),
    ('schema = "xky-exports/1"\n[[home]]\nid = "a"\nreadings = "\\u0000"\n', "no path of a file"),
    (
        'schema = "xky-exports/1"\nfrom = "2026-01-16T00:00"\nuntil = "2026-01-15T00:00"\n[[home]]\nid = "a"\n'
        'readings = "x"\n',
        "until: 2026-01-15T00:00 is not behind from",
    ),
])  # fmt: skip
def test_a_file_that_is_wrong_is_told_with_line_and_key(tmp_path: Path, toml: str, complaint: str) -> None:
    (tmp_path / "panel.toml").write_text(toml)
    with pytest.raises(InputError) as error:
        reconcile(tmp_path)
    assert complaint in str(error.value)


def test_a_run_that_never_began_is_no_real_panel(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").write_text("homes = 5\n")
    with pytest.raises(InputError, match=r"panel\.json: is not there"):
        reconcile(tmp_path)


def test_a_made_panel_is_one_though_its_file_lies_beside(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, hours=1, first=date(2026, 1, 15))
    (folder / "panel.toml").write_text("homes = 1\n")
    assert reconcile(folder).is_whole
