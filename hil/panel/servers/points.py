# SPDX-License-Identifier: Apache-2.0
"""The layout of a panel in InfluxDB: which message is which point.

| measurement | tags | fields | time |
|---|---|---|---|
| ``live`` | ``panel``, ``home`` | ``power_va``, ``index_wh``, ``injected_wh``; ``tariff``: text | of arrival |
| ``tic`` | ``panel``, ``home`` (0001), ``source`` (topic, FPort) | a label each: integer or text | of arrival |
| that of the board | its own, ``panel`` and ``home`` besides | its own | its own, else of arrival |
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

__all__ = ["DISTRIBUTOR", "LIVE", "PREDICTION", "TIC", "Written", "board_point", "home_tag", "live_point", "tic_point"]

LIVE, TIC, DISTRIBUTOR, PREDICTION = "live", "tic", "distributor", "prediction"
_POWER, _INJECTED, _TARIFF = ("SINSTS", "PAPP"), ("EAIT",), ("LTARF", "PTEC")
_INDEXES = (
    ("EAST",),
    ("BASE",),
    ("HCHC", "HCHP"),
    ("EJPHN", "EJPHPM"),
    ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
)  # that come to the energy drawn, where all of them are said
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
    fields = _labels(statement, message, _content(message))
    if not fields:
        return None
    return _written(Point(TIC, {"home": home_tag(home), "panel": panel, "source": message.source}, fields, time_ns))


def live_point(panel: str, home: int, statement: Statement, message: Message, time_ns: int) -> Written | None:
    """What a participant looks at, under one name in both modes and of every board; None where it says none of it.

    Args:
        panel: name of the panel.
        home: number of the home.
        statement: of its board, for the message's probe.
        message: as it came out.
        time_ns: of the point.
    """
    content = _content(message)
    said = _labels(statement, message, content)
    fields: dict[str, Any] = {}
    for name, labels in (("power_va", _POWER), ("injected_wh", _INJECTED), ("tariff", _TARIFF)):
        found = next((said[label] for label in labels if label in said), None)
        if found is not None:
            fields[name] = found
    registers = next((labels for labels in _INDEXES if all(label in said for label in labels)), ())
    if registers:
        fields["index_wh"] = sum(int(said[label]) for label in registers)
    if "tariff" not in fields and isinstance(content, dict) and isinstance(content.get("CONTRACT"), dict):
        period = content["CONTRACT"].get("period")  # of Tasmota, which says no label of it
        if isinstance(period, str) and period:
            fields["tariff"] = period
    return _written(Point(LIVE, {"home": home_tag(home), "panel": panel}, fields, time_ns)) if fields else None


def _content(message: Message) -> Any:
    if message.probe == "lorawan":
        return loky_content(int(message.source), message.data)
    if message.probe == "mqtt":
        return content_of(message.data)
    point = parse_line(message.data)
    if isinstance(point, LineFault):
        return None
    return {"measurement": point.measurement, "tags": point.tags, "fields": point.fields, "time": point.time}


def _labels(statement: Statement, message: Message, content: Any) -> dict[str, Any]:
    """Each label that a message says, as it is stored."""
    reading = statement.read(Payload(0.0, message.source, content, message.data))
    if not isinstance(reading, Reading):
        return {}
    return {label: value for label, said in reading.said.items() if (value := _value(label, said)) is not None}


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
