# SPDX-License-Identifier: Apache-2.0
"""The events of a run: the same while it goes on and from its evidence, and nothing of the run is another for them."""

import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from xky.hil.watch import event_list
from xky.hil.watch.kept_run import KeptRun
from xky.hil.watch.shown import PIECES_MAX, TEXT_MAX

from .shown_run import Client, certified, events_of, told_apart

LIVE = ("live", "duration_s", "started")  # what a run that goes on is not, or does not know yet


def comparable(events: list[Any]) -> list[str]:
    """Without what only one of the two can know."""
    told = [one for one in events if one["kind"] not in ("run", "plan")]
    return told_apart(told)


def evidence_of(folder: Path) -> dict[str, bytes]:
    """The evidence of a run, and its report but for the hour."""
    files = {path.name: path.read_bytes() for path in (folder / "evidence").rglob("*") if path.is_file()}
    report = json.loads((folder / "report.json").read_bytes())
    del report["started"]
    return files | {"report.json": json.dumps(report).encode()}


def test_verdicts_report_and_evidence_are_the_same_to_the_byte_whether_somebody_watches(
    report: Path, tmp_path: Path
) -> None:
    certified(tmp_path / "watched", watched=True)
    assert evidence_of(tmp_path / "watched") == evidence_of(report)


def test_a_run_that_was_watched_tells_what_its_evidence_tells(tmp_path: Path) -> None:
    run = certified(tmp_path / "report", watched=True, probes=("lines",))
    live, kept = events_of(run), events_of(KeptRun(tmp_path / "report"))
    assert comparable(live) == comparable(kept)
    first, again = ({k: v for k, v in of[0].items() if k not in LIVE} for of in (live, kept))
    assert first == again
    assert [one["steps"] for one in live if one["kind"] == "plan"] == [
        one["steps"] for one in kept if one["kind"] == "plan"
    ]


def test_frames_are_in_order_readings_have_their_labels_and_the_end_comes_last(kept: KeptRun) -> None:
    events = events_of(kept)
    kinds = [one["kind"] for one in events]
    assert (kinds[0], kinds[1], kinds[-1]) == ("run", "plan", "end")
    number, last_s = 0, -1.0
    for one in (one for one in events if one["kind"] == "frames" and one["mode"] == kept.parts[0].mode):
        assert one["first"] == number
        for start_s, end_s, _, _ in one["frames"]:
            assert last_s < start_s < end_s
            number, last_s = number + 1, start_s
    assert number == len(kept.parts[0].truth)
    said = [one["said"] for one in events if one["kind"] == "reading"]
    assert {"ADCO", "PAPP"} <= {label for label, _, _ in said[0]}


@pytest.mark.nightly
def test_a_verdict_is_told_in_both_languages_with_its_moment(kept: KeptRun) -> None:
    fails = [one for one in events_of(kept) if one["kind"] == "verdict" and one["verdict"] == "fail"]
    fail = next(one for one in fails if one["requirement"] == "TIC-CHK-1")
    assert "repeats a damaged group" in fail["reason"]["en"]
    assert fail["reason"]["fr"] != fail["reason"]["en"]
    assert fail["title"]["fr"] != fail["title"]["en"]
    assert fail["at_s"] > 0


def test_every_step_has_its_name_in_french(kept: KeptRun) -> None:
    texts = [one["text"] for one in events_of(kept) if one["kind"] == "frames"]
    assert [one for one in texts if one["fr"] == one["en"]] == []


def test_what_comes_at_one_go_is_bounded(kept: KeptRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_list, "_LOOK_MAX", 7)
    told = event_list.EventList(kept)
    sizes = [0]
    while told.look():
        sizes.append(len(told.events))
    assert {later - earlier for earlier, later in pairwise(sizes)} == {7}
    assert told.is_over


def test_a_run_that_nobody_watches_is_not_looked_at(tmp_path: Path) -> None:
    client = Client(certified(tmp_path / "report"))
    assert client.feed.is_told  # nobody waits
    assert client.feed.event_count == 0


def test_what_a_device_says_is_cut_where_no_screen_would_show_it(kept: KeptRun) -> None:
    for event in events_of(kept):
        if event["kind"] == "reading":
            assert all(len(value) <= TEXT_MAX + 1 for _, value, _ in event["said"])
    frame = event_list.shown.frame_of(max(kept.parts[0].truth, key=lambda one: len(one.pieces)))
    assert len(frame["pieces"]) <= PIECES_MAX


def test_a_report_of_an_earlier_version_is_shown_as_far_as_it_tells(report: Path, tmp_path: Path) -> None:
    shutil.copytree(report, tmp_path / "old")
    told = json.loads((tmp_path / "old" / "report.json").read_bytes())
    del told["probes"]
    for requirement in told["requirements"]:
        for purpose in requirement["purposes"]:
            for key in ("probe", "sent", "expected", "seen"):
                del purpose[key]
    (tmp_path / "old" / "report.json").write_text(json.dumps(told))
    (tmp_path / "old" / "evidence" / "plan.json").unlink()
    old = KeptRun(tmp_path / "old")
    assert comparable(events_of(old)) == comparable(events_of(KeptRun(report)))
    assert Client(old).get("/verdict?id=TIC-CHK-1/wrong-checksum&mode=historic").json()["seen"] == []


def test_a_run_that_was_lost_says_why(tmp_path: Path) -> None:
    run = certified(tmp_path / "report")
    run.end(None, "the device is away")
    last = events_of(run)[-1]
    assert (last["kind"], last["verdict"], last["complaint"]) == ("end", None, "the device is away")
