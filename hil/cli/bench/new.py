# SPDX-License-Identifier: Apache-2.0
"""``xky bench new``: a bench file with comments, of what is plugged in."""

from pathlib import Path
from typing import Annotated

import typer

from ...bench_file.plugged_in import bench_text, found_instruments, found_ports
from ...new_file import write_new_file

__all__ = ["command"]


def command(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; standard output unless told. A file that is there stays.")
    ] = None,
) -> None:
    """Write a bench file with comments, of what is plugged in."""
    text = bench_text(found_ports(), found_instruments())
    if file is None or str(file) == "-":
        print(text, end="")
        return
    write_new_file(file, text)
    print(f"{file}: written; say in it what leads where, then xky bench check {file}")
