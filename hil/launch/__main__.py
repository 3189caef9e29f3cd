# SPDX-License-Identifier: Apache-2.0
"""``python -m xky.hil.launch PROGRAM ARGUMENTS…``: a Python program that opens a path opens a URL as well.

PROGRAM is a file, a command on the PATH that is written in Python, or ``-m MODULE``.
"""

import runpy
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from .serial_urls import open_urls

__all__ = ["launch"]

_USAGE = "usage: python -m xky.hil.launch [-m MODULE | PROGRAM] ARGUMENTS…"


def launch(words: list[str]) -> None:
    """Run a program in this process, as Python itself would.

    Args:
        words: as on the command line.
    """
    if not words or words == ["-m"]:
        _complain(_USAGE)
    open_urls()
    if words[0] == "-m":
        sys.argv = words[1:]
        sys.path[0] = ""
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    program = words[0] if Path(words[0]).exists() else shutil.which(words[0])
    if program is None:
        _complain(f"{words[0]}: no such program; give a file, a command on the PATH, or -m MODULE")
    sys.argv = [program, *words[1:]]
    sys.path[0] = str(Path(program).resolve().parent)
    runpy.run_path(program, run_name="__main__")


def _complain(text: str) -> NoReturn:
    print(f"xky: {text}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    launch(sys.argv[1:])
