# SPDX-License-Identifier: Apache-2.0
"""Unicorn, with what it does not do: exact places, one account of what ended a run, and its state put back in no time.

What was met of version 2.1.4, and shapes this: each run has a bound on its instructions, since the program counter is
exact then; a run that is stopped in a peripheral's register makes that access again; traps are never delivered, and
their program counter stands four bytes behind; a block that is translated is run, past an address too at which a later
run was told to end.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from unicorn import Uc, UcError
from unicorn import riscv_const as riscv
from unicorn import unicorn_const as unicorn

from xky.protocol import BenchError

from .code import Code
from .filled import filled
from .image import Image, Symbol
from .memory import PAGE, Memory
from .red_zones import RedZone
from .watchdog import Watchdog

__all__ = ["Access", "Engine", "Outcome", "Trap"]

_REGISTERS = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
    "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
_NUMBERS = [riscv.UC_RISCV_REG_X0 + number for number in range(32)]
_BEHIND_TRAP = 4  # bytes that the program counter stands behind what trapped, whatever its length
_BREAKPOINT = 3  # of mcause (volume II table 3.6)
_READS = (unicorn.UC_MEM_READ, unicorn.UC_MEM_READ_UNMAPPED, unicorn.UC_MEM_READ_PROT)
_FETCHES = (unicorn.UC_MEM_FETCH_UNMAPPED, unicorn.UC_MEM_FETCH_PROT)
_WATCHDOG = Watchdog()
_NOWHERE = 0xFFFF_FFFE  # address at which a run would end; no image has code there, and each run is bounded


class Outcome(Enum):
    """Why a run ended."""

    BOUND = "it ran as many instructions as it may"
    STOPPED = "a peripheral stopped it"
    TRAP = "an instruction trapped"
    ACCESS = "it reached where nothing is"


class Trap(NamedTuple):
    """What trapped: mcause, and the address of the instruction."""

    cause: int
    address: int


class Access(NamedTuple):
    """An access to what is not there: from where, where to, how much; the zone, or None where nothing is mapped."""

    instruction: int
    address: int
    size: int
    what: str
    zone: RedZone | None
    value: int = 0


class Engine:
    """A processor, its memory, and the pages of its peripherals.

    Args:
        image: what runs.
        memory: of it.
        code: of it.
        zones: red zones.
        pages: addresses of the pages of peripherals.

    Attributes:
        touches: loads from peripherals and stores there.
        trap: what trapped, of the last run.
        access: what it reached, of the last run.
        covered: addresses of the basic blocks that it has run, if it counts them.
    """

    def __init__(
        self, image: Image, memory: Memory, code: Code, zones: Sequence[RedZone], pages: Sequence[int]
    ) -> None:
        self._image, self._memory, self._code = image, memory, code
        self._regions = memory.regions
        self.load_of: Callable[[int], Callable[[int], int]] = _nothing_there
        self.store_of: Callable[[int], Callable[[int, int], None]] = _nothing_kept
        self._loads: dict[int, Callable[[int], int]] = {}
        self._stores: dict[int, Callable[[int, int], None]] = {}
        self.touches = 0
        self.trap: Trap | None = None
        self.access: Access | None = None
        self.watches = False
        """Whether red zones are looked at: the start of a program may clear them with all the rest."""
        self.covered: set[int] = set()
        self._clear: set[Symbol | None] = set()
        """Functions that clear memory at a start, padding and all: they may do so again."""
        self._covering = 0
        self._stops = False
        self._key = id(self)
        self._counting = 0
        self._left = 0
        try:
            self._machine = Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32)
        except UcError as error:
            raise BenchError(f"iss: Unicorn cannot be started ({error})") from None
        self._map(pages)
        self._main = image.addresses.get("main")
        self._hook(zones)
        self._fresh = self._machine.context_save()

    def _map(self, pages: Sequence[int]) -> None:
        machine = self._machine
        try:
            for one in self._regions:
                rights = unicorn.UC_PROT_ALL if one.writable else unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
                machine.mem_map(one.address, len(one.data), rights)
                machine.mem_write(one.address, self._served(one.address, one.data))
            for page in pages:
                machine.mmio_map(page, PAGE, self._load, page, self._store, page)
        except UcError as error:
            raise BenchError(f"{self._image.name}: its memory cannot be mapped ({error})") from None

    def _load(self, _: Uc, offset: int, size: int, page: int) -> int:
        self.touches += 1
        address = page + offset
        load = self._loads.get(address)
        if load is None:
            load = self._loads[address] = self.load_of(address)
        return load(size)

    def _store(self, _: Uc, offset: int, size: int, value: int, page: int) -> None:
        self.touches += 1
        if self._main is None:
            self.watches = True  # as far as anybody can know, the start is over
        address = page + offset
        store = self._stores.get(address)
        if store is None:
            store = self._stores[address] = self.store_of(address)
        store(size, value)

    def connect(
        self, load_of: Callable[[int], Callable[[int], int]], store_of: Callable[[int], Callable[[int, int], None]]
    ) -> None:
        """Connect its peripherals: what loads and stores call, by address; each is asked for once."""
        self.load_of, self.store_of = load_of, store_of
        self._loads.clear()
        self._stores.clear()

    def _served(self, address: int, data: bytes) -> bytes:
        """Code in which each look at a counter of cycles traps: the engine would show the host's own."""
        changed = bytearray(data)
        for one in self._code.counters.values():
            at = one.address - address
            if 0 <= at <= len(data) - 4:
                changed[at : at + 4] = (one.word & 0xFFFFF | 0xC01 << 20).to_bytes(4, "little")
        return bytes(changed)

    def _hook(self, zones: Sequence[RedZone]) -> None:
        machine = self._machine
        machine.hook_add(unicorn.UC_HOOK_INTR, self._trapped)
        machine.hook_add(unicorn.UC_HOOK_MEM_INVALID, self._missed)
        for zone in zones:
            kinds = unicorn.UC_HOOK_MEM_WRITE | (unicorn.UC_HOOK_MEM_READ if zone.reads_too else 0)
            machine.hook_add(kinds, self._hit, zone, zone.start, zone.end - 1)
        if self._main is not None:
            machine.hook_add(unicorn.UC_HOOK_CODE, self._started, None, self._main, self._main)

    def _started(self, *_: object) -> None:
        """The start, which may clear all memory, is over."""
        self.watches = True

    def _trapped(self, machine: Uc, cause: int, _: object) -> None:
        self.trap = Trap(cause, machine.reg_read(riscv.UC_RISCV_REG_PC) - _BEHIND_TRAP & 0xFFFF_FFFF)
        machine.emu_stop()

    def _missed(self, machine: Uc, kind: int, address: int, size: int, value: int, _: object) -> bool:
        what = "read" if kind in _READS else "fetch" if kind in _FETCHES else "write"
        self.access = Access(machine.reg_read(riscv.UC_RISCV_REG_PC), address, size, what, None, value)
        return False

    def _hit(self, machine: Uc, kind: int, address: int, size: int, value: int, zone: Any) -> None:
        function = self._image.function_at(machine.reg_read(riscv.UC_RISCV_REG_PC))
        if not self.watches:
            self._clear.add(function)
            return
        if self.access is not None or function in self._clear:
            return
        what = "read" if kind in _READS else "write"
        self.access = Access(machine.reg_read(riscv.UC_RISCV_REG_PC), address, size, what, zone, value)
        machine.emu_stop()

    def cover(self) -> None:
        """From the next start on, keep which basic blocks are run."""
        if not self._covering:
            self._covering = self._machine.hook_add(unicorn.UC_HOOK_EDGE_GENERATED, self._translated)

    def leave_uncovered(self) -> None:
        """No longer."""
        if self._covering:
            self._machine.hook_del(self._covering)
            self._covering = 0

    def _translated(self, _: Uc, block: Any, __: Any, ___: object) -> None:
        self.covered.update(self._code.blocks_in(block.pc, max(block.size, 1)))

    def part(self) -> None:
        """Its owner leaves it: nothing of his is kept."""
        self.connect(_nothing_there, _nothing_kept)
        self.covered = set()
        self.leave_uncovered()
        self.count_no_more()

    def power_up(self, *, kept: Sequence[tuple[int, bytes]] = ()) -> None:
        """The reset vector, RAM as it comes up, and what was kept of the life before."""
        machine = self._machine
        machine.context_restore(self._fresh)
        for one in self._regions:
            if one.writable:
                machine.mem_write(one.address, self._served(one.address, one.data))
        for address, data in kept:
            machine.mem_write(address, data)
        machine.reg_write(riscv.UC_RISCV_REG_PC, self._image.entry)
        self.trap = self.access = None
        self.watches = False
        if self._covering:
            machine.ctl_flush_tb()  # what is translated anew is seen

    def filled(self) -> Mapping[str, int]:
        """How far it filled its variables and its stack in this life, in bytes."""
        return filled(self._image, self._memory, self.memory_at)

    def kept(self) -> list[tuple[int, bytes]]:
        """What outlives a power cut, as it is now."""
        return [(address, bytes(self._machine.mem_read(address, size))) for address, size in self._memory.kept]

    def run(self, most: int) -> Outcome:
        """Run as many instructions at the most.

        Raises:
            BenchError: the engine did not come back in time, or failed in a way of its own.
        """
        machine, began = self._machine, self.pc
        self.trap = self.access = None
        self._stops = False
        _WATCHDOG.begins(self._key, machine.emu_stop)
        error = 0
        try:
            machine.emu_start(began, _NOWHERE, count=most)
        except UcError as failed:
            error = failed.errno
        finally:
            late = _WATCHDOG.ended(self._key)
        if late:
            raise BenchError(
                f"iss: the engine did not come back in time from {self._image.place(began)}; leave that code out of "
                "the image for the bench"
            )
        if self.access is not None:
            return Outcome.ACCESS
        if error == unicorn.UC_ERR_INSN_INVALID:
            self.trap = Trap(_BREAKPOINT, self.pc)
        elif error:
            raise BenchError(f"iss: the engine failed at {self._image.place(self.pc)} ({UcError(error)})")
        if self.trap is not None:
            return Outcome.TRAP
        return Outcome.STOPPED if self._stops else Outcome.BOUND

    def stop(self) -> None:
        """End the run at the access under way, which is made again when it goes on."""
        self._stops = True
        self._machine.emu_stop()

    def count(self, most: int) -> Callable[[], int]:
        """Run no more than so many instructions from now on, counted one by one: slow, for power cuts.

        Returns:
            What tells how many are left.
        """
        self.count_no_more()
        self._left = most
        self._counting = self._machine.hook_add(unicorn.UC_HOOK_CODE, self._counted)
        self._machine.ctl_flush_tb()  # what is translated calls the hooks of its time
        return lambda: self._left

    def count_no_more(self) -> None:
        """As fast as before."""
        if self._counting:
            self._machine.hook_del(self._counting)
            self._machine.ctl_flush_tb()
            self._counting = 0

    def _counted(self, machine: Uc, address: int, size: int, _: object) -> None:
        if self._left <= 0:
            self.stop()
            return
        self._left -= 1

    @property
    def pc(self) -> int:
        """Where it goes on."""
        return int(self._machine.reg_read(riscv.UC_RISCV_REG_PC))

    @pc.setter
    def pc(self, address: int) -> None:
        self._machine.reg_write(riscv.UC_RISCV_REG_PC, address)

    def read(self, register: int) -> int:
        """A register by Unicorn's number."""
        return int(self._machine.reg_read(register))

    def write(self, register: int, value: int) -> None:
        """The same, written."""
        self._machine.reg_write(register, value)

    def write_integer(self, number: int, value: int) -> None:
        """Write x1 to x31; x0 stays zero."""
        if number:
            self._machine.reg_write(_NUMBERS[number], value & 0xFFFF_FFFF)

    def memory_at(self, address: int, size: int) -> bytes:
        """What lies there; empty where nothing does."""
        try:
            return bytes(self._machine.mem_read(address, size))
        except UcError:
            return b""

    def registers(self) -> str:
        """All of them, four a line."""
        values = [
            f"{name:>4} {self._machine.reg_read(number):08x}" for name, number in zip(_REGISTERS, _NUMBERS, strict=True)
        ]
        values[0] = f"  pc {self.pc:08x}"
        return "\n".join(" ".join(values[at : at + 4]) for at in range(0, 32, 4)) + "\n"


def _nothing_there(_address: int) -> Callable[[int], int]:
    return lambda size: 0


def _nothing_kept(_address: int) -> Callable[[int, int], None]:
    return lambda size, value: None
