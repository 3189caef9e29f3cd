# SPDX-License-Identifier: Apache-2.0
"""``sent.jsonl.gz``: every frame as it was sent, a line each; bytes in hexadecimal, seconds on the bench's clock."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count
from json.encoder import encode_basestring as _quoted
from operator import is_not
from pathlib import Path
from typing import Literal

from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.protocol import Group, InputError, Mode
from xky.protocol.uart import CharacterDefect

from ..oracle.replayed import ReplayedFrame
from .lines import Line, complaint, line_of, read_texts, text_of, write_lines

__all__ = ["read_sent", "write_sent"]

_DefectName = Literal["parity", "framing"]
_NAMES: dict[CharacterDefect, _DefectName] = {CharacterDefect.PARITY: "parity", CharacterDefect.FRAMING: "framing"}
_DEFECTS = {name: defect for defect, name in _NAMES.items()}
_EXPECT = {one.value: one for one in Expect}
_TEXT = r'"([^"\\\x00-\x1f]*)"'  # as it is, without an escape
_SECONDS = r"((?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)"
_HEAD = re.compile(  # of most frames, as ``_texts`` writes them
    rf'{{"at_s": {_SECONDS}, "character_s": {_SECONDS}, "step": {_TEXT}, "complete": (true|false), '
)
_TAILS = {f'{mode.value}"}}': mode for mode in Mode}
_PLAIN = re.compile(  # what most pieces are, as ``_Piece.text`` writes them: a reader of JSON takes four times as long
    rf'([0-9a-f]*)", "expect": "({"|".join(_EXPECT)})", "fault": (?:null|{_TEXT}), '
    rf'"group": {{"label": {_TEXT}, "value": {_TEXT}, "timestamp": (?:null|{_TEXT})}}'
)


class _Group(Line):
    """What the meter meant, or as what a receiver may read it."""

    label: str
    value: str
    timestamp: str | None


class _Piece(Line):
    """Its bytes and what is expected; spoilt characters, silences (seconds) and rate where they are not plain.

    ``silences_s`` is the silence before each character that has one, all its pauses together.
    """

    data: str
    expect: Expect
    fault: str | None
    group: _Group | None = None
    defects: dict[int, _DefectName] | None = None
    silences_s: dict[int, float] | None = None
    pauses: tuple[tuple[int, float], ...] = ()
    stretch: float = 1.0

    @staticmethod
    def text(piece: Piece) -> str:
        """As it is written; not by way of the model, since there are tens of thousands."""
        fault = "null" if piece.fault is None else _quoted(piece.fault)
        text = f'{{"data": "{piece.data.hex()}", "expect": "{piece.expect}", "fault": {fault}'
        if (group := piece.group) is not None:
            stamp = "null" if group.timestamp is None else _quoted(group.timestamp)
            text += (
                f', "group": {{"label": {_quoted(group.label)}, "value": {_quoted(group.value)}, "timestamp": {stamp}}}'
            )
        if not piece.is_plain:
            defects = ", ".join([f'"{at}": "{_NAMES[defect]}"' for at, defect in piece.defects])
            silences = ", ".join([f'"{at}": {silence_s!r}' for at, silence_s in piece.silences_s.items()])
            pauses = ", ".join([f"[{at}, {pause_s!r}]" for at, pause_s in piece.pauses])
            text += f', "defects": {{{defects}}}, "silences_s": {{{silences}}}, "pauses": [{pauses}]'
            text += f', "stretch": {piece.stretch!r}'
        return text + "}"

    @property
    def piece(self) -> Piece:
        group = None if self.group is None else Group(self.group.label, self.group.value, self.group.timestamp)
        defects = tuple((at, _DEFECTS[name]) for at, name in (self.defects or {}).items())
        return Piece(bytes.fromhex(self.data), group, self.expect, self.fault, defects, self.pauses, self.stretch)


class _Frame(Line):
    """``spans`` is start and end of each piece of a recording that was sent again."""

    at_s: float
    character_s: float
    step: str
    complete: bool
    pieces: tuple[_Piece, ...]
    mode: Mode
    spans: tuple[tuple[float, float], ...] | None = None

    def frame(self, number: int, pieces: tuple[Piece, ...] | None = None) -> SentFrame:
        """The frame, of its own pieces or of those that are given."""
        if pieces is None:
            pieces = tuple(one.piece for one in self.pieces)
        said = (number, self.mode, self.at_s, self.character_s, pieces, self.complete, self.step)
        return SentFrame(*said) if self.spans is None else ReplayedFrame(*said, self.spans)


def write_sent(path: Path, truth: Truth) -> int:
    """Write what was sent; the number of lines."""
    return write_lines(path, _texts(truth))


def _texts(truth: Truth) -> Iterator[str]:
    """Frames as they are written: there are thousands, made of the same few pieces, each of which is set once."""
    known: dict[int, str] = {}  # of the very object, which the truth keeps
    before: Sequence[Piece] = ()
    texts: list[str] = []
    step, step_text = None, ""
    for frame in truth:
        if frame.step != step:
            step, step_text = frame.step, text_of(frame.step)
        pieces = frame.pieces
        if len(pieces) == len(before):
            others: Iterable[int] = compress(count(), map(is_not, pieces, before))
        else:
            others, texts = range(len(pieces)), [""] * len(pieces)
        for place in others:
            piece = pieces[place]
            text = known.get(id(piece))
            if text is None:
                text = known[id(piece)] = _Piece.text(piece)
            texts[place] = text
        before = pieces
        spans = f', "spans": {text_of(frame.spans)}' if isinstance(frame, ReplayedFrame) else ""
        yield (
            f'{{"at_s": {frame.start_s!r}, "character_s": {frame.character_s!r}, "step": {step_text}, '
            f'"complete": {"true" if frame.complete else "false"}, "pieces": [{", ".join(texts)}], '
            f'"mode": "{frame.mode.value}"{spans}}}'
        )


def read_sent(path: Path, lines: int) -> Truth:
    """What was sent, from a file of so many lines.

    Raises:
        InputError: the file is missing, cut or wrong.
    """
    truth = Truth()
    for frame in _frames(path, lines):
        truth.append(frame)
    return truth


def _frames(path: Path, lines: int) -> Iterator[SentFrame]:
    pieces = _SharedPieces()
    for number, (place, text) in enumerate(read_texts(path, lines)):
        try:
            yield pieces.frame(number, place, text)
        except InputError:
            raise
        except ValueError as error:  # no hexadecimal
            raise complaint(place, f"pieces: {error}") from None


class _SharedPieces:
    """Lines read as they were set: the same few pieces make thousands of frames, and each is read once.

    So they are the same objects again, and what is known of one need not be found out once more. A quote within a text
    has a backslash before it: what parts the pieces is in no text.
    """

    _BEGIN, _BETWEEN, _END = '"pieces": [{"data": "', '}, {"data": "', '}], "mode": "'

    def __init__(self) -> None:
        self._pieces: dict[str, Piece] = {}
        self._groups: dict[Group, Group] = {}

    def frame(self, number: int, place: str, text: str) -> SentFrame:
        """The frame of a line.

        Raises:
            InputError: the line is wrong.
            ValueError: a piece is.
        """
        head, begun, rest = text.partition(self._BEGIN)
        body, ended, tail = rest.rpartition(self._END)
        known = self._pieces
        if not (begun and ended):
            return line_of(place, text, _Frame).frame(number)
        try:
            found = [known[part] for part in body.split(self._BETWEEN)]
        except KeyError:
            for part in body.split(self._BETWEEN):
                if part not in known:
                    known[part] = self._shared(_plain(part) or line_of(place, f'{{"data": "{part}}}', _Piece).piece)
            found = [known[part] for part in body.split(self._BETWEEN)]
        plain, mode = _HEAD.fullmatch(head), _TAILS.get(tail.rstrip("\n"))
        if plain is None or mode is None:
            frame = line_of(place, f'{head}"pieces": [], "mode": "{tail}', _Frame)
            return frame.frame(number, tuple(found))
        at_s, character_s, step, complete = plain.groups()
        return SentFrame(number, mode, float(at_s), float(character_s), tuple(found), complete == "true", step)

    def _shared(self, piece: Piece) -> Piece:
        group = piece.group
        if group is None:
            return piece
        known = self._groups.setdefault(group, group)
        rest = piece.expect, piece.fault, piece.defects, piece.pauses, piece.stretch
        return piece if known is group else Piece(piece.data, known, *rest)


def _plain(part: str) -> Piece | None:
    """A piece of a group with nothing besides; None where it is another one.

    Raises:
        ValueError: its bytes are none.
    """
    told = _PLAIN.fullmatch(part)
    if told is None:
        return None
    data, expect, fault, label, value, timestamp = told.groups()
    return Piece(bytes.fromhex(data), Group(label, value, timestamp), _EXPECT[expect], fault)
