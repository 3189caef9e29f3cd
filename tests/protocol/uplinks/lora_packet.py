# SPDX-License-Identifier: Apache-2.0
"""The npm package lora-packet as a second judge of LoRaWAN frames, where this machine has it.

It is looked for where ``NODE_PATH`` says, and in the folder of global packages.
"""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

VERSION = "0.9.3"
_SCRIPT = Path(__file__).with_suffix(".js")


@cache
def missing() -> str:
    """Why it cannot be asked; empty where it can."""
    if shutil.which("node") is None:
        return "no node; install Debian's nodejs and npm"
    found = subprocess.run(
        ["node", "-p", "require('lora-packet/package.json').version"], capture_output=True, text=True, check=False,
        env=_environment(),
    )  # fmt: skip
    if found.stdout.strip() != VERSION:
        return f"no lora-packet {VERSION}; npm install lora-packet@{VERSION}, and NODE_PATH with its node_modules"
    return ""


@cache
def _global_packages() -> str:
    if shutil.which("npm") is None:
        return ""
    return subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()


def _environment() -> dict[str, str]:
    return os.environ | {"NODE_PATH": os.environ.get("NODE_PATH") or _global_packages()}


def ask(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What it says of each frame, all in one run of node; the test is skipped where it is not there."""
    if missing():
        pytest.skip(missing())
    run = subprocess.run(
        ["node", str(_SCRIPT), json.dumps(questions)], capture_output=True, text=True, check=True, env=_environment()
    )
    answers: list[dict[str, Any]] = json.loads(run.stdout)
    return answers
