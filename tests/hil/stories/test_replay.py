# SPDX-License-Identifier: Apache-2.0
"""A stimulus again: by ``certify --replay``, by pytest, as a purpose of a suite, and from the evidence of a run."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.evidence import read_records
from xky.hil.campaign.judge_again import judge_again
from xky.hil.campaign.oracle import Trail
from xky.hil.campaign.suite import run_suite
from xky.hil.campaign.verdict import Verdict
from xky.hil.stories.found import purposes_in
from xky.hil.stories.judging import Broken, Signature
from xky.hil.stories.stimulus_file import write_stimulus
from xky.protocol import InputError, Mode, encode_group

from ...command import xky
from ...schema import require_schema
from .played import played, story

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
STORY = story({"load_va": 900.0}, {"turns": [[{"name": "wrong_checksum", "label": "SINSTS"}]]}, seed=7)

QUIET = ("-p", "no:cacheprovider", "-p", "no:schemathesis")  # the latter takes values out of failing examples

pytest_plugins = ["pytester"]


def saved(folder: Path, name: str = "checksum.stim.toml") -> Path:
    path = folder / name
    (broken,) = played(STORY, defect="ignores-checksum").broken
    write_stimulus(path, STORY, broken, device="sim:generic", board="generic", defect="ignores-checksum")
    return path


@pytest.mark.parametrize(
    ("defect", "status", "verdict"), [((), 0, "pass"), (("--defect", "ignores-checksum"), 1, "fail")]
)
def test_certify_plays_a_stimulus_alone_and_says_whether_it_still_fails(
    defect: tuple[str, ...], status: int, verdict: str, tmp_path: Path
) -> None:
    run = xky("certify", "sim:generic", *defect, "--replay", saved(tmp_path), "--json", cwd=tmp_path)
    assert run.returncode == status, run.stderr
    report = json.loads(run.stdout)
    require_schema(report, SCHEMA)
    assert (report["verdict"], report["mode"], report["seed"]) == (verdict, "standard", 7)
    (requirement,) = report["requirements"]
    (purpose,) = requirement["purposes"]
    assert (requirement["id"], purpose["id"], purpose["verdict"]) == ("TIC-CHK-1", "TIC-CHK-1/checksum", verdict)


def test_the_evidence_of_a_replay_is_judged_again_without_what_it_did_not_play(tmp_path: Path) -> None:
    run = xky("certify", "sim:generic", "--defect", "ignores-checksum", "--replay", saved(tmp_path), cwd=tmp_path)
    assert run.returncode == 1
    again = judge_again(read_records(tmp_path / "report" / "evidence"))
    verdicts = {one.purpose.id: one.verdict for one in again}
    assert verdicts["TIC-CHK-1/wrong-checksum"] is Verdict.INCONCLUSIVE
    assert "the suite itself is at fault" not in "".join(one.reason for one in again)


def test_a_replay_sends_the_bytes_that_the_hunt_sent_whatever_the_file_is_called(tmp_path: Path) -> None:
    (broken,) = played(STORY, defect="ignores-checksum").broken
    for name in ("a.stim.toml", "another.stim.toml"):
        path = saved(tmp_path, name)
        run = xky("certify", "sim:generic", "--defect", "ignores-checksum", "--replay", path, "--json", cwd=tmp_path)
        (purpose,) = json.loads(run.stdout)["requirements"][0]["purposes"]
        assert (purpose["reason"], purpose["sent"], purpose["seen"]) == (
            broken.reason, broken.trail.sent, broken.trail.seen
        )  # fmt: skip


def test_a_stimulus_does_the_same_damage_in_a_run_with_another_seed(tmp_path: Path) -> None:
    saved(tmp_path)
    apart = []
    for seed in (0, 1):
        run = Campaign(Options("sim:generic", mode="standard", seed=seed, only=("TIC-CHK-1",)))
        run.found = purposes_in(tmp_path)
        run_suite(run)
        (frame,) = run.records[Mode.STANDARD].frames("checksum 2")
        (wrong,) = [sent for sent in frame.groups if sent.fault is not None]
        apart.append((wrong.data[-2] - encode_group(wrong.group, Mode.STANDARD)[-2]) % 64)
    (alone,) = played(STORY, defect="ignores-checksum").record.frames("step 2")
    (wrong,) = [sent for sent in alone.groups if sent.fault is not None]
    assert apart == [(wrong.data[-2] - encode_group(wrong.group, Mode.STANDARD)[-2]) % 64] * 2


@pytest.mark.parametrize(("arguments", "expected"), [
    (["--mode", "historic"], "--mode historic: .*checksum.stim.toml is of standard mode; leave --mode out"),
    (["--meter", "hc-1p"], "--meter: .*checksum.stim.toml brings its own; leave it out"),
    (["--only", "TIC-CHK-1"], "--only: .*checksum.stim.toml brings its own; leave it out"),
    (["--board", "papsdroid"], "--mode standard: board papsdroid reads historic only"),
])  # fmt: skip
def test_what_a_stimulus_brings_itself_is_not_asked_for_besides(
    arguments: list[str], expected: str, tmp_path: Path
) -> None:
    run = xky("certify", "sim:generic", *arguments, "--replay", saved(tmp_path), cwd=tmp_path)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert re.search(expected, run.stderr.replace("\n", " "))


def test_a_requirement_that_the_suite_does_not_have_is_told_in_one_line(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"TIC-CHK-1"', '"TIC-CHK-99"'), encoding="utf-8")
    run = xky("certify", "sim:generic", "--replay", path, cwd=tmp_path)
    assert run.returncode == 2
    assert "TIC-CHK-99" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.nightly
def test_what_the_bench_cannot_do_to_a_device_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "power.stim.toml"
    told = story({"terminal_a": {"share": 0.0, "for_s": 300.0}})
    broken = played(told, "sim:winky-v1").broken[0]
    write_stimulus(path, told, broken, device="sim:winky-v1", board="winky-v1")
    assert xky("certify", "sim:generic", "--replay", path, cwd=tmp_path).returncode == 3


CALM = story({"load_va": 900.0})
LACKS = "drops-empty-data"  # DATE, so that it breaks a should alone, of a device that claims it


def claiming(folder: Path, **claims: Any) -> Path:
    """What no device with that defect stands, unless it claims another label alone."""
    path = folder / "labels.stim.toml"
    broken = Broken(Signature(Mode.STANDARD, "TIC-LBL-1", "labels"), "never reported", Trail(), "lines")
    write_stimulus(path, CALM, broken, device="sim:generic", board="generic", defect=LACKS, **claims)
    return path


ONE_LABEL = 'labels = ["EAST"]\n'
CLAIMS = [({}, True), ({"labels": ("EAST",)}, False), ({"statement": Path("mine.toml")}, False)]


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("claims", "fails"), CLAIMS)
def test_a_finding_is_played_again_with_what_its_device_claimed_and_a_should_counts_that_was_found(
    claims: dict[str, Any], fails: bool, pytester: pytest.Pytester
) -> None:
    Path("mine.toml").write_text(ONE_LABEL, encoding="utf-8")
    path = claiming(pytester.path, **claims)
    run = xky("certify", "sim:generic", "--defect", LACKS, "--replay", path, "--json", cwd=pytester.path)
    assert (run.returncode, run.stderr) == (int(fails), "")
    assert json.loads(run.stdout)["requirements"][0]["verdict"] == ("fail" if fails else "pass")
    pytester.makepyfile(TEST.format(path=str(path)))
    pytester.runpytest_inprocess(*QUIET).assert_outcomes(passed=1 - fails, failed=int(fails))


@pytest.mark.nightly
def test_what_a_person_tells_takes_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    path = claiming(tmp_path, labels=("EAST",))
    told = ("--labels", "EAST,DATE")
    run = xky("certify", "sim:generic", "--defect", LACKS, *told, "--replay", path, "--json", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (1, "")


def test_what_another_device_claims_is_not_taken_from_the_file_and_that_is_said(tmp_path: Path) -> None:
    path = claiming(tmp_path, labels=("EAST",), statement=Path("mine.toml"))
    run = xky("certify", "sim:eky", "--replay", path, "--json", cwd=tmp_path)
    assert run.returncode == 0
    assert run.stderr == (
        f"xky: {path}: was found with --labels and --statement on sim:generic; give what this device claims, if that "
        "is less than its board says\n"
    )
    assert json.loads(run.stdout)["statement"]["labels"] is None


def test_a_statement_that_is_not_there_any_more_is_told_in_one_line(tmp_path: Path) -> None:
    path = claiming(tmp_path, statement=Path("gone.toml"))
    run = xky("certify", "sim:generic", "--replay", path, cwd=tmp_path)
    assert run.returncode == 2
    told = "statement 'gone.toml': is not there; go to the folder where it was found, or give --statement"
    assert run.stderr == f"xky: {path}: {told}\n"


@pytest.mark.nightly
def test_the_board_of_the_device_on_which_it_was_found_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "board.stim.toml"
    (broken,) = played(STORY, defect="ignores-checksum").broken
    write_stimulus(path, STORY, broken, device="sim:generic", board="auto")
    boards = []
    for device in ("sim:generic", "sim:eky"):
        run = xky("certify", device, "--replay", path, "--json", cwd=tmp_path)
        boards.append(json.loads(run.stdout)["board"])
    assert boards == ["auto", "eky"]


TEST = """
    from pathlib import Path
    from xky.hil import require_stood

    def test_found(pytestconfig):
        require_stood(Path({path!r}), pytestconfig)
"""


@pytest.mark.parametrize(("options", "failed"), [
    ((), 1), (("--xky-device", "sim:generic"), 0),
    (("--xky-device", "sim:eky", "--xky-board", "eky"), 0),
    (("--xky-device", "sim:generic", "--xky-defect", "ignores-checksum"), 1),
])  # fmt: skip
def test_pytest_plays_it_on_the_device_of_the_run_else_on_that_on_which_it_was_found(
    options: tuple[str, ...], failed: int, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(TEST.format(path=str(saved(pytester.path))))
    run = pytester.runpytest_inprocess(*options, *QUIET)
    run.assert_outcomes(passed=1 - failed, failed=failed)
    if failed:
        run.stdout.fnmatch_lines(["TIC-CHK-1: *repeats a damaged group*", "  sent: *", "  seen: *"])


@pytest.mark.parametrize(("options", "expected"), [
    (("--xky-device", "sim:nothing"), "*nothing*"),
    (("--xky-device", "sim:generic", "--xky-speed", "x"), "*--xky-speed x: *"),
])  # fmt: skip
def test_what_is_wrong_with_the_options_is_told_in_one_line(
    options: tuple[str, ...], expected: str, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(TEST.format(path=str(saved(pytester.path))))
    run = pytester.runpytest_inprocess(*options, *QUIET)
    run.stdout.fnmatch_lines([expected])
    run.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(("defect", "verdict"), [(None, Verdict.PASS), ("ignores-checksum", Verdict.FAIL)])
def test_a_file_that_is_moved_into_the_folder_is_a_purpose_of_the_suite(
    defect: str | None, verdict: Verdict, tmp_path: Path
) -> None:
    saved(tmp_path)
    saved(tmp_path, "again.stim.toml")
    (tmp_path / "README.md").write_text("no stimulus", encoding="utf-8")
    run = Campaign(Options("sim:generic", mode="standard", defect=defect, only=("TIC-CHK-1",)))
    run.found = purposes_in(tmp_path)
    assert [purpose.id for purpose in run.found] == ["TIC-CHK-1/again", "TIC-CHK-1/checksum"]
    run_suite(run)
    found = {one.purpose.id: one.verdict for one in run.conclusions if one.purpose in run.found}
    assert found == {"TIC-CHK-1/again": verdict, "TIC-CHK-1/checksum": verdict}
    assert len(run.conclusions) > len(found)


def test_a_stimulus_that_shares_the_line_blames_a_device_for_nothing_that_others_showed(tmp_path: Path) -> None:
    """A file whose steps no device stands badly, behind purposes at which this one fails."""
    (broken,) = played(STORY, defect="ignores-checksum").broken
    write_stimulus(
        tmp_path / "calm.stim.toml", story({"load_va": 900.0}), broken, device="sim:generic", board="generic"
    )
    run = Campaign(Options("sim:generic", mode="standard", defect="ignores-checksum", only=("TIC-CHK-1",)))
    run.found = purposes_in(tmp_path)
    run_suite(run)
    assert [one.verdict for one in run.conclusions if one.purpose in run.found] == [Verdict.PASS]
    assert Verdict.FAIL in [one.verdict for one in run.conclusions]


def test_a_wrong_file_in_the_folder_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "wrong.stim.toml").write_text("schema = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"wrong\.stim\.toml"):
        purposes_in(tmp_path)
