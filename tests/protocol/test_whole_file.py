# SPDX-License-Identifier: Apache-2.0
"""A file that is there whole or not at all, under a fresh name until then."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from xky.emulator.carrier.recording import recording_writer
from xky.hil.power.measured.fitted_board import write_whole
from xky.protocol import whole_file as module
from xky.protocol.whole_file import whole_file

Write = Callable[[Path], object]


def test_a_block_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "before"


def test_a_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with whole_file(tmp_path / "file") as partial:
        partial.write_text("all")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("file", "other")}
    assert len(modes) == 1


def test_two_names_are_never_the_same(tmp_path: Path) -> None:
    with whole_file(tmp_path / "file") as one, whole_file(tmp_path / "file") as other:
        assert one != other
        assert "file" not in one.name


def test_a_link_that_waits_under_the_fresh_name_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    monkeypatch.setattr(module.secrets, "token_hex", lambda size: "guessed")
    (tmp_path / ".guessed.partial").symlink_to(victim)
    with pytest.raises(FileExistsError), whole_file(tmp_path / "file") as partial:
        partial.write_text("theirs")
    assert victim.read_text() == "mine"


def _recording(path: Path) -> None:
    with recording_writer(path, 960_000):
        pass


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.wav", _recording), ("a.csv", _recording), ("a.toml", lambda path: write_whole(path, "--out", "x"))],
)
def test_a_link_under_the_name_of_old_is_not_followed(name: str, write: Write, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f".{name}.partial").symlink_to(victim)
    write(tmp_path / name)
    assert victim.read_text() == "mine"


def test_nothing_in_the_tree_makes_up_such_names_by_itself() -> None:
    root = Path(__file__).parents[2]
    places = [path for folder in ("protocol", "emulator", "boards", "hil", "fixtures") for path in
              (root / folder).rglob("*.py")]  # fmt: skip
    own = [path.name for path in places if re.search(r"os\.replace\(", path.read_text(encoding="utf-8"))]
    assert sorted(own) == ["folder.py", "shim.py", "whole_file.py"]  # the two others work in a fresh folder
