# SPDX-License-Identifier: Apache-2.0
"""A sample payload through a statement: which label came from where, what does not fit it, and what is not mapped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xky.boards import Board
from xky.boards.description.statement import PROBES
from xky.protocol import LABELS, InputError
from xky.protocol.labels import Kind
from xky.protocol.timestamp import is_timestamp

from ..ends.end import Payload
from .horodate import horodates_of
from .mapping import Found, Statement
from .reading import Said

__all__ = ["Sample", "fit_of", "in_unit", "probe_of", "sample_of", "unit_of"]

_KNOWN = {name: label for table in LABELS.values() for name, label in table.items()}


@dataclass(frozen=True, slots=True)
class Sample:
    """What a sample says.

    Attributes:
        probe: as whose payload it was read.
        source: that it is taken to come from; empty where nobody told.
        device: which device said it; None where nothing tells.
        found: each label that is mapped, with what was found.
        left: keys that nothing reads.
        takers: ``from`` of each mapping of the probe.
        is_json: whether the payload is.
    """

    probe: str
    source: str
    device: str | None
    found: tuple[Found, ...]
    left: tuple[str, ...]
    takers: tuple[str, ...]
    is_json: bool = True

    @property
    def said(self) -> list[Found]:
        """The labels that it says."""
        return [one for one in self.found if one.said is not None]


def probe_of(board: Board, asked: str | None, name: str) -> str:
    """The kind of probe that a sample is for.

    Args:
        board: with its mappings.
        asked: by a person; None takes that of the mappings.
        name: of the board's file, for complaints.

    Raises:
        InputError: there is no such probe, the board maps none of it, or it maps several and nobody told.
    """
    mapped = list(dict.fromkeys(one.probe for one in board.reading))
    if asked is None:
        if len(mapped) > 1:
            raise InputError(f"--probe: {name} maps {' and '.join(mapped)}; say whose payload it is")
        return mapped[0] if mapped else "lines"
    if asked not in PROBES:
        raise InputError(f"--probe {asked}: no such probe; known: {', '.join(PROBES)}")
    if mapped and asked not in mapped:
        raise InputError(f'--probe {asked}: {name} has no [[reading]] with probe = "{asked}"; write one')
    return asked


def sample_of(board: Board, probe: str, text: str, source: str = "") -> Sample:
    """What a sample says.

    Args:
        board: with its mappings.
        probe: as of ``probe_of``.
        text: of the payload: JSON, or any other.
        source: topic, measurement, FPort or page; empty tries every mapping of the probe.

    Raises:
        InputError: the source is none.
    """
    if probe == "mqtt" and ("+" in source or "#" in source):
        raise InputError(f"--from {source}: + and # stand in filters; give a topic, such as tele/winky/SENSOR")
    try:
        content: Any = json.loads(text)
        is_json = True
    except (ValueError, RecursionError):
        content, is_json = text.rstrip("\n"), False
    if probe == "influx" and not source and isinstance(content, dict):
        source = str(content.get("measurement", ""))
    statement = Statement(board.reading, probe)
    payload = Payload(0.0, source, content, text.encode("utf-8", "replace"))
    found = statement.explain(payload, from_any=not source)
    left = statement.keys_left(payload, from_any=not source)
    takers = tuple(one.source for one in board.reading if one.probe == probe)
    device = statement.device_of(payload, from_any=not source)
    return Sample(probe, source, device, tuple(found), tuple(left), takers, is_json)


def in_unit(said: Said) -> str:
    """A value in the unit of its label."""
    if said.scale is None:
        return str(said.value)
    value = said.scale.value(said.value)
    return str(value) if value.denominator == 1 else f"{float(value):.10g}"


def unit_of(label: str) -> str:
    """The unit of a label; empty where it has none."""
    known = _KNOWN.get(label)
    return (known.unit if known is not None else None) or ""


def fit_of(label: str, said: Said) -> str:
    """Why a value cannot be right for its label, in a few words; empty where it can be."""
    known = _KNOWN[label]
    told: list[str] = []
    if known.kind is Kind.NUMBER:
        told += _number_fits(said, known.size)
    elif known.kind is not Kind.EMPTY and isinstance(said.value, str) and known.admits(said.value):
        told.append(f"cannot be the data of {label}")
    stamp = said.timestamp if said.timestamp is not None or known.kind is not Kind.EMPTY else str(said.value)
    if stamp is not None:
        is_one = bool(horodates_of(stamp, said.form)) if said.form else is_timestamp(stamp)
        told += [] if is_one else [f"{stamp!r} is no {'time' if said.form else 'horodate'}"]
    return "; ".join(told)


def _number_fits(said: Said, size: int) -> Sequence[str]:
    if said.scale is not None:
        least, greatest = said.scale.range(said.value)
        return [] if greatest >= max(least, 0) and least < 10**size else ["no such value can be sent"]
    if isinstance(said.value, int):
        return [] if 0 <= said.value < 10**size else [f"has not {size} digits"]
    if not said.value.isdecimal():
        return ["is no whole number; a scale or step may be missing"]
    return []
