# SPDX-License-Identifier: Apache-2.0
"""``xky`` as a person calls it: in this process, since a start costs more than most commands do, or in its own."""

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from xky.hil.cli import run

__all__ = ["PLAIN", "XKY", "Ended", "started", "xky"]

_HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a worker of xdist does not
XKY = (sys.executable, "-c", f"{_HEARS_CTRL_C}; from xky.hil.start import main; main()")
PLAIN = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}  # what is printed is the same on every terminal


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it told."""

    returncode: int
    stdout: str
    stderr: str


def xky(*arguments: str | Path, cwd: Path) -> Ended:
    """Run the command in a folder, to its end, a hundred characters wide."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    handlers = {order: signal.getsignal(order) for order in (signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE)}
    status: int | str | None = 0
    try:
        with (
            mock.patch.object(sys, "argv", ["xky", *map(str, arguments)]),
            mock.patch.dict(os.environ, PLAIN),
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            run()
    except SystemExit as ended:
        status = ended.code
    finally:
        for order, handler in handlers.items():
            signal.signal(order, handler)
    return Ended(int(status or 0), *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]


@contextlib.contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process that does not outlive the block, whatever comes of it."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.kill()  # where it has ended, nothing
