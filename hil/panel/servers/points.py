# SPDX-License-Identifier: Apache-2.0
"""The layout of a panel in InfluxDB: which message is which point.

| measurement | tags | fields | time |
|---|---|---|---|
| ``tic`` | ``panel``, ``home`` (0001), ``source`` (topic, FPort) | a label each: integer or text | arrival in the run |
| that of the board | its own, ``panel`` and ``home`` besides | its own | its own, else arrival in the run |
| ``distributor`` | ``panel``, ``home``, ``direction`` | ``mean_w``, ``minutes``, integers | end of the interval |
| ``prediction`` | ``panel``, ``home`` | ``mean_w``, integer | end of the half hour |
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from xky.boards.payloads.loky import content as loky_content
from xky.hil.bench.mapping import Statement
from xky.hil.bench.number import whole
from xky.hil.bench.reading import Reading, Said, kind_of
from xky.hil.ends.end import Payload
from xky.hil.ends.influx_dialect import DIALECTS
from xky.hil.ends.mqtt_observer import content_of
from xky.protocol.labels import Kind
from xky.protocol.uplinks.line_protocol import LineFault, Point, make_line, parse_line

from ..chain import Message
from .database_way import Key

__all__ = ["DISTRIBUTOR", "PREDICTION", "TIC", "Written", "board_point", "home_tag", "tic_point"]

TIC, DISTRIBUTOR, PREDICTION = "tic", "distributor", "prediction"
_INT64 = 2**63
_UNITS_NS = {**DIALECTS["/api/v2/write"].precisions, **DIALECTS["/write"].precisions}


class Written(NamedTuple):
    """A point as it is written, and as it has to come back."""

    line: bytes
    key: Key
    fields: Mapping[str, Any]


def home_tag(home: int) -> str:
    """Of a home by its number."""
    return f"{home:04}"


def tic_point(panel: str, home: int, statement: Statement, message: Message, time_ns: int) -> Written | None:
    """The labels that a message says; None where it says none.

    Args:
        panel: name of the panel.
        home: number of the home.
        statement: of its board, for the message's probe.
        message: as it came out of the broker.
        time_ns: of the point.
    """
    if message.probe == "lorawan":
        content = loky_content(int(message.source), message.data)
    else:
        content = content_of(message.data)
    reading = statement.read(Payload(0.0, message.source, content, message.data))
    if not isinstance(reading, Reading):
        return None
    fields = {label: value for label, said in reading.said.items() if (value := _value(label, said)) is not None}
    if not fields:
        return None
    return _written(Point(TIC, {"home": home_tag(home), "panel": panel, "source": message.source}, fields, time_ns))


def board_point(panel: str, home: int, message: Message, arrived_us: int) -> Written | None:
    """A line that a board wrote, kept apart by its home; None where it cannot be read.

    Where the line has no time it gets that of its arrival: the database would put its own, which is not of the run.
    """
    point = parse_line(message.data)
    if isinstance(point, LineFault):
        return None
    unit_ns = _UNITS_NS.get(str(message.facts.get("precision") or "ns"), 1)
    time_ns = arrived_us * 1000 if point.time is None else point.time * (unit_ns or 1)
    tags = {**point.tags, "home": home_tag(home), "panel": panel}
    return _written(Point(point.measurement, tags, point.fields, time_ns))


def _written(point: Point) -> Written | None:
    try:
        line = make_line(point).encode()
    except ValueError:  # no spelling that every server reads back
        return None
    return Written(line, (point.measurement, tuple(sorted(point.tags.items())), point.time or 0), point.fields)


def _value(label: str, said: Said) -> int | str | None:
    """Of one type for each label: whatever is no whole number has no place in a field of numbers."""
    if kind_of(label) is not Kind.NUMBER:
        return str(said.value).strip() or None
    number: int | None
    if said.scale is not None:
        try:
            number = round(said.scale.value(said.value))
        except ValueError:
            return None
    else:
        number = said.value if isinstance(said.value, int) else whole(said.value)
    return number if number is not None and -_INT64 <= number < _INT64 else None
