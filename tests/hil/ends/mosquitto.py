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
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed (Debian: mosquitto)")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running_mosquitto(folder: Path, more: str = "", *, anonymous: str = "true") -> Iterator[int]:
    """Its port; ``-p`` alone and a bare listener both do something else than one would think."""
    assert MOSQUITTO is not None
    port = _free_port()
    file = folder / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous {anonymous}\npersistence false\nlog_type none\n{more}")
    with subprocess.Popen([MOSQUITTO, "-c", str(file)], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s:
        assert process.poll() is None, "mosquitto has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("mosquitto does not listen")
