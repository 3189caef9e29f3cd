# SPDX-License-Identifier: Apache-2.0
"""``xky bench check``: opens each part of a bench, and says what answered."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from xky.protocol import InputError

from ...bench_file import bench_file
from ...bench_file.check import Part, check_bench
from ...bench_file.read import wrong_in
from ...terminal import complain, printable

__all__ = ["command"]


def command(
    file: Annotated[Path, typer.Argument(help="The bench file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Open each part of a bench, say what answered, what did not, and how to mend it."""
    try:
        bench = bench_file(file)
    except InputError as first:
        for each in wrong_in(file) or [first]:
            complain(each)
        sys.exit(2)
    parts: list[Part] = []

    def wait(within_s: float) -> None:
        if not as_json:
            print(f"xky: listening to the device for up to {within_s:.0f} s", file=sys.stderr)

    for part in check_bench(bench, tell=complain, on_wait=wait):
        parts.append(part)
        if part.ok and not as_json:
            print(printable(f"ok  {part.what:<10} {part.where}  {part.told}"), flush=True)
        elif not part.ok:
            complain(f"{part.what}: {part.told}")
    ok = all(part.ok for part in parts)
    if as_json:
        told = {"schema": "xky-bench/1", "file": str(file), "ok": ok, "parts": [asdict(part) for part in parts]}
        print(json.dumps(told, ensure_ascii=False))
    elif ok:
        print(f"{file}: all {len(parts)} answered" if parts else f"{file}: names nothing to open")
    else:
        wrong = [part.what for part in parts if not part.ok]
        complain(f"{file}: {len(parts) - len(wrong)} of {len(parts)} answered; look at {', '.join(wrong)}")
    sys.exit(0 if ok else 3)
