# SPDX-License-Identifier: Apache-2.0
"""Verdicts as ISO/IEC 9646 names them, and how many make one."""

from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Level", "NotApplicable", "PurposeFailed", "Undecided", "Verdict", "joined", "verdict_of"]


class Verdict(StrEnum):
    """Of a purpose, a requirement or a run."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"

    @property
    def decided(self) -> bool:
        """Whether it says something about the device."""
        return self in (Verdict.PASS, Verdict.FAIL)


class Level(StrEnum):
    """What a fail of a requirement means for the run."""

    MUST = "must"
    SHOULD = "should"


_PRECEDENCE = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.NOT_APPLICABLE)


def joined(verdicts: Iterable[Verdict]) -> Verdict:
    """Fail over inconclusive over pass over not applicable."""
    return min(verdicts, key=_PRECEDENCE.index, default=Verdict.NOT_APPLICABLE)


class PurposeFailed(AssertionError):
    """The device did not do what the purpose asks: a verdict, not an error."""


class Undecided(Exception):
    """The bench cannot tell: it was late, or the device was not there to be asked."""


class NotApplicable(Exception):
    """The purpose does not concern this device."""


def verdict_of(error: BaseException | None) -> tuple[Verdict, str]:
    """What the end of a test concludes, and its reason; None: it ended well."""
    if error is None:
        return Verdict.PASS, ""
    if isinstance(error, PurposeFailed):
        return Verdict.FAIL, str(error)
    if isinstance(error, NotApplicable):
        return Verdict.NOT_APPLICABLE, str(error)
    if isinstance(error, Undecided):
        return Verdict.INCONCLUSIVE, str(error)
    fault = " ".join(f"{type(error).__name__}: {error}".split())
    return Verdict.INCONCLUSIVE, f"the suite itself is at fault here, please report it ({fault})"
