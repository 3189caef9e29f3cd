# SPDX-License-Identifier: Apache-2.0
"""What the OneForAll firmware publishes, and Eky with it: labels as they are, by MQTT and as line protocol.

The topics and the shape of its points are assumptions; nothing was found of them. A label with a plus sign in its name
has no topic of its own, as none may hold one; it is in the object of all.
"""

import re
from collections.abc import Container, Iterable, Sequence
from functools import cache
from json import dumps

from xky.protocol import Group, InputError, Mode
from xky.protocol.labels import LABELS, Kind
from xky.protocol.timestamp import Timestamp

__all__ = ["chosen", "label_topics", "line", "tic"]

_PER_SECOND = {"ns": 1_000_000_000, "us": 1_000_000, "ms": 1_000, "s": 1}
_WILD = frozenset("+#/")  # in no level of a topic
_KEY = re.compile(r"[ ,=]")  # escaped in tags and keys of line protocol
_TEXT = re.compile(r'["\\]')  # escaped in texts of line protocol


def chosen(groups: Iterable[Group], labels: Container[str] | None) -> Sequence[Group]:
    """The groups to publish.

    Args:
        groups: of one frame.
        labels: that a person picked; None for all.
    """
    return tuple(groups) if labels is None else tuple(group for group in groups if group.label in labels)


def tic(groups: Iterable[Group]) -> bytes:
    """One object of all labels: a text, or with its horodate an object; DATE, which has no data, is its horodate.

    >>> tic([Group("PAPP", "00750"), Group("DATE", "", "H260115180101"), Group("SMAXSN", "01200", "H260115080000")])
    b'{"PAPP":"00750","DATE":"H260115180101","SMAXSN":{"value":"01200","timestamp":"H260115080000"}}'
    """
    return dumps(
        {
            group.label: group.value
            if group.timestamp is None
            else {"value": group.value, "timestamp": group.timestamp}
            if group.value
            else group.timestamp
            for group in groups
        },
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()


def label_topics(topic: str, groups: Iterable[Group]) -> list[tuple[str, bytes]]:
    """A topic and a text for each label.

    >>> label_topics("xky/winky", [Group("VTIC", "02"), Group("NJOURF+1", "00")])
    [('xky/winky/VTIC', b'02')]
    """
    return [
        (f"{topic}/{group.label}", (group.value or group.timestamp or "").encode())
        for group in groups
        if not _WILD & set(group.label)
    ]


def line(mode: Mode, groups: Iterable[Group], device: str, measurement: str, precision: str | None = None) -> bytes:
    """One point of all labels: numbers of the label table as integers, everything else as text.

    Args:
        mode: of the TIC, which tells what a label is.
        groups: of one frame.
        device: the tag ``device``.
        measurement: of the point.
        precision: of its stamp, which is DATE's; None: it has none. Nor has it without a sound DATE.

    >>> line(Mode.HISTORIC, [Group("ADCO", "041876097767"), Group("PAPP", "00750")], "w", "linky")
    b'linky,device=w ADCO="041876097767",PAPP=750i\\n'
    """
    numbers = _numbers(mode)
    fields: dict[str, str] = {}  # a label that comes twice in a frame is one field
    stamp = ""
    for group in groups:
        value = group.value or group.timestamp or ""
        if group.label in numbers and value.isdecimal():
            fields[group.label] = f"{int(value)}i"
        elif group.label not in numbers:  # another kind in a field of numbers would be refused
            fields[_KEY.sub(_escaped, group.label)] = f'"{_TEXT.sub(_escaped, value)}"'
        if precision is not None and group.label == "DATE" and group.timestamp is not None:
            stamp = _stamp(group.timestamp, precision)
    if not fields:
        return b""
    head = f"{_KEY.sub(_escaped, measurement)},device={_KEY.sub(_escaped, device)}"
    told = ",".join(f"{name}={value}" for name, value in fields.items())
    return f"{head} {told}{stamp}\n".encode()


def _escaped(found: re.Match[str]) -> str:
    return "\\" + found[0]


@cache
def _numbers(mode: Mode) -> frozenset[str]:
    return frozenset(name for name, label in LABELS[mode].items() if label.kind is Kind.NUMBER)


def _stamp(horodate: str, precision: str) -> str:
    try:
        return f" {round(Timestamp.parse(horodate).utc().timestamp()) * _PER_SECOND[precision]}"
    except InputError:
        return ""
