# SPDX-License-Identifier: Apache-2.0
"""Of a crash, a hang or a sanitizer's finding only kind, version, count and our own words are left."""

import json
from pathlib import Path
from typing import Any

import pytest

from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.campaign import Campaign
from xky.hil.campaign.record import Record
from xky.hil.hunt.league import run
from xky.hil.hunt.league.document import document
from xky.hil.hunt.league.entry import entry_named
from xky.hil.hunt.league.files import page
from xky.hil.hunt.league.installation import Installed
from xky.hil.hunt.league.kept import Hunted, keep_hunt, keep_run
from xky.hil.hunt.league.run import Played, play
from xky.protocol import Mode

from .runs import SECRET, purpose, record, report

VERSION = "kylin 0.6.0"
SPOKE = [Reading(30.0, {"PAPP": Said("00390")})]

BEFELL = {
    "crash": record(ended=f"signal {SECRET}", ended_s=30.0, last_words=SECRET, stderr=SECRET.encode(), readings=SPOKE),
    "hang": record(readings=SPOKE, stderr=SECRET.encode()),
    "sanitizer (AddressSanitizer)": record(
        ended="exit status 1", ended_s=30.0, stderr=f"==1==ERROR: AddressSanitizer: heap-x on {SECRET}\n".encode()
    ),
    "sanitizer (UndefinedBehaviorSanitizer)": record(stderr=f"a.cpp:3:9: runtime error: {SECRET}\n".encode()),
}


def everything(played: Played) -> str:
    """All that is ever written of it."""
    league = document([played])
    return json.dumps(league, ensure_ascii=False) + page(league)


@pytest.mark.parametrize("kind", BEFELL)
def test_nothing_of_what_it_died_of_is_kept(kind: str) -> None:
    found = report(*(purpose(id_, "fail", SECRET, SECRET) for id_ in ("TIC-CMP-1/speaks", "TIC-SND-1/sent")))
    kept = keep_run(found, BEFELL[kind], VERSION)
    assert [(one.kind, one.version, one.count) for one in kept.mishaps] == [(kind, VERSION, 1)]
    assert (kept.seed, kept.findings) == (None, ())
    assert kept.verdicts == {"TIC-CMP-1": "fail", "TIC-SND-1": "fail"}
    said = everything(Played(entry_named("kylin"), 1.0, ("kylin==0.6.0",), (kept,)))
    assert "what it died of" not in said
    assert kind in said


def test_a_sanitizer_is_counted_and_names_itself_alone() -> None:
    told = record(stderr=b"x.cpp:1:1: runtime error: a\n" * 3 + b"y.cpp:2:2: runtime error: b\n")
    (mishap,) = keep_run(report(), told, VERSION).mishaps
    assert (mishap.kind, mishap.count) == ("sanitizer (UndefinedBehaviorSanitizer)", 4)


@pytest.mark.parametrize("told", [record(), record(readings=[]), record(readings=[Reading(341.0, {})])])
def test_a_device_that_lives_keeps_its_wrong_readings(told: Record) -> None:
    kept = keep_run(report(purpose("TIC-SND-1/sent", "fail", "PAPP = '1'", "PAPP 00390")), told, VERSION)
    assert (kept.mishaps, kept.seed) == ((), 7)
    (finding,) = kept.findings
    assert (finding.requirement, finding.purpose, finding.reason) == ("TIC-SND-1", "sent", "PAPP = '1'")
    assert (finding.sent, finding.expected, finding.seen) == (("PAPP 00390",),) * 3


def test_a_hunt_keeps_the_stimulus_of_a_wrong_reading_and_none_of_a_death() -> None:
    found = [
        Hunted("TIC-SND-1", "PAPP = '1'", 2, ("noise",), "schema = …"),
        Hunted("TIC-CMP-1", SECRET, 1, (SECRET,), SECRET, died="crash"),
        Hunted("TIC-CMP-1", SECRET, 1, (SECRET,), SECRET, died="crash"),
    ]
    kept = keep_hunt(Mode.HISTORIC, 40, found, {"crash": 3, "hang": 1}, VERSION)
    assert [one.requirement for one in kept.findings] == ["TIC-SND-1"]
    assert [(one.kind, one.count) for one in kept.mishaps] == [("crash", 3), ("hang", 1)]
    said = everything(Played(entry_named("kylin"), 1.0, (), (keep_run(report(), record(), VERSION),), (kept,)))
    assert "what it died of" not in said
    assert "schema = …" in said


def test_reports_and_evidence_go_with_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Path] = []

    def certified(campaign: Campaign, folder: Path) -> dict[str, Any]:
        folder.mkdir()
        (folder / "evidence.txt").write_text(SECRET, encoding="utf-8")
        seen.append(folder)
        campaign.records[Mode.HISTORIC] = BEFELL["crash"]
        return report(purpose("TIC-CMP-1/speaks", "fail", SECRET, SECRET))

    monkeypatch.setattr(run, "install", lambda entry, cache: Installed(("true", "{port}"), ()))
    played = play(entry_named("kylin"), tmp_path, certified)
    assert [one.kind for one in played.runs[0].mishaps] == ["crash"]
    assert [folder.parent.exists() for folder in seen] == [False]
    assert list(tmp_path.iterdir()) == []
