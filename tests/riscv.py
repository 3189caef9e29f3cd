# SPDX-License-Identifier: Apache-2.0
"""What asks for a RISC-V cross compiler, and images built with it."""

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

__all__ = ["BOARD", "EXAMPLE", "HAS_RISCV", "image", "needs_riscv", "receiver"]

COMPILER = "riscv64-unknown-elf-gcc"
EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "receiver"
BOARD = EXAMPLE / "my-chip.toml"
HAS_RISCV = all(shutil.which(name) for name in (COMPILER, "make"))
_FLAGS = ["-march=rv32imac_zicsr", "-mabi=ilp32", "-O1", "-g", "-ffreestanding", "-fdata-sections", "-nostdlib"]

needs_riscv = pytest.mark.skipif(
    not HAS_RISCV, reason=f"no {COMPILER}, or no make: install Debian's gcc-riscv64-unknown-elf"
)


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="xky-images-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def receiver(fault: int = 0, mode: int = 0) -> Path:
    """The example receiver, built."""
    out = _folder() / f"receiver-{fault}-{mode}.elf"
    subprocess.run(["make", "-s", "-C", str(EXAMPLE), f"FAULT={fault}", f"MODE={mode}", f"OUT={out}"], check=True)
    return out


@cache
def image(source: str, *flags: str) -> Path:
    """A program of our own on the chip of the example: C with a function ``main``, or assembler with ``_start``."""
    number = len(list(_folder().glob("own-*.elf")))
    is_assembler = "_start:" in source
    path = _folder() / f"own-{number}.{'S' if is_assembler else 'c'}"
    path.write_text(source, encoding="utf-8")
    out = path.with_suffix(".elf")
    start = [] if is_assembler else [str(EXAMPLE / "start.c")]
    command = [
        COMPILER,
        *_FLAGS,
        *flags,
        f"-I{EXAMPLE}",
        "-T",
        str(EXAMPLE / "memory.ld"),
        *start,
        str(path),
        "-o",
        str(out),
    ]
    subprocess.run(command, check=True)
    return out
