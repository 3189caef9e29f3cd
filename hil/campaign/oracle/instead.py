# SPDX-License-Identifier: Apache-2.0
"""What a device said in the place of what never came, so that nobody is told that it was silent of a label."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xky.emulator import Emitted

from ...bench.reading import Said
from .accusations import Oracle

__all__ = ["Instead", "never_reported", "never_reports", "said_instead"]


@dataclass(frozen=True, slots=True)
class Instead:
    """What was said of a label in the time of a value that never came.

    Attributes:
        at_s: when, seconds on the bench's clock.
    """

    label: str
    said: Said
    at_s: float

    def __str__(self) -> str:
        return f"{self.label} = {self.said} ({self.at_s:.2f} s)"


def said_instead(oracle: Oracle, missing: Mapping[str, Emitted], limit_s: float) -> list[Instead]:
    """What was said of labels whose values never came, while they were due; of those of which nothing was, nothing.

    What is accused tells most, else the last that was said does: until then an older value may have been on its way.

    Args:
        oracle: of the record.
        missing: by label the group that was due from its end on.
        limit_s: how long it was due.
    """
    found = []
    for label, first in missing.items():
        since_s, until_s = first.end_s, first.end_s + limit_s
        accused = (a.reading for a in oracle.accusations if a.label == label and since_s <= a.reading.at_s <= until_s)
        others = (r for r in reversed(oracle.usable) if label in r.said and since_s <= r.at_s <= until_s)
        reading = next(accused, None) or next(others, None)
        if reading is not None:
            found.append(Instead(label, reading.said[label], reading.at_s))
    return found


def never_reported(oracle: Oracle, labels: Collection[str]) -> str:
    """How it is told that labels were due and that nothing true was ever reported of them.

    Args:
        oracle: of the record.
        labels: of which nothing true was reported, one at least.
    """
    wrong = [label for label in labels if _is_said(oracle, label)]
    silent = [label for label in labels if label not in wrong]
    told = [f"never reported: {', '.join(silent)}"] if silent else []
    told += [f"never reported with a value that was sent: {', '.join(wrong)}"] if wrong else []
    return "; ".join(told)


def never_reports(oracle: Oracle, labels: Collection[str], shown: int | None = None) -> str:
    """How it is told that nothing follows from labels of which nothing true was ever reported.

    Args:
        oracle: of the record.
        labels: of which nothing true was reported.
        shown: so many of them are named; all unless told.
    """
    named = ", ".join(list(labels)[:shown])
    if any(_is_said(oracle, label) for label in labels):
        return f"the device never reports {named} with a value that was sent"
    return f"the device never reports {named}"


def _is_said(oracle: Oracle, label: str) -> bool:
    return any(label in reading.said for reading in oracle.usable)
