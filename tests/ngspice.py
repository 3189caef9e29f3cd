# SPDX-License-Identifier: Apache-2.0
"""What asks for ngspice, and what it measured."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

__all__ = ["measured", "needs_ngspice", "run_of"]

Test = TypeVar("Test", bound=Callable[..., None])

_MEASURED = re.compile(r"^(\w+)\s+=\s+(\S+)$", re.MULTILINE)
_PATIENCE_S = 900.0
_missing = pytest.mark.skipif(shutil.which("ngspice") is None, reason="no ngspice: install Debian's ngspice")


def needs_ngspice(test: Test) -> Test:
    """A test that runs it; skipped where it is not installed."""
    return pytest.mark.ngspice(_missing(test))


def run_of(netlist: str) -> "subprocess.CompletedProcess[str]":
    """A netlist, run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "netlist.cir"
        path.write_text(netlist, encoding="ascii")
        return subprocess.run(
            ["ngspice", "-b", str(path)], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )


def measured(netlist: str) -> dict[str, float]:
    """What ``meas`` said of a netlist."""
    run = run_of(netlist)
    assert run.returncode == 0, run.stdout + run.stderr
    return {name: float(value) for name, value in _MEASURED.findall(run.stdout)}
