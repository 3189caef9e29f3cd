# SPDX-License-Identifier: Apache-2.0
"""The memory of a microcontroller, as the image tells it: what is kept without power, what is not, where nothing lies.

Flash is what the image fills and nobody writes; RAM goes from the first variable to the end of the stack. What a
section named ``.eeprom`` or ``.nvm`` holds is kept through a power cut, as its memory would be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from .image import Image

__all__ = ["HEAP_END", "HEAP_START", "PAGE", "STACK_BOTTOM", "STACK_TOP", "Memory", "Region"]

PAGE = 0x1000
STACK_TOP = (
    "_stack_top",
    "__stack_top",
    "_stack",
    "__stack",
    "_estack",
    "__StackTop",
    "_sp",
    "__initial_sp",
    "stack_top",
)
STACK_BOTTOM = (
    "_stack_bottom",
    "__stack_bottom",
    "_stack_limit",
    "__stack_limit",
    "__StackLimit",
    "_sstack",
    "stack_bottom",
)
HEAP_START = ("_heap_start", "__heap_start", "_heap_begin", "_sheap", "heap_start", "_end", "end")
HEAP_END = ("_heap_end", "__heap_end", "_eheap", "__heap_limit", "heap_end")
_KEPT = (".eeprom", ".nvm")
_RAM_MAX = 64 * 1024 * 1024  # bytes from the first variable to the stack's end, or they are no one region
_NEAR = 1024 * 1024  # bytes below a stack: what has a name there is RAM
_ERASED = b"\xff"


@dataclass(frozen=True, slots=True)
class Region:
    """Pages of memory, and what they hold when power comes."""

    address: int
    data: bytes
    writable: bool

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.address + len(self.data)


class Memory:
    """The regions of an image.

    Attributes:
        ram: first and last address of each part that the program may write; there may be room left of its pages.
    """

    def __init__(self, image: Image) -> None:
        self._image = image
        self.stack_top = image.first_address(STACK_TOP)
        self.ram = list(_joined(self._ram()))

    def _ram(self) -> Iterator[tuple[int, int]]:
        written = [(one.address, one.address + one.size) for one in self._image.segments if one.writable]
        yield from written
        top, bottom = self.stack_top, self._image.first_address(STACK_BOTTOM)
        if top is None:
            return
        near = max((end for _, end in written if end <= top), default=None)
        if near is not None and top - near <= _RAM_MAX:
            yield next(start for start, end in written if end == near), top
        elif not any(start < top <= end for start, end in written):  # nothing but a stack, or one below the variables
            names = (one.address for one in self._image.symbols if top - _NEAR <= one.address < top)
            known = [bottom] if bottom is not None and bottom < top else []
            yield min([(top - 1) & -PAGE, *known, *names]), top

    @cached_property
    def regions(self) -> list[Region]:
        """Pages to map."""
        ram = list(_joined((start & -PAGE, -(-end // PAGE) * PAGE) for start, end in self.ram))
        constant = [(one.address, one.address + one.size) for one in self._image.segments if not one.writable]
        loaded = [(one.load, one.load + len(one.data)) for one in self._image.segments if one.data]
        flash: list[tuple[int, int]] = []
        for start, end in _joined((start & -PAGE, -(-end // PAGE) * PAGE) for start, end in (*constant, *loaded)):
            flash += _without(start, end, ram)
        return [
            *(self._filled(*one, writable=True) for one in ram),
            *(self._filled(*one, writable=False) for one in flash),
        ]

    def _filled(self, start: int, end: int, *, writable: bool) -> Region:
        """RAM comes up with anything in it, the same each time; flash that nobody filled is erased."""
        data = bytearray(Random(start).randbytes(end - start) if writable else _ERASED * (end - start))
        for one in self._image.segments:
            for at in {one.load, one.address} if not one.writable else {one.load}:
                piece = one.data[max(start - at, 0) : max(end - at, 0)]
                if piece:
                    data[max(at - start, 0) : max(at - start, 0) + len(piece)] = piece
        for address, size in self.kept:
            if start <= address < end:
                data[address - start : address - start + size] = _ERASED * size
        return Region(start, bytes(data), writable)

    @cached_property
    def kept(self) -> list[tuple[int, int]]:
        """Address and size of what outlives a power cut though the program writes it."""
        return [(one.address, one.size) for one in self._image.sections if one.writable and one.name.startswith(_KEPT)]


def _joined(pieces: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same without what overlaps or touches."""
    under: tuple[int, int] | None = None
    for start, end in sorted(pieces):
        if under is not None and start <= under[1]:
            under = under[0], max(under[1], end)
            continue
        if under is not None:
            yield under
        under = start, end
    if under is not None:
        yield under


def _without(start: int, end: int, others: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """A piece without the pages that others have."""
    for other_start, other_end in others:
        if other_start < end and start < other_end:
            if start < other_start:
                yield start, other_start
            start = max(start, other_end)
    if start < end:
        yield start, end
