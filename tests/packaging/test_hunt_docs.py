# SPDX-License-Identifier: Apache-2.0
"""The page of the hunt, and what the README says of it, runs as printed."""

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import settings

from xky.hil.stories.stimulus_file import read_stimulus

from ..command import xky

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hunt.md").read_text(encoding="utf-8")
STORIES, MACHINE = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(STIMULUS,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")
HUNT = README.partition("### Let it look for what nobody asked\n\n```sh\n")[2].partition("```")[0]

pytest_plugins = ["pytester"]


@pytest.mark.nightly
def test_stories_are_drawn_and_stood_as_printed() -> None:
    page: dict[str, object] = {}
    exec(compile(STORIES, "hunt.md", "exec"), page)
    page["test_my_board_stands_whatever_is_on_the_line"]()  # type: ignore[operator]


@pytest.mark.nightly
def test_the_machine_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter than a person would have it."""
    monkeypatch.chdir(tmp_path)
    page: dict[str, object] = {}
    exec(compile(MACHINE, "hunt.md", "exec"), page)
    case = page["TestFirmware"]
    case.settings = settings(case.settings, max_examples=5, stateful_step_count=4, derandomize=True, database=None)  # type: ignore[attr-defined]
    case().debug()  # type: ignore[operator]


def test_the_stimulus_is_one(tmp_path: Path) -> None:
    path = tmp_path / "printed.stim.toml"
    path.write_text(STIMULUS, encoding="utf-8")
    assert read_stimulus(path).reason in PAGE.replace("\\", "")
    run = xky("certify", "sim:generic", "--defect", "ignores-checksum", "--replay", path, cwd=tmp_path)
    assert run.returncode == 1


@pytest.mark.nightly
def test_a_hunt_its_replay_and_its_tests_run_as_the_readme_has_them(pytester: pytest.Pytester) -> None:
    hunt, replay, tests = (shlex.split(line, comments=True) for line in HUNT.splitlines())
    assert xky(*hunt[1:], cwd=pytester.path).returncode == 1
    assert xky(*replay[1:], cwd=pytester.path).returncode == 1
    run = pytester.runpytest_inprocess(*tests[1:], "-p", "no:cacheprovider")
    assert run.ret == 0
    assert run.parseoutcomes()["passed"] > 1
