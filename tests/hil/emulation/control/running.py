# SPDX-License-Identifier: Apache-2.0
"""``xky emulate --control`` as a process, and a client of it."""

import json
import os
import re
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ....command import XKY, started

__all__ = ["WITHIN_S", "Running", "decoding", "emulating"]

WITHIN_S = 30.0


@dataclass
class Running:
    """An emulator that runs, as a client sees it."""

    process: subprocess.Popen[str]
    port: str
    url: str
    token: str | None
    told: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """What it told beside that it waits for a reader and that it has ended."""
        return [line for line in self.told if "waiting" not in line and not line.startswith("xky: ended; ")]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What a program of any language sends, and is told."""
        headers = {"Content-Type": "application/json"} if method != "GET" else {}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            return json.load(answer)


@contextmanager
def emulating(*arguments: str) -> Iterator[Running]:
    """``xky emulate --control`` while the block runs."""
    command = [*XKY, "emulate", "--control", *arguments]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            port = process.stdout.readline().strip()
            first = process.stderr.readline()
            url = re.fullmatch(r"xky: control at (http://\S+:[1-9]\d+), look at \1/ \(its calls: \1/docs\)\n", first)
            assert url is not None, first
            token = None
            if not url[1].startswith("http://127.") and "--control-token" not in arguments:
                token = process.stderr.readline().removeprefix("xky: its token is ").strip()
            running = Running(process, port, url[1], token)
            reader = threading.Thread(target=lambda: running.told.extend(process.stderr or ()), daemon=True)
            reader.start()
            yield running
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGINT)
            ended = process.wait(WITHIN_S)
            reader.join(WITHIN_S)
        assert (ended, process.stdout.read()) == (0, "")


@contextmanager
def decoding(port: str) -> Iterator[list[dict[str, Any]]]:
    """What ``xky decode --json`` prints, as it comes."""
    events: list[dict[str, Any]] = []
    with started([*XKY, "decode", port, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=lambda: events.extend(map(json.loads, process.stdout or ())), daemon=True)
        reader.start()
        yield events
        process.terminate()
        reader.join(WITHIN_S)
