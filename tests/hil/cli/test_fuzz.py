# SPDX-License-Identifier: Apache-2.0
"""``xky fuzz`` as people call it: what it is told wrong is one line with the right status, what it found is kept."""

import errno
import fcntl
import json
import os
import runpy
import signal
import subprocess
import time
from pathlib import Path

import pytest

from xky.hil.hunt import hunt_folder
from xky.hil.stories import stimulus_file

from ...command import XKY, Ended, started, xky

FOUND = ("sim:generic", "--defect", "ignores-checksum", "--mode", "standard", "--examples", 1)
FILE = "tic-chk-1-standard-wrong-checksum.stim.toml"


def fuzz(*arguments: object, cwd: Path) -> Ended:
    return xky("fuzz", *map(str, arguments), cwd=cwd)


def require_one_line(ended: Ended, status: int, told: str) -> None:
    assert ended.returncode == status
    assert ended.stderr.startswith("xky: ")
    assert ended.stderr.count("\n") == 1
    assert told in ended.stderr


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a hunt found one thing."""
    folder = tmp_path_factory.mktemp("fuzz")
    assert fuzz(*FOUND, "--out", "hunt", cwd=folder).returncode == 1
    return folder / "hunt"


@pytest.mark.nightly
def test_a_finding_is_kept_and_told_again_by_the_next_hunt(hunt: Path) -> None:
    assert sorted(path.name for path in hunt.iterdir()) == [
        "examples", "hunt.json", f"test_{FILE.removesuffix('.stim.toml').replace('-', '_')}.py", FILE,
    ]  # fmt: skip
    again = fuzz(*FOUND, "--out", hunt, "--json", cwd=hunt.parent)
    assert again.returncode == 1
    document = json.loads(again.stdout)
    assert [(one["requirement"], one["stimulus"]) for one in document["found"]] == [("TIC-CHK-1", str(hunt / FILE))]
    replayed = xky("certify", "sim:generic", "--replay", str(hunt / FILE), "--out", "report", cwd=hunt.parent)
    assert replayed.returncode == 0


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        (["exec:no-such-program {port}"], 2, "command 'no-such-program': not found"),
        (["exec:cat"], 2, "no {port} in the command"),
        (["exec:cat {port}", "--probe", "mqtt"], 2, "no {mqtt} in the command"),
        (["exec:false {port}"], 3, "command 'false': ended (exit status 1) before the first frame was sent"),
        (["sim:generic", "--examples", 5, "--scheduler", "nowhere"], 3, "--scheduler nowhere: does not answer"),
        (["sim:generic", "--jobs", 0], 2, "--jobs"),
    ],
)
def test_a_device_or_option_that_cannot_be_is_one_line(
    command: list[object], status: int, told: str, tmp_path: Path
) -> None:
    require_one_line(fuzz(*command, cwd=tmp_path), status, told)


def test_an_out_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "hunt").write_text("")
    require_one_line(fuzz(*FOUND, cwd=tmp_path), 2, "--out hunt: cannot be written (File exists); give another folder")


@pytest.mark.nightly
def test_the_folder_of_another_device_is_refused_and_stays(hunt: Path) -> None:
    before = {path: path.read_bytes() for path in hunt.iterdir() if path.is_file()}
    told = f"--out {hunt}: is that of a hunt on sim:generic; give another folder for this device"
    for other in (["sim:winky-c6"], ["sim:generic"], ["sim:generic", "--defect", "glues-cut-frames"]):
        require_one_line(fuzz(*other, "--examples", 1, "--out", hunt, cwd=hunt.parent), 2, told)
    assert {path: path.read_bytes() for path in hunt.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("no JSON", "hunt.json: is not that of a hunt; give another folder by --out, or remove it"),
        ("[]", "hunt.json: is not that of a hunt"),
        ('{"schema": "xky-hunt-folder/9", "device": "sim:generic", "runs": 1}',
         "hunt.json: is of another version ('xky-hunt-folder/9'); give another folder by --out"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_hunts_is_one_line(state: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "hunt").mkdir()
    (tmp_path / "hunt" / "hunt.json").write_text(state)
    require_one_line(fuzz(*FOUND, cwd=tmp_path), 2, told)


@pytest.mark.nightly
def test_two_hunts_in_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "hunt").mkdir()
    held = os.open(tmp_path / "hunt", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    told = "--out hunt: another run writes its finding there; give another folder, or wait for it"
    require_one_line(fuzz(*FOUND, cwd=tmp_path), 2, told)
    os.close(held)
    assert fuzz(*FOUND, cwd=tmp_path).returncode == 1


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"xky-stimulus/1"', '"xky-stimulus/3"'), "schema"),
        (('name = "wrong_checksum"', 'name = "wrong_sum"'), "wrong_sum"),
        (('mode = "standard"', 'mode = "historic"\nphases = 3'), "phases"),
        (("[[step]]", "[[stop]]"), "stop"),
        (('requirement = "TIC-CHK-1"', ""), "requirement"),
        (("phases = 1", "phases = 2"), "phases"),
        (("[meter]", "[meter"), "line"),
    ],
)
def test_a_stimulus_of_another_version_or_edited_by_hand_names_file_and_key(
    change: tuple[str, str], told: str, hunt: Path, tmp_path: Path
) -> None:
    text = (hunt / FILE).read_text()
    assert change[0] in text
    (tmp_path / "hunt").mkdir()
    edited = tmp_path / "hunt" / "mine.stim.toml"
    edited.write_text(text.replace(*change, 1))
    (tmp_path / "hunt" / "hunt.json").write_text((hunt / "hunt.json").read_text())
    for ended in (
        fuzz(*FOUND, cwd=tmp_path), xky("certify", "sim:generic", "--replay", str(edited), cwd=tmp_path)
    ):  # fmt: skip
        require_one_line(ended, 2, "mine.stim.toml")
        assert told in ended.stderr


@pytest.mark.nightly
def test_a_stimulus_whose_requirement_nobody_knows_is_one_line(hunt: Path, tmp_path: Path) -> None:
    edited = tmp_path / "mine.stim.toml"
    edited.write_text((hunt / FILE).read_text().replace("TIC-CHK-1", "TIC-CHK-99", 1))
    told = "requirement 'TIC-CHK-99': not known"
    require_one_line(xky("certify", "sim:generic", "--replay", str(edited), cwd=tmp_path), 2, told)


@pytest.mark.nightly
def test_a_full_disc_ends_the_hunt_with_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stimulus_file, "whole_file", full)
    ended = fuzz(*FOUND, "--json", cwd=tmp_path)
    require_one_line(ended, 3, "--out hunt: no room is left for a finding; free some, or give another folder")
    assert [(one["requirement"], one["stimulus"]) for one in json.loads(ended.stdout)["found"]] == [("TIC-CHK-1", None)]
    told = fuzz(*FOUND, cwd=tmp_path)
    assert "could not be written" in told.stdout
    monkeypatch.setattr(hunt_folder, "whole_file", full)
    require_one_line(fuzz(*FOUND, cwd=tmp_path), 3, "no room is left")


@pytest.mark.by_day(1)
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_was_found_and_ends_within_two_seconds(jobs: int, tmp_path: Path) -> None:
    command = [*XKY, "fuzz", "sim:generic", "--defect", "ignores-checksum", "--mode", "standard", "--jobs", str(jobs)]
    with started(
        [*command, "--minutes", "5"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        give_up = time.monotonic() + 60
        while not list(tmp_path.glob("hunt/*.stim.toml")) and time.monotonic() < give_up:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = process.communicate(timeout=30)
        took_s = time.monotonic() - began
    assert process.returncode == 1
    assert "interrupted; what was found until then is kept" in err
    assert "Traceback" not in err
    assert "TIC-CHK-1 standard, wrong checksum" in out
    assert took_s < 2 + 2  # what the machine of a test may lose
    kept = {*tmp_path.glob("hunt/*.stim.toml")}
    assert all(str(path.relative_to(tmp_path)) in out for path in kept)


@pytest.mark.nightly
def test_a_written_test_plays_it_on_the_device_where_it_was_found(hunt: Path, pytestconfig: pytest.Config) -> None:
    path = next(hunt.glob("test_*.py"))
    written = runpy.run_path(str(path))
    with pytest.raises(pytest.fail.Exception, match=r"TIC-CHK-1: .* repeats a damaged group"):
        written[path.stem](pytestconfig)


@pytest.mark.nightly
def test_the_object_tells_of_each_finding_what_its_stimulus_has(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "mine"\n')
    run = fuzz(
        "sim:generic", "--defect", "ignores-checksum", "--mode", "standard", "--examples", 4, "--json",
        "--labels", "EAST,SINSTS", "--statement", "mine.toml", cwd=tmp_path,
    )  # fmt: skip
    told = json.loads(run.stdout)
    assert (run.returncode, told["schema"], told["device"], told["seed"]) == (1, "xky-fuzz/1", "sim:generic", 0)
    assert told["examples"] >= 4
    assert told["line_s"] > 0
    assert {"labels", "faults", "states", "blocks"} <= set(told["coverage"])
    for one in told["found"]:
        stimulus = stimulus_file.read_stimulus(tmp_path / one["stimulus"])
        assert (stimulus.requirement, stimulus.reason) == (one["requirement"], one["reason"])
        assert (stimulus.labels, stimulus.statement) == (("EAST", "SINSTS"), Path("mine.toml"))
        assert stimulus.story.frames == one["frames"]
        assert [fault.name for fault in stimulus.story.faults] == one["faults"]


def test_what_a_statement_says_that_payloads_cannot_hold_is_told(tmp_path: Path) -> None:
    mapping = '[[reading]]\nprobe = "lines"\nlabels = { IRMS1 = { path = "a", max = 254 } }\n'
    (tmp_path / "mine.toml").write_text(f'title = "mine"\nmodes = ["standard"]\n{mapping}')
    run = fuzz("sim:generic", "--examples", 1, "--json", "--statement", "mine.toml", cwd=tmp_path)
    (note,) = json.loads(run.stdout)["notes"]
    assert note.endswith("so no others were asked for: IRMS1 ≤ 254")
    shown = fuzz("sim:generic", "--examples", 1, "--statement", "mine.toml", "--out", "other", cwd=tmp_path)
    assert f"note: {note}" in " ".join(shown.stdout.split())
