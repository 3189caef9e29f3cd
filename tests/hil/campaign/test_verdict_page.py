# SPDX-License-Identifier: Apache-2.0
"""``xky certify`` on a terminal: passes compact, what is wrong last and whole, the time that is left."""

import re
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress, Task

from xky.hil.campaign.print_verdicts import TimeLeft, print_verdicts
from xky.hil.campaign.wording import Wording


def a_purpose(id_: str, verdict: str, reason: str = "") -> dict[str, Any]:
    trail = {name: [f"{name} of {id_}"] for name in ("sent", "expected", "seen")}
    return {"id": id_, "mode": "historic", "verdict": verdict, "reason": reason, **trail}


def a_requirement(id_: str, level: str, *purposes: tuple[str, str]) -> dict[str, Any]:
    told = [a_purpose(f"{id_}/{verdict}-{n}", verdict, reason) for n, (verdict, reason) in enumerate(purposes)]
    return {"id": id_, "level": level, "verdict": purposes[0][0], "title": f"Title of {id_}.", "clause": "54E §1",
            "purposes": told}  # fmt: skip


REQUIREMENTS = [
    a_requirement("A-1", "must", ("fail", "first reason"), ("fail", "second [reason]"), ("pass", "")),
    a_requirement("A-2", "must", ("pass", "")),
    a_requirement("A-3", "should", ("inconclusive", "who knows")),
    a_requirement("A-4", "must", ("inconclusive", "the bench was late")),
    a_requirement("A-5", "should", ("fail", "not met")),
    a_requirement("A-6", "must", ("not applicable", "")),
    a_requirement("A-7", "should", ("pass", "")),
]
REPORT = {"device": "sim:x", "board": "x", "mode": "both", "requirements": REQUIREMENTS, "verdict": "fail",
          "decided": 4, "total": 6, "remarks": ["a [remark]"]}  # fmt: skip


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    for name, value in {"COLUMNS": "80", "TERM": "xterm", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    print_verdicts(REPORT, Path("report"))
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


def test_passes_take_one_line_together(page: str) -> None:
    assert "✓ pass 2: A-2, A-7\n" in page
    assert "– not applicable 1: A-6\n" in page
    assert "? inconclusive 1: A-3\n" in page  # a should that is not decided asks nothing of anybody
    assert "Title of A-2" not in page


def test_failures_and_undecided_musts_are_last_the_worst_nearest_to_the_end(page: str) -> None:
    order = ("✓ pass 2", "note: a [remark]", "(should) Title of A-5.", "(must) Title of A-4.", "(must) Title of A-1.",
             "FAIL  decided")  # fmt: skip
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert page.endswith("FAIL  decided 4 of 6; shoulds not met: 1. Report: report/index.html\n")


def test_failures_are_whole(page: str) -> None:
    assert "fail-0, historic: first reason" in page
    assert "fail-1, historic: second [reason]" in page
    for purpose in ("A-1/fail-0", "A-1/fail-1", "A-4/inconclusive-0", "A-5/fail-0"):
        for name in ("sent", "expected", "seen"):
            assert f"{name} of {purpose}" in page


@pytest.mark.parametrize(("length_s", "then_s", "elapsed_s", "told"), [
    (100.0, 0.0, 30.0, "1:10 left"), (100.0, 250.0, 0.0, "5:50 left"), (100.0, 60.0, 140.0, "1:00 left"),
])  # fmt: skip
def test_the_time_left_is_that_of_the_whole_run(
    length_s: float, then_s: float, elapsed_s: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Task, "elapsed", elapsed_s)
    progress = Progress(disable=True)
    number = progress.add_task("standard", total=40, length_s=length_s, then_s=then_s)
    assert TimeLeft().render(progress.tasks[number]).plain == told


@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_is_waived_is_named_with_its_fail_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool
) -> None:
    for name, value in {"COLUMNS": "120", **({"TERM": "xterm", "FORCE_COLOR": "1"} if is_terminal else {})}.items():
        monkeypatch.setenv(name, value)
    waived = {"waived": {"reason": "new [receiver] ordered", "until": "2027-06-30"}}
    told = [REQUIREMENTS[0] | waived, REQUIREMENTS[1] | waived]
    print_verdicts(REPORT | {"requirements": told}, Path("report"))
    assert capsys.readouterr().out.count("waived until 2027-06-30: new [receiver] ordered") == 1


@pytest.mark.parametrize("is_terminal", [False, True])
def test_marks_have_their_blanks_in_french(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool
) -> None:
    for name, value in {"COLUMNS": "400", **({"TERM": "xterm", "FORCE_COLOR": "1"} if is_terminal else {})}.items():
        monkeypatch.setenv(name, value)
    print_verdicts(REPORT | {"remarks": []}, Path("report"), Wording("fr"))
    out = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).replace("sim:x", "")
    assert "conclu : 4 sur 6 ; recommandations non satisfaites : 1." in out
    assert re.findall(r"\S*\w[;:] \S*", out) == []
