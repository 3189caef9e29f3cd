# SPDX-License-Identifier: Apache-2.0
"""The report as an in-toto statement: which firmware, or which report, was given which verdicts.

Its predicate is our own: the test-result of in-toto knows no *inconclusive*.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

__all__ = ["PREDICATE", "statement"]

_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:xky:verdicts:1"
_TOLD = ("verdict", "decided", "total", "partial", "aborted", "device", "board", "mode", "probes", "specification",
         "suite", "seed", "started", "duration_s", "compatibility", "firmware")  # fmt: skip


def statement(report: Mapping[str, Any], report_json: bytes) -> dict[str, Any]:
    """The statement.

    Args:
        report: as ``report.json`` has it.
        report_json: the bytes of that file, by whose hash it is bound to the report.
    """
    of_report = {"name": "report.json", "digest": {"sha256": sha256(report_json).hexdigest()}}
    files = report.get("firmware", {}).get("files", ())  # what was run, whatever a statement names
    return {
        "_type": _TYPE,
        "subject": [*({"name": one["file"], "digest": {"sha256": one["sha256"]}} for one in files), of_report],
        "predicateType": PREDICATE,
        "predicate": {
            **{name: report[name] for name in _TOLD if name in report},
            "requirements": [
                {
                    **{name: one[name] for name in ("id", "clause", "level", "verdict")},
                    "purposes": [
                        {name: purpose[name] for name in ("id", "mode", "probe", "verdict") if name in purpose}
                        for purpose in one["purposes"]
                    ],
                }
                for one in report["requirements"]
            ],
        },
    }
