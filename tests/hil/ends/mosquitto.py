# SPDX-License-Identifier: Apache-2.0
"""A real mosquitto on a free port of loopback, from a file, for as long as a test needs it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
_TRIES = 3
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed (Debian: mosquitto)")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running_mosquitto(folder: Path, more: str = "", *, anonymous: str = "true") -> Iterator[int]:
    """Its port; ``-p`` alone and a bare listener both do something else than one would think."""
    process, port = _started(folder, more, anonymous)
    with process:
        try:
            yield port
        finally:
            process.terminate()


def _started(folder: Path, more: str, anonymous: str) -> tuple[subprocess.Popen[bytes], int]:
    """One that listens; a port that somebody else took meanwhile is exchanged for another."""
    assert MOSQUITTO is not None
    file = folder / "mosquitto.conf"
    for _ in range(_TRIES):
        port = _free_port()
        file.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous {anonymous}\npersistence false\nlog_type none\n{more}"
        )
        process = subprocess.Popen([MOSQUITTO, "-c", str(file)], stderr=subprocess.DEVNULL)
        if _listens(port, process):
            return process, port
        process.kill()
        process.wait()
    raise AssertionError(f"mosquitto does not listen, {_TRIES} times")


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return process.poll() is None
    return False
