# SPDX-License-Identifier: Apache-2.0
"""Where nobody's data lies, so that whoever writes there has left his own: padding, and what borders heap and stack.

Between two variables that is so where the linker aligned the second one (``SUBALIGN(64)`` in the linker script). A
program may read a few bytes behind a text, a word at a time; it writes none.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from .image import Image
from .memory import HEAP_END, HEAP_START, PAGE, STACK_BOTTOM, Memory

__all__ = ["RedZone", "red_zones"]

_PADDING_MIN = 4  # bytes; fewer may be the end of an object that its symbol does not count
_MOST = 64  # between variables: each one costs at each access of the program
_GUARD = 256  # bytes below a stack: a function with more of its own may step over them
_BORDER = 32  # bytes behind the last variable, where a heap would begin if there is one


@dataclass(frozen=True, slots=True)
class RedZone:
    """Addresses from ``start`` up to ``end``, and what lies there, such as ``behind group``."""

    start: int
    end: int
    name: str
    reads_too: bool = False


def red_zones(image: Image, memory: Memory) -> list[RedZone]:
    """Those of an image."""
    between = sorted(_padding(image), key=lambda one: one.start - one.end)[:_MOST]
    return [*between, *_around_heap_and_stack(image, memory), *_rest_of_pages(memory)]


def _padding(image: Image) -> Iterator[RedZone]:
    """Room behind a variable that is there only since the next one is aligned."""
    named = [one.address for one in image.symbols]
    for section in image.sections:
        if not section.writable or section.alignment <= _PADDING_MIN:
            continue
        inside = [one for one in image.variables if section.address <= one.address < section.end]
        end, last = section.address, None
        for one in inside:
            free = one.address - end
            is_aligned = _PADDING_MIN <= free < section.alignment and one.address % section.alignment == 0
            if last and is_aligned and bisect_left(named, end) == bisect_left(named, one.address):
                yield RedZone(end, one.address, f"behind {last}")
            if one.address + one.size > end:
                end, last = one.address + one.size, one.name


def _around_heap_and_stack(image: Image, memory: Memory) -> Iterator[RedZone]:
    """What a stack runs into that is too small, and a heap; a heap that nobody named may lie below either."""
    heap, heap_end = image.first_address(HEAP_START), image.first_address(HEAP_END)
    top, bottom = memory.stack_top, image.first_address(STACK_BOTTOM)
    if top is None:
        return
    begin = next((start for start, end in memory.ram if start < top <= end), top)
    variables = max((one.end for one in image.sections if one.writable and begin < one.end <= top), default=begin)
    floor = heap_end if heap_end is not None and variables <= heap_end < top else variables
    if bottom is not None and floor < bottom < top:
        yield RedZone(max(floor, bottom - _GUARD), bottom, "below the stack")
    elif bottom is None and heap_end is not None and floor == heap_end and top - floor > 2 * _GUARD:
        yield RedZone(floor, floor + _GUARD, "between heap and stack")
    elif bottom is None and heap is None and top - floor > 2 * _GUARD:
        yield RedZone(-(-floor // 8) * 8, floor + _BORDER, "between the last variable and the stack")


def _rest_of_pages(memory: Memory) -> Iterator[RedZone]:
    """What is mapped since memory is mapped by the page, and is not there."""
    if memory.stack_top is None:
        return  # nobody told where RAM ends
    for _, end in memory.ram:
        if end == memory.stack_top and end % PAGE:
            yield RedZone(end, -(-end // PAGE) * PAGE, "behind the end of RAM", reads_too=True)
