# SPDX-License-Identifier: Apache-2.0
"""``xky fuzz --defects``: each hunt is kept as it ends, and is not made again."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xky.hil.cli import app
from xky.hil.hunt import detection
from xky.hil.hunt.detection import Found, detect
from xky.hil.hunt.kept_detection import KeptHunts
from xky.hil.hunt.print_detection import print_detection
from xky.protocol import InputError

ID = "ignores-checksum"
FOUND = Found(0.5, 2, frames=1, faults=1, requirement="TIC-CHK-1")
NOT_FOUND = Found(None, 5000)


def printed(folder: Path, *, seeds: int = 3, as_json: bool = False) -> int:
    return print_detection(range(seeds), defect=ID, jobs=1, folder=folder, as_json=as_json)


def test_what_was_hunted_before_is_told_and_not_hunted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = KeptHunts(tmp_path)
    for seed, found in enumerate((FOUND, NOT_FOUND, Found(2.5, 7, 2, 1, "TIC-CHK-2"))):
        before.add((ID, seed), found)
    monkeypatch.setattr(detection, "_hunt", None)
    assert printed(tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "defect            found  median s  frames  faults  by",
        "ignores-checksum    2/3       2.5       1       1  TIC-CHK-1",
        "1 of 1 found within a median of 60 s of the processor",
    ]
    assert printed(tmp_path, as_json=True) == 0
    (told,) = json.loads(capsys.readouterr().out)["defects"]
    assert told == {
        "defect": ID, "median_s": 2.5, "found": 2, "hunts": 3, "examples": [2, 7, 5000], "frames": 1, "faults": 1,
        "requirement": "TIC-CHK-1",
    }  # fmt: skip


def test_the_command_needs_nothing_else_and_refuses_what_it_would_not_heed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeptHunts(tmp_path).add((ID, 1), FOUND)
    monkeypatch.setattr(detection, "_hunt", None)
    command = ["fuzz", "--defects", "--defect", ID, "--seeds", "1", "--seed", "1", "--out", str(tmp_path)]
    run = CliRunner().invoke(app, command, catch_exceptions=False)
    assert (run.exit_code, run.stdout.splitlines()[1].split()[:2]) == (0, [ID, "1/1"])
    for option, value in {"--line": "tcp", "--parity": "keep", "--speed": "2", "--mode": "standard"}.items():
        with pytest.raises(InputError, match=f"--defects: .*; leave {option} out"):
            CliRunner().invoke(app, [*command, option, value], catch_exceptions=False)


def test_a_defect_that_most_hunts_miss_has_no_median_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = KeptHunts(tmp_path)
    for seed, found in enumerate((NOT_FOUND, NOT_FOUND, FOUND)):
        before.add((ID, seed), found)
    assert printed(tmp_path) == 3
    row, total = capsys.readouterr().out.splitlines()[1:]
    assert row.split() == [ID, "1/3", "-", "1", "1", "TIC-CHK-1"]
    assert total.endswith(f"; not: {ID}")


@pytest.mark.nightly
def test_a_hunt_that_is_made_is_kept_as_it_ends_and_one_cut_in_its_line_is_made_again(tmp_path: Path) -> None:
    first = KeptHunts(tmp_path)
    (told,) = detect([ID], [1], first.found, first.add, jobs=1)
    assert told.smallest.requirement == "TIC-CHK-1"
    whole = first.path.read_bytes()
    assert KeptHunts(tmp_path).found == {(ID, 1): told.hunts[0]}
    first.path.write_bytes(whole[:-5])
    again = KeptHunts(tmp_path)
    assert again.found == {}
    again.add((ID, 1), told.hunts[0])
    assert first.path.read_bytes() == whole


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b,c\n", "is no file of hunts"),
        ('{"schema": "xky-fuzz-defects-kept/1", "code": "0123"}\n', "is of hunts by another xky-hil"),
    ],
)
def test_a_file_of_other_hunts_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "defects.jsonl").write_text(text)
    with pytest.raises(InputError, match=complaint):
        KeptHunts(tmp_path)


def test_a_line_that_is_no_hunt_is_named(tmp_path: Path) -> None:
    kept = KeptHunts(tmp_path)
    with kept.path.open("a") as file:
        file.write('{"defect": "ignores-checksum"}\n')
    with pytest.raises(InputError, match=r"defects\.jsonl:2: is no hunt; remove the line"):
        KeptHunts(tmp_path)


@pytest.mark.parametrize(
    ("defect", "complaint"),
    [
        ("nope", "not known"),
        ("has-no-clamp", "--defect has-no-clamp: is not shown by a line"),
        ("indicator-forgives", "--defect indicator-forgives: is not shown by a line"),  # by its light alone
    ],
)
def test_a_defect_that_no_hunt_is_made_on_is_refused(tmp_path: Path, defect: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        print_detection(range(3), defect=defect, folder=tmp_path, as_json=False)
