# SPDX-License-Identifier: Apache-2.0
"""How far a program filled its variables and its stack, told by what lies there afterwards: nothing slows it down.

It is what debuggers call a watermark. A story that filled a buffer further than any before is on the way to its end.
"""

from collections.abc import Callable, Mapping

from .image import Image
from .memory import STACK_BOTTOM, Memory

__all__ = ["STACK", "filled"]

STACK = "the stack"
_LEAST = 8  # bytes; less is a number or a flag, which nothing is filled into


def filled(image: Image, memory: Memory, read: Callable[[int, int], bytes]) -> Mapping[str, int]:
    """Bytes up to the last that is not zero, of each variable that the program may write; and how deep its stack was.

    Args:
        image: what ran.
        memory: of it.
        read: bytes by address and number; none where nothing lies.
    """
    marks = {
        one.name: len(read(one.address, one.size).rstrip(b"\0"))
        for one in image.variables
        if one.size >= _LEAST and any(start <= one.address < end for start, end in memory.ram)
    }
    if (depth := _depth(image, memory, read)) is not None:
        marks[STACK] = depth
    return marks


def _depth(image: Image, memory: Memory, read: Callable[[int, int], bytes]) -> int | None:
    """Bytes from the stack's top down to the last that is not as it was when power came; None: nobody told its ends."""
    top, bottom = memory.stack_top, image.first_address(STACK_BOTTOM)
    region = next((one for one in memory.regions if top is not None and one.address < top <= one.end), None)
    if top is None or bottom is None or region is None or not region.address <= bottom < top:
        return None
    now, before = read(bottom, top - bottom), region.data[bottom - region.address : top - region.address]
    untouched = next((at for at, (one, other) in enumerate(zip(now, before, strict=False)) if one != other), len(now))
    return top - bottom - untouched
