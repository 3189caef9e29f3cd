# SPDX-License-Identifier: Apache-2.0
"""What a device says upstream, and how a JSON line of a program becomes that."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xky.boards.firmware.parser import said_by
from xky.protocol import LABELS, Group
from xky.protocol.labels import Kind
from xky.protocol.quick import quick

from .horodate import horodates_of
from .number import Scale, whole
from .shown import quoted, visible

__all__ = [
    "Reading",
    "Remark",
    "Said",
    "in_label_table",
    "kind_of",
    "reading_from_groups",
    "reading_from_json",
    "said_of_json",
    "same_text",
    "writable",
]  # fmt: skip

_KNOWN = {name: label for table in LABELS.values() for name, label in table.items()}


def in_label_table(key: str) -> bool:
    """Whether a key is a label of either mode."""
    return key in _KNOWN


def kind_of(key: str) -> Kind | None:
    """What the data of a label is made of; None where the key is no label of either mode."""
    known = _KNOWN.get(key)
    return None if known is None else known.kind


def same_text(label: str, sent: str, said: str) -> bool:
    """Whether a text is what was sent; the padding of texts may be trimmed."""
    known = _KNOWN.get(label)
    return sent == said or (known is not None and known.kind is Kind.TEXT and sent.strip() == said.strip())


@quick
@dataclass(frozen=True, slots=True)
class Said:
    """One label as a device reports it.

    Attributes:
        value: text as sent, or a JSON integer; with a ``scale``, a number as the device says it.
        timestamp: the horodate; None where none was given, which is not judged.
        scale: what takes a number to the label's unit, and how right it is; None: it is the label's own, exactly.
        form: of the horodate, one of ``FORMS``; empty: as sent.
    """

    value: str | int
    timestamp: str | None = None
    scale: Scale | None = None
    form: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is a number, which tells nothing of how many digits were sent."""
        return isinstance(self.value, int) or self.scale is not None

    def matches(self, group: Group) -> bool:
        """Whether this is what ``group`` says.

        An integer equals data of decimal digits only, not that of STGE. For DATE, whose data is
        empty, the value may be the horodate. A number of a scale equals what is within its step.
        """
        if self.timestamp is not None and (group.timestamp is None or not self.fits_horodate(group.timestamp)):
            return False
        if self.scale is not None:
            return group.label != "STGE" and self.reaches(group.value)
        if isinstance(self.value, int):
            return group.label != "STGE" and whole(group.value) == self.value
        if group.value == "" and group.timestamp is not None and self.value == group.timestamp:
            return True
        return same_text(group.label, group.value, self.value)

    def fits_horodate(self, horodate: str | None) -> bool:
        """Whether nothing is said, or nothing known, of the horodate that contradicts this one."""
        return (
            self.timestamp is None
            or horodate is None
            or self.timestamp == horodate
            or bool(self.form and horodate in horodates_of(self.timestamp, self.form))
        )

    def reaches(self, value: str) -> bool:
        """Whether data of decimal digits is within the step of a number that has a scale."""
        number = whole(value)
        if self.scale is None or number is None:
            return False
        least, greatest = self.scale.range(self.value)
        return least <= number <= greatest

    @property
    def plain(self) -> str:
        """As it is, with its scale and its horodate."""
        return self._with(str)

    def __str__(self) -> str:
        """The same for a sentence: what was said stands between quotation marks."""
        return self._with(quoted)

    def _with(self, shown: Callable[[str], str]) -> str:
        said = f"{self.value}" if self.scale is None else f"{self.value}{self.scale}"
        if self.form and not said:  # DATE, by a form of its own
            return shown(str(self.timestamp))
        return shown(said) if self.timestamp is None else f"{shown(said)} at {visible(self.timestamp)}"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a device said and that is no reading.

    Attributes:
        at_s: when, seconds on the bench's clock.
        text: as it was said.
        probe: where it was seen; empty at the device's lines.
    """

    at_s: float
    text: str
    probe: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Reading:
    """One message of a device.

    Attributes:
        at_s: when it came, seconds on the bench's clock.
        said: label to what was said of it.
        line: the message as it came; empty for a simulated board, which sends no text.
        probe: where it was seen, as it was asked for; empty for the one of the device itself.
        source: topic, measurement, FPort or page that it came from; empty where there is none.
    """

    at_s: float
    said: Mapping[str, Said]
    line: str = ""
    probe: str = ""
    source: str = ""

    @property
    def raw(self) -> str:
        """The message as text."""
        return self.line or " ".join(f"{label}={said.value}" for label, said in self.said.items())

    def __contains__(self, label: str) -> bool:
        return label in self.said

    def __getitem__(self, label: str) -> int | float | str:
        """The value: int for labels of decimal data, text otherwise; a number of a scale in the label's unit."""
        said = self.said[label]
        value = said.value
        if said.scale is not None:
            scaled = said.scale.value(value)
            return int(scaled) if scaled.denominator == 1 else float(scaled)
        known = _KNOWN.get(label)
        if isinstance(value, str) and known is not None and known.kind is Kind.NUMBER:
            number = whole(value)
            return value if number is None else number
        return value

    def text(self, label: str) -> str:
        """The value as it was said."""
        return str(self.said[label].value)

    def timestamp(self, label: str) -> str | None:
        """The horodate that was said, None where there was none."""
        return self.said[label].timestamp


class _SaidOfGroups(Mapping[str, Said]):
    """What a device that reports groups as they are said of each label; made when somebody looks."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._said: dict[str, Said] | None = None

    def _made(self) -> dict[str, Said]:
        if self._said is None:
            self._said = {label: Said(value, timestamp) for label, value, timestamp in said_by(self._groups)}
        return self._said

    def __getitem__(self, label: str) -> Said:
        return self._made()[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made())

    def __len__(self) -> int:
        return len(self._made())


def reading_from_groups(at_s: float, groups: Sequence[Group]) -> Reading:
    """The reading of a device that reports groups as they are."""
    return Reading(at_s, _SaidOfGroups(groups))


def reading_from_json(at_s: float, line: str) -> Reading | None:
    """The reading of one JSON line, None where it is no JSON object.

    A value is the text sent or ``{"value": text, "timestamp": text or null}``; null is not reported.
    What is neither text nor integer is kept as its JSON text, an object of other keys too, so that the oracle sees
    what was claimed.
    """
    try:
        message = json.loads(line)
        if not isinstance(message, dict):
            return None
        said = {writable(key): one for key, value in message.items() if (one := said_of_json(value)) is not None}
    except (ValueError, RecursionError):
        return None
    return Reading(at_s, said, line)


def writable(text: str) -> str:
    """A text without what UTF-8 cannot write: JSON may escape half a surrogate pair."""
    return text.encode("utf-8", "replace").decode("utf-8")


def said_of_json(value: Any) -> Said | None:
    """What a JSON value says of the label whose key it stands behind; None where that is nothing."""
    timestamp = None
    if isinstance(value, dict) and (not value or "value" in value or "timestamp" in value):
        stamp = value.get("timestamp")
        timestamp = None if stamp is None else writable(str(stamp))
        if "value" not in value and timestamp is not None:
            return Said(timestamp, timestamp)
        value = value.get("value")
    if value is None:
        return None
    if isinstance(value, str):
        return Said(writable(value), timestamp)
    if isinstance(value, int) and not isinstance(value, bool):
        return Said(value, timestamp)
    return Said(json.dumps(value), timestamp)
