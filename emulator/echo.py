# SPDX-License-Identifier: Apache-2.0
"""An echo on a line: what was sent comes back, all of it or in pieces, since a busy machine loses some."""

from bisect import bisect_left

__all__ = ["Echo"]

_KEPT = 1 << 16  # characters; a reader that was kept waiting for a minute of a standard line knows them all
_PIECE = 8  # characters in a row; fewer are alike by chance


class Echo:
    """The end of what was sent, to know it again."""

    def __init__(self) -> None:
        self._sent = bytearray()

    def send(self, data: bytes | bytearray) -> None:
        """These characters were sent."""
        self._sent += data
        del self._sent[:-_KEPT]

    @property
    def sent(self) -> bytes:
        """The end of what was sent, as it was."""
        return bytes(self._sent)

    def left_of(self, data: bytes) -> bytes:
        """What of these characters nobody sent: those in no piece of what was."""
        left, sent = bytearray(), self._sent
        while data:
            if sent.find(data[:_PIECE]) < 0:
                left += data[:1]
                data = data[1:]
                continue
            lengths = range(1, len(data) + 1)
            data = data[bisect_left(lengths, True, key=lambda length: sent.find(data[:length]) < 0) :]
        return bytes(left)
