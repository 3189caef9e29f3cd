# SPDX-License-Identifier: Apache-2.0
"""The suite's own quality: each defect is caught by what names it, and a sound device is never accused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from xky.boards import known_defects
from xky.emulator.meter_file import meter_names
from xky.hil.campaign import Campaign, Options
from xky.hil.certify import certify
from xky.hil.conformance import test_meter
from xky.hil.requirement import Requirement
from xky.protocol import LABELS, Mode

BOARDS = ("winky-c6", "generic", "auto")
SCHEMA = json.loads((Path(__file__).parents[2] / "hil/report/report.schema.json").read_text(encoding="utf-8"))

Certified = Callable[..., dict[str, Any]]


@pytest.fixture
def certified(tmp_path: Path) -> Certified:
    """Certifies a simulated board and gives its report."""

    def run(board: str, seed: int = 0, defect: str | None = None, mode: Mode | None = None) -> dict[str, Any]:
        return certify(Campaign(Options(f"sim:{board}", seed=seed, defect=defect, mode=mode)), tmp_path)

    return run


def failed(report: dict[str, Any], mode: str) -> set[str]:
    """Requirements with a purpose that failed in a mode."""
    return {
        requirement["id"]
        for requirement in report["requirements"]
        for purpose in requirement["purposes"]
        if purpose["mode"] == mode and purpose["verdict"] == "fail"
    }


def boards_for(defect: str) -> tuple[str, ...]:
    """The simulated boards on which a defect shows."""
    board = known_defects()[defect].board
    return BOARDS if board is None else (board,)


def check_defect(certified: Certified, board: str, defect: str, seed: int) -> None:
    """The defect fails exactly what its file says, in each mode that the requirement has."""
    known = known_defects()[defect]
    report = certified(board, seed, defect)
    for mode in Mode:
        caught = failed(report, mode.value)
        asked = {
            one["id"] for one in report["requirements"] if any(p["mode"] == mode.value for p in one["purposes"])
        }  # fmt: skip
        must_fail = known.must_fail & asked
        assert must_fail <= caught, f"seed {seed}, {mode}: not caught by {must_fail - caught}"
        assert caught <= known.must_fail | known.may_fail, f"seed {seed}, {mode}: accused by {caught}"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("board", BOARDS)
def test_a_sound_board_passes_everything(certified: Certified, board: str, seed: int) -> None:
    report = certified(board, seed)
    assert report["verdict"] == "pass"
    assert report["decided"] == report["total"] >= 34
    undecided = {
        purpose["id"]: purpose["verdict"]
        for one in report["requirements"]
        for purpose in one["purposes"]
        if purpose["verdict"] != "pass"
    }
    assert undecided == ({} if board == "auto" else {"TIC-MOD-2/detects": "not applicable"})


SHOWN_ON = [(defect, board) for defect in known_defects() for board in boards_for(defect)]


@pytest.mark.parametrize(
    ("defect", "board"),
    [(defect, board) for defect, board in SHOWN_ON if board != "auto" or len(boards_for(defect)) == 1],
)
def test_a_defect_fails_exactly_what_its_file_says(certified: Certified, defect: str, board: str) -> None:
    check_defect(certified, board, defect, seed=1)


def test_each_requirement_on_what_a_meter_does_has_a_defect_that_only_it_catches() -> None:
    alone = {next(iter(defect.must_fail)) for defect in known_defects().values() if len(defect.must_fail) == 1}
    ids = {one for one in vars(test_meter).values() if isinstance(one, Requirement)}
    assert {one.id for one in ids} | {"TIC-CND-2"} <= alone


@pytest.mark.parametrize("meter", meter_names())
def test_a_sound_board_passes_on_every_ready_meter(tmp_path: Path, meter: str) -> None:
    report = certify(Campaign(Options("sim:winky-c6", meter=meter)), tmp_path)
    assert (report["verdict"], report["decided"]) == ("pass", report["total"])


def test_the_suite_sends_every_label_of_both_modes(certified: Certified) -> None:
    report = certified("generic")
    told = {p["mode"]: p["sent"][0] for r in report["requirements"] for p in r["purposes"] if r["id"] == "TIC-LBL-1"}
    for mode in Mode:
        sent = set(told[mode.value].split(": ", 1)[1].split(", "))
        assert set(LABELS[mode]) - sent == ({"MSG2"} if mode is Mode.STANDARD else set())  # in one frame only


@pytest.mark.nightly
@pytest.mark.parametrize(("defect", "board"), [*((None, board) for board in BOARDS), *SHOWN_ON])
def test_twenty_seeds_agree(certified: Certified, defect: str | None, board: str) -> None:
    for seed in range(20):
        if defect is None:
            assert certified(board, seed)["verdict"] == "pass", f"seed {seed}"
        else:
            check_defect(certified, board, defect, seed)


@pytest.mark.parametrize("defect", [None, "ignores-checksum", "drops-damaged-frame"])
def test_the_report_keeps_its_contract(certified: Certified, defect: str | None) -> None:
    report = certified("winky-c6", defect=defect)
    jsonschema.validate(report, SCHEMA)
    ids = [(purpose["id"], purpose["mode"]) for one in report["requirements"] for purpose in one["purposes"]]
    assert len(ids) == len(set(ids))
    assert report["mode"] == "both"


def test_the_same_seed_gives_the_same_report(certified: Certified) -> None:
    first, second = certified("winky-c6", seed=3), certified("winky-c6", seed=3)
    assert first | {"started": ""} == second | {"started": ""}


def test_one_mode_alone_leaves_out_what_the_other_has(certified: Certified) -> None:
    report = certified("generic", mode=Mode.STANDARD)
    assert report["mode"] == "standard"
    assert "TIC-LNK-1" not in {one["id"] for one in report["requirements"]}


def test_defects_name_requirements_that_exist(certified: Certified) -> None:
    ids = {one["id"] for one in certified("generic")["requirements"]}
    named = set().union(*(defect.must_fail | defect.may_fail for defect in known_defects().values()))
    assert named <= ids


def test_the_evidence_holds_what_was_sent_and_said(certified: Certified, tmp_path: Path) -> None:
    certified("generic", mode=Mode.HISTORIC)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {
        "report.json", "index.html", "junit.xml",
        "evidence/historic/sent.jsonl.gz", "evidence/historic/readings.jsonl.gz", "evidence/historic/port.jsonl.gz",
        "evidence/historic/stderr.txt",
    }  # fmt: skip
