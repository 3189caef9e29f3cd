# SPDX-License-Identifier: Apache-2.0
"""A line's diagnosis: what was seen, what is wrong with it, and in which sentence to say it."""

from dataclasses import dataclass

from ..terminal import counted
from .causes import CAUSES
from .examined import Examined
from .finding import Finding, Where
from .heard import Heard

__all__ = ["Diagnosis", "diagnosed"]

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is to be said of a line.

    Attributes:
        line: as it was looked at.
        findings: what is wrong, the gravest first; empty where the line is good.
    """

    line: Examined
    findings: tuple[Finding, ...]

    @property
    def cause(self) -> str:
        """Of the gravest finding; ``good`` without any."""
        return self.findings[0].cause if self.findings else GOOD

    @property
    def where(self) -> Where:
        """It lies."""
        return self.findings[0].where if self.findings else Where.NOWHERE

    @property
    def sentence(self) -> str:
        """All in one."""
        if not self.findings:
            reading = self.line.reading
            whole = counted(len(reading.whole), "whole frame")
            good = f"The line is good: {whole} of {reading.mode} TIC, and nothing is wrong with "
            if not (unseen := self.line.unseen):
                return f"{good}it."
            named = f"{', '.join(unseen[:-1])} and {unseen[-1]} are" if unseen[1:] else f"{unseen[0]} is"
            return f"{good}what was seen of it; its {named} not known."
        first = self.findings[0]
        known = first.where is not Where.NOT_KNOWN
        lead = f"It is {first.where}" if known else "Not known whether meter, wiring or software"
        return f"{lead}: {first.sentence}."


def diagnosed(heard: Heard) -> Diagnosis:
    """Look at a line and judge it."""
    line = Examined(heard)
    findings = []
    for row in CAUSES:
        finding = next((found for cause in row if (found := cause(line)) is not None), None)
        if finding is not None:
            findings.append(finding)
    return Diagnosis(line, tuple(findings))
