# SPDX-License-Identifier: Apache-2.0
"""The suite's own quality: each defect is caught by what names it, and a sound device is never accused."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from xky.boards import Board, board_named, board_names, known_defects
from xky.boards.description.board import board_file
from xky.emulator import Piece
from xky.emulator.meter_file.meter_file import meter_names
from xky.emulator.truth.timing import bursts_of
from xky.hil import conformance
from xky.hil.campaign import defect_matrix
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.defect_matrix import make_matrix, sound_boards
from xky.hil.campaign.requirement import Requirement, purpose_of
from xky.hil.campaign.suite import declared_purposes, run_suite
from xky.hil.campaign.verdict import Verdict
from xky.hil.catalogue.applicability import facts_of
from xky.protocol import LABELS, Mode
from xky.protocol.uart import CharacterDefect

from ...schema import require_schema
from ..catalogue.agreement import check_applicability

SUITE = Path(conformance.__path__[0])
GATEWAYS = ("eky", "loky", "winky-c6-tasmota", "winky-lab")
OF_UPLINKS = ("XKY-LRW-", "XKY-UPL-", "XKY-PWR-8/")
SHOULDS_NOT_MET = {
    "winky-c6-tasmota": {"XKY-PWR-4/first-charge": "fail"}
}  # its converter misleads it: see docs/power.md
BOARDS = ("winky-c6", "generic", "auto", "labelled", *GATEWAYS)
SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))

Certified = Callable[..., dict[str, Any]]


@pytest.fixture
def certified(tmp_path: Path) -> Certified:
    """Certifies a simulated board and gives its report."""

    def run(
        board: str, seed: int = 0, defect: str | None = None, mode: Mode | None = None, only: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        return certify(Campaign(Options(f"sim:{board}", seed=seed, defect=defect, mode=mode, only=only)), tmp_path)

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
    """The simulated boards on which a defect shows, without what a search for the other mode makes of it."""
    board = known_defects()[defect].board
    return tuple(name for name in BOARDS if name not in {"auto", "labelled", *GATEWAYS}) if board is None else (board,)


def told_by_requirements(defect: str) -> set[str]:
    """Requirements that say of themselves that the defect may fail them."""
    modules = [import_module(f"{conformance.__name__}.{path.stem}") for path in SUITE.glob("test_*.py")]
    requirements = {one for module in modules for one in vars(module).values() if isinstance(one, Requirement)}
    assert all(one.may_fail_with <= set(known_defects()) for one in requirements)
    return {one.id for one in requirements if defect in one.may_fail_with}


def check_defect(
    certified: Certified, board: str, defect: str, seed: int, only: Mode | None = None, asks: tuple[str, ...] = ()
) -> None:
    """The defect fails what its file says, in each mode in which it shows, and nothing else but where it spreads."""
    known = known_defects()[defect]
    report = certified(board, seed, defect, only, asks)
    for mode in Mode:
        caught = failed(report, mode.value)
        asked = {
            one["id"] for one in report["requirements"] if any(p["mode"] == mode.value for p in one["purposes"])
        }  # fmt: skip
        must_fail = known.must_fail & asked if mode in known.modes else set()
        assert must_fail or mode not in known.modes or only not in (None, mode), f"{mode}: nothing must catch it"
        assert must_fail <= caught, f"seed {seed}, {mode}: not caught by {must_fail - caught}"
        may_fail = asked if known.spreads else known.must_fail | known.may_fail | told_by_requirements(defect)
        allowed = may_fail if mode in known.modes else set()
        assert caught <= allowed, f"seed {seed}, {mode}: accused by {caught - allowed}"


def check_contract(report: dict[str, Any]) -> None:
    """What programs read of a report, whatever came out."""
    require_schema(report, SCHEMA)
    purposes = [purpose for one in report["requirements"] for purpose in one["purposes"]]
    ids = [(purpose["id"], purpose["mode"], purpose["probe"]) for purpose in purposes]
    assert len(ids) == len(set(ids))
    assert report["mode"] == "both"


def check_sound(certified: Certified, board: str, seed: int) -> None:
    """A sound board passes everything that applies to it, and its report keeps its contract."""
    report = certified(board, seed)
    check_contract(report)
    assert report["verdict"] == "pass", f"seed {seed}"
    assert report["decided"] == report["total"] >= 34
    check_applicability(report, facts_of(None, device=f"sim:{board}"))
    undecided = {
        purpose["id"]: purpose["verdict"]
        for one in report["requirements"]
        for purpose in one["purposes"]
        if purpose["verdict"] != "pass"
    }
    expected = {} if board == "auto" else {"TIC-MOD-2/detects": "not applicable"}
    expected |= SHOULDS_NOT_MET.get(board, {})
    power = board_named(board).power
    if power is None or power.source != "tic":
        expected |= {one: "not applicable" for one in undecided if one.startswith("XKY-PWR-")}
        assert len(expected) >= 7
    expected |= {one.id: "not applicable" for one in declared_purposes() if one.requirement.needs_instruments}
    if board_named(board).indicator is None:
        expected |= {one.id: "not applicable" for one in declared_purposes() if one.requirement.about_light}
    of_uplinks = {one: "not applicable" for one in undecided if one.startswith(OF_UPLINKS)}
    assert len(of_uplinks) >= (5 if board_named(board).uplinks else 20)  # no board has all three of them
    assert undecided == expected | of_uplinks, f"seed {seed}"


@pytest.mark.parametrize(
    ("board", "seed"),
    [
        ("generic", 0),
        ("auto", 0),
        pytest.param("generic", 1, marks=pytest.mark.nightly),
        pytest.param("winky-c6", 0, marks=pytest.mark.nightly),  # by day the README's first command says so
    ],
)
def test_a_sound_board_passes_everything(certified: Certified, board: str, seed: int) -> None:
    check_sound(certified, board, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("tens", range(20))
@pytest.mark.parametrize("board", BOARDS)
def test_a_sound_board_passes_everything_with_two_hundred_seeds(certified: Certified, board: str, tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        check_sound(certified, board, seed)


SHOWN_ON = [(defect, board) for defect in known_defects() for board in boards_for(defect)]


BY_DAY = [id_ for id_, one in known_defects().items() if one.board not in ("loky", "winky-c6-tasmota", "winky-lab")]
NEVER_SAID_ALONE = {  # what they get wrong is a label that they say in other steps alone, or that is none at all
    "loses-last-group", "matches-labels-by-prefix", "says-zero-for-missing", "stays-in-winter-time",
    "tells-yesterday-once",
}  # fmt: skip


@pytest.mark.by_day(4)
@pytest.mark.parametrize("defect", BY_DAY)
def test_a_defect_fails_what_its_file_says(certified: Certified, defect: str) -> None:
    """In one of its modes, asked for that alone; one in eight for everything. At night both modes have their turn, all
    that it should not fail besides, and the gateways that sleep."""
    known = known_defects()
    modes, place = sorted(known[defect].modes), [*known].index(defect)
    asks = () if defect in NEVER_SAID_ALONE or place % 8 == 0 else tuple(sorted(known[defect].must_fail))
    check_defect(certified, known[defect].board or "generic", defect, 1, modes[place % len(modes)], asks)


@pytest.mark.nightly
@pytest.mark.parametrize(("defect", "board"), SHOWN_ON)
def test_a_defect_fails_what_its_file_says_on_every_board(certified: Certified, defect: str, board: str) -> None:
    for seed in range(3):
        check_defect(certified, board, defect, seed)


def test_a_defect_shows_in_the_modes_in_which_something_must_catch_it() -> None:
    asked = {(one.requirement.id, mode) for one in declared_purposes() for mode in one.modes}
    for id_, defect in known_defects().items():
        caught = {mode for mode in defect.modes if any((one, mode) in asked for one in defect.must_fail)}
        assert caught == defect.modes, id_


def test_each_requirement_has_a_defect_that_must_fail_it(certified: Certified) -> None:
    named = set().union(*(defect.must_fail for defect in known_defects().values()))
    of_instruments = {one.requirement.id for one in declared_purposes() if one.requirement.needs_instruments}
    assert {one["id"] for one in certified("generic")["requirements"]} == named | of_instruments
    assert named.isdisjoint(of_instruments)  # no record of a line decides them


def test_most_defects_name_the_project_in_which_they_were_seen() -> None:
    of_the_line = [
        one
        for one in known_defects().values()
        if any(id_.startswith("TIC-") and not id_.startswith("TIC-LED-") for id_ in one.must_fail)
    ]
    sources = [defect.source for defect in of_the_line]
    assert len(sources) >= 50
    assert sum("/" in source or "#" in source for source in sources) > len(sources) / 2


@pytest.mark.nightly
def test_a_matrix_tells_what_was_caught_and_by_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defect_matrix, "sound_boards", lambda: ("auto", "generic"))  # the other is the slow one
    made = make_matrix(only=("looks-for-the-mode-once", "tells-the-tariff-once"), seed=1)
    assert made.document() == {
        "defects": [
            {
                "id": id_, "source": known_defects()[id_].source, "caught": True,
                "by": sorted(known_defects()[id_].must_fail), "missed": [],
            }
            for id_ in ("looks-for-the-mode-once", "tells-the-tariff-once")
        ],
        "false_alarms": 0, "alarms": [], "unproven": list(made.unproven),
    }  # fmt: skip
    assert [one.board for one in made.defects] == ["auto", "generic"]
    assert "TIC-CHK-1/wrong-checksum" in made.unproven
    assert not made.is_full


def test_each_behaviour_of_simulated_firmware_is_tried_on_one_sound_board() -> None:
    chosen = [board_named(name) for name in sound_boards()]
    behaviours = [behaviour_of(board) for board in chosen]
    every = [board_named(name) for name in board_names()]
    assert {board.id for board in chosen} == set(BOARDS)
    assert len(set(behaviours)) == len(behaviours)
    assert set(behaviours) == {behaviour_of(board) for board in every if board.firmware is not None}


def behaviour_of(board: Board) -> tuple[str | None, bool, bool]:
    """What tells the behaviours of simulated firmware apart."""
    return board.firmware, board.detects_mode, board.indicator is not None


def test_a_matrix_tells_what_was_missed_and_who_was_accused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defect_matrix, "worker_pool", ThreadPoolExecutor)  # threads share what a test has replaced
    monkeypatch.setattr(defect_matrix, "_judged", lambda campaign: report_of_nothing(campaign.options.defect))
    made = make_matrix(only=("drops-space-checksum",))
    assert [one.missed for one in made.defects] == [("TIC-CHK-3, historic",)]
    assert len(made.alarms) == len(made.sound) == len(BOARDS)
    assert "TIC-CHK-3/space-checksum, historic: inconclusive, late" in made.alarms[0]


def report_of_nothing(defect: str | None) -> dict[str, Any]:
    """A report with one purpose: inconclusive on a sound board, passed with a defect."""
    verdict = "inconclusive" if defect is None else "pass"
    purpose = {"id": "TIC-CHK-3/space-checksum", "mode": "historic", "verdict": verdict, "reason": "late"}
    return {"requirements": [{"id": "TIC-CHK-3", "purposes": [purpose]}]}


@pytest.mark.nightly
def test_the_matrix_is_full(tmp_path: Path) -> None:
    command = "from xky.hil.start import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", command, "certify", "--defects", "--json"], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    assert document["false_alarms"] == 0
    assert {one["id"]: one["caught"] for one in document["defects"]} == dict.fromkeys(known_defects(), True)


EACH_DAY = {  # the others at night
    "generic": ("producer-tempo-3p",),
    "auto": ("tempo-3p",),  # frames so long that a disturbance of two sends it to look for the other mode
    "winky-c6": (),
}


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("board", "meter"),
    [
        pytest.param(board, name, marks=() if name in by_day else pytest.mark.nightly)
        for board, by_day in EACH_DAY.items()
        for name in meter_names()
    ],
)
def test_a_sound_board_passes_on_every_ready_meter(tmp_path: Path, board: str, meter: str) -> None:
    report = certify(Campaign(Options(f"sim:{board}", meter=meter)), tmp_path)
    assert (report["verdict"], report["decided"]) == ("pass", report["total"])


def a_loky(folder: Path, **changes: object) -> str:
    """LoKy's own file with other values of its keys: at another data rate, it is far from its gateway, and sound."""
    text = board_file("loky")[1]
    for key, value in changes.items():
        text, places = re.subn(rf"(?m)^{key} = [^ ]+", f"{key} = {value}", text)
        assert places == 1, key
    file = folder / "far.toml"
    file.write_text(text)
    return str(file)


FAR_AND_OFTEN = ("TIC-FRS-1", "TIC-MOD-1", "XKY-LRW-4", "XKY-LRW-5")  # what waits for the air is not stale, nor silent


@pytest.mark.parametrize(
    ("changes", "only"),
    [
        ({"spreading_factor": 10}, FAR_AND_OFTEN),
        *(pytest.param({"spreading_factor": each}, (), marks=pytest.mark.nightly) for each in range(8, 13)),
        *(
            pytest.param(changes, (), marks=pytest.mark.nightly, id=name)
            for name, changes in {
                "no slack": {"spreading_factor": 10, "sleep_s": 1190.0, "transmissions_max": 15, "confirmed_every": 1},
                "a tenth of the band": {"spreading_factor": 10, "duty_cycle": 0.001, "confirmed_every": 1},
                "as often as it may": {"sleep_s": 1.0, "fair_use_s": 86_400.0},
                "as often as it may, far": {"spreading_factor": 12, "sleep_s": 1.0, "fair_use_s": 86_400.0},
            }.items()
        ),
    ],
)
def test_a_sound_loky_far_from_its_gateway_is_not_accused(
    changes: dict[str, float], only: tuple[str, ...], tmp_path: Path
) -> None:
    """Each of its readings waits for the duty cycle and the fair use of its network: 20 minutes at SF10."""
    report = certify(Campaign(Options("sim:loky", board=a_loky(tmp_path, **changes), only=only)), tmp_path / "report")
    assert {mode.value: failed(report, mode.value) for mode in Mode} == {"historic": set(), "standard": set()}
    is_slow = (
        changes.get("spreading_factor", 7) > 10 and "sleep_s" not in changes
    )  # what a tariff brings is over before
    assert report["verdict"] == "pass" or is_slow


def test_the_suite_sends_every_label_of_both_modes(certified: Certified) -> None:
    report = certified("generic")
    told = {p["mode"]: p["sent"][0] for r in report["requirements"] for p in r["purposes"] if r["id"] == "TIC-LBL-1"}
    for mode in Mode:
        sent = set(told[mode.value].split(": ", 1)[1].split(", "))
        assert set(LABELS[mode]) - sent == ({"MSG2"} if mode is Mode.STANDARD else set())  # in one frame only


@pytest.mark.nightly
@pytest.mark.parametrize("defect", ["ignores-checksum", "drops-damaged-frame"])
def test_the_report_of_a_defect_keeps_its_contract_too(certified: Certified, defect: str) -> None:
    check_contract(certified("generic", defect=defect))


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("board", "mode"),
    [("generic", None), ("eky", Mode.HISTORIC), pytest.param("winky-c6", None, marks=pytest.mark.nightly)],
)
def test_the_same_seed_gives_the_same_report(certified: Certified, board: str, mode: Mode | None) -> None:
    first, second = certified(board, seed=3, mode=mode), certified(board, seed=3, mode=mode)
    assert first | {"started": ""} == second | {"started": ""}


def cases_of(junit: Path) -> dict[tuple[str, str], list[object]]:
    """What ``junit.xml`` says of each purpose but how long it took."""
    found: dict[tuple[str, str], list[object]] = {}
    for case in ElementTree.parse(junit).iter("testcase"):
        told = [(one.tag, {**one.attrib}, one.text) for one in case.iter() if one is not case]
        found[case.attrib["classname"].rpartition(".")[2], case.attrib["name"]] = told
    return found


def test_pytest_s_own_run_of_the_suite_tells_of_each_purpose_what_xky_does(tmp_path: Path) -> None:
    modules = ("test_checksum", "test_power", "test_input")  # what passes, fails, and does not apply
    tests = (test for name in modules for test in vars(import_module(f"xky.hil.conformance.{name}")).values())
    asked = [purpose for test in tests if callable(test) and (purpose := purpose_of(test)) is not None]
    only = tuple(purpose.id for purpose in asked if Mode.HISTORIC in purpose.modes)
    certify(
        Campaign(Options("sim:generic", defect="ignores-checksum", mode=Mode.HISTORIC, only=only)), tmp_path / "report"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", "xky.hil.conformance"]
    command += ["-k", " or ".join(modules), "--xky-device", "sim:generic", "--xky-mode", "historic"]
    command += ["--xky-defect", "ignores-checksum", f"--junitxml={tmp_path / 'own.xml'}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    by_xky, by_pytest = cases_of(tmp_path / "report" / "junit.xml"), cases_of(tmp_path / "own.xml")
    assert by_xky == by_pytest
    assert {tag for told in by_xky.values() for tag, *_ in told} >= {"failure", "skipped", "property"}


def test_what_a_line_could_not_carry_is_no_pass_in_junit_either(tmp_path: Path) -> None:
    options = Options("sim:generic", mode=Mode.STANDARD, only=("TIC-CHR-2",))
    played, told = Campaign(options), Campaign(options)
    assert certify(played, tmp_path / "report")["verdict"] == "pass"
    told.records[Mode.STANDARD] = replace(played.records[Mode.STANDARD], sent_right=True)
    run_suite(told, tmp_path / "junit.xml")
    assert {one.verdict for one in told.conclusions} == {Verdict.INCONCLUSIVE}
    assert len(ElementTree.parse(tmp_path / "junit.xml").findall(".//error")) == len(told.conclusions)


@pytest.mark.nightly
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
        "report.json", "index.html", "junit.xml", "manifest.json", "evidence/plan.json",
        "report.sarif", "statement.intoto.json",
        "evidence/historic/sent.jsonl.gz", "evidence/historic/readings.jsonl.gz", "evidence/historic/port.jsonl.gz",
        "evidence/historic/stderr.txt", "evidence/historic/run.json",
    }  # fmt: skip


@pytest.mark.nightly
def test_the_evidence_alone_gives_the_line_again(certified: Certified, tmp_path: Path) -> None:
    campaign = Campaign(Options("sim:generic", mode=Mode.STANDARD))
    certify(campaign, tmp_path)
    with gzip.open(tmp_path / "evidence" / "standard" / "sent.jsonl.gz", "rt", encoding="utf-8") as lines:
        kept = [json.loads(line) for line in lines]
    shaped = 0
    for frame, sent in zip(kept, campaign.records[Mode.STANDARD].truth, strict=True):
        pieces = [
            Piece(
                bytes.fromhex(told["data"]),
                defects=tuple((int(at), CharacterDefect[name.upper()]) for at, name in told.get("defects", {}).items()),
                pauses=tuple((int(at), pause_s) for at, pause_s in told.get("silences_s", {}).items()),
                stretch=told.get("stretch", 1.0),
            )
            for told in frame["pieces"]
        ]
        shaped += sum(not piece.is_plain for piece in pieces)
        assert bursts_of(pieces, sent.start_s, frame["character_s"]) == bursts_of(
            sent.pieces, sent.start_s, sent.character_s
        )
    assert shaped > 20
