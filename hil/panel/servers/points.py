# SPDX-License-Identifier: Apache-2.0
"""The layout of a panel in InfluxDB: which message is which point.

| measurement | tags | fields | time |
|---|---|---|---|
| ``live`` | ``panel``, ``home`` | ``power_va``, ``index_wh``, ``injected_wh``; ``tariff``: text | of arrival |
| ``tic`` | ``panel``, ``home`` (0001), ``source`` (topic, FPort) | a label each: integer or text | of arrival |
| that of the board | its own, ``panel`` and ``home`` besides | its own | its own, else of arrival |
| ``distributor`` | ``panel``, ``home``, ``direction`` | ``mean_w``, ``minutes``, integers | end of the interval |
| ``prediction`` | ``panel``, ``home`` | ``mean_w``, integer | end of the half hour |
| ``panel_run`` | ``panel`` | what makes it this run, see ``one_panel`` | 0 |
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

__all__ = ["DISTRIBUTOR", "LIVE", "PANEL_RUN", "PREDICTION", "TIC", "Written", "home_tag", "points_of"]

LIVE, TIC, DISTRIBUTOR, PREDICTION, PANEL_RUN = "live", "tic", "distributor", "prediction", "panel_run"
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


def points_of(
    panel: str, home: int, statement: Statement, message: Message, time_ns: int
) -> tuple[Written | None, Written | None]:
    """The point of a message, and that of it which participants look at; None where it says nothing of the kind.

    Args:
        panel: name of the panel.
        home: number of the home.
        statement: of its board, for the message's probe.
        message: as it came out of the broker, or as the board wrote it.
        time_ns: of the points; of a board's own line the time it has, else that of its arrival.
    """
    content = _content(message)
    reading = statement.read(Payload(0.0, message.source, content, message.data))
    said = reading.said if isinstance(reading, Reading) else {}
    labels = {label: value for label, one in said.items() if (value := _value(label, one)) is not None}
    tags = {"home": home_tag(home), "panel": panel}
    fields = _live(labels, content)
    live = _written(Point(LIVE, tags, fields, time_ns)) if fields else None
    if message.probe == "influx":
        return _board_point(tags, message), live
    if not labels:
        return None, live
    return _written(Point(TIC, {**tags, "source": message.source}, labels, time_ns)), live


def _live(labels: Mapping[str, Any], content: Any) -> dict[str, Any]:
    """What a participant looks at, under one name in both modes and of every board."""
    fields: dict[str, Any] = {}
    for name, known in (("power_va", _POWER), ("injected_wh", _INJECTED), ("tariff", _TARIFF)):
        found = next((labels[label] for label in known if label in labels), None)
        if found is not None:
            fields[name] = found
    for registers in _INDEXES:
        if all(label in labels for label in registers):
            fields["index_wh"] = sum(labels[label] for label in registers)
            break
    if "tariff" not in fields and isinstance(content, dict) and isinstance(content.get("CONTRACT"), dict):
        period = content["CONTRACT"].get("period")  # of Tasmota, which says no label of it
        if isinstance(period, str) and period:
            fields["tariff"] = period
    return fields


def _content(message: Message) -> Any:
    if message.probe == "lorawan":
        return loky_content(int(message.source), message.data)
    if message.probe == "mqtt":
        return content_of(message.data)
    point = parse_line(message.data)
    if isinstance(point, LineFault):
        return None
    return {"measurement": point.measurement, "tags": point.tags, "fields": point.fields, "time": point.time}


def _board_point(home: Mapping[str, str], message: Message) -> Written | None:
    """A line that a board wrote, kept apart by its home; None where it cannot be read.

    Where the line has no time it gets that of its arrival: the database would put its own, which is not of the run.
    """
    point = parse_line(message.data)
    if isinstance(point, LineFault):
        return None
    unit_ns = _UNITS_NS.get(str(message.facts.get("precision") or "ns"), 1)
    time_ns = message.at_us * 1000 if point.time is None else point.time * (unit_ns or 1)
    return _written(Point(point.measurement, {**point.tags, **home}, point.fields, time_ns))


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
