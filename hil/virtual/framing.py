# SPDX-License-Identifier: Apache-2.0
"""Where a message ends: at a line feed that stands in no block (IEEE 488.2 §7.5)."""

from dataclasses import dataclass

__all__ = ["Message", "next_message"]

LONGEST_LINE = 1 << 16
_LONGEST_BLOCK = 1 << 26


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        text: of it, without its end and its block.
        block: the data in it; empty where there is none.
    """

    text: str
    block: bytes = b""


def next_message(heard: bytearray) -> Message | None:
    """Take the first message from what was heard; None while it is not whole.

    A line without an end is cut where no line is so long: nobody fills the memory of a bench.
    """
    end = heard.find(b"\n")
    mark = heard.find(b"#", 0, end if end >= 0 else len(heard))
    if mark >= 0 and heard[mark + 1 : mark + 2].isdigit() and heard[mark + 1 : mark + 2] != b"0":
        digits = heard[mark + 1] - ord("0")
        data = mark + 2 + digits
        length = bytes(heard[mark + 2 : data])
        if len(length) < digits:
            return None
        if length.isdigit() and int(length) <= _LONGEST_BLOCK:
            return _with_block(heard, mark, data, data + int(length))
    elif mark >= 0 and mark + 1 == len(heard):
        return None
    if end < 0:
        if len(heard) > LONGEST_LINE:
            heard.clear()
        return None
    text = bytes(heard[:end])
    del heard[: end + 1]
    return Message(text.decode("latin-1").strip())


def _with_block(heard: bytearray, mark: int, begin: int, end: int) -> Message | None:
    line_end = heard.find(b"\n", end)
    if len(heard) <= end or line_end < 0:
        return None
    message = Message(bytes(heard[:mark]).decode("latin-1").strip(), bytes(heard[begin:end]))
    del heard[: line_end + 1]
    return message
