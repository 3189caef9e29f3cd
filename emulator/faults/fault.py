# SPDX-License-Identifier: Apache-2.0
"""What a fault is: a change of the pieces of one frame, and of what a receiver must make of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache, partial
from itertools import compress, count
from operator import is_not
from random import Random
from typing import Any, ClassVar

from xky.protocol import LABELS, Group, InputError, Mode, checksum, encode_group
from xky.protocol.checksum import checked_zone
from xky.protocol.mode import CR, EOT, ETX, LF, STX
from xky.protocol.out_of_step import misread_behind
from xky.protocol.separators import read_by_separators
from xky.protocol.uart import CharacterDefect

from ..late_random import late_random
from ..truth.piece import Expect, Piece, weakened

__all__ = [
    "TAIL",
    "Fault",
    "altered",
    "befallen",
    "befalls",
    "damaged",
    "data_places",
    "digits_of_sum",
    "encoded",
    "misread",
    "misread_until",
    "place_of",
    "readable",
    "require_mode",
    "revalued",
    "spoiled",
    "with_data",
    "with_faults",
]  # fmt: skip

_PRINTABLE = frozenset(range(0x20, 0x7F))
TAIL = 3  # separator, checksum and CR behind the data of a group


class Fault(ABC):
    """One disturbance; a frozen dataclass in a file of its own, so that scenarios can name it.

    The first line of its docstring is what the documentation says of it, its first key, where it is ``label`` or
    ``before``, the group that it befalls.

    Attributes:
        name: as scenarios, HTTP and the truth name it: that of its file, unless it has another.
        french_name: what pages and reports call it in French; empty: what English has, its ``name`` with blanks.
        french: what it does, in French, one sentence; its keys are called there as the pages call them.
        cuts: whether the group that it befalls breaks off, so that a part of the value may be taken for all of it.
        mixes_separators: whether separators of both modes stand in the group that it befalls.
    """

    __slots__ = ()

    name: ClassVar[str]
    french_name: ClassVar[str] = ""
    french: ClassVar[str] = ""
    cuts: ClassVar[bool] = False
    mixes_separators: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "name" not in cls.__dict__:
            cls.name = cls.__module__.rpartition(".")[2]

    @abstractmethod
    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        """The pieces as they go onto the line.

        Args:
            pieces: STX, groups and ETX as the meter made them, or as an earlier fault left them.
            mode: of the meter.
            rng: its own; take all chance from here.
        """


def befalls(fault: Fault) -> str | None:
    """Label of the group that a fault befalls; None where its first key names none."""
    first = next(iter(fields(fault)), None) if is_dataclass(fault) else None
    label = getattr(fault, first.name) if first is not None and first.name in ("label", "before") else None
    return label if isinstance(label, str) else None


def require_mode(fault: Fault, mode: Mode, hint: str) -> None:
    """Complain of a fault on a group that only the other mode has: it would change nothing.

    Raises:
        InputError: so it is; ``hint`` ends the text.
    """
    label = befalls(fault)
    if label not in LABELS[mode] and any(label in table for table in LABELS.values()):
        raise InputError(f"{fault.name}: {label!r} is no label of {mode} mode; {hint}")


def with_faults(pieces: Sequence[Piece], faults: Sequence[Fault], mode: Mode, rng: Random) -> list[Piece]:
    """The pieces of a frame with faults, one after the other, and what follows for the groups beside them.

    A group is what stands from its LF to its CR: a broken one takes no intact neighbour with it. A low stop bit may,
    since what follows is misread until receivers are in step again; a delimiter of frames in the wrong place, or where
    it may be heard, takes the whole frame.

    Each fault takes its chance from a stream of its own, by what it is: leaving one out does not change the others.

    Raises:
        InputError: a fault is on a group that no frame of this mode has.
    """
    for fault in faults:
        require_mode(fault, mode, "take one of this mode")
    return befallen(pieces, faults, mode, rng)


def befallen(pieces: Sequence[Piece], faults: Sequence[Fault], mode: Mode, rng: Random) -> list[Piece]:
    """The same of faults that were looked at when they came: a meter may change its mode meanwhile."""
    sent = pieces
    chance = cache(lambda: rng.getrandbits(64))

    def seed_of(place: int) -> str:
        said = repr(faults[place])
        return f"{chance()} {said} {[*map(repr, faults[:place])].count(said)}"

    for place, fault in enumerate(faults):
        sent = fault.apply(sent, mode, late_random(partial(seed_of, place)))
    as_meant = {*map(id, pieces)}  # what no fault touched does no harm to its neighbours
    result = list(sent)
    if as_meant.issuperset(map(id, sent)):
        return result  # groups are missing, or change places
    if not all(any(piece.data == end and not piece.defects for piece in sent) for end in (STX, ETX)):
        return weakened(result)  # nobody is asked for a frame that has no end, or no beginning
    in_place = len(sent) == len(pieces)
    for place in compress(count(), map(is_not, sent, pieces)) if in_place else range(len(sent)):
        piece = sent[place]
        if piece.group is None or id(piece) in as_meant:
            continue
        if _may_delimit(piece.data):
            return weakened(result)
        for at in [at for at, defect in piece.defects if defect is CharacterDefect.FRAMING]:
            end = misread_until(sent, place, at)
            if end is None:
                return weakened(result)
            result[place + 1 : end] = weakened(result[place + 1 : end])
    return result


def _may_delimit(data: bytes) -> bool:
    return STX in data or ETX in data or EOT in data


def misread_until(pieces: Sequence[Piece], place: int, at: int) -> int | None:
    """The first piece that every receiver reads as it was sent behind a low stop bit; None where the frame may be lost.

    Args:
        pieces: of a frame.
        place: of the piece with that character.
        at: place of the character in it.
    """
    data, defects = b"", dict[int, CharacterDefect]()
    for piece in pieces[place:]:
        defects.update((len(data) + index, defect) for index, defect in piece.defects)
        data += piece.data
    again, heard = misread_behind(data, defects, at)
    if _may_delimit(heard):
        return None
    end, size = place, 0
    while size < again:
        piece = pieces[end]
        if piece.group is None or piece.pauses or piece.stretch != 1.0:
            return None  # an ETX that nobody hears; or characters that are not where they were looked for
        size += len(piece.data)
        end += 1
    return end


def place_of(pieces: Sequence[Piece], label: str) -> int | None:
    """Where the group of that label lies, None where this frame has none."""
    for place, piece in enumerate(pieces):
        group = piece.group
        if group is not None and group.label == label:
            return place
    return None


def altered(pieces: Sequence[Piece], label: str, change: Callable[[Piece], Piece]) -> list[Piece]:
    """The pieces with the group of that label changed; all as they were where this frame has none."""
    place = place_of(pieces, label)
    result = list(pieces)
    if place is not None:
        result[place] = change(pieces[place])
    return result


def damaged(
    pieces: Sequence[Piece], label: str, mode: Mode, fault: str, change: Callable[[bytes], bytes]
) -> list[Piece]:
    """The pieces with other characters in the group of that label; all as they were where this frame has none."""
    place = place_of(pieces, label)
    return list(pieces) if place is None else with_data(pieces, place, change(pieces[place].data), mode, fault)


def with_data(pieces: Sequence[Piece], place: int, data: bytes, mode: Mode, fault: str) -> list[Piece]:
    """The pieces with other characters at ``place``; what a receiver makes of them follows from the characters.

    Where they still make a group, perhaps another one, it may be reported: no receiver can know better.
    """
    before = pieces[place]
    result = list(pieces)
    if data == before.data:
        return result
    read = readable(data, mode)
    expect = Expect.MAY if read else Expect.MUST_NOT
    result[place] = _recut(before, data, group=read or before.group, expect=expect, fault=fault)
    return result


def _recut(piece: Piece, data: bytes, **changes: Any) -> Piece:
    """The piece with other characters, and what was wrong with those that it still has."""
    defects = tuple((at, defect) for at, defect in piece.defects if at < len(data))
    pauses = tuple((at, pause_s) for at, pause_s in piece.pauses if at < len(data))
    return replace(piece, data=data, defects=defects, pauses=pauses, **changes)


def readable(data: bytes, mode: Mode) -> Group | None:
    """The group that a receiver may find in these characters, also one that recovers a lost LF or CR.

    A right checksum is enough: known labels with a wrong size, or without their horodate, may be passed on.
    """
    for characters in (data, data[1:-1]):
        group = _by_separators(characters.strip(LF + CR), mode)
        if group is not None:
            return group
    return None


def _by_separators(body: bytes, mode: Mode) -> Group | None:
    separator = mode.separator
    if body[-2:-1] != separator or checksum(checked_zone(body, mode)) != body[-1]:
        return None
    said = body[:-2]
    fields = said.count(separator)
    if not fields or (mode is Mode.STANDARD and fields > 2) or not _PRINTABLE.issuperset(said.replace(separator, b"")):
        return None
    group = read_by_separators(said, mode)
    return group if group.label else None


def data_places(data: bytes, mode: Mode) -> range:
    """Where the value of a group lies among its characters, LF to CR."""
    end = len(data) - TAIL
    return range(max(data.rfind(mode.separator, 0, end), 0) + 1, end)


def spoiled(
    pieces: Sequence[Piece], place: int, spoilt: Sequence[int], defect: CharacterDefect, fault: str
) -> list[Piece]:
    """The pieces with that defect in some characters of the one at ``place``: it may be refused for them."""
    result = list(pieces)
    if spoilt:
        defects = dict(pieces[place].defects) | dict.fromkeys(spoilt, defect)
        result[place : place + 1] = weakened(result[place : place + 1])
        result[place] = replace(result[place], defects=tuple(sorted(defects.items())), fault=fault)
    return result


def misread(pieces: Sequence[Piece], mode: Mode, fault: str, sample: Callable[[int], tuple[int, bool]]) -> list[Piece]:
    """The pieces as a receiver samples them, character by character.

    Args:
        pieces: of a frame; what is spoilt already stays as it is.
        mode: of the meter.
        fault: its name.
        sample: from the seven data bits sent to those that arrive, and whether parity still holds.
    """
    result = list(pieces)
    for place, piece in enumerate(pieces):
        if not piece.defects:
            arrived = [*map(sample, piece.data)]
            data = bytes([code for code, _ in arrived])
            if data != piece.data:
                result = with_data(result, place, data, mode, fault)
            spoilt = [index for index, (_, sound) in enumerate(arrived) if not sound]
            if spoilt:
                result = spoiled(result, place, spoilt, CharacterDefect.PARITY, fault)
    return result


def encoded(group: Group, mode: Mode) -> bytes | None:
    """A group with the checksum that fits; None where an earlier fault left in it what no meter can say."""
    try:
        return encode_group(group, mode)
    except InputError:
        return None


def revalued(pieces: Sequence[Piece], label: str, mode: Mode, fault: str, change: Callable[[str], str]) -> list[Piece]:
    """The pieces with another value in the group of that label and the checksum that fits: it may be reported."""

    def change_piece(piece: Piece) -> Piece:
        assert piece.group is not None
        group = replace(piece.group, value=change(piece.group.value))
        data = encoded(group, mode)
        if group == piece.group or piece.expect is Expect.MUST_NOT or data is None:
            return piece
        return _recut(piece, data, group=group, expect=Expect.MAY, fault=fault)

    return altered(pieces, label, change_piece)


def digits_of_sum(total: int, count: int, rng: Random) -> str:
    """``count`` digits drawn at random that sum up to ``total``, which is 9 * ``count`` at the most."""
    digits = [0] * count
    for _ in range(total):
        digits[rng.choice([place for place, digit in enumerate(digits) if digit < 9])] += 1
    return "".join(map(str, digits))
