# SPDX-License-Identifier: Apache-2.0
"""The code of an image, looked at before it runs: its basic blocks, and what in it cannot be served.

What is looked at is functions, as the symbols tell them; where an executable section has none, all of it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from xky.protocol import InputError

from .image import Image
from .instructions import CYCLE_COUNTERS, TIME, Instruction, instructions

__all__ = ["Code", "code_of"]

_REGISTERS = {  # of the machine, by number (volume II, 2021-12-03, table 2.5)
    0x300, 0x301, 0x304, 0x305, 0x306, 0x310, 0x320, 0x340, 0x341, 0x342, 0x343, 0x344,  # traps
    0xF11, 0xF12, 0xF13, 0xF14,  # who it is
    *range(0x3A0, 0x3A4), *range(0x3B0, 0x3C0),  # protection of memory
    *TIME, *CYCLE_COUNTERS,
}  # fmt: skip
_NAMES = {0x001: "fflags", 0x002: "frm", 0x003: "fcsr", 0x180: "satp", 0x7C0: "the processor's own", 0x302: "medeleg",
          0x303: "mideleg", 0x7A0: "tselect", 0x105: "stvec", 0x100: "sstatus"}  # fmt: skip


class Code:
    """What an image runs.

    Attributes:
        blocks: the first address of each basic block, in order.
        counters: each instruction that reads the clock or a counter of cycles, by address.

    Raises:
        InputError: it needs what this machine does not have.
    """

    def __init__(self, image: Image) -> None:
        starts: set[int] = set()
        counters: dict[int, Instruction] = {}
        for first, last in _pieces(image):
            inside = {first}
            for one in instructions(image.bytes_at(first, last - first), first):
                _check(image, one)
                if one.csr in CYCLE_COUNTERS or one.csr in TIME:
                    counters[one.address] = one
                if one.target is not None:
                    inside.add(one.target)
                if one.ends and one.address + one.size < last:
                    inside.add(one.address + one.size)
            starts |= inside
        self.blocks: Sequence[int] = sorted(starts)
        self.counters = counters

    def blocks_in(self, address: int, size: int) -> Sequence[int]:
        """Those that begin in a straight piece of code."""
        return self.blocks[bisect_left(self.blocks, address) : bisect_left(self.blocks, address + size)]


@lru_cache(maxsize=64)
def code_of(image: Image) -> Code:
    """The code of an image, looked at once."""
    return Code(image)


def _pieces(image: Image) -> Iterator[tuple[int, int]]:
    """First and last address of each piece of code."""
    for section in image.sections:
        if not section.executable:
            continue
        functions = [one for one in image.functions if section.address <= one.address < section.end]
        if not functions:
            yield section.address, section.end
        ends = sorted({one.address for one in image.symbols if one.address > section.address} | {section.end})
        for one in functions:
            following = ends[bisect_left(ends, one.address + 1)] if one.address + 1 <= ends[-1] else section.end
            yield one.address, one.address + one.size if one.size else min(following, section.end)


def _check(image: Image, one: Instruction) -> None:
    if one.floating:
        raise InputError(
            f"{image.name}: {image.place(one.address)} needs a floating-point unit, which RV32IMAC has not; "
            "build with -march=rv32imac_zicsr -mabi=ilp32"
        )
    if one.csr is not None and one.csr not in _REGISTERS:
        known = f" ({_NAMES[one.csr]})" if one.csr in _NAMES else ""
        raise InputError(
            f"{image.name}: {image.place(one.address)} uses register 0x{one.csr:03x}{known} of the processor, which "
            "iss: cannot serve; leave that code out of the image for the bench"
        )
