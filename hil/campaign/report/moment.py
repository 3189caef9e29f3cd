# SPDX-License-Identifier: Apache-2.0
"""The moment of a fail as a picture: the groups as they left, then the line and the readings around it, in time.

It is reckoned from the record alone, so that evidence gives it again; ``moment.html`` draws it. Two scales, since a
group takes hundredths of a second and what a device says of it may come half a minute later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from xky.emulator import Emitted, SentFrame
from xky.emulator.faults.legal_value import LegalValue

from ..oracle import Trail
from ..oracle.view import printable
from ..record import Record, longest_of

__all__ = ["Bar", "Moment", "Panel", "moment_of"]

LEFT, RIGHT = 104.0, 352.0  # where time runs, of a picture 360 wide: it is read on a telephone, too
_BESIDE = 2  # groups told on either side of the one that matters
_ROWS = 9  # groups told at the most
_TEXT = 15  # characters of a group told beside it
_WAIT_S = 120.0  # so long a next reading is looked for: a device that sleeps says little
_FRAMES = 400  # drawn at the most
_TICKS = 4
_UNIT = 347.0  # where the unit stands: what a tick says ends before
_DIGIT = 7.0  # width of one, in the widest of the fonts that a browser may take
_LEAST = 1.5  # width of the narrowest bar that ink shows


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasted: a group, a frame, an outage.

    Attributes:
        x: where it begins, in the picture.
        width: of it.
        text: what it is.
        fault: what befell it; empty: nothing.
        is_asked: the verdict is about it.
    """

    x: float
    width: float
    text: str = ""
    fault: str = ""
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A stretch of time: its ticks, each where it stands and what it says."""

    start_s: float
    end_s: float
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What the picture shows.

    Attributes:
        at_s: instant of the verdict, seconds on the bench's clock.
        close: time of ``groups``; None: the verdict is about no group.
        groups: as they left, in order.
        wide: time of the rest.
        frames: on the line.
        outages: of the other end of the uplink, and of the device itself.
        readings: where each stands, and whether the verdict is about it.
        at_x: where the instant stands; None where it is left of the picture or right of it.
    """

    at_s: float
    close: Panel | None
    groups: Sequence[Bar]
    wide: Panel
    frames: Sequence[Bar]
    outages: Sequence[Bar]
    readings: Sequence[tuple[float, bool]]
    at_x: float | None


def moment_of(record: Record, trail: Trail) -> Moment | None:
    """The picture of one verdict; None where nothing was on the line around it.

    Args:
        record: as the probe has it by which it was judged.
        trail: of the verdict.
    """
    asked = trail.groups[:1]
    told = _neighbours(record, trail) if asked else []
    start_s = min([trail.at_s, *(one.start_s for one in asked)])
    end_s = max([trail.at_s, *(one.end_s for one in asked)])
    around = record.truth.around((start_s + end_s) / 2, (end_s - start_s) / 2 + 1.0)
    if not around:
        return None
    margin_s = longest_of(around)
    later = next((one.at_s for one in record.readings if one.at_s > trail.at_s), None)
    if later is not None and later - end_s < _WAIT_S:
        end_s = max(end_s, later)
    wide = _panel(max(start_s - margin_s, 0.0), end_s + margin_s)
    close = None if not told else _panel(told[0].start_s, told[-1].end_s)
    frames = record.truth.around((wide.start_s + wide.end_s) / 2, (wide.end_s - wide.start_s) / 2)[:_FRAMES]
    return Moment(
        at_s=trail.at_s,
        close=close,
        groups=() if close is None else [_group(close, one, trail.groups) for one in told],
        wide=wide,
        frames=[_frame(wide, one) for one in frames],
        outages=_outages(record, wide),
        readings=[
            (_x(wide, one.at_s), abs(one.at_s - trail.at_s) < 1e-6)
            for one in record.readings
            if wide.start_s <= one.at_s <= wide.end_s
        ],
        at_x=_x(wide, trail.at_s) if wide.start_s <= trail.at_s <= wide.end_s else None,
    )


def _neighbours(record: Record, trail: Trail) -> list[Emitted]:
    """The groups from a little before the one that matters to a little behind it, others of the verdict among them."""
    first = trail.groups[0]
    frame = next((one for one in record.truth.around(first.start_s, 0.0) if first in one.groups), None)
    if frame is None:
        return [first]
    places = [place for place, one in enumerate(frame.groups) if one in trail.groups]
    middle = frame.groups.index(first)
    near = [place for place in places if abs(place - middle) <= _ROWS - 2 * _BESIDE - 1]
    begin = max(min(near) - _BESIDE, 0)
    return list(frame.groups[begin : min(max(near) + _BESIDE + 1, begin + _ROWS)])


def _group(panel: Panel, one: Emitted, asked: Sequence[Emitted]) -> Bar:
    text = printable(one.data)
    short = text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
    return _bar(panel, one.start_s, one.end_s, short, _harm(one.fault), is_asked=one in asked)


def _frame(panel: Panel, frame: SentFrame) -> Bar:
    faults = filter(None, dict.fromkeys(_harm(piece.fault) for piece in frame.pieces))
    fault = ", ".join(faults) or ("" if frame.complete else "cut")
    return _bar(panel, frame.start_s, frame.end_s, "", fault)


def _harm(fault: str | None) -> str:
    """The name of a fault as it is told; empty where what was sent is right, however rare its value."""
    return "" if fault in (None, LegalValue.name) else fault.replace("_", " ")


def _outages(record: Record, panel: Panel) -> list[Bar]:
    """What did not do what it is for meanwhile: the other end of an uplink, or the device, which had ended."""
    spans = [(one.start_s, one.end_s, one.step) for one in record.outages]
    if record.ended is not None and record.ended_s is not None:
        spans.append((record.ended_s, panel.end_s, "ended"))
    return [_bar(panel, *one, is_asked=True) for one in spans if one[0] < panel.end_s and one[1] > panel.start_s]


def _bar(panel: Panel, start_s: float, end_s: float, text: str, fault: str = "", *, is_asked: bool = False) -> Bar:
    begin, end = _x(panel, max(start_s, panel.start_s)), _x(panel, min(end_s, panel.end_s))
    return Bar(round(begin, 1), round(max(end - begin, _LEAST), 1), text, fault, is_asked)


def _panel(start_s: float, end_s: float) -> Panel:
    """A stretch with a few ticks at round numbers of seconds."""
    empty = Panel(start_s, max(end_s, start_s + 1e-3), ())
    span_s = empty.end_s - empty.start_s
    decade_s = 10 ** floor(log10(span_s / _TICKS))
    step_s = next(one for one in (decade_s, 2 * decade_s, 5 * decade_s, 10 * decade_s) if span_s / one <= _TICKS)
    first = floor(start_s / step_s) + 1
    digits = max(0, -floor(log10(step_s)))
    marks = [number * step_s for number in range(first, floor(empty.end_s / step_s) + 1)]
    ticks = [(_x(empty, at_s), f"{at_s:.{digits}f}") for at_s in marks]
    return Panel(empty.start_s, empty.end_s, [(x, told) for x, told in ticks if x + len(told) * _DIGIT / 2 < _UNIT])


def _x(panel: Panel, at_s: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * (at_s - panel.start_s) / (panel.end_s - panel.start_s), 1)
