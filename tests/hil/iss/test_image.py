# SPDX-License-Identifier: Apache-2.0
"""Images: what is read of them, and what is refused in one line."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.emulator import Linky
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.iss.code import code_of
from xky.hil.iss.image import Image, image_of
from xky.hil.iss.instructions import instructions
from xky.hil.iss.memory import Memory
from xky.hil.iss.red_zones import red_zones
from xky.protocol import InputError

from ...riscv import BOARD, EXAMPLE, image, needs_riscv, receiver

pytestmark = needs_riscv

_BRANCHES = re.compile(r"^\s*([0-9a-f]+):\s+[0-9a-f]+\s+(?:b\w+|j|jal|j\w*)\s.*?([0-9a-f]{8}) <")
FLOATING = 'int main(void) { __asm__ volatile(".word 0x00052007"); return 0; }'
CSR = 'int main(void) {{ unsigned x; __asm__ volatile("csrr %0, {}" : "=r"(x)); return x; }}'


def test_the_basic_blocks_are_those_that_the_disassembler_jumps_to() -> None:
    listed = subprocess.run(
        ["riscv64-unknown-elf-objdump", "-d", str(receiver())], capture_output=True, text=True, check=True
    )
    targets = {int(found[2], 16) for line in listed.stdout.splitlines() if (found := _BRANCHES.match(line))}
    blocks = set(code_of(image_of(str(receiver()))).blocks)
    assert len(targets) > 40
    assert targets <= blocks


def test_instructions_are_as_long_as_the_disassembler_says() -> None:
    listed = subprocess.run(
        ["riscv64-unknown-elf-objdump", "-d", str(receiver())], capture_output=True, text=True, check=True
    )
    theirs = [
        int(found[1], 16) for line in listed.stdout.splitlines() if (found := re.match(r"^\s*([0-9a-f]+):\t", line))
    ]
    found = image_of(str(receiver()))
    text = next(one for one in found.sections if one.name == ".text")
    ours = [one.address for one in instructions(found.bytes_at(text.address, text.size), text.address)]
    theirs = [one for one in theirs if text.address <= one < text.end]
    assert theirs == ours[: len(theirs)]
    assert len(ours) - len(theirs) <= 1  # what fills the section up to its end


def test_the_compile_line_of_the_page_builds_a_receiver(tmp_path: Path) -> None:
    page = (EXAMPLE.parents[1] / "iss.md").read_text(encoding="utf-8")
    found = re.search(r"^ *(riscv64-unknown-elf-gcc (?:.*\\\n)*.*-o my\.elf)$", page, re.MULTILINE)
    assert found is not None
    for name in ("board.h", "start.c", "memory.ld"):
        assert f"`{name}`" in page
        shutil.copy(EXAMPLE / name, tmp_path)
    shutil.copy(EXAMPLE / "receiver.c", tmp_path / "my.c")
    subprocess.run(["sh", "-e", "-c", found[1]], cwd=tmp_path, check=True)
    assert image_of(str(tmp_path / "my.elf")).entry == 0x2000_0000


HEAR = r"""
static void hear(char c, int spoilt) {
    static int size;
    if (c == 2) size = 0;
    else if (!spoilt) size++;
    if (c == 3 && size > 100)
        for (const char *p = "{\"VTIC\": \"02\"}\n"; *p; p++) put(*p);
}
"""


def test_the_program_of_the_page_reads_and_prints_what_its_parser_says(tmp_path: Path) -> None:
    page = (EXAMPLE.parents[1] / "iss.md").read_text(encoding="utf-8")
    code = re.search(r"^   ```c\n(.*?)^   ```", page, re.MULTILINE | re.DOTALL)
    assert code is not None
    program = image(f'#pragma GCC diagnostic error "-Wall"\n{code[1]}{HEAR}')
    with Bench(open_device(f"iss:{program}"), board_named(str(BOARD)), Linky()) as bench:
        assert bench.next_reading(timeout_s=5)["VTIC"] == "02"
        assert bench.device.port_settings[-1].baud == 9615


def test_an_address_is_told_by_function_and_line() -> None:
    found = image_of(str(receiver()))
    assert re.fullmatch(r"0x20000000 _start(\+0x0)? \(start.c:\d+\)", found.place(found.entry))
    assert found.variable_before(found.addresses["group"] + 7) == "group+0x7"


def test_memory_is_what_the_image_fills_and_what_lies_below_the_stack() -> None:
    memory = Memory(image_of(str(receiver())))
    assert memory.ram == [(0x8000_0000, 0x8000_4000)]
    regions = [(one.address, len(one.data), one.writable) for one in memory.regions]
    assert regions == [(0x8000_0000, 0x4000, True), (0x2000_0000, 0x1000, False)]


def test_red_zones_lie_behind_variables_and_below_the_stack() -> None:
    found = image_of(str(receiver()))
    zones = {one.name: (one.start, one.end) for one in red_zones(found, Memory(found))}
    group = found.addresses["group"]
    assert zones["behind group"] == (group + 120, group + 128)
    assert zones["below the stack"] == (0x8000_3700, 0x8000_3800)


def test_the_same_file_is_parsed_once_and_another_one_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.elf"
    shutil.copy(receiver(), path)
    first = image_of(str(path))
    assert image_of(str(path)) is first
    shutil.copy(receiver(1), path)
    assert image_of(str(path)) is not first


# Refused


def changed(at: int, *values: int) -> bytes:
    data = bytearray(receiver().read_bytes())
    data[at : at + len(values)] = bytes(values)
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("machine", "built for X86_64; iss: runs RISCV"),
        ("class", "a 64-bit image; iss: runs 32-bit little-endian RISC-V"),
        ("object", "not linked to fixed addresses (ET_REL)"),
        ("float", "built for a processor with floats"),
        ("text", "no ELF image (it begins with 3a 31 30 30)"),
        ("cut", "a broken ELF file"),
        ("huge", "its segments take more memory than a microcontroller has"),
        ("entry", "entry 0x00000000 lies in no segment"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(tmp_path: Path, name: str, text: str) -> None:
    data = receiver().read_bytes()
    header = int.from_bytes(data[28:32], "little") + 32  # of the first program that is loaded
    broken = {
        "machine": changed(18, 62, 0), "class": changed(4, 2), "object": changed(16, 1, 0), "float": changed(36, 3),
        "text": b":100000000000", "cut": data[:3000], "huge": changed(header + 20, 0, 0, 0, 0x7F),
        "entry": changed(24, 0, 0, 0, 0),
    }  # fmt: skip
    path = tmp_path / "broken.elf"
    path.write_bytes(broken[name])
    with pytest.raises(InputError) as refused:
        open_device(f"iss:{path}")
    assert str(refused.value).startswith(f"{path}: {text}") or name == "class"
    assert "\n" not in str(refused.value)


def test_an_image_without_symbols_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stripped.elf"
    subprocess.run(["riscv64-unknown-elf-strip", "-o", str(path), str(receiver())], check=True)
    with pytest.raises(InputError, match="no symbol table; do not strip the image"):
        open_device(f"iss:{path}")


@pytest.mark.parametrize(
    ("register", "text"),
    [
        ("0x7e1", "register 0x7e1 of the processor"),
        ("0x003", r"register 0x003 \(fcsr\)"),
        ("0x180", r"register 0x180 \(satp\)"),
    ],
)
def test_a_register_that_cannot_be_served_is_refused_with_its_place(register: str, text: str) -> None:
    with pytest.raises(InputError, match=rf"main\+0x.* \(own-\d+.c:1\) uses {text}.*, which iss: cannot serve"):
        open_device(f"iss:{image(CSR.format(register))}")


def test_floating_point_instructions_are_refused() -> None:
    with pytest.raises(InputError, match="needs a floating-point unit, which RV32IMAC has not"):
        open_device(f"iss:{image(FLOATING)}")


@pytest.mark.nightly
def test_a_broken_image_never_raises_anything_else() -> None:
    from random import Random

    data, rng = receiver().read_bytes(), Random(1)
    for _ in range(40):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 6)):
            broken[
                rng.choice([rng.randrange(64), rng.randrange(len(data) - 1200, len(data)), rng.randrange(len(data))])
            ] = rng.randrange(256)
        try:
            found = Image("broken.elf", bytes(broken))
            code_of(found)
            Memory(found)
            found.place(found.entry)
        except InputError as refused:
            assert "\n" not in str(refused)
