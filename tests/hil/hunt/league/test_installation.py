# SPDX-License-Identifier: Apache-2.0
"""What an entry needs and this machine has not is a skip by name; what is made is made once."""

from pathlib import Path

import pytest

from xky.hil.hunt.league import runtimes
from xky.hil.hunt.league.entry import Entry, Script, entry_named
from xky.hil.hunt.league.installation import install
from xky.hil.hunt.league.run import play
from xky.hil.hunt.league.runtimes import SkippedError, node_for, python_for
from xky.hil.hunt.league.workshop import finished, run
from xky.protocol import BenchError


def entry(file: str = "mine.py", **script: object) -> Entry:
    """One that is nowhere."""
    told = Script.model_validate({"dependencies": ["mine==1.0"], **script})
    return Entry("mine", Path(file), told, 'id = "mine"\ntitle = "Mine"\n')


def never(*_: object) -> dict[str, object]:
    raise AssertionError("is not run")


def test_this_python_is_taken_where_it_fits() -> None:
    assert runtimes.python_for(">=3.11").exists()


def test_an_entry_for_a_python_of_years_ahead_is_skipped_by_name(tmp_path: Path) -> None:
    played = play(entry(**{"requires-python": ">=3.99"}), tmp_path, never)
    assert played.skipped.startswith("needs Python >=3.99; here: 3.")
    assert not played.failed
    assert list(tmp_path.iterdir()) == []


def test_an_entry_for_node_is_skipped_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes.shutil, "which", lambda name: None)
    with pytest.raises(SkippedError, match="needs Node >=18; here: none"):
        node_for(">=18")


def test_an_old_node_is_told_with_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v0.10.48\n", encoding="utf-8")
    old.chmod(0o755)
    monkeypatch.setattr(runtimes.shutil, "which", lambda name: str(old))
    with pytest.raises(SkippedError, match=r"needs Node >=18; here: 0\.10\.48"):
        node_for(">=18")


def test_a_command_that_is_not_there_is_a_skip(tmp_path: Path) -> None:
    needs = entry(tool={"xky-league": {"needs": ["no-such-compiler"]}})
    with pytest.raises(SkippedError, match="needs the command no-such-compiler; here: none"):
        install(needs, tmp_path)


def test_a_shim_that_runs_no_python_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\necho 'python3.12: command not found' >&2\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    monkeypatch.setattr(runtimes, "_pythons", lambda: (shim,))
    with pytest.raises(SkippedError, match=r"needs Python >=3\.12; here: none"):
        python_for(">=3.12")


def test_what_cannot_be_installed_is_the_bench_s_fault_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"^mine: could not be installed: it was (here|not)$"):
        run("mine", ["sh", "-c", "echo it was here; exit 3"])
    with pytest.raises(BenchError, match=r"^mine: no-such-command cannot be run"):
        run("mine", ["no-such-command"])


def test_what_was_not_finished_is_made_anew_and_what_was_is_not(tmp_path: Path) -> None:
    made: list[str] = []

    def make(folder: Path) -> list[str]:
        made.append(folder.name)
        assert not (folder / "half").exists()
        (folder / "half").write_text("", encoding="utf-8")
        if len(made) == 1:
            raise BenchError("no network")
        return ["mine==1.0"]

    with pytest.raises(BenchError), finished(tmp_path / "one", make):
        pass
    for _ in range(2):
        with finished(tmp_path / "one", make) as (_folder, told):
            assert told == ["mine==1.0"]
    assert made == ["one", "one"]


def test_the_pinned_pythons_of_the_league_are_not_older_than_what_isolates_an_adapter() -> None:
    assert (entry_named("pyteleinfo").script.requires_python, entry_named("kylin").script.requires_python) == (
        ">=3.12", ">=3.11",  # -P, without which a file called kylin.py would import itself
    )  # fmt: skip
