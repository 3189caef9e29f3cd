# SPDX-License-Identifier: Apache-2.0
"""What must be known of RV32IMAC's instructions without running them: lengths, jumps, registers of the machine.

Bits as in The RISC-V Instruction Set Manual, volume I (2019-12-13), chapters 16 and 24.
"""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["CYCLE_COUNTERS", "TIME", "Instruction", "csr_of", "destination_of", "instructions"]

_BRANCH, _JALR, _JAL, _SYSTEM = 0x63, 0x67, 0x6F, 0x73
_FLOATING = (0x07, 0x27, 0x43, 0x47, 0x4B, 0x4F, 0x53)
# Where the bits of an offset stand: from which one, how many, to which one (tables 16.5 and 16.7).
_JUMP_BITS = ((3, 3, 1), (11, 1, 4), (2, 1, 5), (7, 1, 6), (6, 1, 7), (9, 2, 8), (8, 1, 10), (12, 1, 11))
_BRANCH_BITS = ((3, 2, 1), (10, 2, 3), (2, 1, 5), (5, 2, 6), (12, 1, 8))
TIME = (0xC01, 0xC81)  # time, timeh
CYCLE_COUNTERS = (0xC00, 0xC02, 0xC80, 0xC82, 0xB00, 0xB02, 0xB80, 0xB82)  # cycle, instret, their halves, the machine's


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        address: where it lies.
        size: 2 or 4 bytes.
        word: its bits.
        target: where it may jump to, if that stands in it.
        ends: whether what follows begins a new basic block.
        csr: the register of the machine that it touches.
        floating: whether it needs a floating-point unit.
    """

    address: int
    size: int
    word: int
    target: int | None = None
    ends: bool = False
    csr: int | None = None
    floating: bool = False


def instructions(data: bytes, address: int) -> Iterator[Instruction]:
    """Those of a piece of code, one behind the other."""
    at = 0
    while at + 2 <= len(data):
        half = int.from_bytes(data[at : at + 2], "little")
        if half & 3 != 3:
            yield _compressed(half, address + at)
            at += 2
            continue
        if at + 4 > len(data):
            return
        yield _whole(int.from_bytes(data[at : at + 4], "little"), address + at)
        at += 4


def csr_of(word: int) -> int | None:
    """The register that an instruction of the machine's registers (Zicsr) touches; None for any other."""
    return word >> 20 if word & 0x7F == _SYSTEM and word >> 12 & 3 else None


def destination_of(word: int) -> int:
    """Number of the register that an instruction writes."""
    return word >> 7 & 31


def _whole(word: int, address: int) -> Instruction:
    kind = word & 0x7F
    if kind == _BRANCH:
        offset = (word >> 8 & 15) << 1 | (word >> 25 & 63) << 5 | (word >> 7 & 1) << 11 | (word >> 31) << 12
        return Instruction(address, 4, word, _moved(address, offset, 13), True)
    if kind == _JAL:
        offset = (word >> 21 & 0x3FF) << 1 | (word >> 20 & 1) << 11 | (word >> 12 & 0xFF) << 12 | (word >> 31) << 20
        return Instruction(address, 4, word, _moved(address, offset, 21), True)
    if kind == _JALR:
        return Instruction(address, 4, word, None, True)
    if kind == _SYSTEM:
        csr = csr_of(word)
        return Instruction(address, 4, word, None, csr is None, csr)
    return Instruction(address, 4, word, floating=kind in _FLOATING)


def _compressed(half: int, address: int) -> Instruction:
    quadrant, function = half & 3, half >> 13
    if quadrant == 1 and function in (1, 5):  # c.jal, c.j
        return Instruction(address, 2, half, _moved(address, _scattered(half, _JUMP_BITS), 12), True)
    if quadrant == 1 and function in (6, 7):  # c.beqz, c.bnez
        return Instruction(address, 2, half, _moved(address, _scattered(half, _BRANCH_BITS), 9), True)
    jumps = quadrant == 2 and function == 4 and not half >> 2 & 31  # c.jr, c.jalr, c.ebreak
    floating = (quadrant, function) in ((0, 1), (0, 3), (0, 5), (0, 7), (2, 1), (2, 3), (2, 5), (2, 7))
    return Instruction(address, 2, half, None, jumps, None, floating)


def _scattered(half: int, bits: tuple[tuple[int, int, int], ...]) -> int:
    """A number whose bits stand here and there."""
    return sum((half >> low & (1 << count) - 1) << to for low, count, to in bits)


def _moved(address: int, offset: int, bits: int) -> int:
    return (address + offset - (offset >> bits - 1 << bits)) & 0xFFFF_FFFF
