# SPDX-License-Identifier: Apache-2.0
"""A frame as an event of the stream: what the meter meant, what left, and what a UART set as the line makes of it."""

from collections.abc import Sequence
from typing import Any

from xky.emulator import SentFrame
from xky.emulator.truth import Piece
from xky.emulator.truth.plain_frame import PlainFrame
from xky.emulator.truth.timing import bursts_of, spans_of
from xky.protocol import InputError, Mode, encode_group
from xky.protocol.uart import CharacterDefect, Uart, received

__all__ = ["frame_event"]

_DEFECTS = {CharacterDefect.PARITY: "parity", CharacterDefect.FRAMING: "framing"}
_DIGITS = 6  # microseconds
_HALF = 0.5  # characters: a UART has a character in the middle of its stop bit


def frame_event(frame: SentFrame, number: int, faults: Sequence[str]) -> dict[str, Any]:
    """The event of a frame; one without a fault is told by its characters alone, and is heard as it was sent.

    Args:
        frame: on the line, or over.
        number: since the start of the run.
        faults: names of those on the line when it was made.
    """
    event = {
        "kind": "frame",
        "number": number,
        "mode": frame.mode.value,
        "start_s": round(frame.start_s, _DIGITS),
        "character_s": frame.character_s,
        "complete": frame.complete,
        "faults": list(faults),
    }
    if isinstance(frame, PlainFrame):
        return event | {"text": frame.data.decode("latin-1")}
    return event | {"pieces": _pieces(frame)}


def _pieces(frame: SentFrame) -> list[dict[str, Any]]:
    spans = spans_of(frame.pieces, frame.start_s, frame.character_s)
    told = [_piece(piece, frame.mode, *span) for piece, span in zip(frame.pieces, spans, strict=True)]
    uart = Uart(round(frame.mode.baud))
    place = 0
    for burst in bursts_of(frame.pieces, frame.start_s, frame.character_s):
        for one in received(burst, uart):
            began_s = one.end_s - _HALF * burst.character_s
            while place + 1 < len(told) and began_s > spans[place][1]:
                place += 1
            heard: list[int] = told[place]["heard"]
            if one.error is not None:
                told[place]["errors"].append([len(heard), _DEFECTS[one.error]])
            heard.append(one.code)
    for one_told in told:
        one_told["heard"] = bytes(one_told["heard"]).decode("latin-1")
    return told


def _as_meant(piece: Piece, mode: Mode) -> str | None:
    """The characters of the group that the meter meant; None of one that no meter can mean."""
    assert piece.group is not None
    try:
        return encode_group(piece.group, mode).decode("latin-1")
    except InputError:
        return None


def _piece(piece: Piece, mode: Mode, start_s: float, end_s: float) -> dict[str, Any]:
    told: dict[str, Any] = {
        "text": piece.data.decode("latin-1"),
        "start_s": round(start_s, _DIGITS),
        "end_s": round(end_s, _DIGITS),
        "expect": piece.expect.value,
        "fault": piece.fault,
        "defects": [[place, _DEFECTS[defect]] for place, defect in piece.defects],
        "heard": [],
        "errors": [],
    }
    if piece.group is not None:
        group = piece.group
        told |= {
            "meant": _as_meant(piece, mode),
            "label": group.label,
            "value": group.value,
            "timestamp": group.timestamp,
        }
    return told
