# SPDX-License-Identifier: Apache-2.0
"""The page on bridges: its program carries a line over a wire; what comes back, or is published, is judged."""

import json
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.hil.campaign.certify_device import certify

from ..command import started

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "bridges.md").read_text(encoding="utf-8")
BRIDGE, READER = DOCS / "examples" / "bridge.py", DOCS / "examples" / "reader.py"
GATEWAY = DOCS / "examples" / "mqtt_gateway.py"


@contextmanager
def wire() -> Iterator[tuple[str, str]]:
    """Two URLs of pyserial: what is written to the first is read from the second."""
    with socket.create_server(("127.0.0.1", 0)) as ends:
        address = f"socket://127.0.0.1:{ends.getsockname()[1]}"
        first, second = socket.create_server(("127.0.0.1", 0)), ends
        there = f"socket://127.0.0.1:{first.getsockname()[1]}"

        def carry() -> None:
            source, sink = first.accept()[0], second.accept()[0]
            with source, sink:
                while data := source.recv(4096):
                    try:
                        sink.sendall(data)
                    except OSError:
                        return

        threading.Thread(target=carry, daemon=True).start()
        with first:
            yield there, address


def certified(folder: Path, command: list[str], there: str) -> dict[str, str]:
    """Verdicts of a device at the far end of a wire, whose words the command prints."""
    words = [sys.executable, str(BRIDGE), "{port}", "{mode}", there, *command]
    device, only = f"exec:{shlex.join(words)}", ["TIC-CHK-1", "TIC-VAL-1"]
    report = certify(device, board="generic", mode="standard", speed=8, out=folder, only=only)
    return {one["id"]: one["verdict"] for one in report["requirements"]}


@pytest.mark.realtime
def test_a_device_on_a_serial_port_is_certified_over_the_bridge(tmp_path: Path) -> None:
    with wire() as (there, here):
        verdicts = certified(tmp_path, [sys.executable, str(READER), here, "{mode}"], there)
    assert verdicts == {"TIC-CHK-1": "pass", "TIC-VAL-1": "pass"}


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_device_behind_mqtt_is_certified_over_the_bridge(tmp_path: Path) -> None:
    """The command of the page as it stands; at the far end of the wire is the gateway of the documentation."""
    [words] = re.findall(r'--probe mqtt:.*?"exec:python docs/examples/bridge.py (.*?)"', PAGE, re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with wire() as (there, here):
        command = shlex.join([sys.executable, str(BRIDGE), *shlex.split(words.replace("/dev/ttyUSB0", there))])
        gateway = [sys.executable, str(GATEWAY), here, "standard", address]
        with started(gateway, stderr=subprocess.DEVNULL):
            report = certify(
                f"exec:{command}", board=str(GATEWAY.with_name("mqtt-gateway.toml")), mode="standard", speed=8,
                out=tmp_path, only=["TIC-CHK-1", "TIC-SND-1"], probes=[f"mqtt:{address}"],
            )  # fmt: skip
    assert {one["id"]: one["verdict"] for one in report["requirements"]} == {"TIC-CHK-1": "pass", "TIC-SND-1": "pass"}


def test_the_board_file_of_the_page_is_one(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "my-board.toml").write_text(text, encoding="utf-8")
    board = board_named(str(tmp_path / "my-board.toml"))
    assert (board.limits.freshness_s, board.limits.recovery_s) == (15, 20)
    assert json.dumps(board.id) == '"my-board"'
