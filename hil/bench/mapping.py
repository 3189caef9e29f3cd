# SPDX-License-Identifier: Apache-2.0
"""Payloads to readings: which value is which label, by the ``[[reading]]`` of a board, or as they are without any.

Each label of each payload comes through here, some twenty of them thousands of times in a simulated day: what a source
is mapped by is looked up once, a plain path is walked directly, and a value that has not changed is said by the same
object again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xky.boards import Board
from xky.boards.description.statement import ReadingMap
from xky.protocol import LABELS, Mode
from xky.protocol.labels import Kind
from xky.protocol.uplinks.mqtt_topics import matches
from xky.protocol.uplinks.payload_path import PayloadPath

from ..ends.end import Payload
from .column import Column, said_as, text_of
from .reading import Reading, Remark, Said, in_label_table, kind_of, said_of_json, writable

__all__ = ["Found", "Statement", "claims_of", "of_mode", "payload_of_line"]

_NAMED_MAX = 500  # keys that are not mapped, devices; whoever sends more tells nothing by them
_NAMED = 20  # of them in a note
_KEPT = 2000  # sources, and shapes of payloads, that are known
_HEARD = 256  # contents of a source whose meaning is known; InfluxDB lines come again, byte for byte
_DEEP = 8  # tables in each other whose keys are named
_SHOWN = 4096  # characters of a remark


def claims_of(board: Board, probe: str) -> frozenset[str] | None:
    """The labels that a device claims to say to a probe: those of ``labels``, else those mapped; None claims all.

    Args:
        board: of the device.
        probe: its kind, such as ``mqtt``.
    """
    if board.labels is not None:
        return frozenset(board.labels)
    mapped = [one for one in board.reading if one.probe == probe]
    return frozenset(label for one in mapped for label in one.labels) if mapped else None


def of_mode(board: Board, mode: Mode) -> Sequence[ReadingMap]:
    """The statement of a board that is set up for a mode: one path may be PAPP in one and SINSTS in the other."""
    if board.detects_mode:
        return board.reading
    return [
        one.model_copy(update={"labels": {name: path for name, path in one.labels.items() if name in LABELS[mode]}})
        for one in board.reading
    ]


def payload_of_line(at_s: float, line: str) -> Payload:
    """A line of a program as a payload: its JSON value, or its text where it is no JSON."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = line
    return Payload(at_s, "", content, line.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Found:
    """Where a label comes from in a payload.

    Attributes:
        label: of the TIC.
        said: what was said of it; None where nothing was found.
        path: where it was looked for; empty where the payload says labels by name.
        source: ``from`` of the mapping; empty for any.
    """

    label: str
    said: Said | None
    path: str
    source: str


class Statement:
    """What the payloads of one probe say.

    Args:
        readings: of a board; those of other probes are left alone.
        probe: kind of the probe.
        name: of the probe in readings and remarks, as it may be printed; its kind unless told, of lines none.

    Attributes:
        unmapped: what came and is not mapped, each once: topics and measurements, and dotted keys of payloads.
        devices: what said it, by the mapping's ``device``.
    """

    def __init__(self, readings: Iterable[ReadingMap], probe: str, name: str = "") -> None:
        self.probe = probe
        self.name = name or ("" if probe == "lines" else probe)
        self.unmapped: dict[str, None] = {}
        self.devices: dict[str, None] = {}
        self._mapped = [_Mapped(one) for one in readings if one.probe == probe]
        self._by_source: dict[str, _Plan] = {}

    @property
    def is_mapped(self) -> bool:
        """Whether a mapping says what payloads mean; else they say labels by name."""
        return bool(self._mapped)

    def notes(self, shown: str) -> list[str]:
        """What is not mapped, for a reader of the report; nothing where nothing is mapped.

        Args:
            shown: the probe.
        """
        unmapped = self.unmapped if self.is_mapped else {}
        more = ", …" if len(unmapped) > _NAMED else ""
        return [f"{shown}: not mapped: {', '.join([*unmapped][:_NAMED])}{more}"] if unmapped else []

    def read(self, payload: Payload) -> Reading | Remark | None:
        """The reading that a payload is; a remark where it is no JSON; None where it says nothing."""
        if not self._mapped:
            return self._as_it_is(payload)
        source, content = payload.source, payload.content
        plan = self._by_source.get(source) or self._plan_of(source)
        if not plan.columns:
            if source not in self.unmapped:
                self._name(source)
            return None
        known = plan.heard.get(id(content))
        if known is not None:
            said = known[1]
        elif isinstance(content, (dict, list)) or plan.takes_plain:
            said = self._heard(plan, content)
        else:
            return Remark(payload.at_s, _line_of(payload, self.probe)[:_SHOWN], self.name)
        if not said:
            return None
        return Reading(payload.at_s, said, _line_of(payload, self.probe), self.name, plan.source)

    def _heard(self, plan: "_Plan", content: Any) -> Mapping[str, Said]:
        """What a content says, and what is noted of it: once for each, as an end may say one again and again."""
        said: dict[str, Said] = {}
        for column in plan.columns_for(content):
            value = column.find(content)
            if value is None or column.label in said:
                continue
            one = column.said_of(value, content)
            if one is not None:
                said[column.label] = one
        if isinstance(content, dict) and not plan.knows(content):
            for key in plan.keys_left(content, self.probe):
                self._name(key)
        if not said and self.probe == "influx":
            self._name(_series(content))
        if said:
            for path in plan.devices:
                if (device := path.find(content)) is not None and len(self.devices) < _NAMED_MAX:
                    self.devices.setdefault(text_of(device))
        if len(plan.heard) >= _HEARD:
            plan.heard.clear()
        plan.heard[id(content)] = content, said
        return said

    def device_of(self, payload: Payload, *, from_any: bool = False) -> str | None:
        """Which device said it; None where nothing tells. ``from_any`` as in ``explain``."""
        for path in self._plan_for(payload, from_any).devices:
            if (device := path.find(payload.content)) is not None:
                return text_of(device)
        return None

    def explain(self, payload: Payload, *, from_any: bool = False) -> list[Found]:
        """Each label that is mapped, in order, with what a payload says of it.

        Args:
            payload: such as a sample.
            from_any: nobody knows its source, and every mapping is tried.
        """
        if not self._mapped:
            reading = self._as_it_is(payload)
            said = reading.said if isinstance(reading, Reading) else {}
            return [Found(label, one, "", "") for label, one in said.items() if in_label_table(label)]
        return [
            Found(column.label, column.said(payload.content), column.path.text, mapped.source)
            for mapped in self._mapped
            if from_any or mapped.takes(payload.source)
            for column in mapped.columns
        ]

    def keys_left(self, payload: Payload, *, from_any: bool = False) -> list[str]:
        """The keys of a payload that no mapping reads."""
        if not self._mapped:
            reading = self._as_it_is(payload)
            return [key for key in reading.said if not in_label_table(key)] if isinstance(reading, Reading) else []
        return self._plan_for(payload, from_any).keys_left(payload.content, self.probe)

    def _plan_for(self, payload: Payload, from_any: bool) -> "_Plan":
        return _Plan("", self._mapped) if from_any else self._plan_of(payload.source)

    def _plan_of(self, source: str) -> "_Plan":
        plan = self._by_source.get(source)
        if plan is None:
            if len(self._by_source) >= _KEPT:
                self._by_source.clear()
            plan = _Plan(writable(source), [one for one in self._mapped if one.takes(source)])
            self._by_source[source] = plan
        return plan

    def _name(self, key: str) -> None:
        if key not in self.unmapped and len(self.unmapped) < _NAMED_MAX:
            self.unmapped[writable(key)] = None

    def _as_it_is(self, payload: Payload) -> Reading | Remark | None:
        """Without a mapping: labels by name, by a topic's last level, or as the fields of a point."""
        content, source = payload.content, payload.source
        last = source.rpartition("/")[2]
        said: dict[str, Said] = {}
        if self.probe == "influx" and isinstance(content, dict):
            fields = content.get("fields")
            for key, value in fields.items() if isinstance(fields, dict) else ():
                if value is not None:
                    said[writable(key)] = said_as(key, value)
        elif (
            self.probe == "mqtt" and in_label_table(last) and not (isinstance(content, dict) and "value" not in content)
        ):
            one = said_of_json(content)
            if one is not None and not isinstance(content, dict) and kind_of(last) is not Kind.NUMBER:
                one = Said(payload.data.decode("utf-8", "replace"))  # a text of digits, as STGE may be, is no number
            said = {} if one is None else {last: one}
        elif isinstance(content, dict):
            said = {writable(key): one for key, value in content.items() if (one := said_of_json(value)) is not None}
        elif content != "":
            return Remark(payload.at_s, _line_of(payload, self.probe)[:_SHOWN], self.name)
        if not said:
            return None
        return Reading(payload.at_s, said, _line_of(payload, self.probe), self.name, writable(source))


class _Mapped:
    """One ``[[reading]]``, its paths made ready."""

    def __init__(self, described: ReadingMap) -> None:
        self.source = described.source
        self._probe = described.probe
        self.device = None if described.device is None else PayloadPath(described.device)
        self.columns = [Column(label, one) for label, one in described.labels.items()]

    def takes(self, source: str) -> bool:
        """Whether it says what payloads of a source mean."""
        if not self.source:
            return True
        if self._probe == "mqtt":
            return matches(self.source, source)
        if self._probe == "http":
            return self.source.lstrip("/") == source.lstrip("/")
        return self.source == source


class _Plan:
    """What is done with the payloads of one source.

    Attributes:
        heard: contents and what they say, by identity, which lasts as long as they are kept here.
    """

    def __init__(self, source: str, mapped: Sequence[_Mapped]) -> None:
        self.source = source
        self.columns = [column for one in mapped for column in one.columns]
        self.devices = [one.device for one in mapped if one.device is not None]
        read = [names for column in self.columns for names in column.reads]
        self._read = {*read, *(names for device in self.devices for names in device.names)}
        self.takes_plain = any(column.path.reads_all for column in self.columns)
        choices = [choice for column in self.columns if (choice := column.path.chooses) is not None]
        by = {names for names, _ in choices}
        self._choice = PayloadPath(".".join(map(json.dumps, *by))).find if len(by) == 1 else None
        self._chosen = {text: [one for one in self.columns if _may_find(one, text)] for _, text in choices}
        self._never_chosen = [one for one in self.columns if one.path.chooses is None]
        self._shapes: set[object] = set()
        self.heard: dict[int, tuple[object, Mapping[str, Said]]] = {}

    def columns_for(self, content: object) -> Sequence[Column]:
        """The columns that can find something in a content, in order: of many points each is for one of them."""
        if self._choice is None:
            return self.columns
        text = self._choice(content)
        return self._chosen.get(text, self._never_chosen) if type(text) is str else self.columns

    def knows(self, content: Mapping[str, Any]) -> bool:
        """Whether a payload of the same keys was looked through already."""
        shape = _shape_of(content, _DEEP)
        if shape in self._shapes or len(self._shapes) >= _KEPT:
            return True
        self._shapes.add(shape)
        return False

    def keys_left(self, content: Any, probe: str) -> list[str]:
        """The dotted keys that nothing reads; of a point, those of its fields."""
        if not isinstance(content, dict):
            return []
        left = [names for names in _leaves(content, _DEEP) if not self._reads(names)]
        if probe == "influx":
            left = [names for names in left if names[0] == "fields"]
        return [".".join(names) for names in left]

    def _reads(self, names: tuple[str, ...]) -> bool:
        return any(names[: len(read)] == read[: len(names)] for read in self._read)


def _may_find(column: Column, text: str) -> bool:
    """Whether a column can find something where a text stands under the name that it is chosen by."""
    return column.path.chooses is None or column.path.chooses[1] == text


def _shape_of(table: Mapping[str, Any], deep: int) -> tuple[object, ...]:
    """The keys of a table, and of those below."""
    keys = tuple(table)
    if not deep or dict not in map(type, table.values()):
        return keys
    return keys, *[_shape_of(value, deep - 1) if type(value) is dict else None for value in table.values()]


def _leaves(table: Mapping[str, Any], deep: int, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        if isinstance(value, dict) and value and deep:
            yield from _leaves(value, deep - 1, (*above, key))
        else:
            yield (*above, key)


def _series(content: Any) -> str:
    """A point by its measurement and tags."""
    tags = content.get("tags") if isinstance(content, dict) else None
    told = [f"{key}={tags[key]}" for key in sorted(tags)] if isinstance(tags, dict) else []
    return ",".join([str(content.get("measurement", "")) if isinstance(content, dict) else "", *told])


def _line_of(payload: Payload, probe: str) -> str:
    """A payload as text: radio frames are no text."""
    return payload.data.hex() if probe == "lorawan" else payload.data.decode("utf-8", "replace")
