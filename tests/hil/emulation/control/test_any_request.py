# SPDX-License-Identifier: Apache-2.0
"""The real server against requests that Schemathesis makes of its own description, right ones and wrong ones."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from .running import emulating

pytestmark = pytest.mark.skipif(  # slow to import
    find_spec("schemathesis") is None, reason="needs schemathesis: pip install 'xky-hil[test]'"
)

EXAMPLES = 1  # of each call and phase
PHASES = ("Examples", "Fuzzing", "Stateful")
NIGHTLY_PHASES = ("Examples", "Coverage", "Fuzzing", "Stateful")  # the edges of the description: over 2000 requests
NIGHTLY_EXAMPLES = 100
SEED = 1
# What this meter cannot do is 422, as the description says; it cannot say which meters can what.
CHECKS = ("--exclude-checks", "positive_data_acceptance", "--exclude-path", "/events")  # which has no end


def schemathesis(
    url: str, examples: int, folder: Path, phases: tuple[str, ...] = PHASES
) -> subprocess.CompletedProcess[str]:
    """Its report on these phases."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", *CHECKS, "--no-color",
               "--phases", ",".join(phases).lower(), "--max-examples", str(examples), "--seed", str(SEED),
               "--generation-deterministic", "--request-timeout", "20"]  # fmt: skip
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "120"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_answer_is_described_whatever_is_asked(tmp_path: Path) -> None:
    with emulating("127.0.0.1:0") as run:
        tried = schemathesis(run.url, EXAMPLES, tmp_path)
        assert tried.returncode == 0, tried.stdout + tried.stderr
        for phase in PHASES:
            assert f"✅ {phase}" in tried.stdout
        assert run.call("GET", "/state")["at_s"] > 0
    assert not [line for line in run.complaints if " late " not in line]


@pytest.mark.nightly
def test_every_answer_is_described_whatever_is_asked_at_length(tmp_path: Path) -> None:
    with emulating("127.0.0.1:0") as run:
        tried = schemathesis(run.url, NIGHTLY_EXAMPLES, tmp_path, NIGHTLY_PHASES)
        assert tried.returncode == 0, tried.stdout + tried.stderr
        for phase in NIGHTLY_PHASES:
            assert f"✅ {phase}" in tried.stdout
