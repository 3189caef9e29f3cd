# SPDX-License-Identifier: Apache-2.0
"""A frame that went out as the meter meant it: who only listens never asks for its pieces."""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, compress, count, pairwise
from operator import is_not
from threading import Lock

from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import ETX, STX

from .journal import SentFrame
from .piece import Expect, Piece

__all__ = ["GroupPieces", "PlainFrame"]

_STX_PIECE, _ETX_PIECE = Piece(STX), Piece(ETX)


class GroupPieces:
    """Groups as pieces: most groups of a frame are the very objects of the frame before, and so are their pieces.

    Any thread may ask: one keeps frames on disk while another sends the next ones.
    """

    def __init__(self) -> None:
        self._one_at_a_time = Lock()
        self._mode: Mode | None = None
        self._groups: Sequence[Group] = ()
        self._pieces: list[Piece] = []

    def of(self, groups: Sequence[Group], mode: Mode) -> list[Piece]:
        """STX, the groups, ETX.

        Args:
            groups: of a frame, in order.
            mode: in which they are sent.
        """
        with self._one_at_a_time:
            if mode is not self._mode or len(groups) != len(self._groups):
                self._pieces = [_piece(group, mode) for group in groups]
            else:
                for place in compress(count(), map(is_not, groups, self._groups)):
                    self._pieces[place] = _piece(groups[place], mode)
            self._mode, self._groups = mode, groups
            return [_STX_PIECE, *self._pieces, _ETX_PIECE]


def _piece(group: Group, mode: Mode) -> Piece:
    return Piece(encode_group(group, mode), group, Expect.MUST)


class PlainFrame(SentFrame):
    """A whole frame without a fault; its pieces are made when somebody looks.

    Args:
        number: place in the journal.
        mode: in which it was sent.
        start_s: first start bit, bench's clock.
        groups: in order.
        data: STX to ETX.
        step: what the bench was about.
        made_by: the maker of pieces of this line.
    """

    def __init__(
        self,
        number: int,
        mode: Mode,
        start_s: float,
        groups: Sequence[Group],
        data: bytes,
        step: str,
        made_by: GroupPieces,
    ) -> None:
        vars(self).update(  # frozen, as every frame; twice as fast as its setters
            number=number, mode=mode, start_s=start_s, character_s=mode.character_s, complete=True, step=step,
            _groups=groups, _data=data, _made_by=made_by,
        )  # fmt: skip

    @property
    def said(self) -> Sequence[Group]:
        """What the meter meant: the groups in order."""
        groups: Sequence[Group] = vars(self)["_groups"]
        return groups

    @property
    def data(self) -> bytes:
        """STX to ETX."""
        data: bytes = vars(self)["_data"]
        return data

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """STX, the groups, ETX."""
        mine = vars(self)
        made_by: GroupPieces = mine["_made_by"]
        return tuple(made_by.of(mine["_groups"], self.mode))

    @cached_property
    def end_s(self) -> float:
        """End of the last stop bit."""
        now_s, character_s = self.start_s, self.character_s
        for piece in self.pieces:  # as the spans are reckoned, to the last bit
            now_s += len(piece.data) * character_s
        return now_s

    @cached_property
    def _spans(self) -> list[tuple[float, float]]:
        """As ``spans_of`` gives them where nothing stands between the pieces."""
        character_s = self.character_s
        return [*pairwise(accumulate([len(piece.data) * character_s for piece in self.pieces], initial=self.start_s))]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SentFrame):
            return NotImplemented
        return _said(self) == _said(other)

    def __hash__(self) -> int:
        return hash(_said(self))


def _said(frame: SentFrame) -> tuple[object, ...]:
    return frame.number, frame.mode, frame.start_s, frame.character_s, frame.pieces, frame.complete, frame.step
