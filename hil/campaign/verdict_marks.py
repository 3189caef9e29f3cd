# SPDX-License-Identifier: Apache-2.0
"""How verdicts are shown, on a page and on a terminal alike: their marks, their styles, and which come first."""

from typing import Any

__all__ = ["MARK", "STYLE", "rank", "ranked"]

STYLE = {"pass": "green", "fail": "bold red", "inconclusive": "yellow", "not applicable": "dim"}
MARK = {"pass": "✓", "fail": "✗", "inconclusive": "?", "not applicable": "–"}
_WORST_FIRST = (
    ("must", "fail"), ("must", "inconclusive"), ("should", "fail"), ("should", "inconclusive"),
    ("must", "pass"), ("should", "pass"), ("must", "not applicable"), ("should", "not applicable"),
)  # fmt: skip


def ranked(requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The worst first: musts that failed, undecided musts, shoulds that were not met, the rest; else in their order."""
    return sorted(requirements, key=rank)


def rank(one: dict[str, Any]) -> int:
    """The place of a requirement among the others, from 0, the worst."""
    return _WORST_FIRST.index((one["level"], one["verdict"]))
