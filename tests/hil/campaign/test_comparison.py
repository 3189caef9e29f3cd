# SPDX-License-Identifier: Apache-2.0
"""What changed between two runs: which changes count as worse, what the runs differ in, what was measured."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign import comparison
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.comparison import Change, ReportFile, compare
from xky.hil.campaign.comparison.print_comparison import print_comparison
from xky.hil.campaign.comparison.report_file import MeasureOf
from xky.hil.campaign.verdict import Verdict
from xky.hil.campaign.wording import Wording

from ...schema import require_schema

SCHEMA = json.loads(Path(comparison.__file__).with_name("comparison.schema.json").read_text(encoding="utf-8"))
VERDICTS = [one.value for one in Verdict]
WORSE = {
    ("pass", "fail"), ("pass", "inconclusive"), ("pass", "not applicable"), ("fail", "inconclusive"),
    ("inconclusive", "fail"), ("not applicable", "fail"), ("not applicable", "inconclusive"),
}  # fmt: skip
BETTER = {("fail", "pass"), ("inconclusive", "pass"), ("not applicable", "pass")}


def report(*purposes: tuple[str, str], level: str = "must", skipped: bool = False, **other: Any) -> ReportFile:
    """A report with a requirement a purpose: id and verdict of each."""
    told: dict[str, Any] = {
        "schema": "xky-report/1", "verdict": "pass", "decided": 1, "total": 1, "device": "sim:generic",
        "board": "generic", "mode": "standard", "statement": {}, "specification": "54E", "suite": "xky-hil 1",
        "seed": 0, "started": "2026-01-01T00:00:00Z", "duration_s": 10.0,
    }  # fmt: skip
    asked = [
        {
            "id": id_.partition("/")[0], "title": "", "level": level, "verdict": verdict,
            "purposes": [{"id": id_, "mode": "standard", "verdict": verdict, "reason": "why", "skipped": skipped}],
        }
        for id_, verdict in purposes
    ]  # fmt: skip
    return ReportFile.model_validate({**told, "requirements": asked, **other})


@pytest.mark.parametrize(("before", "after"), list(product(VERDICTS, VERDICTS)))
@pytest.mark.parametrize("level", ["must", "should"])
def test_a_verdict_is_worse_better_or_neither(before: str, after: str, level: str) -> None:
    made = compare(report(("A-1/x", before), level=level), report(("A-1/x", after), level=level))
    assert bool(made.worse) == ((before, after) in WORSE)
    assert made.counted(Change.BETTER) == ((before, after) in BETTER)
    assert len(made.purposes) == (before != after)
    require_schema(made.document(), SCHEMA)


@pytest.mark.parametrize(("verdict", "other", "worse", "change"), [
    ("pass", {}, 1, "gone"),
    ("fail", {}, 1, "gone"),
    ("not applicable", {}, 0, "gone"),
    ("pass", {"suite": "xky-hil 2"}, 0, "gone"),
    ("pass", {"partial": True}, 0, "not asked"),
])  # fmt: skip
def test_a_purpose_that_is_gone_is_worse_unless_it_is_told_why(
    verdict: str, other: dict[str, Any], worse: int, change: str
) -> None:
    made = compare(report(("A-1/x", verdict), ("A-2/y", "pass")), report(("A-2/y", "pass"), **other))
    assert (len(made.worse), [one.change for one in made.purposes]) == (worse, [change])
    assert made.document()["requirements"] == [
        {"id": "A-1", "before": {"verdict": verdict, "level": "must"}, "after": None}
    ]


@pytest.mark.parametrize(("verdict", "before", "after", "worse"), [
    ("pass", {}, {}, 0),
    ("fail", {}, {}, 1),
    ("fail", {}, {"suite": "xky-hil 2"}, 0),  # a suite that asks for more is no worse device
    ("fail", {"partial": True}, {}, 0),
])  # fmt: skip
def test_a_new_purpose_is_worse_where_it_fails_in_the_same_suite(
    verdict: str, before: dict[str, Any], after: dict[str, Any], worse: int
) -> None:
    made = compare(report(**before), report(("A-1/x", verdict), **after))
    assert (len(made.worse), [one.change for one in made.purposes]) == (worse, ["appeared"])


def test_what_a_quick_run_left_out_is_not_worse() -> None:
    quick = report(("A-1/x", "inconclusive"), skipped=True, partial=True)
    assert [one.change for one in compare(report(("A-1/x", "pass")), quick).purposes] == ["not asked"]
    assert not compare(report(("A-1/x", "pass")), quick).worse
    assert compare(quick, report(("A-1/x", "fail"))).counted(Change.APPEARED) == 1


def test_what_the_runs_differ_in_is_told_by_key() -> None:
    made = compare(
        report(statement={"title": "a", "defect": None}), report(statement={"title": "a"}, seed=3, mode="both")
    )
    assert [one.what for one in made.differences] == ["mode", "seed"]
    made = compare(report(statement={"labels": ["EAST"]}), report(statement={"labels": None}))
    assert [tuple(one) for one in made.differences] == [("statement: labels", ["EAST"], None)]


def test_another_firmware_is_told_by_version_and_hash() -> None:
    earlier, later = ({"version": one, "sha256": one * 3, "files": [one]} for one in "12")
    made = compare(report(firmware=earlier, compatibility="pass"), report(firmware=later, compatibility="fail"))
    assert [tuple(one) for one in made.differences] == [
        ("firmware: version", "1", "2"), ("firmware: sha256", "111", "222"), ("compatibility", "pass", "fail"),
    ]  # fmt: skip
    assert not compare(report(), report(compatibility="pass")).differences
    require_schema(json.loads(json.dumps(made.document())), SCHEMA)


def test_another_program_or_speed_is_told_and_what_is_not_the_firmware_of_its_statement(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(sha256: str, speed: float, *disagreements: str) -> ReportFile:
        files = [{"file": "python3", "sha256": "0" * 64}, {"file": "fw\x1b.elf", "sha256": sha256 * 64}]
        return report(speed=speed, firmware={"files": files, "disagreements": list(disagreements)})

    made = compare(run("a", 1.0), run("b", 5.0, "the statement names the program of SHA-256 aa; it is another"))
    assert [tuple(one) for one in made.differences] == [
        ("firmware: SHA-256 of fw\x1b.elf", "a" * 64, "b" * 64), ("speed", 1.0, 5.0),
    ]  # fmt: skip
    document = json.loads(json.dumps(made.document()))
    require_schema(document, SCHEMA)
    assert "disagreements" not in document["before"] and len(document["after"]["disagreements"]) == 1
    print_comparison(made)
    told = " ".join(capsys.readouterr().out.split())
    assert "after: not the firmware of its statement: the statement names the program of SHA-256 aa" in told
    assert "other speed: 1.0 before, 5.0 after" in told and "\x1b" not in told
    assert not compare(report(), run("b", 5.0)).differences  # an older report says nothing of them


def test_a_comparison_is_told_in_french_without_an_english_word(capsys: pytest.CaptureFixture[str]) -> None:
    measured = [{"what": "readings", "value": 1.5, "limit": 2.0, "unit": "s"}]
    earlier = report(("A-1/x", "pass"), ("A-2/y", "pass"), ("A-3/z", "fail"), statement={"labels": None}, speed=1.0)
    later = report(
        ("A-1/x", "fail"), ("A-3/z", "pass"), ("A-4/w", "pass"), statement={"labels": ["EAST"]}, speed=5.0,
        firmware={"disagreements": ["X"]},
    )  # fmt: skip
    for one, value in (earlier, 1.5), (later, 0.5):
        (purpose,) = (p for of in one.requirements for p in of.purposes if p.id == "A-3/z")
        told = [MeasureOf.model_validate({**m, "value": value}) for m in measured]
        object.__setattr__(purpose, "measured", tuple(told))
    made = compare(earlier, later)
    print_comparison(made, Wording("fr"))
    told_lines = " ".join(capsys.readouterr().out.split())
    assert "PIRE 2 objectifs ont empiré; 1 nouveau; 1 mieux; 1 disparu; réussite avant, réussite après." in told_lines
    assert "autre (déclaration : étiquettes) : null avant" in told_lines and "1,5 s" in told_lines
    assert "après : n'est pas le micrologiciel de sa déclaration : X" in told_lines
    english = ("before", "after", "worse", "better", "gone", "new", "other", "measured", "at most", "limit ", "WORSE")
    assert [word for word in english if word in told_lines] == []
    print_comparison(made)
    told_lines = " ".join(capsys.readouterr().out.split())
    assert "WORSE 2 purposes got worse; 1 new; 1 better; 1 gone; pass before, pass after." in told_lines


def test_a_probe_by_another_name_is_the_same_place_where_there_is_one() -> None:
    def at(*specs: str) -> ReportFile:
        purposes = [{"id": "A-1/x", "mode": "standard", "probe": one, "verdict": "pass", "reason": ""} for one in specs]
        asked = [{"id": "A-1", "title": "", "level": "must", "verdict": "pass", "purposes": purposes}]
        return report(probes=specs, requirements=asked)

    assert not compare(at("mqtt:127.0.0.1:1883"), at("mqtt:127.0.0.1:1884")).purposes
    assert compare(at("mqtt", "lines"), at("mqtt")).worse


def test_reports_of_real_runs_are_compared_with_what_was_measured() -> None:
    sound = ReportFile.model_validate(
        certify("sim:generic", mode="historic", only=["TIC-CHK-2", "TIC-CHK-1/wrong-checksum"])
    )
    broken = ReportFile.model_validate(
        certify(
            "sim:generic", mode="historic", only=["TIC-CHK-2", "TIC-CHK-1/wrong-checksum"], defect="ignores-checksum"
        )
    )
    made = compare(sound, broken)
    assert [(one.id, one.before, one.after) for one in made.worse] == [("TIC-CHK-1/wrong-checksum", "pass", "fail")]
    assert [one.what for one in made.differences] == ["statement: defect"]
    recovery = next(
        one for of in sound.requirements for purpose in of.purposes if purpose.id == "TIC-CHK-2/recovers"
        for one in purpose.measured
    )  # fmt: skip
    assert (recovery.what, recovery.unit, recovery.bound) == ("first reading after the disturbance", "s", "at most")
    assert 0 < recovery.value < recovery.limit
    assert not compare(sound, sound).measures
