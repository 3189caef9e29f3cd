# SPDX-License-Identifier: Apache-2.0
"""What the payloads of a device can say, by its statement: who packs a current into a byte is not asked for 300 A.

What they cannot say may be reported all the same, and then it has to be true; only nobody waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from xky.boards import Board
from xky.boards.description.statement import LabelPath, is_among
from xky.emulator import Expect, SentFrame, Truth
from xky.emulator.truth.piece import Piece
from xky.protocol import LABELS, Group

__all__ = ["Carried", "as_carried", "bounds_remarks", "bounds_text", "labels_with_max"]

_Bounds = dict[str, list[LabelPath]]  # of a label, where it stands; one that carries is enough


class Carried(NamedTuple):
    """What was sent, as one probe is judged by it."""

    truth: Truth
    unsaid: frozenset[str]
    """Labels of which no payload can say all that was sent."""


def as_carried(truth: Truth, board: Board, probe: str, claims: frozenset[str] | None) -> Carried:
    """What was sent, where groups that no payload of a probe can say may be reported there, and need not.

    Args:
        truth: as it was sent.
        board: of the device, with its statement.
        probe: as it may be printed; its kind decides.
        claims: labels that it claims to say there; None for all.
    """
    bounds = _bounds_of(board, probe.partition(":")[0])
    bounds = {label: paths for label, paths in bounds.items() if claims is None or label in claims}
    if not bounds:
        return Carried(truth, frozenset())
    carried, unsaid = Truth(), set[str]()
    for frame in truth:
        left = _left_of(frame, bounds)
        unsaid.update(group.label for place in left if (group := frame.pieces[place].group))
        carried.append(_without(frame, left) if left else frame)
    return Carried(carried if unsaid else truth, frozenset(unsaid))


def bounds_remarks(board: Board, claims: Mapping[str, frozenset[str] | None]) -> list[str]:
    """What payloads can say of labels that have more, a line for each kind of probe: the rest is not asked for.

    Args:
        board: of the device, with its statement.
        claims: labels that it claims to say at each probe where it was listened to; None for all.
    """
    kinds = [(probe.partition(":")[0], of_probe) for probe, of_probe in claims.items()]
    told = dict.fromkeys((kind, bounds_text(board, kind, of_probe)) for kind, of_probe in kinds)
    return [
        f"by the statement payloads at {kind} say only these data, so no others were asked for: {bounds}"
        for kind, bounds in told
        if bounds
    ]


def labels_with_max(board: Board, claims: Mapping[str, frozenset[str] | None]) -> list[str]:
    """The labels that are claimed at a probe, and whose payloads have a largest number; see ``bounds_remarks``."""
    found = dict[str, None]()
    for probe, of_probe in claims.items():
        for label, paths in _bounds_of(board, probe.partition(":")[0]).items():
            greatest = max(10 ** table[label].size - 1 for table in LABELS.values() if label in table)
            is_less = any(one.max is not None and one.max < greatest for one in paths)
            if is_less and (of_probe is None or label in of_probe):
                found[label] = None
    return [*found]


def bounds_text(board: Board, kind: str, claims: frozenset[str] | None) -> str:
    """The labels of a kind of probe that are claimed and bounded, and by what; empty where none is."""
    bounds = _bounds_of(board, kind).items()
    told = [f"{label} {_told(path)}" for label, paths in bounds if claims is None or label in claims for path in paths]
    return "; ".join(told)


def _told(path: LabelPath) -> str:
    told = [] if path.max is None else [f"≤ {path.max}"]
    told += [] if path.values is None else ["|".join(path.values)]
    told += [f"({label} {'|'.join(data)})" for label, data in path.beside.items()]
    return " ".join(told)


def _bounds_of(board: Board, kind: str) -> _Bounds:
    """The labels of which some data cannot be said, wherever they stand in the payloads of a probe."""
    paths: _Bounds = {}
    for mapping in board.reading:
        for label, path in mapping.labels.items() if mapping.probe == kind else ():
            paths.setdefault(label, []).append(path)
    return {label: of_label for label, of_label in paths.items() if all(one.is_bounded for one in of_label)}


def _left_of(frame: SentFrame, bounds: _Bounds) -> list[int]:
    """The places of the groups that are due of every receiver, and that no payload can say."""
    due = [
        (place, piece.group)
        for place, piece in enumerate(frame.pieces)
        if piece.expect is Expect.MUST and piece.group is not None and piece.group.label in bounds
    ]
    return [place for place, group in due if not _is_carried(group, bounds[group.label], frame.pieces)]


def _without(frame: SentFrame, left: Sequence[int]) -> SentFrame:
    pieces = list(frame.pieces)
    for place in left:
        pieces[place] = replace(pieces[place], expect=Expect.MAY)
    return SentFrame(
        frame.number, frame.mode, frame.start_s, frame.character_s, tuple(pieces), frame.complete, frame.step
    )


def _is_carried(group: Group, paths: Sequence[LabelPath], pieces: Sequence[Piece]) -> bool:
    return any(
        path.carries(group.label, group.value)
        and all(_stands_beside(label, data, pieces) for label, data in path.beside.items())
        for path in paths
    )


def _stands_beside(label: str, data: Sequence[str], pieces: Sequence[Piece]) -> bool:
    """Whether each receiver of a frame hears a label there, and nobody anything but these data of it."""
    heard = [
        (piece.expect, piece.group.value)
        for piece in pieces
        if piece.group is not None and piece.group.label == label and piece.expect is not Expect.MUST_NOT
    ]
    return any(expect is Expect.MUST for expect, _ in heard) and all(is_among(label, value, data) for _, value in heard)
