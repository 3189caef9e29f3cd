# SPDX-License-Identifier: Apache-2.0
"""A firmware image: what an ELF file puts where, and what it calls it.

It is parsed once; who opens the same file again gets the same image. What cannot be run is refused here, by name.
"""

import io
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from xky.protocol import InputError

__all__ = ["Image", "Section", "Segment", "Symbol", "image_of"]

_HALF_WORDS, _FLOATS = 0x0001, 0x0006  # of e_flags: RVC; single and double float ABI (RISC-V psABI)
_SIZE_MAX = 64 * 1024 * 1024  # bytes of a file; a microcontroller has less


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes that lie at ``load`` in the image, and the room at ``address`` that the program sees."""

    address: int
    size: int
    load: int
    data: bytes
    writable: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A named part of memory."""

    name: str
    address: int
    size: int
    alignment: int
    writable: bool
    executable: bool

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.address + self.size


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A function (``FUNC``), a variable (``OBJECT``) or a mere name for an address (``NOTYPE``)."""

    address: int
    size: int
    name: str
    kind: str


class Image:
    """One image; made by ``image_of``.

    Attributes:
        name: of the file, for complaints.
        entry: the reset vector.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._data = data
        try:
            self._read(_opened(name, data))
        except (
            ELFError,
            KeyError,
            IndexError,
            ValueError,
            TypeError,
            AttributeError,
        ) as error:  # what pyelftools raises
            if isinstance(error, InputError):
                raise
            raise InputError(f"{name}: a broken ELF file ({error}); link it again") from None

    def _read(self, elf: ELFFile) -> None:
        name = self.name
        self.entry = int(elf["e_entry"])
        self.segments = tuple(
            Segment(one["p_vaddr"], one["p_memsz"], one["p_paddr"], one.data(), bool(one["p_flags"] & 2))
            for one in elf.iter_segments("PT_LOAD")
            if one["p_memsz"]
        )
        if not self.segments:
            raise InputError(f"{name}: no loadable segment; give the linked image, no object file")
        if sum(one.size for one in self.segments) > _SIZE_MAX or any(
            max(one.address + one.size, one.load + len(one.data)) > 1 << 32 for one in self.segments
        ):
            raise InputError(
                f"{name}: its segments take more memory than a microcontroller has, or end behind 4 GiB; look at the "
                f"linker script: {_SIZE_MAX} bytes at the most"
            )
        self.sections = tuple(
            Section(
                one.name, one["sh_addr"], one["sh_size"], max(one["sh_addralign"], 1),
                bool(one["sh_flags"] & SH_FLAGS.SHF_WRITE), bool(one["sh_flags"] & SH_FLAGS.SHF_EXECINSTR),
            )
            for one in elf.iter_sections()
            if one["sh_flags"] & SH_FLAGS.SHF_ALLOC and one["sh_size"]
        )  # fmt: skip
        self.symbols = tuple(sorted(_symbols(name, elf)))
        self.addresses: Mapping[str, int] = {one.name: one.address for one in self.symbols}
        if not any(0 <= self.entry - one.address < one.size for one in self.segments):
            raise InputError(
                f"{name}: entry 0x{self.entry:08x} lies in no segment; write ENTRY(...) in the linker script"
            )

    @cached_property
    def functions(self) -> tuple[Symbol, ...]:
        """What runs, by address."""
        return tuple(one for one in self.symbols if one.kind == "FUNC")

    @cached_property
    def variables(self) -> tuple[Symbol, ...]:
        """What holds data, by address."""
        return tuple(one for one in self.symbols if one.kind == "OBJECT" and one.size)

    def function_at(self, address: int) -> Symbol | None:
        """The function that an address lies in, as far as its symbol tells."""
        found = bisect_right(self.functions, address, key=lambda one: one.address) - 1
        if found < 0:
            return None
        function = self.functions[found]
        return function if not function.size or address < function.address + function.size else None

    def first_address(self, names: Iterable[str]) -> int | None:
        """The address of the first of these names that the image has."""
        return next((self.addresses[name] for name in names if name in self.addresses), None)

    def bytes_at(self, address: int, size: int) -> bytes:
        """What the image holds there; fewer where it ends."""
        for one in self.segments:
            if 0 <= address - one.address < len(one.data):
                return one.data[address - one.address : address - one.address + size]
        return b""

    @cached_property
    def _lines(self) -> tuple[list[int], list[str | None]]:
        """Where lines of the source begin, by address; nothing where the image has no DWARF."""
        found: dict[int, str | None] = {}
        try:
            elf = ELFFile(io.BytesIO(self._data))
            if not elf.has_dwarf_info():
                return [], []
            for unit in (dwarf := elf.get_dwarf_info()).iter_CUs():
                program = dwarf.line_program_for_CU(unit)
                if program is None:
                    continue
                files, first = program.header["file_entry"], 0 if program.header["version"] >= 5 else 1
                for entry in program.get_entries():
                    if (state := entry.state) is None:
                        continue
                    file = files[state.file - first].name.decode(errors="replace") if files else "?"
                    if state.end_sequence:
                        found.setdefault(state.address, None)
                    else:
                        found[state.address] = f"{Path(file).name}:{state.line}"
        except Exception:  # pyelftools raises what comes; a finding without its line is a finding
            return [], []
        addresses = sorted(found)
        return addresses, [found[one] for one in addresses]

    def line_at(self, address: int) -> str | None:
        """``receiver.c:88``; None where the image does not tell."""
        addresses, lines = self._lines
        found = bisect_right(addresses, address) - 1
        return lines[found] if found >= 0 else None

    def place(self, address: int) -> str:
        """An address of the program for people: ``0x20000134 take_group+0x12 (receiver.c:88)``."""
        function, line = self.function_at(address), self.line_at(address)
        name = f" {function.name}+0x{address - function.address:x}" if function is not None else ""
        return f"0x{address:08x}{name}" + (f" ({line})" if line else "")

    def variable_before(self, address: int) -> str:
        """A variable and how far behind its beginning an address lies: ``group+0x78``; empty where there is none."""
        found = bisect_right(self.variables, address, key=lambda one: one.address) - 1
        return "" if found < 0 else f"{self.variables[found].name}+0x{address - self.variables[found].address:x}"


def image_of(path: str) -> Image:
    """The image of a file.

    Raises:
        InputError: it cannot be read, is no ELF, or none that can be run.
    """
    try:
        found = Path(path).stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the path of an ELF image") from None
    return _image_of(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=64)
def _image_of(path: str, _mtime_ns: int, size: int, _inode: int) -> Image:
    if size > _SIZE_MAX:
        raise InputError(f"{path}: {size} bytes; expected the ELF image of a microcontroller, {_SIZE_MAX} at most")
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the path of an ELF image") from None
    return Image(path, data)


def _opened(name: str, data: bytes) -> ELFFile:
    """The file, looked at as far as its header goes."""
    if data[:4] != b"\x7fELF":
        raise InputError(
            f"{name}: no ELF image (it begins with {data[:4].hex(' ')}); give the linked .elf, no .bin or .hex"
        )
    elf = ELFFile(io.BytesIO(data))
    machine, kind, flags = elf["e_machine"], elf["e_type"], elf["e_flags"]
    size, ending = elf.elfclass, elf.little_endian
    if machine != "EM_RISCV":
        raise InputError(f"{name}: built for {str(machine).removeprefix('EM_')}; iss: runs RISCV, RV32IMAC")
    if size != 32 or not ending:
        what = "64-bit" if size != 32 else "big-endian"
        raise InputError(f"{name}: a {what} image; iss: runs 32-bit little-endian RISC-V: build with -march=rv32imac")
    if kind != "ET_EXEC":
        raise InputError(
            f"{name}: not linked to fixed addresses ({kind}); link it with a linker script, without -r or -pie"
        )
    if flags & _FLOATS:
        raise InputError(f"{name}: built for a processor with floats; iss: has none: build with -mabi=ilp32")
    return elf


def _symbols(name: str, elf: ELFFile) -> Iterable[Symbol]:
    table = next((one for one in elf.iter_sections() if isinstance(one, SymbolTableSection)), None)
    if table is None or not table.num_symbols():
        raise InputError(f"{name}: no symbol table; do not strip the image (leave out -s and strip)")
    for one in table.iter_symbols():
        kind = str(one["st_info"]["type"]).removeprefix("STT_")
        if one.name and kind in ("FUNC", "OBJECT", "NOTYPE") and one["st_shndx"] != "SHN_UNDEF":
            yield Symbol(one["st_value"], one["st_size"], one.name, kind)
