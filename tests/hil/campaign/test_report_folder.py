# SPDX-License-Identifier: Apache-2.0
"""The folder of a report: owned by one run, put in place at the end, strangers' files left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from xky.hil.campaign.report import report_folder
from xky.protocol import InputError

OLD = ("report.json", "index.html", "junit.xml", "report.pdf", "report.sarif", "statement.intoto.json",
       "evidence/standard/run.json", "evidence/historic/sent.jsonl.gz",
       "evidence/historic/.0123456789abcdef.partial")  # fmt: skip


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name} of the run before")


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_report_is_put_in_place_when_all_is_written(tmp_path: Path) -> None:
    fill(tmp_path, *OLD, "notes.txt", "evidence/mine.txt")
    with report_folder(tmp_path) as workshop:
        assert "report.json of the run before" in files(tmp_path).values()
        (workshop / "report.json").write_text("new")
        (workshop / "evidence" / "standard").mkdir(parents=True)
        (workshop / "evidence" / "standard" / "run.json").write_text("new")
    kept = {name: f"{name} of the run before" for name in ("notes.txt", "evidence/mine.txt")}
    assert files(tmp_path) == kept | {"report.json": "new", "evidence/standard/run.json": "new"}


def test_a_run_that_fails_leaves_no_report_of_a_run_before(tmp_path: Path) -> None:
    fill(tmp_path, *OLD)
    with pytest.raises(KeyboardInterrupt), report_folder(tmp_path) as workshop:
        (workshop / "report.json").write_text("half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "is_folder"), [
    ("evidence", False), ("evidence/standard", False), ("report.json", True), ("junit.xml", True),
    ("evidence/historic/run.json", True),
])  # fmt: skip
def test_what_stands_in_the_way_of_a_report_is_told_before_the_run_and_left_alone(
    name: str, is_folder: bool, tmp_path: Path
) -> None:
    fill(tmp_path, f"{name}/mine.txt" if is_folder else name, "notes.txt")
    before = files(tmp_path)
    what = "a folder, not a file of a report" if is_folder else "no folder"
    with pytest.raises(InputError, match=f"{name} is {what}; move it, or give another"), report_folder(tmp_path):
        pytest.fail("the run has begun")
    assert files(tmp_path) == before


def test_a_second_run_is_refused_while_the_first_goes_on(tmp_path: Path) -> None:
    with report_folder(tmp_path):
        refused = pytest.raises(InputError, match="another run writes its report there; give another folder")
        with refused, report_folder(tmp_path):
            pass
        program = (
            "import pathlib, sys; from xky.hil.campaign.report import report_folder\n"
            "with report_folder(pathlib.Path(sys.argv[1])): pass"
        )
        apart = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert "another run writes its report there" in apart.stderr
    with report_folder(tmp_path):
        pass


def test_what_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    fill(tmp_path, ".run-abcdefgh/report.json", ".run-abcdefgh/evidence/standard/sent.jsonl.gz")
    with report_folder(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_links_in_the_place_of_folders_are_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "report"
    fill(outside, "run.json", "standard/run.json")
    before = files(outside)
    for link, target in ((folder / "evidence", outside), (folder / "evidence" / "standard", outside)):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
        with report_folder(folder) as workshop:
            (workshop / "evidence" / "standard").mkdir(parents=True)
            (workshop / "evidence" / "standard" / "run.json").write_text("new")
        assert files(outside) == before
        assert (folder / "evidence" / "standard" / "run.json").read_text() == "new"
        (folder / "evidence" / "standard" / "run.json").unlink()
        (folder / "evidence" / "standard").rmdir()
