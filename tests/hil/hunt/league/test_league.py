# SPDX-License-Identifier: Apache-2.0
"""``xky league``: table, page and JSON from stand-ins; by day a decoder that is installed here, by night all."""

import json
import re
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from xky.hil.campaign.campaign import Campaign
from xky.hil.campaign.certify import certify
from xky.hil.cli import league as command
from xky.hil.hunt.league import run
from xky.hil.hunt.league.document import document
from xky.hil.hunt.league.entry import Entry, entry_named, entry_names
from xky.hil.hunt.league.files import page, write_league
from xky.hil.hunt.league.installation import Installed
from xky.hil.hunt.league.kept import Hunted, keep_hunt, keep_run
from xky.hil.hunt.league.run import Played, play
from xky.protocol import BenchError, Mode

from ....command import xky
from ....schema import require_schema
from .runs import SECRET, purpose, record, report

SCHEMA = json.loads((resources.files("xky.hil.hunt.league") / "league.schema.json").read_text(encoding="utf-8"))


def stand_ins() -> list[Played]:
    """Four entries as if they had run: one that fails, one that dies, one that was skipped, one in both modes."""
    wrong = report(
        purpose("TIC-SND-1/sent", "fail", f"PAPP = '{SECRET}' was never sent", "12.00 s: PAPP 00390 +"),
        purpose("TIC-LBL-1/every-label", "inconclusive"),
        purpose("TIC-VAL-1/highest-index", "not applicable"),
    )
    dead = report(purpose("TIC-CMP-1/speaks", "fail", "it died"), purpose("TIC-SND-1/sent", "pass"))
    fine = report(purpose("TIC-SND-1/sent", "pass"), purpose("TIC-LNK-10/stuck-line", "pass"))
    found = Hunted("TIC-SND-1", "EAST = 0", 2, ("two_bits",), "schema = 1")
    hunt = keep_hunt(Mode.STANDARD, 300, [found], {}, "esphome 1")
    return [
        Played(entry_named("kylin"), 1.0, ("kylin==0.6.0",), (keep_run(wrong, record(), "kylin 0.6.0"),)),
        Played(
            entry_named("teleinfo"), 10.0, (), (keep_run(dead, record(ended="signal SIGSEGV"), "teleinfo 1.3.1"),)
        ),
        Played(entry_named("pyteleinfo"), 1.0, skipped="needs Python >=3.12; here: 3.11.7"),
        Played(
            entry_named("esphome-text"), 10.0, ("esphome==2026.10.0",),
            tuple(keep_run(fine, record(mode), "esphome 2026.10.0") for mode in Mode), (hunt,),
        ),
    ]  # fmt: skip


def played_by_hand(entry: Entry, *_: object, **__: object) -> Played:
    return next((one for one in stand_ins() if one.entry.name == entry.name), Played(entry, 1.0, skipped="not here"))


NAMES = [one.entry.name for one in stand_ins()]


def test_the_printed_league_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setattr(command, "play", played_by_hand)
    told = xky("league", *NAMES, "--cache", "cache", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout == snapshot


def test_the_json_is_printed_alone_and_is_that_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "play", played_by_hand)
    told = xky("league", *NAMES, "--json", "--out", "here", "--cache", "cache", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    league = json.loads(told.stdout)
    assert league == json.loads((tmp_path / "here/league.json").read_text(encoding="utf-8"))
    require_schema(league, SCHEMA)
    assert [one["id"] for one in league["requirements"]] == ["TIC-CMP-1", "TIC-LBL-1", "TIC-LNK-10", "TIC-SND-1"]
    assert league["decoders"][2]["skipped"] == "needs Python >=3.12; here: 3.11.7"


def test_the_page_is_as_it_was_and_takes_nobody_s_words_for_markup(snapshot: SnapshotAssertion) -> None:
    text = page(document(stand_ins()))
    assert SECRET not in text
    assert "&lt;b&gt;what it died of&lt;/b&gt;" in text
    assert re.sub(r"xky-hil [\w.]+", "xky-hil", text[text.index("</style>") :]) == snapshot


def test_an_unknown_decoder_is_exit_2_with_the_near_one(tmp_path: Path) -> None:
    told = xky("league", "kilyn", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert re.fullmatch(r"xky: decoder 'kilyn': not in the league; known: .*\. Did you mean kylin\?\n", told.stderr)


@pytest.mark.parametrize(
    ("played", "status"),
    [
        (Played(entry_named("kylin"), 1.0, skipped="needs Python >=3.99; here: 3.11.7"), 3),
        (Played(entry_named("kylin"), 1.0, skipped="kylin: could not be installed: no network", failed=True), 3),
        (stand_ins()[0], 0),
    ],
)
def test_the_status_says_whether_there_is_a_table(
    played: Played, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "play", lambda *_, **__: played)
    told = xky("league", "kylin", "--cache", "cache", cwd=tmp_path)
    assert told.returncode == status
    assert ("skipped: kylin: " in told.stdout) == bool(played.skipped)


def test_ctrl_c_keeps_what_has_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def one_alone(entry: Entry, *_: object, **__: object) -> Played:
        if entry.name != "kylin":
            raise KeyboardInterrupt
        return stand_ins()[0]

    monkeypatch.setattr(command, "play", one_alone)
    told = xky("league", "kylin", "teleinfo", "--cache", "cache", cwd=tmp_path)
    assert told.returncode == 3
    assert told.stderr.endswith("xky: interrupted; kept in league: 1 of 2 decoders\n")
    league = json.loads((tmp_path / "league/league.json").read_text(encoding="utf-8"))
    assert (league["aborted"], [one["name"] for one in league["decoders"]]) == (True, ["kylin"])


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    told = xky("league", "kylin", "--cache", "file/cache", cwd=tmp_path)
    assert told.returncode == 2
    assert re.fullmatch(r"xky: --cache .*: cannot be made \(Not a directory\); give another folder\n", told.stderr)


def test_a_link_that_waits_for_the_page_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "out/index.html").symlink_to(tmp_path / "mine")
    write_league(tmp_path / "out", document(stand_ins()))
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "mine"
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["index.html", "league.json"]


def test_a_run_that_the_bench_spoils_is_told_and_what_was_settled_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def spoilt(campaign: Campaign, folder: Path) -> dict[str, Any]:
        if campaign.modes == (Mode.STANDARD,):
            raise BenchError("no pseudo-terminal to be had")
        campaign.records[Mode.HISTORIC] = record()
        return report(purpose("TIC-SND-1/sent", "pass"))

    monkeypatch.setattr(run, "install", lambda entry, cache: Installed(("true", "{port}"), ()))
    played = play(entry_named("enedis-tic"), tmp_path, spoilt)
    assert (played.skipped, played.failed) == ("no pseudo-terminal to be had", True)
    assert [one.verdicts for one in played.runs] == [{"TIC-SND-1": "pass"}]


@pytest.mark.realtime
def test_a_decoder_that_is_installed_here_runs_and_its_fault_has_its_stimulus(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def here(entry: Entry, cache: Path) -> Installed:
        return Installed((sys.executable, "-P", str(entry.program), "{port}", "{mode}"), ())

    monkeypatch.setattr(run, "install", here)
    played = play(
        entry_named("serial-teleinfo"), tmp_path, certify, speed=20.0, only=("TIC-CHK-1/wrong-checksum", "TIC-LNK-7")
    )
    (kept,) = played.runs
    assert (kept.verdicts["TIC-LNK-7"], kept.verdicts["TIC-CHK-1"]) == ("fail", "pass")
    assert {one.purpose for one in kept.findings} == {"neighbours"}
    assert all(one.sent and one.seen for one in kept.findings)


FAIL = {  # musts, in any mode, that are faults of its own and stay so in these versions
    "enedis-tic": {"TIC-CHK-2", "TIC-CHK-4", "TIC-CMP-1", "TIC-DAT-2"},
    "esphome-numbers": {"TIC-SND-1", "TIC-VAL-1"},
    "kylin": {"TIC-CHK-1", "TIC-CHK-2", "TIC-LNK-3"},
    "pyteleinfo": {"TIC-CHK-2", "TIC-CHK-4"},
    "python-tic": {"TIC-CHK-1", "TIC-CHK-2", "TIC-LNK-3"},
    "pyticcom": {"TIC-CHK-2", "TIC-LNK-3"},
    "pytictri": {"TIC-CHK-2", "TIC-LBL-2", "TIC-LBL-6"},  # its last label never comes: TIC-LNK-3 is not asked
    "serial-teleinfo": {"TIC-LNK-7"},
    "teleinfo": {"TIC-CHK-2", "TIC-LNK-1"},
    "teleinfo-node": {"TIC-CHK-3", "TIC-TAR-4"},
}


@pytest.mark.nightly
@pytest.mark.realtime
@pytest.mark.parametrize("name", entry_names())
def test_every_entry_runs_here_or_says_what_it_needs(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.getbasetemp() / "league"
    played = play(entry_named(name), cache, certify)
    assert not played.failed, played.skipped
    if played.skipped:
        pytest.skip(played.skipped)
    league = document([played])
    require_schema(league, SCHEMA)
    musts = {one["id"] for one in league["requirements"] if one["level"] == "must"}
    failed = {id_ for kept in played.runs for id_, verdict in kept.verdicts.items() if verdict == "fail"}
    assert FAIL.get(name, set()) <= failed & musts
    assert [one for kept in played.runs for one in kept.mishaps] == []
