# SPDX-License-Identifier: Apache-2.0
"""``[[reading]]``: which value of what a device says upstream is which label of the TIC, as its supplier states it."""

from collections.abc import Callable, Collection
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, field_validator, model_serializer, model_validator

from xky.protocol import LABELS
from xky.protocol.labels import Kind, Label
from xky.protocol.tomlfile import Section
from xky.protocol.uplinks.mqtt_topics import check_filter
from xky.protocol.uplinks.payload_path import PayloadPath

__all__ = ["PROBES", "LabelPath", "ProbeName", "ReadingMap", "is_among"]

ProbeName = Literal["lines", "mqtt", "influx", "lorawan", "http"]
PROBES: tuple[ProbeName, ...] = get_args(ProbeName)
_KNOWN: dict[str, Label] = {name: label for table in LABELS.values() for name, label in table.items()}
_FPORT_MAX = 223  # 1 to 223 are the application's (LoRaWAN 1.0.4 §4.3.2)
_A_PATH = 'write a path, such as "CONTRACT.CONSO", or a table, such as { path = "CONTRACT.CONSO", scale = 10 }'


def _checked(path: str) -> str:
    PayloadPath(path)
    return path


def _exactly(number: float) -> Decimal:
    """The shortest decimal that a number of a file is: what is written, up to 15 digits."""
    return Decimal(repr(number).removesuffix(".0"))


_Path = Annotated[str, AfterValidator(_checked)]
_Number = Annotated[float, Field(allow_inf_nan=False)]


class LabelPath(Section):
    """Where a label stands in a payload, and what its value has to go through.

    A number is right when number × scale is no further from the value sent than ``step``.
    """

    path: _Path
    """JMESPath into the payload; of DATE, to its horodate."""
    scale: _Number = 1.0
    """What a number is taken times to be in the label's unit."""
    step: Annotated[_Number, Field(ge=0)] | None = None
    """In the label's unit; None is 0 for a scale of 1, else the scale."""
    timestamp: _Path | None = None
    """JMESPath of the horodate; None: none is given, and none is judged."""
    form: Literal["iso", "unix", "sent"] = "sent"
    """Of the horodate: a time of ISO 8601, seconds since 1970, or the thirteen characters as sent."""
    max: Annotated[int, Field(ge=0)] | None = None
    """The largest number that the payload can say, in the label's unit; None: every one of the label."""
    values: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """The data that the payload can say; None: all of the label's."""
    beside: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Labels of the same frame without which it cannot be said, each with the data that let it; empty: none."""

    @property
    def exact_scale(self) -> Decimal:
        """The scale as it is written."""
        return _exactly(self.scale)

    @property
    def exact_step(self) -> Decimal:
        """The step as it is written, or what it is unless told."""
        if self.step is not None:
            return _exactly(self.step)
        return Decimal(0) if self.scale == 1 else abs(self.exact_scale)

    @property
    def is_bounded(self) -> bool:
        """Whether the payload cannot say all that a meter may send."""
        return self.max is not None or self.values is not None or bool(self.beside)

    def carries(self, label: str, value: str) -> bool:
        """Whether the payload can say these data of the label, whatever stands beside."""
        if self.max is not None and not (value.isdecimal() and value.isascii() and int(value) <= self.max):
            return False
        return self.values is None or is_among(label, value, self.values)

    @field_validator("scale")
    @classmethod
    def _is_not_nought(cls, scale: float) -> float:
        if scale == 0:
            raise ValueError("scale = 0: makes nothing of every number; write what a number has to be taken times")
        return scale

    def check(self, label: Label) -> None:
        """Refuse what a label cannot have.

        Raises:
            ValueError: the text begins with the key.
        """
        told, name = self.model_fields_set, label.name
        for key in ("scale", "step", "max"):
            if key in told and label.kind is not Kind.NUMBER:
                raise ValueError(f"{key}: {name} is no number; leave it out")
        if "timestamp" in told and label.kind is Kind.EMPTY:
            raise ValueError(f"timestamp: {name} is a horodate itself; write its path as path")
        if "timestamp" in told and not label.stamped:
            raise ValueError(f"timestamp: {name} is sent without a horodate; leave it out")
        if "form" in told and self.timestamp is None and label.kind is not Kind.EMPTY:
            raise ValueError("form: is that of a horodate, and no timestamp is told; leave it out, or write timestamp")
        if self.values is not None and label.kind is Kind.EMPTY:
            raise ValueError(f"values: {name} has no data; leave it out")
        _check_data("values", label, self.values or ())
        for other, data in self.beside.items():
            modes = [table for table in LABELS.values() if name in table and other in table]
            if other == name or not modes:
                raise ValueError(f"beside.{other}: is no other label of a frame with {name}; name one")
            _check_data(f"beside.{other}", modes[0][other], data)


class ReadingMap(Section):
    """One kind of payload, and the labels that it tells.

    Attributes:
        probe: where such payloads are seen.
        source: ``from`` of the file: topic filter, measurement, FPort or page; empty takes any.
        device: JMESPath of what names the device that said it; None: nothing does.
        labels: by name, where each stands.
    """

    probe: ProbeName
    source: Annotated[str, Field(alias="from")] = ""
    device: _Path | None = None
    labels: dict[str, LabelPath]

    @field_validator("source", mode="before")
    @classmethod
    def _may_be_a_number(cls, source: object) -> object:
        return str(source) if isinstance(source, int) and not isinstance(source, bool) else source

    @field_validator("labels", mode="before")
    @classmethod
    def _may_be_paths(cls, labels: object) -> object:
        if not isinstance(labels, dict):
            return labels
        if not labels:
            raise ValueError('labels: names no label; write one, such as EAST = "CONTRACT.CONSO"')
        for name, one in labels.items():
            if name not in _KNOWN:
                near = get_close_matches(name.upper(), _KNOWN, 1)
                mean = f" Did you mean {near[0]}?" if near else ""
                raise ValueError(f"{name}: no label of the TIC; write names as Enedis does, such as EAST.{mean}")
            if not isinstance(one, str | dict | LabelPath):
                raise ValueError(f"{name}: {_A_PATH}")
        return {name: {"path": one} if isinstance(one, str) else one for name, one in labels.items()}

    @field_validator("labels")
    @classmethod
    def _fit(cls, labels: dict[str, LabelPath]) -> dict[str, LabelPath]:
        for name, one in labels.items():
            try:
                one.check(_KNOWN[name])
            except ValueError as error:
                raise ValueError(f"{name}.{error}") from None
        return labels

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> "ReadingMap":
        if self.source or "source" in self.model_fields_set:
            try:
                _SOURCES[self.probe](self.source)
            except ValueError as error:
                raise ValueError(f"from: {error}") from None
        return self

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        """As a file has it."""
        labels = {name: one.model_dump(exclude_defaults=True) for name, one in self.labels.items()}
        told = {"probe": self.probe, "from": self.source, "device": self.device, "labels": labels}
        return {key: value for key, value in told.items() if value}


def is_among(label: str, value: str, data: Collection[str]) -> bool:
    """Whether data as sent are among those that a statement names; the padding of texts says nothing.

    Args:
        label: whose they are.
        value: as sent.
        data: as the statement has them.
    """
    is_text = _KNOWN[label].kind is Kind.TEXT
    return value in data or (is_text and value.strip() in map(str.strip, data))


def _check_data(key: str, label: Label, data: tuple[str, ...]) -> None:
    for one in data:
        if (wrong := label.admits(one)) is not None:
            is_a = f"of {label.size} characters" if wrong == "length" else "of the characters that it has"
            raise ValueError(f"{key}: {one!r} can be no data of {label.name}; write data {is_a}, as sent")


def _check_lines(source: str) -> None:
    raise ValueError(f"{source!r}: lines come from the device's own output; leave it out")


def _check_measurement(source: str) -> None:
    if not source:
        raise ValueError("is empty; write a measurement, or leave it out for any")


def _check_port(source: str) -> None:
    if source not in map(str, range(1, _FPORT_MAX + 1)):
        raise ValueError(f"{source!r} is no FPort; write one of 1 to {_FPORT_MAX}, or leave it out for any")


def _check_page(source: str) -> None:
    if not source or any(one.isspace() or not one.isprintable() for one in source):
        raise ValueError(f"{source!r} is no page; write its path, such as /status, or leave it out for any")


_SOURCES: dict[str, Callable[[str], object]] = {
    "lines": _check_lines,
    "mqtt": check_filter,
    "influx": _check_measurement,
    "lorawan": _check_port,
    "http": _check_page,
}
