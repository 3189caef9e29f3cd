# SPDX-License-Identifier: Apache-2.0
"""Emulators in real time whose line is listened to: what it costs to look at them and to drive them."""

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Emulator", "emulator"]

_EMULATE = [sys.executable, "-c", "from xky.hil.cli import main; main()", "emulate", "--control", "127.0.0.1:0"]


@dataclass
class Emulator:
    """One with a line of its own, and how its characters came."""

    process: "subprocess.Popen[str]"
    url: str
    stamps: list[float] = field(default_factory=list)

    def cpu_s(self) -> float:
        """Of the process, all threads, up to now."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def worst_gap_s(self) -> float:
        """The longest silence since the last question."""
        stamps, self.stamps = self.stamps, []
        return max((later - earlier for earlier, later in itertools.pairwise(stamps)), default=0.0)


@contextmanager
def emulator(*arguments: str) -> Iterator[Emulator]:
    """Listens to its line, too."""
    command = [*_EMULATE, "--port", "tcp", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        url = re.search(r"http://\S+:\d+", process.stderr.readline())
        assert url is not None
        threading.Thread(target=process.stderr.read, daemon=True).start()
        one = Emulator(process, url[0])
        with socket.create_connection(("127.0.0.1", port)) as line:
            threading.Thread(target=_listen, args=(line, one), daemon=True).start()
            try:
                yield one
            finally:
                process.send_signal(signal.SIGINT)


def _listen(line: socket.socket, one: Emulator) -> None:
    with contextlib.suppress(OSError):
        while line.recv(4096):
            one.stamps.append(time.monotonic())
