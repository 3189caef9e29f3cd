# SPDX-License-Identifier: Apache-2.0
"""A record of which nothing that is personal is left, and by which every verdict is the same.

What was sent keeps its length, its damage and its times; a checksum that fitted fits, one that did not does not by as
much. What a device said in its own words, and what a program wrote on its standard error, is left out: nobody knows
what stands in it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xky.boards import Board
from xky.emulator import Emitted, Expect, Piece, SentFrame, Truth
from xky.protocol import BenchError, Group, Mode, checksum
from xky.protocol.checksum import checked_zone
from xky.protocol.pseudonym import Pseudonyms

from ...bench.reading import Reading, Remark, Said, in_label_table
from ...ends.end import EndEvent
from ..oracle.careless_reader import breaks_off, careless
from ..oracle.replayed import ReplayedFrame
from ..record import ProbeRecord, Record
from .anonymised_board import LEFT_OUT, anonymised_board
from .personal_values import STAMPED, PersonalValues, is_personal

__all__ = ["anonymised_records"]

_DELIMITERS = b"\n\r\x03\x04\x02"
_RUN = re.compile(rb"[0-9]{4,}")
_SHORT_TEXT = 32  # characters; a state, a command; longer ones are payloads
_STATE = re.compile(r"[^0-9]*(?:[0-9]{1,4}[^0-9]+)*[0-9]{0,4}")


def anonymised_records(
    records: Mapping[Mode, Record], board: Board, pseudonyms: Pseudonyms
) -> tuple[dict[Mode, Record], Board]:
    """The records of a run without what is personal, and the board that they then tell.

    Args:
        records: as they were made.
        board: of all of them; what it names may have been sent in either mode.
        pseudonyms: by the key of captures.

    Raises:
        BenchError: an address is still in one.
    """
    anonymisers = {mode: _Anonymiser(record, pseudonyms) for mode, record in records.items()}
    board = anonymised_board(board, [one.in_text for one in anonymisers.values()])
    made = {mode: one.record(board) for mode, one in anonymisers.items()}
    for mode, one in anonymisers.items():
        one.check(made[mode])
    return made, board


class _Anonymiser:
    def __init__(self, record: Record, pseudonyms: Pseudonyms) -> None:
        self._record = record
        self._values = PersonalValues(pseudonyms)
        self._pieces: dict[tuple[int, Mode], Piece] = {}
        self._labels: set[str] = set()
        self._meet()

    def _meet(self) -> None:
        """What is sent that is personal, under which labels; the same few pieces make thousands of frames."""
        met: dict[int, tuple[Piece, Mode]] = {}
        for frame in self._record.truth:
            for piece in frame.pieces:
                if piece.group is None or id(piece) in met:
                    continue
                met[id(piece)] = piece, frame.mode
                self._labels.add(piece.group.label)
                if is_personal(piece.group.label) and piece.fault is None:
                    self._values.add(piece.group.label, piece.group.value)
                if piece.fault is not None or piece.expect is not Expect.MUST:
                    seen = careless(_emitted(piece, piece.group), frame.mode).label
                    self._labels.add(seen)
                    if is_personal(piece.group.label):
                        self._values.add_alias(seen, piece.group.label)
        for piece, mode in met.values():
            if piece.group is not None and piece.fault is None and is_personal(piece.group.label):
                self._keep_space(piece, piece.group, mode)

    def _keep_space(self, piece: Piece, group: Group, mode: Mode) -> None:
        """A space as checksum, which some devices do not take, has to stay one, and no other has to become one."""
        is_one = piece.data[-2:-1] == b" "

        def fits(text: str) -> bool:
            return (self._data(piece.data, group, text, mode, cut=False)[-2:-1] == b" ") == is_one

        self._values.choose(group.label, group.value, fits)

    def in_text(self, text: str) -> str:
        """A text in which nothing stands that was sent and is personal."""
        return self._values.in_text(text)

    def record(self, board: Board) -> Record:
        """The record, of a board without what is personal."""
        record, text = self._record, self.in_text
        truth = Truth()
        for frame in record.truth:
            truth.append(self._frame(frame))
        return replace(
            record,
            board=board,
            truth=truth,
            readings=[self._reading(one) for one in record.readings],
            remarks=[Remark(one.at_s, LEFT_OUT, one.probe) for one in record.remarks],
            ended=None if record.ended is None else text(record.ended),
            last_words="",
            stderr=b"",
            notes=tuple(map(text, record.notes)),
            probes=tuple(
                ProbeRecord(one.spec, one.claims, tuple(map(self._event, one.events))) for one in record.probes
            ),
        )

    def check(self, made: Record) -> None:
        """See that no address is left.

        Raises:
            BenchError: one is.
        """
        texts = [piece.data.decode("latin-1") for piece in self._pieces.values()]
        texts += [
            f"{label} {one.value} {one.timestamp}" for reading in made.readings for label, one in reading.said.items()
        ]
        texts += [f"{event.text} {event.facts}" for event in made.events] + [
            *made.notes,
            made.ended or "",
            made.board.model_dump_json(),
        ]
        if any(address in text for address in self._values.addresses for text in texts):
            raise BenchError("--anonymise: an address would be left in the evidence; nothing was written, report it")

    def _frame(self, frame: SentFrame) -> SentFrame:
        pieces = tuple(self._piece(one, frame.mode) for one in frame.pieces)
        if isinstance(frame, ReplayedFrame):
            return replace(frame, pieces=pieces)
        times = frame.start_s, frame.character_s
        return SentFrame(frame.number, frame.mode, *times, pieces, frame.complete, frame.step)

    def _piece(self, piece: Piece, mode: Mode) -> Piece:
        key = id(piece), mode  # of the very object, which the record keeps
        known = self._pieces.get(key)
        if known is None:
            known = self._pieces[key] = self._anew(piece, mode)
        return known

    def _anew(self, piece: Piece, mode: Mode) -> Piece:
        group = piece.group
        if group is None:
            return replace(piece, data=_RUN.sub(lambda found: self._drawn(found[0], "noise"), piece.data))
        emitted = _emitted(piece, group)
        seen = group if piece.fault is None else careless(emitted, mode)
        own = self._values.label_of(seen.label) or self._values.label_of(group.label)
        if own is None:
            return piece
        meant = Group(group.label, self._values.of(group.label, group.value), group.timestamp)
        stands = self._values.of(own, seen.value)
        return replace(piece, group=meant, data=self._data(piece.data, seen, stands, mode, cut=breaks_off(emitted)))

    def _data(self, data: bytes, seen: Group, stands: str, mode: Mode, *, cut: bool) -> bytes:
        """The characters of a group, damaged or not, with what stands for its value.

        Where a separator was hit, the value is in what is read as label or as horodate.
        """
        label = seen.label.encode("latin-1")
        at = data.find(label)
        if at < 0:
            return self._drawn(data, "noise")
        new, end = data[:at] + self._label(seen.label).encode("latin-1"), at + len(label)
        for text, other in ((seen.timestamp, self._stamp(seen)), (seen.value, stands)):
            value = (text or "").encode("latin-1")
            begin = data.find(value, end)
            if begin < 0:
                return self._drawn(data, "noise")
            new += self._drawn(data[end:begin], "between") + (other or "").encode("latin-1")
            end = begin + len(value)
        new += data[end:]
        head = len(data) - len(data.lstrip(_DELIMITERS))
        last = len(data.rstrip(_DELIMITERS)) - 1  # of its checksum, if it has one
        if cut or last < end or not 0x20 <= data[last] < 0x60:
            return new
        was, now = (checksum(checked_zone(one[head : last + 1], mode)) for one in (data, new))
        fits_by = (data[last] - was) % 64
        return new[:last] + bytes([(now - 0x20 + fits_by) % 64 + 0x20]) + new[last + 1 :]

    def _label(self, label: str) -> str:
        """A label; digits that are none of a label's are those of a value, behind a separator that was hit."""
        is_personal_one = not in_label_table(label) and self._values.label_of(label) is not None
        if not is_personal_one or not _RUN.search(label.encode("latin-1", "replace")):
            return label  # as on the line, where it is nobody's
        return self._drawn(label.encode("latin-1", "replace"), "label").decode("latin-1")

    def _stamp(self, said: Group) -> str | None:
        """A horodate; where a label has none, it is a part of the value."""
        own = self._values.label_of(said.label)
        if said.timestamp is None or own is None or own in STAMPED:
            return said.timestamp
        return self._drawn(said.timestamp.encode("latin-1", "replace"), "stamp").decode("latin-1")

    def _drawn(self, data: bytes, what: str) -> bytes:
        """What is no group, or nobody can read as one: each digit another one, by its place."""
        return bytes(
            ord(self._values.digits(what, place)[code - 0x30]) if 0x30 <= code <= 0x39 else code
            for place, code in enumerate(data)
        )

    def _reading(self, reading: Reading) -> Reading:
        said = {}
        for label, one in reading.said.items():
            if not in_label_table(label) and label not in self._labels:
                said[self.in_text(label)] = Said(LEFT_OUT)
                continue
            stamp = self._stamp(Group(label, "", one.timestamp))
            said[self._label(label)] = replace(one, value=self._values.of_said(label, one), timestamp=stamp)
        return Reading(reading.at_s, said, "", reading.probe, self._values.in_text(reading.source))

    def _event(self, event: EndEvent) -> EndEvent:
        return EndEvent(event.at_s, event.kind, self._values.in_text(event.text), self._facts(event.facts))

    def _facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._fact(name, value) for name, value in facts.items()}

    def _fact(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._facts(value)
        if isinstance(value, list | tuple):
            return [self._fact(name, one) for one in value]
        if not isinstance(value, str):
            return value
        if name == "payload" and (len(value) > _SHORT_TEXT or not _STATE.fullmatch(value)):
            return f"{LEFT_OUT} {hashlib.sha256(self._values.in_text(value).encode()).hexdigest()[:8]}"
        return self._values.in_text(value)


def _emitted(piece: Piece, group: Group) -> Emitted:
    return Emitted(group, piece.data, piece.expect, piece.fault, 0.0, 0.0)
