# SPDX-License-Identifier: Apache-2.0
"""Traps as the hardware takes them (volume II §3.1): mepc, mcause, mtval, mstatus, and on at mtvec."""

from unicorn import riscv_const as riscv

from .engine import Engine
from .instructions import Instruction, destination_of

__all__ = [
    "BY_URGENCY", "ECALL", "ECALL_FROM_MACHINE", "ILLEGAL", "INTERRUPT", "MIE", "NAMES", "deliver", "destination",
]  # fmt: skip

INTERRUPT = 1 << 31  # of mcause
MIE, _MPIE, _MPP = 1 << 3, 1 << 7, 3 << 11  # of mstatus
BY_URGENCY = (11, 3, 7)  # external, software, timer (volume II §3.1.9)
ILLEGAL, ECALL, ECALL_FROM_MACHINE = 2, 8, 11
NAMES = {
    0: "misaligned jump", 1: "fetch from where nothing is", 2: "illegal instruction", 3: "breakpoint",
    4: "misaligned load", 5: "load from where nothing is", 6: "misaligned store", 7: "store to where nothing is",
    11: "environment call",
}  # fmt: skip


def deliver(engine: Engine, cause: int, address: int, value: int = 0) -> None:
    """Enter the handler: vectored for interrupts, where mtvec asks for it."""
    status, vector = engine.read(riscv.UC_RISCV_REG_MSTATUS), engine.read(riscv.UC_RISCV_REG_MTVEC)
    engine.write(riscv.UC_RISCV_REG_MEPC, address)
    engine.write(riscv.UC_RISCV_REG_MCAUSE, cause)
    engine.write(riscv.UC_RISCV_REG_MTVAL, value)
    enabled = _MPIE if status & MIE else 0
    engine.write(riscv.UC_RISCV_REG_MSTATUS, status & ~(MIE | _MPIE) | enabled | _MPP)
    offset = 4 * (cause & 31) if vector & 1 and cause & INTERRUPT else 0
    engine.pc = (vector & ~3) + offset


def destination(counter: Instruction) -> int:
    """Number of the register that a look at a counter writes."""
    return destination_of(counter.word)
