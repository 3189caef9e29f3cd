# SPDX-License-Identifier: Apache-2.0
"""``events.jsonl.gz``: what happened at the bench's ends of the uplinks, an event a line, with the probe it was seen
at."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from ...ends.end import EndEvent
from ..record import ProbeRecord
from .lines import Line, read_lines, write_lines

__all__ = ["read_events", "write_events"]


class _Event(Line):
    probe: str
    at_s: float
    kind: str
    text: str
    facts: dict[str, Any] = Field(default_factory=dict)


def write_events(path: Path, probes: Sequence[ProbeRecord]) -> int:
    """Write what happened; the number of lines."""
    return write_lines(path, _lines(probes))


def _lines(probes: Sequence[ProbeRecord]) -> Iterator[dict[str, Any]]:
    for probe in probes:
        for event in probe.events:
            facts = {"facts": dict(event.facts)} if event.facts else {}
            yield _Event(probe=probe.spec, at_s=event.at_s, kind=event.kind, text=event.text, **facts).told()


def read_events(path: Path, lines: int) -> dict[str, tuple[EndEvent, ...]]:
    """What happened, by probe, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    found: dict[str, list[EndEvent]] = {}
    for _, line in read_lines(path, lines, _Event):
        found.setdefault(line.probe, []).append(EndEvent(line.at_s, line.kind, line.text, line.facts))
    return {probe: tuple(events) for probe, events in found.items()}
