# SPDX-License-Identifier: Apache-2.0
"""The same report for machines: JSON by its schema, JUnit with what it verifies, SARIF, an in-toto statement, paper."""

import json
import re
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from google.protobuf.json_format import ParseDict
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement

from xky.hil.campaign import printed_page
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify as certify_campaign
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.report.sarif import sarif
from xky.hil.campaign.report.statement import PREDICATE, statement
from xky.hil.campaign.verdict import Verdict
from xky.protocol import BenchError, InputError

from ...schema import require_schema

SCHEMA = json.loads(resources.files("xky.hil.campaign.report").joinpath("report.schema.json").read_text("utf-8"))
ONLY = ("TIC-CHK-1", "TIC-CHK-2", "TIC-LBL-1")
# Of the schema of SARIF 2.1.0 (OASIS, 2020): what it requires of, and allows in, the parts that a report has
SARIF = {
    "type": "object", "required": ["version", "runs"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": {
            "type": "object", "required": ["tool"], "additionalProperties": False,
            "properties": {
                "tool": {"required": ["driver"], "properties": {"driver": {
                    "required": ["name"], "additionalProperties": False,
                    "properties": {
                        "name": {"type": "string"}, "version": {"type": "string"},
                        "rules": {"type": "array", "uniqueItems": True, "items": {
                            "required": ["id"], "additionalProperties": False,
                            "properties": {
                                "id": {"type": "string"}, "properties": {"type": "object"},
                                "shortDescription": {"$ref": "#/$defs/text"}, "help": {"$ref": "#/$defs/text"},
                                "defaultConfiguration": {"properties": {"level": {"$ref": "#/$defs/level"}}},
                            },
                        }},
                    },
                }}},
                "invocations": {"type": "array", "items": {
                    "required": ["executionSuccessful"], "additionalProperties": False,
                    "properties": {"executionSuccessful": {"type": "boolean"},
                                   "startTimeUtc": {"type": "string", "format": "date-time"}}}},
                "artifacts": {"type": "array", "uniqueItems": True},
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "properties": {"type": "object"},
                "results": {"type": "array", "items": {
                    "required": ["message"], "additionalProperties": False,
                    "properties": {
                        "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
                        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
                        "level": {"$ref": "#/$defs/level"}, "message": {"$ref": "#/$defs/text"},
                        "locations": {"type": "array"}, "properties": {"type": "object"},
                        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                    },
                }},
            },
        }},
    },
    "$defs": {
        "level": {"enum": ["none", "note", "warning", "error"]},
        "text": {"required": ["text"], "additionalProperties": False, "properties": {"text": {"type": "string"}}},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with failures, of musts and of a should."""
    out = tmp_path_factory.mktemp("report")
    certify("sim:generic", defect="ignores-checksum", mode="standard", out=out, only=(*ONLY, "TIC-SIZ-3"))
    return out


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return whole


def cut_short(out: Path) -> dict[str, Any]:
    """A report of a run that a person ended before anything was played."""
    campaign = Campaign(Options("sim:generic", mode="standard", only=ONLY))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    campaign.on_plan = interrupt
    return certify_campaign(campaign, out)


@pytest.mark.by_day(1)
@pytest.mark.parametrize("verdict", ["pass", "fail", "aborted", "whole"])
def test_every_report_is_of_its_schema(verdict: str, tmp_path: Path, report: dict[str, Any]) -> None:
    reports = {
        "pass": lambda: certify("sim:generic", mode="standard", only=ONLY),
        "fail": lambda: report,
        "aborted": lambda: cut_short(tmp_path),
        "whole": lambda: certify("sim:generic", mode="historic", defect="never-clears-the-frame"),
    }
    validator = jsonschema.Draft202012Validator(SCHEMA)
    made = reports[verdict]()
    assert [error.message for error in validator.iter_errors(made)] == []
    assert ("partial" in made, "aborted" in made) == (verdict != "whole", verdict == "aborted")


def test_the_schema_lists_every_key_of_a_report(report: dict[str, Any]) -> None:
    requirement, purpose = SCHEMA["$defs"]["requirement"]["properties"], SCHEMA["$defs"]["purpose"]["properties"]
    assert set(report) <= set(SCHEMA["properties"])
    assert {key for one in report["requirements"] for key in one} <= set(requirement)
    assert {key for one in report["requirements"] for of in one["purposes"] for key in of} <= set(purpose)


def test_each_test_of_junit_says_what_it_verifies_and_by_which_clause(folder: Path, report: dict[str, Any]) -> None:
    cases = ElementTree.parse(folder / "junit.xml").iter("testcase")
    told = [{one.get("name"): one.get("value") for one in case.iter("property")} for case in cases]
    clauses = {one["id"]: one["clause"] for one in report["requirements"]}
    assert {one["verifies"] for one in told} == set(clauses)
    assert all(clauses[str(one["verifies"])] == one["clause"] for one in told)
    of_json = {purpose["id"]: purpose["verdict"] for one in report["requirements"] for purpose in one["purposes"]}
    assert {str(one["purpose"]): one["verdict"] for one in told} == of_json


def test_junit_tells_no_path_of_the_machine(tmp_path: Path) -> None:
    certify("sim:generic", mode="standard", only=("XKY-PWR-1", "TIC-INP-1", "TIC-CHK-1"), out=tmp_path)
    text = (tmp_path / "junit.xml").read_text(encoding="utf-8")
    assert "<skipped" in text
    assert re.findall(r'(?<![\w<])/\w+/[^"<]*', text) == []
    suite = resources.files("xky.hil.conformance")
    assert str(suite) not in text and str(tmp_path) not in text


def test_sarif_has_a_result_for_each_fail_and_a_rule_for_each_requirement(folder: Path, report: dict[str, Any]) -> None:
    log = json.loads((folder / "report.sarif").read_text(encoding="utf-8"))
    require_schema(log, SARIF)
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [one["id"] for one in report["requirements"]]
    failed = [of for one in report["requirements"] for of in one["purposes"] if of["verdict"] == "fail"]
    assert [one["message"]["text"].split("\n")[0] for one in run["results"]] == [of["reason"] for of in failed]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert {one["ruleId"]: one["level"] for one in run["results"]} == {"TIC-CHK-1": "error", "TIC-SIZ-3": "warning"}


def test_sarif_has_what_is_undecided_as_open_never_as_passed(tmp_path: Path) -> None:
    [run] = sarif(cut_short(tmp_path))["runs"]
    assert {(one["kind"], one["level"]) for one in run["results"]} == {("open", "none")}
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_statement_binds_the_verdicts_to_the_report_by_its_hash(folder: Path, report: dict[str, Any]) -> None:
    text = json.loads((folder / "statement.intoto.json").read_text(encoding="utf-8"))
    Statement.copy_from_pb(ParseDict(text, statement_pb2.Statement())).validate()
    digest = sha256((folder / "report.json").read_bytes()).hexdigest()
    assert text["subject"] == [{"name": "report.json", "digest": {"sha256": digest}}]
    assert text["predicateType"] == PREDICATE
    told = {one["id"]: one["verdict"] for one in text["predicate"]["requirements"]}
    assert told == {one["id"]: one["verdict"] for one in report["requirements"]}
    assert (text["predicate"]["verdict"], text["predicate"]["partial"]) == ("fail", True)


def test_a_statement_of_a_known_program_is_about_it_first(report: dict[str, Any]) -> None:
    known = report | {"firmware": {"version": "1.4.2", "sha256": None, "files": [{"file": "fw", "sha256": "ab" * 32}]}}
    subjects = statement(known, b"{}")["subject"]
    assert [one["name"] for one in subjects] == ["fw", "report.json"]
    assert subjects[0]["digest"] == {"sha256": "ab" * 32}


def test_a_statement_knows_inconclusive(tmp_path: Path) -> None:
    undecided = statement(cut_short(tmp_path), b"{}")["predicate"]
    assert {one["verdict"] for one in undecided["requirements"]} == {"inconclusive"}


@pytest.mark.skipif(not any(map(printed_page.shutil.which, printed_page.NAMES)), reason="needs a browser: chromium")
def test_the_page_is_printed_on_paper_without_any_network(tmp_path: Path) -> None:
    options = Options("sim:generic", mode="standard", only=("TIC-VAL-1",), pdf=True, lang="fr")
    certify_campaign(Campaign(options), tmp_path)
    data = (tmp_path / "report.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert not re.search(rb"/URI\s*\(https?:", data)


def test_without_a_browser_pdf_is_refused_before_anything_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        InputError,
        match=r"^--pdf: no Chromium is installed to print the page; install \S+ chromium",
    ):
        Campaign(Options("sim:generic", pdf=True))


def test_a_browser_that_prints_nothing_costs_the_report_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chromium").write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    (tmp_path / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    campaign = Campaign(Options("sim:generic", mode="standard", only=("TIC-VAL-1",), pdf=True))
    report = certify_campaign(campaign, tmp_path / "report")
    assert Verdict(report["verdict"]) is Verdict.PASS
    assert isinstance(campaign.lost, BenchError)
    assert re.fullmatch(r"--pdf: \S+ printed nothing \(status 3\); print index.html yourself", str(campaign.lost))
    assert {"index.html", "report.json"} <= {path.name for path in (tmp_path / "report").iterdir()}
