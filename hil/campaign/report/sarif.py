# SPDX-License-Identifier: Apache-2.0
"""The report as SARIF 2.1.0, for what shows findings beside code: each fail a result, each requirement a rule.

What is not decided is an *open* result, so that nobody takes a run without failures for a pass.
"""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {"must": "error", "should": "warning"}


def sarif(report: Mapping[str, Any]) -> dict[str, Any]:
    """A log of one run.

    Args:
        report: as ``report.json`` has it.
    """
    name, _, version = report["suite"].partition(" ")
    asked = [one for one in report["requirements"] if one["verdict"] != "not applicable"]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": name, "version": version, "rules": [_rule(one) for one in asked]}},
                "invocations": [
                    {"executionSuccessful": "aborted" not in report, "startTimeUtc": report["started"]}
                ],
                "artifacts": [{"location": {"uri": "report.json"}, "mimeType": "application/json"}],
                "results": [result for place, one in enumerate(asked) for result in _results(one, place)],
                "columnKind": "unicodeCodePoints",
                "properties": {
                    "verdict": report["verdict"], "decided": report["decided"], "total": report["total"],
                    "device": report["device"], "board": report["board"], "mode": report["mode"],
                    "seed": report["seed"],
                },
            }
        ],
    }  # fmt: skip


def _rule(requirement: Mapping[str, Any]) -> dict[str, Any]:
    why = requirement.get("why", "")
    help_ = f"{requirement['clause']}. {why}" if why else f"{requirement['clause']}."
    return {
        "id": requirement["id"],
        "shortDescription": {"text": requirement["title"]},
        "help": {"text": help_},
        "defaultConfiguration": {"level": _LEVEL[requirement["level"]]},
        "properties": {
            "clause": requirement["clause"], "level": requirement["level"], "verdict": requirement["verdict"],
        },
    }  # fmt: skip


def _results(requirement: Mapping[str, Any], place: int) -> Iterator[dict[str, Any]]:
    for purpose in requirement["purposes"]:
        if purpose["verdict"] not in ("fail", "inconclusive"):
            continue
        failed = purpose["verdict"] == "fail"
        where = "/".join((purpose["id"], purpose["mode"], *([purpose["probe"]] if "probe" in purpose else [])))
        lines = [f"{name}: {line}" for name in ("sent", "expected", "seen") for line in purpose[name]]
        yield {
            "ruleId": requirement["id"],
            "ruleIndex": place,
            "kind": "fail" if failed else "open",
            "level": _LEVEL[requirement["level"]] if failed else "none",
            "message": {"text": "\n".join([purpose["reason"], *lines])},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": "report.json", "index": 0}},
                    "logicalLocations": [{"fullyQualifiedName": where}],
                }
            ],
            "partialFingerprints": {"purpose/v1": where},
            "properties": {name: purpose[name] for name in ("at_s", "again") if name in purpose},
        }
