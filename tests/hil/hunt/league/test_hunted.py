# SPDX-License-Identifier: Apache-2.0
"""A hunt in the league: what the suite showed is no news, and of what a program died of nothing is kept."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.campaign import Campaign
from xky.hil.campaign.oracle import Trail
from xky.hil.campaign.record import Record
from xky.hil.hunt.league.entry import Entry, Script
from xky.hil.hunt.league.hunted import hunt_entry
from xky.hil.hunt.league.installation import Installed
from xky.hil.hunt.league.kept import KeptHunt, keep_run
from xky.hil.hunt.tally import Limits
from xky.hil.stories.judging import Broken, Signature
from xky.hil.stories.playing import Played
from xky.hil.stories.running_line import RunningLine
from xky.hil.stories.story import Story
from xky.protocol import Mode

from .runs import SECRET, purpose, record, report

LIMITS = Limits(examples=3)
BOARD = 'id = "mine"\ntitle = "Mine"\nmodes = ["historic"]\n'
ENTRY = Entry("mine", Path("mine.py"), Script.model_validate({"dependencies": ["mine==1.0"]}), BOARD)


def hunt(monkeypatch: pytest.MonkeyPatch, folder: Path, came: Record, *failed: str) -> KeptHunt:
    """A hunt on a device of which every story gives the same record and breaks two requirements."""

    def played(line: RunningLine, story: Story, campaign: Campaign, *, strict: bool = False) -> Played:
        trail = Trail(sent=[SECRET], seen=[SECRET])
        return Played(came, [
            Broken(Signature(Mode.HISTORIC, id_, id_, frozenset({"noise"})), f"{id_}: {SECRET}", trail, "lines")
            for id_ in ("TIC-CMP-1", "TIC-SND-1")
        ], 30.0)  # fmt: skip

    monkeypatch.setattr(RunningLine, "play", played)
    monkeypatch.setattr(RunningLine, "replay", played)
    (folder / "mine.toml").write_text(BOARD, encoding="utf-8")
    runs = [keep_run(report(*(purpose(f"{id_}/x", "fail") for id_ in failed)), record(), "mine 1.0")]
    (kept,) = hunt_entry(ENTRY, Installed(("true", "{port}"), ()), folder / "mine.toml", runs, limits=LIMITS)
    return kept


def written(kept: KeptHunt) -> Any:
    return json.dumps(asdict(kept), ensure_ascii=False)


@pytest.mark.nightly
def test_what_it_finds_has_the_file_of_its_stimulus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = hunt(monkeypatch, tmp_path, record())
    assert {one.requirement for one in kept.findings} == {"TIC-CMP-1", "TIC-SND-1"}
    assert all('schema = "xky-stimulus/1"' in one.stimulus for one in kept.findings)
    assert kept.examples >= 2
    assert not kept.mishaps


def test_what_the_suite_showed_is_not_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = hunt(monkeypatch, tmp_path, record(), "TIC-CMP-1")
    assert {one.requirement for one in kept.findings} == {"TIC-SND-1"}


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("kind", "came"),
    [
        ("crash", record(ended="exit status 1", last_words=SECRET)),
        ("hang", record(readings=[Reading(375.0, {"PAPP": Said("00390")})])),
        ("sanitizer (UndefinedBehaviorSanitizer)", record(stderr=f"runtime error: {SECRET}".encode())),
    ],
)
def test_of_a_death_nothing_is_kept(kind: str, came: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = hunt(monkeypatch, tmp_path, came)
    assert not kept.findings
    assert [one.kind for one in kept.mishaps] == [kind]
    assert kept.mishaps[0].count >= 2
    assert "what it died of" not in written(kept)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
