# SPDX-License-Identifier: Apache-2.0
"""``xky panel reconcile``: what it prints, draws and writes, and its exit status."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command import Ended, xky
from tests.hil.panel.made_folder import Day, write_panel
from tests.hil.panel.real_folder import as_csv, rows_of, write_exports
from xky.hil.panel.reconciling.document import document_of
from xky.hil.panel.reconciling.reconcile import reconcile as reconcile_folder

SECOND_US = 1_000_000


def reconcile(*arguments: str | Path) -> Ended:
    return xky("panel", "reconcile", *arguments, cwd=Path("/"))


def stormy(folder: Path) -> Path:
    """A home that is whole, and one that lost an hour to its access point and has late, doubled and wrong messages."""

    def change(number: int, days: Sequence[Day]) -> None:
        if number == 1:
            return
        day = days[0]
        for place in range(60, 120):
            day.due[place] = day.due[place][0], "radio"
        day.events.append((day.due[60][0], day.due[119][0], "radio", "access point away"))
        day.rows[10].arrived_us += 100 * SECOND_US
        day.rows[20].said["EAST"] = 5
        day.rows.append(type(day.rows[30])(day.rows[30].arrived_us + 7 * SECOND_US, dict(day.rows[30].said)))
        del day.rows[60:120]

    return write_panel(folder, homes=2, hours=4, change=change)


def test_a_whole_panel_ends_with_nought(tmp_path: Path) -> None:
    ended = reconcile(write_panel(tmp_path, hours=2))
    assert ended.returncode == 0
    assert ended.stdout.startswith("whole: small: 1 home, 1 home-day: 120 readings due, 120 arrived\n")
    assert "where the bound is" in " ".join(ended.stdout.split())


def test_a_stormy_panel_ends_with_one_and_tells_when_and_why(tmp_path: Path) -> None:
    ended = reconcile(stormy(tmp_path))
    assert ended.returncode == 1
    assert ended.stdout.startswith("not whole: small: 2 homes, 2 home-days: 480 readings due, 420 arrived\n")
    assert "0002  2026-01-15 01:00:23 to 01:59:23  60 readings: radio (access point away)" in ended.stdout
    row = next(line for line in ended.stdout.splitlines() if line.strip().startswith("0002 "))
    assert row.split()[2:8] == ["240", "180", "60", "1", "1", "1"]


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    ended = reconcile(stormy(tmp_path), "--json")
    assert ended.returncode == 1
    told = json.loads(ended.stdout)
    assert {key: told[key] for key in ("homes", "lost", "late", "doubled", "wrong", "causes")} == {
        "homes": 2, "lost": 60, "late": 1, "doubled": 1, "wrong": 1, "causes": {"radio": 60},
    }  # fmt: skip


@pytest.mark.nightly
def test_processes_find_the_same_as_one(tmp_path: Path) -> None:
    folder = stormy(tmp_path)
    assert document_of(reconcile_folder(folder, 2)) == document_of(reconcile_folder(folder, 1))


@pytest.mark.nightly
def test_pictures_and_the_document_are_written_and_are_the_same_again(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra plot is not installed")
    (tmp_path / "panel").mkdir()
    folder = stormy(tmp_path / "panel")
    for name in ("a", "b"):
        assert reconcile(folder, "--out", tmp_path / name, "--plot", tmp_path / f"{name}.svg").returncode == 1
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == ["home-0002.svg", "panel.svg", "reconcile.json"]
    for one in (tmp_path / "a").iterdir():
        assert one.read_bytes() == (tmp_path / "b" / one.name).read_bytes()
    picture = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "radio: 60" in picture
    assert "60 lost of 240" in picture


def test_a_real_panel_says_what_was_inferred(tmp_path: Path) -> None:
    rows = rows_of(hours=6)
    ended = reconcile(write_exports(tmp_path, {name: as_csv(rows[:100] + rows[130:]) for name in "abc"}))
    assert ended.returncode == 1
    printed = " ".join(ended.stdout.split())
    assert "lost, the longest first; causes are inferred from who lost readings at the same time" in printed
    assert "30 readings: broker or database" in printed
    assert "nobody told when readings were due: one each 60 s as usual" in printed


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_what_is_no_panel_ends_with_two_and_one_line(tmp_path: Path, folder: str) -> None:
    ended = reconcile(tmp_path / folder)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(("missing", "complaint"), [
    ("numpy", "xky panel reconcile: needs numpy and pyarrow; install them with: pip install 'xky-hil[parquet]'"),
    ("matplotlib", "--out found: pictures need matplotlib; install it with: pip install 'xky-hil[plot]'"),
])  # fmt: skip
def test_a_missing_package_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, complaint: str
) -> None:
    monkeypatch.setattr("xky.hil.cli.panel.reconcile.find_spec", lambda name: None if name == missing else object())
    ended = xky("panel", "reconcile", tmp_path, "--out", "found", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"xky: {complaint}\n")
    assert [*tmp_path.iterdir()] == []


def test_a_run_that_was_cut_is_undecided_and_ends_with_one(tmp_path: Path) -> None:
    ended = reconcile(write_panel(tmp_path, hours=1, whole=False))
    assert ended.returncode == 1
    assert ended.stdout.startswith("undecided: small: 1 home")
