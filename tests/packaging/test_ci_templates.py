# SPDX-License-Identifier: Apache-2.0
"""The templates for CI do what they say: their steps, as they are written, in a firmware's repository.

Left out is what fetches the bench, ``pip install``: the one that is tested is installed. The line runs faster, in one
mode, through the variable that the templates have for that.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CI = ROOT / "docs/examples/ci"
READER = (ROOT / "docs/examples/reader.py").read_text(encoding="utf-8")
FAST = "--board generic --speed 20 --mode standard"
MAKEFILE = "build/firmware: reader.py\n\tmkdir -p build && cp reader.py build/firmware && chmod +x build/firmware\n"
OWN_TEST = """
def test_an_index_is_reported(meter, device, probe):
    meter.set(EAST=1_234_567)
    assert probe.next_reading(timeout_s=20)["EAST"] == 1_234_567
"""
CHECKSUM = "body[-1] != (sum(zone) & 0x3F) + 0x20"  # the reader's, without which it takes anything


class Template(NamedTuple):
    """What a template would run, and with which variables."""

    variables: Mapping[str, str]
    steps: Mapping[str, list[str]]


def github() -> Template:
    told = yaml.safe_load((CI / "github-workflow.yml").read_text(encoding="utf-8"))
    steps = told["jobs"]["conformance"]["steps"]
    return Template(
        told["env"], {one.get("if", "") + one.get("name", ""): [one["run"]] for one in steps if "run" in one}
    )


def gitlab() -> Template:
    told: dict[str, Any] = yaml.safe_load((CI / "gitlab-ci.yml").read_text(encoding="utf-8"))
    return Template(told["variables"], {name: job["script"] for name, job in told.items() if "script" in job})


QUICK, WHOLE = ("pull_request", "quick"), ("push", "whole")


def run(template: Template, folder: Path, *, without: tuple[str, ...], options: str = FAST) -> dict[str, int]:
    """Exit status of each step but some; a step is over at its first line that fails."""
    told = {**template.variables, "XKY_OPTIONS": options}
    environment = {
        **os.environ,
        **told,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTEST_ADDOPTS": "-n 0",
    }
    statuses = {}
    for name, lines in template.steps.items():
        if any(word in name for word in without):
            continue
        for line in lines:
            if not line.startswith("pip install "):
                ended = subprocess.run(
                    ["bash", "-eo", "pipefail", "-c", line],
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    check=False,
                )
                statuses[name] = ended.returncode
                if ended.returncode:
                    break
    return statuses


def repository(folder: Path, reader: str = READER) -> Path:
    """A firmware's repository, with its baseline."""
    folder.mkdir()
    (folder / "reader.py").write_text(f"#!{sys.executable}\n{reader}", encoding="utf-8")
    (folder / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (folder / "test_firmware.py").write_text(OWN_TEST, encoding="utf-8")
    (folder / "ci").mkdir()
    return folder


def baseline(folder: Path, *options: str) -> None:
    subprocess.run(["make", "-s", "build/firmware"], cwd=folder, check=True)
    command = [str(Path(sys.executable).parent / "xky"), "certify", "exec:./build/firmware {port} {mode}", *options]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    shutil.copy(folder / "report/report.json", folder / "ci/baseline.json")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The baseline of a sound firmware, as far as forty seconds tell."""
    folder = repository(tmp_path_factory.mktemp("before") / "sound")
    baseline(folder, *FAST.split(), "--quick")
    return folder / "ci/baseline.json"


@pytest.mark.nightly
@pytest.mark.realtime
@pytest.mark.parametrize("template", [github, gitlab])
def test_the_steps_of_a_merge_pass_for_a_sound_firmware(
    template: Callable[[], Template], before: Path, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "sound")
    shutil.copy(before, folder / "ci")
    told = run(template(), folder, without=WHOLE)
    assert told and set(told.values()) == {0}, told
    report = json.loads((folder / "report/report.json").read_text(encoding="utf-8"))
    assert (report["verdict"], report["against"]["worse"]) == ("inconclusive", [])


@pytest.mark.nightly
@pytest.mark.realtime
@pytest.mark.parametrize("template", [github, pytest.param(gitlab, marks=pytest.mark.nightly)])
def test_the_steps_of_a_merge_fail_for_a_firmware_that_got_worse(
    template: Callable[[], Template], before: Path, tmp_path: Path
) -> None:
    assert CHECKSUM in READER
    folder = repository(tmp_path / "broken", READER.replace(CHECKSUM, "False"))
    shutil.copy(before, folder / "ci")
    told = run(template(), folder, without=(*WHOLE, "tests"))
    (quick,) = (status for name, status in told.items() if any(word in name for word in QUICK))
    assert quick == 1
    worse = json.loads((folder / "report/report.json").read_text(encoding="utf-8"))["against"]["worse"]
    assert "TIC-CHK-1/altered-digit" in [one["id"] for one in worse]


@pytest.mark.nightly
@pytest.mark.realtime
@pytest.mark.parametrize("template", [github, gitlab])
def test_the_whole_suite_of_a_template_passes_as_it_is_written(
    template: Callable[[], Template], tmp_path: Path
) -> None:
    made, folder = template(), repository(tmp_path / "sound")
    baseline(folder, *made.variables["XKY_OPTIONS"].split())
    told = run(made, folder, without=QUICK, options=made.variables["XKY_OPTIONS"])
    assert told and set(told.values()) == {0}, told


@pytest.mark.parametrize("name", ["github-workflow.yml", "gitlab-ci.yml"])
def test_the_page_leads_to_the_template(name: str) -> None:
    assert f"examples/ci/{name}" in (ROOT / "docs/runs.md").read_text(encoding="utf-8")
