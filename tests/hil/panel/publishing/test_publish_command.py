# SPDX-License-Identifier: Apache-2.0
"""``xky panel publish`` as a person calls it."""

import json
from pathlib import Path

import pytest

from ....command import xky
from ..fixture_panel import write_panel


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publish")
    write_panel(folder / "panel", homes=10)
    (folder / "xky.key").write_text("0123456789abcdef0123\n")
    (folder / "short.key").write_text("0123")
    (folder / "signer").write_text("-----BEGIN PRIVATE KEY-----\n")
    return folder


def test_the_attempt_on_both_sets_is_printed_each_time(folder: Path) -> None:
    ended = xky("panel", "publish", "panel", "--key", "xky.key", "--out", "told", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert "pseudonymised set: 100.0% of the homes are found (by chance 10.0%)" in ended.stdout
    assert "public set: 10.0% are named" in ended.stdout
    assert "check of the written files: passed" in ended.stdout
    assert "publish a panel once" in ended.stdout
    assert "10 homes in 1 group of 10 or more (k 5)" in ended.stdout
    assert sorted(path.name for path in (folder / "told").iterdir()) == ["public", "trusted"]


def test_a_small_k_is_told_on_the_terminal(folder: Path) -> None:
    ended = xky("panel", "publish", "panel", "--key", "xky.key", "--out", "small", "--k", "4", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert "    k 4 is below 5: groups of so few homes are taken to be disclosive; hand" in ended.stdout


def test_json_is_one_object_and_nothing_else(folder: Path) -> None:
    ended = xky("panel", "publish", "panel", "--key", "xky.key", "--out", "json", "--json", cwd=folder)
    told = json.loads(ended.stdout)
    assert told["published"]
    assert told["attempt"]["failed"]
    assert told["check"] == {"passed": True, "complaints": []}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--key", "none.key"], "--key none.key: cannot be read"),
        (["--key", "short.key"], "has 4 characters; a key has 16 at least"),
        (["--key", "signer"], "signs reports (--sign), and is no key of pseudonyms"),
        (["--key", "xky.key", "--k", "11"], "10 homes, and a group has 11 at least"),
        (["--key", "xky.key", "--out", "panel"], "--out panel: is there already"),
        (["--key", "xky.key", "--out", "nowhere/out"], "cannot be written"),
        ([], "missing option '--key'"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(folder: Path, options: list[str], complaint: str) -> None:
    before = sorted(path.name for path in folder.iterdir())
    out = [] if "--out" in options else ["--out", "out"]
    ended = xky("panel", "publish", "panel", *options, *out, cwd=folder)
    assert ended.returncode == 2
    assert complaint in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == before
