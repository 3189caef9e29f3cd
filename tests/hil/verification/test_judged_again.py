# SPDX-License-Identifier: Apache-2.0
"""A report judged again by its evidence alone: whole, in part, cut short, of several probes, of a stimulus."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import simpy

from xky.boards import known_defects
from xky.hil import verify
from xky.hil.archive.key_file import Signer, new_keys, signer_of
from xky.hil.archive.seal import Seal
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.defect_matrix import DEFAULT_BOARD, sound_boards
from xky.hil.stories.replay import Replay
from xky.hil.stories.stimulus_file import write_stimulus
from xky.hil.verification.replayed import Replayed
from xky.protocol import Mode

from ..stories.played import played, story

EVERY_BOARD = [
    *((name, None) for name in sound_boards()),
    *((one.board or DEFAULT_BOARD, id_) for id_, one in known_defects().items()),
]
Alter = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    path = tmp_path_factory.mktemp("keys") / "lab"
    new_keys(path)
    return signer_of(path)


@pytest.fixture
def no_simulation(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called on, nothing can be simulated: the device is absent."""

    def forbid() -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a simulation began")

        monkeypatch.setattr(simpy.Environment, "__init__", refuse)

    return forbid


def purposes(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [purpose for one in report["requirements"] for purpose in one["purposes"]]


def check_again(
    campaign: Campaign, folder: Path, signer: Signer, forbid: Callable[[], None], *, resume: bool = False
) -> dict[str, Any]:
    """The report of a campaign, of which each verdict was judged again to the same."""
    archive = folder / "a.xky"
    report = certify(campaign, folder / "report", seal=Seal(signer, archive), resume=resume)
    forbid()
    for place in (archive, folder / "report"):
        found = verify(place, replay=True)
        assert found.replayed == Replayed(len(purposes(report)), ())
        assert found.stands
    return report


@pytest.mark.nightly
@pytest.mark.parametrize("options", [
    Options("sim:generic", mode=Mode.HISTORIC, defect="keeps-stale-values", only=("TIC-FRS-1", "TIC-CHK-1")),
    Options("sim:generic", only=("TIC-SND-1",), seed=3),
    Options("sim:winky-c6", mode=Mode.HISTORIC, only=("XKY-PWR-1", "TIC-SND-1")),
    Options("sim:winky-c6-tasmota", probes=("mqtt", "influx"), only=("TIC-CHK-1",), mode=Mode.HISTORIC),
], ids=["defect", "both modes", "power", "two probes"])  # fmt: skip
def test_a_run_in_part_is_judged_again_in_that_part(
    options: Options, tmp_path: Path, signer: Signer, no_simulation: Callable[[], None]
) -> None:
    assert check_again(Campaign(options), tmp_path, signer, no_simulation)["partial"]


def test_a_run_of_a_board_with_a_wrong_part_is_judged_again(
    tmp_path: Path, signer: Signer, no_simulation: Callable[[], None]
) -> None:
    options = Options("sim:winky-c6", mode=Mode.HISTORIC, defect="has-no-clamp", only=("XKY-PWR-5",))
    assert check_again(Campaign(options), tmp_path, signer, no_simulation)["verdict"] == "fail"


@pytest.mark.nightly
@pytest.mark.parametrize("at_step", [0, 9])
def test_a_run_cut_short_is_judged_again_as_far_as_it_came(
    at_step: int, tmp_path: Path, signer: Signer, no_simulation: Callable[[], None]
) -> None:
    def step(mode: Mode, name: str, number: int) -> None:
        if number == at_step:
            raise KeyboardInterrupt

    campaign = Campaign(Options("sim:generic"), on_step=step)
    assert check_again(campaign, tmp_path, signer, no_simulation)["aborted"]


@pytest.mark.nightly
def test_a_run_that_was_resumed_is_judged_again_each_purpose_by_its_own_part(
    tmp_path: Path, signer: Signer, no_simulation: Callable[[], None]
) -> None:
    def step(mode: Mode, name: str, number: int) -> None:
        if number == 12:
            raise KeyboardInterrupt

    options = Options("sim:generic", mode=Mode.HISTORIC, defect="ignores-checksum")
    certify(Campaign(options, on_step=step), tmp_path / "report")
    report = check_again(Campaign(options), tmp_path, signer, no_simulation, resume=True)
    assert "resumed" in report and any("part" in one for one in purposes(report))


@pytest.mark.nightly
def test_a_quick_run_is_judged_again_without_what_it_skipped(
    tmp_path: Path, signer: Signer, no_simulation: Callable[[], None]
) -> None:
    campaign = Campaign(Options("sim:generic", mode=Mode.STANDARD, quick=True))
    report = check_again(campaign, tmp_path, signer, no_simulation)
    assert any(one.get("skipped") for one in purposes(report))


def test_a_stimulus_played_alone_is_judged_again(
    tmp_path: Path, signer: Signer, no_simulation: Callable[[], None]
) -> None:
    path, heard = tmp_path / "checksum.stim.toml", story({"turns": [[{"name": "wrong_checksum", "label": "SINSTS"}]]})
    (broken,) = played(heard, defect="ignores-checksum").broken
    write_stimulus(path, heard, broken, device="sim:generic", board="generic", defect="ignores-checksum")
    replay = Replay(Options("sim:generic", defect="ignores-checksum"), path=path)
    assert check_again(replay, tmp_path, signer, no_simulation)["verdict"] == "fail"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Path:
    """The folder of a report of a defective device."""
    folder = tmp_path_factory.mktemp("run") / "report"
    options = Options("sim:generic", mode=Mode.HISTORIC, defect="ignores-checksum")
    certify(Campaign(options), folder, seal=Seal(signer))
    return folder


def forged(run: Path, tmp_path: Path, signer: Signer, alter: Alter, **versions: str) -> Replayed:
    """What is found in a report that its own signer altered, and sealed anew."""
    folder = tmp_path / "forged"
    shutil.copytree(run, folder)
    report = json.loads((folder / "report.json").read_bytes())
    alter(report)
    (folder / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    Seal(signer).close(folder, {})
    found = verify(folder, replay=True)
    assert found.whole and found.signed and found.replayed is not None
    assert found.stands == (not found.replayed.other)
    return found.replayed


def failed(report: dict[str, Any]) -> dict[str, Any]:
    requirement: dict[str, Any] = next(one for one in report["requirements"] if one["verdict"] == "fail")
    return requirement


def test_a_fail_made_a_pass_by_who_signs_is_found(run: Path, tmp_path: Path, signer: Signer) -> None:
    def alter(report: dict[str, Any]) -> None:
        for one in report["requirements"]:
            if one["verdict"] == "fail":
                one["verdict"] = "pass"
                for purpose in one["purposes"]:
                    if purpose["verdict"] == "fail":
                        purpose |= {"verdict": "pass", "reason": ""}
        report["verdict"] = "pass"

    again = forged(run, tmp_path, signer, alter)
    said = 'verdict is "pass" in the report, "fail" by the evidence'
    of_purposes = [one for one in again.other if "/" in one.partition(":")[0]]
    assert of_purposes and all(said in one for one in of_purposes)
    members = {one.partition(":")[0] for one in again.other} - {one.partition(":")[0] for one in of_purposes}
    assert members == {"report.json", "report.sarif", "statement.intoto.json", "index.html"}


def _headline(report: dict[str, Any]) -> None:
    report["verdict"] = "pass"


def _left_out(report: dict[str, Any]) -> None:
    report["requirements"].remove(failed(report))


def _requirement(report: dict[str, Any]) -> None:
    failed(report)["verdict"] = "pass"


def _level(report: dict[str, Any]) -> None:
    failed(report)["level"] = "should"


def _counted(report: dict[str, Any]) -> None:
    report["total"] += 1


def _reason(report: dict[str, Any]) -> None:
    next(one for one in failed(report)["purposes"] if one["verdict"] == "fail")["reason"] = "hardly worth a word"


def _cut(report: dict[str, Any]) -> None:
    report["aborted"] = True
    next(one for one in failed(report)["purposes"] if one["verdict"] == "fail")["verdict"] = "inconclusive"


def _twice(report: dict[str, Any]) -> None:
    requirement = failed(report)
    one = next(one for one in requirement["purposes"] if one["verdict"] == "fail")
    requirement["purposes"].insert(0, json.loads(json.dumps(one)) | {"verdict": "pass"})


def _moved(report: dict[str, Any]) -> None:
    requirement = failed(report)
    report["requirements"].append(json.loads(json.dumps(requirement)) | {"id": "TIC-NEW-1", "level": "should"})
    report["requirements"].remove(requirement)


def _unjudged(report: dict[str, Any]) -> None:
    report["aborted"] = True
    one = next(one for one in failed(report)["purposes"] if one["verdict"] == "fail")
    one |= {
        "verdict": "inconclusive",
        "reason": "not judged: the run was cut short",
        "sent": [],
        "expected": [],
        "seen": [],
    }


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("alter", "told"), [
    (_twice, r"TIC-[A-Z]+-\d+/.*: has no place under TIC-[A-Z]+-\d+, or comes twice"),
    (_twice, r'TIC-[A-Z]+-\d+/.*: verdict is "pass" in the report, "fail" by the evidence'),
    (_moved, r"TIC-[A-Z]+-\d+/.*: has no place under TIC-NEW-1"),
    (_unjudged, r'TIC-[A-Z]+-\d+/.*: verdict is "inconclusive" in the report, "fail" by the evidence'),
    (_headline, 'report.json: verdict is "pass"; fail by its requirements'),
    (_left_out, r"TIC-[A-Z]+-\d+/.*: is not in the report"),
    (_requirement, r"TIC-[A-Z]+-\d+: is pass in the report, fail by its purposes"),
    (_level, r'TIC-[A-Z]+-\d+: is a "should" in the report, a must in the suite'),
    (_counted, r"report.json: total is \d+; counted \d+"),
    (_reason, r'TIC-[A-Z]+-\d+/.*: reason is "hardly worth a word" in the report'),
    (_cut, r'TIC-[A-Z]+-\d+/.*: verdict is "inconclusive" in the report, "fail" by the evidence'),
])  # fmt: skip
def test_what_who_signs_makes_of_a_report_is_found(
    alter: Alter, told: str, run: Path, tmp_path: Path, signer: Signer
) -> None:
    again = forged(run, tmp_path, signer, alter)
    assert any(re.match(told, one) for one in again.other), again.other


def test_a_report_that_nobody_altered_is_the_same_when_it_is_sealed_anew(
    run: Path, tmp_path: Path, signer: Signer
) -> None:
    assert not forged(run, tmp_path, signer, lambda report: None).other


@pytest.mark.nightly
def test_of_another_suite_is_said_what_cannot_be_judged(
    run: Path, tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xky.hil.archive.seal.versions", lambda: {"xky-hil": "9.0"})

    def alter(report: dict[str, Any]) -> None:
        report["suite"] = "xky-hil 9.0"
        _left_out(report)  # that suite has it no more
        one = next(one for one in report["requirements"] if one["verdict"] == "pass")
        new = json.loads(json.dumps(one["purposes"][0])) | {"id": f"{one['id']}/of-the-future"}
        one["purposes"].append(new)
        report["decided"], report["total"] = report["decided"] - 1, report["total"] - 1

    again = forged(run, tmp_path, signer, alter)
    told, last = again.other
    assert "/of-the-future (historic, lines): cannot be judged again: not known to xky-hil" in told
    assert "the report is by 9.0" in told and "what differs may be the suite's" in last
    assert again.same > 50


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("name", "text", "told"), [
    ("report.json", "{}", "report.json: cannot be read as a report (KeyError: 'schema')"),
    ("report.json", '{"schema": "xky-report/2"}', 'report.json: has schema "xky-report/2"; xky-report/1 can be judged'),
    ("report.json", "[" * 99_999, "report.json: cannot be read as a report (RecursionError"),
    ("evidence/historic/run.json", "{}", "evidence/historic/run.json:1: "),
    ("evidence/historic/sent.jsonl.gz", "none", "evidence/historic/sent.jsonl.gz:1: cannot be read"),
])  # fmt: skip
def test_evidence_that_cannot_be_read_is_named(
    name: str, text: str, told: str, run: Path, tmp_path: Path, signer: Signer
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(run, folder)
    (folder / name).write_text(text)
    found = verify(folder, replay=True)
    assert found.changed and not found.stands
    assert found.replayed is not None and found.replayed.same == 0
    assert found.replayed.other[0].startswith(told), found.replayed.other


@pytest.mark.nightly
@pytest.mark.parametrize(("board", "defect"), EVERY_BOARD)
def test_every_archive_gives_the_verdicts_of_its_run(
    board: str, defect: str | None, tmp_path: Path, signer: Signer, no_simulation: Callable[[], None]
) -> None:
    check_again(Campaign(Options(f"sim:{board}", defect=defect)), tmp_path, signer, no_simulation)
