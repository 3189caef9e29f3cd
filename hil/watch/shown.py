# SPDX-License-Identifier: Apache-2.0
"""What a page is told of a run: plain values for JSON, the same of a run that goes on and of one that is over.

Texts of a report are told in both languages. What a device said is cut where no screen would show it, and told as text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from xky.emulator import Expect, Piece, SentFrame
from xky.emulator.truth.plain_frame import GroupPieces, PlainFrame
from xky.emulator.truth.timing import spans_of
from xky.protocol import Mode

from ..bench.reading import Reading, Remark
from ..bench.shown import visible
from ..campaign.headline_notes import headline_notes
from ..campaign.oracle.replayed import ReplayedFrame
from ..campaign.oracle.view import printable
from ..campaign.record import LINES
from ..campaign.report.moment import Moment
from ..campaign.report.page import summary
from ..campaign.step_spans import Span
from ..campaign.stimulus import step_of
from ..campaign.suite import declared_purposes
from ..campaign.wording import Wording

__all__ = [
    "Event", "both", "end_event", "faults_of", "frame_of", "frames_event", "moment_document", "plan_event",
    "played_event", "reading_event", "remark_event", "run_event", "verdict_event",
]  # fmt: skip

Event = Mapping[str, Any]
"""One thing that happened, with its ``kind``."""

TEXT_MAX = 160  # characters of what a device says, or of a group, that are shown
SAID_MAX = 100  # labels of a reading
PIECES_MAX = 150  # of a frame: the longest that a meter sends has half as many
_DIGITS = 4  # tenths of a millisecond: a tenth of a character at 9600 baud
_EN, _FR = Wording("en"), Wording("fr")
_OF_RUN = ("device", "board", "mode", "probes", "seed", "speed", "suite", "started", "duration_s")


def both(text: str) -> dict[str, str]:
    """A text of a report in English and in French."""
    return {"en": text, "fr": _FR.on_a_page(_FR.say(text))}


def run_event(facts: Mapping[str, Any], modes: Iterable[Mode], *, is_live: bool) -> Event:
    """Which run it is.

    Args:
        facts: names of ``report.json``, as far as they are known.
        modes: that are played, in order.
        is_live: whether it goes on.
    """
    told = {name: facts[name] for name in _OF_RUN if name in facts}
    return {"kind": "run", "probes": [LINES], **told, "modes": [mode.value for mode in modes], "live": is_live}


def plan_event(mode: Mode, steps: Iterable[str], planned: Iterable[Span]) -> Event:
    """What will be played of a mode, and when, where that is known."""
    return {
        "kind": "plan",
        "mode": mode.value,
        "steps": [{"name": name, "text": both(name)} for name in dict.fromkeys(steps)],
        "planned": [[one.name, _short(one.start_s), _short(one.end_s)] for one in planned],
    }


def frames_event(mode: Mode, frames: Sequence[SentFrame]) -> Event:
    """Frames of one step, one behind the other: of each its begin, its end, whether it was whole, its faults."""
    first = frames[0]
    return {
        "kind": "frames",
        "mode": mode.value,
        "first": first.number,
        "name": first.step,
        "step": step_of(first.step),
        "text": both(step_of(first.step)),
        "frames": [[_short(one.start_s), _short(_end_s(one)), one.complete, faults_of(one)] for one in frames],
    }


def faults_of(frame: SentFrame) -> list[str]:
    """Names of the faults that made or touched it; one that went out as it was meant is not looked into."""
    if isinstance(frame, PlainFrame):
        return []
    return list(dict.fromkeys(piece.fault for piece in frame.pieces if piece.fault is not None))


def reading_event(mode: Mode, reading: Reading) -> Event:
    """What the device said, label by label; a number with a scale as it said it."""
    said = [[label, _cut(str(one.value)), one.timestamp and _cut(one.timestamp)] for label, one in reading.said.items()]
    told: dict[str, Any] = {
        "kind": "reading",
        "mode": mode.value,
        "at_s": _short(reading.at_s),
        "said": said[:SAID_MAX],
    }
    if len(said) > SAID_MAX:
        told["more"] = len(said) - SAID_MAX
    if reading.probe:
        told["probe"] = reading.probe
    if reading.source:
        told["source"] = _cut(reading.source)
    return told


def remark_event(mode: Mode, remark: Remark) -> Event:
    """A line of the device that was no reading."""
    probe = {"probe": remark.probe} if remark.probe else {}
    return {"kind": "remark", "mode": mode.value, "at_s": _short(remark.at_s), "text": _cut(remark.text), **probe}


def played_event(mode: Mode, duration_s: float, ended: str | None) -> Event:
    """A mode was played to its end, or the device had ended before."""
    told: dict[str, Any] = {"kind": "played", "mode": mode.value, "duration_s": _short(duration_s)}
    return told if ended is None else {**told, "ended": both(visible(ended))}


def verdict_event(requirement: Mapping[str, Any], purpose: Mapping[str, Any]) -> Event:
    """A verdict, by the keys that it has in ``report.json``; its trail is asked for by itself."""
    told = {
        "kind": "verdict",
        "id": purpose["id"],
        "requirement": requirement["id"],
        "title": both(requirement["title"]),
        "level": requirement["level"],
        "mode": purpose["mode"],
        "probe": purpose["probe"],
        "verdict": purpose["verdict"],
        "reason": both(purpose["reason"]),
        "at_s": purpose["at_s"],
    }
    if purpose["id"] in _of_power():
        told["of_power"] = True  # its instants are of a trial's clock, and no moment of the plan
    return {**told, "part": purpose["part"]} if "part" in purpose else told


@cache
def _of_power() -> frozenset[str]:
    """Purposes that are judged by the trials of the device's power."""
    return frozenset(one.id for one in declared_purposes() if one.requirement.about_power)


def end_event(report: Mapping[str, Any] | None, *, has_report: bool, complaint: str = "") -> Event:
    """What the run came to.

    Args:
        report: as ``report.json`` has it; None: there is none.
        has_report: whether its files can be looked at.
        complaint: why there is none.
    """
    if report is None:
        return {"kind": "end", "verdict": None, "complaint": complaint, "report": False}
    sums = summary(report)
    return {
        "kind": "end",
        "verdict": report["verdict"],
        "decided": report["decided"],
        "total": report["total"],
        "aborted": bool(report.get("aborted")),
        "summary": {
            "en": " ".join(_EN.fill(template, **values) for template, values in sums),
            "fr": " ".join(_FR.on_a_page(_FR.fill(template, **values)) for template, values in sums),
        },
        "notes": [both(one) for one in headline_notes(dict(report))],
        "report": has_report,
    }


def frame_of(frame: SentFrame) -> dict[str, Any]:
    """One frame, piece by piece: what the meter meant, what was sent, what a correct receiver makes of it."""
    pieces = _pieces(frame)
    spans = frame.spans if isinstance(frame, ReplayedFrame) else spans_of(pieces, frame.start_s, frame.character_s)
    shown = [_piece(one, *span) for one, span in zip(pieces[:PIECES_MAX], spans, strict=False)]
    return {
        "number": frame.number,
        "step": step_of(frame.step),
        "start_s": _short(frame.start_s),
        "end_s": _short(_end_s(frame)),
        "complete": frame.complete,
        "pieces": [one for one in shown if one is not None],
        "more": max(len(pieces) - PIECES_MAX, 0),
    }


def _pieces(frame: SentFrame) -> Sequence[Piece]:
    """Its pieces; of one that went out as it was meant some of our own: its maker is the bench's, in another thread."""
    return GroupPieces().of(frame.said, frame.mode) if isinstance(frame, PlainFrame) else frame.pieces


def _end_s(frame: SentFrame) -> float:
    """The same of its end."""
    plain = isinstance(frame, PlainFrame)
    return frame.start_s + len(frame.data) * frame.character_s if plain else frame.end_s


def _piece(piece: Piece, start_s: float, end_s: float) -> dict[str, Any] | None:
    """None of a delimiter that is as it should be."""
    if piece.group is None and piece.fault is None:
        return None
    text = printable(piece.data)
    told: dict[str, Any] = {
        "text": _cut(text) if text.strip() else text,
        "start_s": _short(start_s),
        "end_s": _short(end_s),
        "expect": _EXPECTED[piece.expect] if piece.group is not None else None,
        "fault": None if piece.fault is None else piece.fault.replace("_", " "),
    }
    if piece.fault is not None:
        told["fault_text"] = both(told["fault"])
    if piece.group is not None:
        told["label"] = visible(piece.group.label)
        told["value"] = _cut(piece.group.value)
        told["timestamp"] = piece.group.timestamp
    if piece.defects:
        told["defects"] = len(piece.defects)
    return told


_EXPECTED = {Expect.MUST: "must", Expect.MAY: "may", Expect.MUST_NOT: "must not"}


def moment_document(moment: Moment | None) -> dict[str, Any] | None:
    """The picture of a moment: where everything stands, 360 wide."""
    return None if moment is None else asdict(moment)


def _cut(text: str) -> str:
    """A text that nobody can steer a screen by, cut where it is too long."""
    return visible(text[:TEXT_MAX]) + ("…" if len(text) > TEXT_MAX else "")


def _short(seconds: float) -> float:
    return round(seconds, _DIGITS)
