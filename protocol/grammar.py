# SPDX-License-Identifier: Apache-2.0
"""The grammar of groups and frames: the specification that people read, in both directions.

Each declaration below both reads and builds. It says what is right, never why something is wrong (a
repeater hides that) nor fast: both are the decoder's work. The two share the label table, the checksum
sum and the form of a horodate, nothing else, and a differential test holds them to the same groups.

    frame     STX group* ETX
    group     LF label SP data SP checksum CR                  historic
    group     LF label HT [horodate HT] data HT checksum CR    standard
"""

import re
from io import BytesIO
from typing import Any

from construct import (
    Byte,
    Check,
    Checksum,
    Const,
    ConstructError,
    ExprAdapter,
    ExprValidator,
    GreedyRange,
    GreedyString,
    NullTerminated,
    RawCopy,
    Select,
    Struct,
    Subconstruct,
    Tell,
    Terminated,
    this,
)

from .checksum import checksum
from .decoder import MAX_GROUP
from .errors import InputError
from .labels import LABEL_SIZE_MAX, LABELS
from .mode import CR, ETX, LF, STX, Mode
from .model import Frame, Group
from .timestamp import is_timestamp

__all__ = ["accepted_groups", "build_frame", "parse_frame"]

SP, HT = Mode.HISTORIC.separator, Mode.STANDARD.separator

_LABEL = re.compile(rf"[!-~]{{1,{LABEL_SIZE_MAX}}}")  # printable without SP
_DATA = re.compile(r"[ -~]*")  # printable, 54E §6.2.1.2


class _AllBut(Subconstruct):  # type: ignore[misc]  # construct is untyped
    """``subcon`` in what is left of the input, its last ``count`` bytes kept back.

    Historic data may hold its own separator, so its end is told from the end of the group.
    """

    def __init__(self, count: int, subcon: Any) -> None:
        super().__init__(subcon)
        self._count = count

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        held = stream.read()
        end = max(len(held) - self._count, 0)
        stream.seek(end - len(held), 1)
        return self.subcon._parsereport(BytesIO(held[:end]), context, path)


def _text(form: re.Pattern[str]) -> Any:
    return ExprValidator(GreedyString("ascii"), lambda text, _: form.fullmatch(text) is not None)


def _ended(field: Any, separator: bytes) -> Any:
    return NullTerminated(field, term=separator)


_HORODATE = ExprValidator(GreedyString("ascii"), lambda text, _: text is not None and is_timestamp(text))

_UNSTAMPED = Check(lambda this: this.get("timestamp") is None)  # building must not lose a horodate in silence

_HISTORIC_ZONE = Struct("label" / _ended(_text(_LABEL), SP), "value" / _text(_DATA), _UNSTAMPED)
_PLAIN_ZONE = Struct("label" / _ended(_text(_LABEL), HT), "value" / _ended(_text(_DATA), HT), _UNSTAMPED)
_STAMPED_ZONE = Struct(
    "label" / _ended(_text(_LABEL), HT),
    "timestamp" / _ended(_HORODATE, HT),
    "value" / _ended(_text(_DATA), HT),
)

_LINE = {  # what stands between LF and CR; the checksum covers the zone (54E table 2)
    Mode.HISTORIC: Struct(
        "zone" / RawCopy(_AllBut(2, _HISTORIC_ZONE)),
        Const(SP),
        "checksum" / Checksum(Byte, checksum, this.zone.data),
        Terminated,
    ),
    Mode.STANDARD: Struct(
        "zone" / RawCopy(Select(_STAMPED_ZONE, _PLAIN_ZONE)),
        "checksum" / Checksum(Byte, checksum, this.zone.data),
        Terminated,
    ),
}


def _in_table(group: Group, mode: Mode) -> bool:
    """Known labels have their size, characters and horodate; unknown ones are free."""
    known = LABELS[mode].get(group.label)
    return known is None or (known.stamped == (group.timestamp is not None) and known.admits(group.value) is None)


def _to_group(found: Any, _: Any) -> Group:
    fields = found.line.zone.value
    return Group(fields.label, fields.value, fields.get("timestamp"), found.offset)


def _from_group(group: Group, _: Any) -> dict[str, Any]:
    fields = {"label": group.label, "value": group.value}
    if group.timestamp is not None:
        fields["timestamp"] = group.timestamp
    return {"line": {"zone": {"value": fields}}}


def _group(mode: Mode) -> Any:
    line = Struct(
        "offset" / Tell,
        Const(LF),
        "line" / NullTerminated(_LINE[mode], term=CR),
        "end" / Tell,
        Check(lambda this: this.end - this.offset <= MAX_GROUP),
    )
    return ExprValidator(ExprAdapter(line, _to_group, _from_group), lambda group, _: _in_table(group, mode))


GROUP = {mode: _group(mode) for mode in Mode}

FRAME = {
    mode: Struct("offset" / Tell, Const(STX), "groups" / GreedyRange(GROUP[mode]), Const(ETX), Terminated)
    for mode in Mode
}

_ANYWHERE = {mode: GreedyRange(Select(GROUP[mode], Byte)) for mode in Mode}


def parse_frame(data: bytes, mode: Mode) -> Frame:
    """Read STX to ETX, nothing around it.

    Raises:
        InputError: ``data`` is no frame of this mode. The decoder tells why.
    """
    try:
        found = FRAME[mode].parse(data)
    except ConstructError as error:
        raise InputError(
            f"no frame of {mode} mode ({str(error).splitlines()[-1]}); read it with Decoder to see where"
        ) from None
    return Frame(mode, tuple(found.groups), True, found.offset)


def build_frame(frame: Frame) -> bytes:
    """STX to ETX; stricter than ``encode_frame``: known labels must be as the label table says.

    Raises:
        InputError: a group was refused, or the grammar does not admit it.
    """
    if len(frame.good) != len(frame.groups):
        raise InputError("a frame with refused groups cannot be built; take frame.good")
    for group in frame.good:
        if not _in_table(group, frame.mode):
            raise InputError(f"group {group.label}: {group.value!r} is not as the {frame.mode} label table says")
    try:
        data: bytes = FRAME[frame.mode].build({"groups": list(frame.good)})
    except ConstructError as error:
        raise InputError(f"no frame of {frame.mode} mode ({str(error).splitlines()[-1]})") from None
    return data


def accepted_groups(data: bytes, mode: Mode) -> list[Group]:
    """Every group that the grammar admits in any bytes, in order."""
    return [found for found in _ANYWHERE[mode].parse(data) if isinstance(found, Group)]
