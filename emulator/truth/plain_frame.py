# SPDX-License-Identifier: Apache-2.0
"""A frame that went out as the meter meant it: who only listens never asks for its pieces."""

from collections.abc import Sequence
from functools import cached_property, reduce
from itertools import accumulate, compress, count, pairwise
from operator import add, is_not
from threading import Lock

from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import CR, ETX, STX

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

    def of(self, groups: Sequence[Group], mode: Mode, data: bytes | None = None) -> list[Piece]:
        """STX, the groups, ETX.

        Args:
            groups: of a frame, in order.
            mode: in which they are sent.
            data: STX to ETX of them, where that is known.
        """
        with self._one_at_a_time:
            if mode is not self._mode or len(groups) != len(self._groups):
                parts = [encode_group(group, mode) for group in groups] if data is None else _parts(data)
                self._pieces = [Piece(part, group, Expect.MUST) for part, group in zip(parts, groups, strict=True)]
            else:
                for place in compress(count(), map(is_not, groups, self._groups)):
                    group = groups[place]
                    self._pieces[place] = Piece(encode_group(group, mode), group, Expect.MUST)
            self._mode, self._groups = mode, groups
            return [_STX_PIECE, *self._pieces, _ETX_PIECE]


def _parts(data: bytes) -> list[bytes]:
    """LF to CR of each group of a frame as it is meant."""
    return [part + CR for part in data[len(STX) : -len(ETX)].split(CR)[:-1]]


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

    __slots__ = ("_made_by", "data", "mode", "number", "said", "start_s", "step")  # the rest is made when asked for
    data: bytes
    """STX to ETX."""
    said: Sequence[Group]
    """What the meter meant: the groups in order."""
    _made_by: GroupPieces
    complete = True

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
        _set_number(self, number)  # frozen, as every frame
        _set_mode(self, mode)
        _set_start_s(self, start_s)
        _set_said(self, groups)
        _set_data(self, data)
        _set_step(self, step)
        _set_made_by(self, made_by)

    @property
    def character_s(self) -> float:
        """Duration of a character."""
        return self.mode.character_s

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """STX, the groups, ETX."""
        return tuple(self._made_by.of(self.said, self.mode, self.data))

    @cached_property
    def end_s(self) -> float:
        """End of the last stop bit; as the spans are reckoned, to the last bit, though without the pieces."""
        character_s = self.character_s
        parts = (STX, *_parts(self.data), ETX)
        return reduce(add, [len(part) * character_s for part in parts], self.start_s)

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


_set_number, _set_mode, _set_start_s, _set_said, _set_data, _set_step, _set_made_by = (
    vars(PlainFrame)[name].__set__ for name in ("number", "mode", "start_s", "said", "data", "step", "_made_by")
)


def _said(frame: SentFrame) -> tuple[object, ...]:
    return frame.number, frame.mode, frame.start_s, frame.character_s, frame.pieces, frame.complete, frame.step
