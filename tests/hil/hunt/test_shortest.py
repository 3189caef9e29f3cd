# SPDX-License-Identifier: Apache-2.0
"""`certify --shrink`: beside the report the shortest stimulus that shows each fail, and the command that plays it."""

import json
import shlex
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from xky.hil.archive.seal import Seal
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.cli import app
from xky.hil.hunt.shortest import shortest_stimuli
from xky.hil.stories.stimulus_file import read_stimulus
from xky.hil.verification.verify import verify
from xky.protocol import InputError

from ...schema import require_schema

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
ONLY = ("TIC-CHK-1", "TIC-CHK-4", "TIC-SND-1")


def purposes_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {purpose["id"]: purpose for one in report["requirements"] for purpose in one["purposes"]}


@pytest.fixture(scope="module")
def shrunk(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Report and folder of a device that ignores checksums."""
    folder = tmp_path_factory.mktemp("shrunk")
    options = Options(
        "sim:generic", mode="standard", defect="ignores-checksum", only=ONLY, lang="fr", labels=("EAST", "SINSTS")
    )
    seal = Seal(None, folder / "a.xky")
    report = certify(Campaign(options), folder / "report", seal=seal, shrink=shortest_stimuli)
    require_schema(report, SCHEMA)
    return report, folder


def test_each_fail_has_a_stimulus_of_one_frame_and_one_fault_that_shows_it(
    shrunk: tuple[dict[str, Any], Path],
) -> None:
    report, folder = shrunk
    told = {id_: one["shortest"] for id_, one in purposes_of(report).items() if "shortest" in one}
    assert len(told) > 10
    assert all((one["frames"], len(one["faults"])) == (1, 1) for one in told.values())
    assert told["TIC-CHK-1/altered-digit"]["faults"] == ["altered_digit"]
    assert told["TIC-CHK-4/other-rule"]["requirement"] == "TIC-CHK-1"  # as the hunt asks it
    assert "shortest" not in purposes_of(report)["TIC-SND-1/sent"]
    for one in told.values():
        stimulus = read_stimulus(folder / "report" / one["file"])
        assert (stimulus.requirement, stimulus.story.frames) == (one["requirement"], one["frames"])
        assert stimulus.labels == ("EAST", "SINSTS")


@pytest.mark.nightly
def test_the_command_beside_it_fails_and_a_sound_device_stands_it(
    shrunk: tuple[dict[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, folder = shrunk
    command = shlex.split(purposes_of(report)["TIC-CHK-4/other-rule"]["shortest"]["again"])
    monkeypatch.chdir(folder / "report")
    run = CliRunner().invoke(app, [*command[1:], "--out", str(tmp_path / "a")], catch_exceptions=False)
    assert run.exit_code == 1
    sound = ["certify", "sim:generic", *command[-2:], "--out", str(tmp_path / "b")]
    assert CliRunner().invoke(app, sound, catch_exceptions=False).exit_code == 0


def test_page_and_archive_have_it_and_the_archive_stands_but_for_its_signature(
    shrunk: tuple[dict[str, Any], Path],
) -> None:
    report, folder = shrunk
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "le stimulus le plus court qui le montre, 1 trame (chiffre altéré)" in page
    assert "--replay stimuli/TIC-CHK-1.altered-digit.standard.stim.toml" in page
    with zipfile.ZipFile(folder / "a.xky") as archive:
        assert "stimuli/TIC-CHK-1.altered-digit.standard.stim.toml" in archive.namelist()
    found = verify(folder / "a.xky", replay=True)
    assert found.whole
    assert found.replayed is not None
    assert found.replayed.other == ()
    assert "the shortest stimuli, which only the device shows" in found.replayed.unchecked
    assert report["verdict"] == "fail"


def test_a_run_that_wants_none_takes_those_of_a_run_before_away_and_nothing_else(tmp_path: Path) -> None:
    stimuli = tmp_path / "stimuli"
    stimuli.mkdir()
    ours, theirs = stimuli / "TIC-CHK-1.altered-digit.standard.stim.toml", stimuli / "mine.stim.toml"
    for path in (ours, theirs):
        path.write_text("x", encoding="utf-8")
    certify(Campaign(Options("sim:generic", mode="historic", only=("TIC-PRT-1",))), tmp_path)
    assert (ours.exists(), theirs.exists()) == (False, True)


@pytest.mark.parametrize(("words", "complaint"), [
    (("exec:true {port}", "--shrink"), "--shrink: exec: runs in real time"),
    (("sim:generic", "--shrink", "--anonymise"), "--shrink: a stimulus tells its meter"),
    (("sim:generic", "--shrink", "--replay", "x"), "--shrink: is that of a run of the suite"),
])  # fmt: skip
def test_where_it_cannot_be_is_told_in_a_line(words: tuple[str, ...], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        CliRunner().invoke(app, ["certify", *words, "--out", str(tmp_path)], catch_exceptions=False)
    assert str(told.value).startswith(complaint)
    assert "\n" not in str(told.value)
