# SPDX-License-Identifier: Apache-2.0
"""A profile runs the tests of a label and nothing else, and says what each of them came to."""

import json
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.hil.campaign import certify_device, headline_notes
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.profiles import profile_named, profile_names
from xky.hil.campaign.suite import declared_purposes
from xky.protocol import InputError

from ....schema import require_schema

SCHEMA = json.loads((Path(__file__).parents[4] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))


def test_each_profile_asks_for_purposes_that_there_are() -> None:
    known = {one.id for one in declared_purposes()}
    for name in profile_names():
        profile = profile_named(name)
        assert profile.title and profile.french and profile.clause
        assert set(profile.purposes) <= known, name
        assert len({one.what for one in profile.test}) == len(profile.test)


def test_the_label_has_every_test_of_its_light_and_no_must_of_the_line() -> None:
    asked = set(profile_named("linky-ready").purposes)
    assert {one.id for one in declared_purposes() if one.requirement.id.startswith("TIC-LED-")} <= asked
    assert {id_[:7] for id_ in asked} == {"TIC-LED", "TIC-INP"}


def test_a_sound_device_passes_and_each_test_has_its_verdict() -> None:
    report = certify_device.certify("sim:labelled", profile="linky-ready")
    require_schema(report, SCHEMA)
    assert report["verdict"] == "pass" and report["partial"] is True
    tests = report["profile"]["tests"]
    assert {one["verdict"] for one in tests} == {"pass", "not applicable"}
    assert {id_ for one in tests if one["verdict"] == "pass" for id_ in one["purposes"]} >= {
        one.id for one in declared_purposes() if one.requirement.about_light
    }
    assert {purpose["id"] for one in report["requirements"] for purpose in one["purposes"]} == set(
        profile_named("linky-ready").purposes
    )
    assert "profile linky-ready: 12 of its 20 tests decided" in headline_notes.headline_notes(report)


@pytest.mark.nightly
def test_a_should_of_the_label_that_fails_fails_the_run() -> None:
    report = certify_device.certify(
        "sim:labelled", profile="linky-ready", defect="indicator-ignores-checksums", mode="standard"
    )
    assert report["verdict"] == "fail"
    verdicts = {one["test"]: one["verdict"] for one in report["profile"]["tests"]}
    assert verdicts["at least one checksum wrong"] == "fail"
    assert verdicts["all checksums right"] == "pass"


def test_a_defect_of_something_else_does_not_count() -> None:
    report = certify_device.certify("sim:labelled", profile="linky-ready", defect="loses-last-group", mode="standard")
    assert report["verdict"] == "pass"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"device": "sim:generic"}, r"^--profile linky-ready: board generic has no indicator.*write \[indicator\]"),
        ({"only": ("TIC-LED-1",)}, "^--only: --profile linky-ready says what is asked"),
        ({"quick": True}, "^--quick: --profile linky-ready says what is asked"),
        ({"profile": "linky-redy"}, "no such profile; known: linky-ready. Did you mean linky-ready?"),
    ],
)
def test_what_does_not_go_with_a_profile_is_told_at_once(options: dict[str, object], told: str) -> None:
    given = {"device": "sim:labelled", "profile": "linky-ready"} | options
    with pytest.raises(InputError, match=told):
        Campaign(Options(**given))  # type: ignore[arg-type]


def test_a_board_without_an_indicator_is_refused_by_the_command_in_one_line(tmp_path: Path) -> None:
    assert board_named("generic").indicator is None
    with pytest.raises(InputError):
        profile_named("linky-ready").check("linky-ready", board_named("generic"))
