# SPDX-License-Identifier: Apache-2.0
"""``xky fuzz`` for people: what was hunted so far as it goes on, and what was found; and as one JSON object."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import Progress, TimeElapsedColumn

from ..console import PlainConsole
from ..progress_column import PlainColumn
from ..terminal import counted, printable
from .tally import Coverage, Finding, Tally

__all__ = ["document", "essence", "print_findings", "progress_of"]

_SCHEMA = "xky-fuzz/1"
_HOUR_S = 3600.0


@contextmanager
def progress_of(hunt: Tally) -> Iterator[None]:
    """While it goes on: on a terminal one line that changes; a line a finding everywhere."""
    console = PlainConsole(file=sys.stderr)
    with Progress(
        PlainColumn("{task.description}"), TimeElapsedColumn(), console=console, disable=not console.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task(_told(hunt))
        hunt.on_story = lambda hunt: progress.update(task, description=_told(hunt))
        hunt.on_finding = lambda finding: console.print(f"found: {_line_of(finding)}")
        yield


def _told(hunt: Tally) -> str:
    return f"{_sum(hunt.examples, hunt.line_s, hunt.coverage)}; found {len(hunt.findings)}"


def _sum(examples: int, line_s: float, coverage: Coverage) -> str:
    blocks = f", {len(coverage.blocks)} basic blocks" if coverage.blocks else ""
    return (
        f"{counted(examples, 'example')}, {line_s / _HOUR_S:.1f} h of line; {len(coverage.labels)} labels, "
        f"{len(coverage.faults)} kinds of faults, {len(coverage.states)} states{blocks}"
    )


def _line_of(finding: Finding) -> str:
    return printable(f"{finding.signature}: {finding.broken.reason}")


def print_findings(hunt: Tally, kept: dict[str, Path], out: Path, notes: Sequence[str] = ()) -> None:
    """What was found and where it is, and what the hunt did not ask for; the sum last."""
    console = PlainConsole()
    for note in notes:
        console.print(f"note: {printable(note)}")
    for finding in hunt.findings:
        where = kept.get(str(finding.signature), "could not be written")
        console.print(f"{_line_of(finding)}\n  {where}")
    for signature in sorted(map(str, hunt.unsure)):
        console.print(f"note: {signature}: was seen once, and not again with the same stimulus; it is no finding")
    console.print(f"{_sum(hunt.examples, hunt.line_s, hunt.coverage)}.\n{printable(essence(hunt, out))}")


def essence(hunt: Tally, out: Path) -> str:
    """What a hunt comes to, in one line."""
    verdict = f"found {len(hunt.findings)}" if hunt.findings else "nothing found"
    return f"{verdict}. Kept in {out}"


def document(
    hunt: Tally, kept: dict[str, Path], *, device: str, seed: int, notes: Sequence[str] = ()
) -> dict[str, Any]:
    """As ``xky fuzz --json`` prints it.

    Args:
        hunt: that has ended.
        kept: stimulus file of each finding, by its signature; one that is not there could not be written.
        device: as it was named.
        seed: that was given.
        notes: what it did not ask for.
    """
    coverage = hunt.coverage
    return {
        "schema": _SCHEMA,
        "device": device,
        "seed": seed,
        "notes": [*notes],
        "examples": hunt.examples,
        "line_s": round(hunt.line_s, 3),
        "found": [
            {
                "requirement": one.broken.requirement,
                "mode": one.signature.mode.value,
                "reason": one.broken.reason,
                "stimulus": str(kept[str(one.signature)]) if str(one.signature) in kept else None,
                "frames": one.story.frames,
                "faults": [fault.name for fault in one.story.faults],
            }
            for one in hunt.findings
        ],
        "coverage": {
            "labels": sorted(coverage.labels),
            "faults": dict(sorted(coverage.faults.items())),
            "states": dict(sorted(coverage.states.items())),
            "blocks": len(coverage.blocks),
        },
    }
