# SPDX-License-Identifier: Apache-2.0
"""What is kept of software that is not ours, and the only way from a run or a hunt to anything that is written.

A wrong or a missing reading is kept with its stimulus. Of a crash, a hang or a sanitizer's finding only kind, version,
count and words of our own are kept: no stimulus, no seed, no evidence, nothing that the program said; nor is any other
finding of the same run, for what it was given there is what the program died of.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xky.protocol import Mode

from ...campaign.record import Record

__all__ = ["Finding", "Hunted", "KeptHunt", "KeptRun", "Mishap", "befell", "keep_hunt", "keep_run"]

_SILENT_S = 60.0  # of line time without a word, to the end, of a device that spoke: it does not come back
_SANITIZERS = (
    (re.compile(rb"ERROR: AddressSanitizer: ([a-z-]+)"), "AddressSanitizer"),
    (re.compile(rb"ERROR: LeakSanitizer: ([a-z -]+)"), "LeakSanitizer"),
    (re.compile(rb"\bruntime error: "), "UndefinedBehaviorSanitizer"),
)
_WORDS = {
    "crash": "the program ended by itself while it was given a TIC line",
    "hang": "the program fell silent on a line that went on, and said nothing more to the end of the run",
    "sanitizer": "the compiler's sanitizer reported an error in the program while it was given a TIC line",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A wrong or a missing reading, of the suite.

    Attributes:
        requirement: its id.
        purpose: name of the purpose below it.
        level: must or should.
        reason: what was wrong.
        sent: what was on the line; likewise ``expected`` and ``seen``.
    """

    requirement: str
    purpose: str
    level: str
    reason: str
    sent: Sequence[str]
    expected: Sequence[str]
    seen: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mishap:
    """A crash, a hang or a sanitizer's finding.

    Attributes:
        kind: ``crash``, ``hang`` or ``sanitizer``.
        version: of the decoder, as it was installed.
        count: how often.
        words: what happened, in words of ours.
    """

    kind: str
    version: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run of the suite in one mode, as it may be written.

    Attributes:
        mode: of the TIC.
        verdicts: by the id of each requirement.
        decided: how many requirements that apply got a verdict.
        total: how many apply.
        seed: of the suite; None where there is a mishap.
        findings: none where there is a mishap.
        mishaps: at most one of a kind.
    """

    mode: Mode
    verdicts: dict[str, str]
    decided: int
    total: int
    seed: int | None
    findings: Sequence[Finding] = ()
    mishaps: Sequence[Mishap] = ()


@dataclass(frozen=True, slots=True)
class Hunted:
    """What a hunt found: a requirement that did not hold.

    Attributes:
        requirement: its id.
        reason: what was wrong.
        frames: of the shortest stimulus.
        faults: their names, in it.
        stimulus: the text of its file.
        died: ``crash``, ``hang`` or ``sanitizer``; empty: the device lives on.
    """

    requirement: str
    reason: str
    frames: int
    faults: Sequence[str] = ()
    stimulus: str = ""
    died: str = ""


@dataclass(frozen=True, slots=True)
class KeptHunt:
    """A hunt in one mode, as it may be written.

    Attributes:
        mode: of the TIC.
        examples: stories that were played.
        findings: wrong and missing readings; none with ``died``.
        mishaps: at most one of a kind.
    """

    mode: Mode
    examples: int
    findings: Sequence[Hunted] = ()
    mishaps: Sequence[Mishap] = ()


def keep_run(report: dict[str, Any], record: Record, version: str) -> KeptRun:
    """What is kept of a run of the suite.

    Args:
        report: of ``certify``, in the mode of ``record``.
        record: what it was judged by.
        version: of the decoder, such as ``kylin 0.6.0``.
    """
    mishaps = _told(Counter(befell(record)), version)
    return KeptRun(
        mode=record.mode,
        verdicts={one["id"]: one["verdict"] for one in report["requirements"]},
        decided=report["decided"],
        total=report["total"],
        seed=None if mishaps else report["seed"],
        findings=() if mishaps else tuple(_findings(report["requirements"])),
        mishaps=mishaps,
    )


def keep_hunt(mode: Mode, examples: int, found: Sequence[Hunted], kinds: Mapping[str, int], version: str) -> KeptHunt:
    """What is kept of a hunt: each of its findings has a stimulus of its own, and goes if the device died of that.

    Args:
        mode: of the TIC.
        examples: stories that were played.
        found: in any order.
        kinds: what befell the program, as ``befell`` tells it, and in how many stories.
        version: of the decoder.
    """
    counted = Counter(one.died for one in found if one.died) | Counter(kinds)
    return KeptHunt(mode, examples, tuple(one for one in found if not one.died), _told(counted, version))


def _told(kinds: Counter[str], version: str) -> tuple[Mishap, ...]:
    return tuple(Mishap(kind, version, count, _WORDS[kind.partition(" ")[0]]) for kind, count in kinds.items())


def _findings(requirements: Iterable[dict[str, Any]]) -> Iterable[Finding]:
    for one in requirements:
        for purpose in one["purposes"]:
            if purpose["verdict"] == "fail":
                yield Finding(
                    one["id"], purpose["id"].partition("/")[2], one["level"], purpose["reason"],
                    tuple(purpose["sent"]), tuple(purpose["expected"]), tuple(purpose["seen"]),
                )  # fmt: skip


def befell(record: Record, *, silent_s: float = _SILENT_S) -> Iterator[str]:
    """What befell a program: ``crash``, ``hang`` or ``sanitizer (NAME)``, a word for each time.

    Args:
        record: of what it was given and said.
        silent_s: line time without a word, to the end, after which a program that spoke is taken for stuck.
    """
    reported = [name for pattern, name in _SANITIZERS for _ in pattern.finditer(record.stderr)]
    yield from (f"sanitizer ({name})" for name in reported)
    if record.ended is not None:
        if not reported:  # which ends a program itself
            yield "crash"
    elif record.readings and record.duration_s - record.readings[-1].at_s >= silent_s:
        yield "hang"
