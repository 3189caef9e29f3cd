# SPDX-License-Identifier: Apache-2.0
"""What asks for a C compiler: the library that tells what a program asks of a pseudo-terminal is built on first use."""

import shutil
from typing import Any

import pytest

__all__ = ["HAS_COMPILER", "needs_compiler", "undecided"]

HAS_COMPILER = any(shutil.which(name) for name in ("cc", "gcc", "clang"))

needs_compiler = pytest.mark.skipif(not HAS_COMPILER, reason="no C compiler: a pseudo-terminal tells the rate alone")


def undecided(report: dict[str, Any]) -> set[str]:
    """Requirements that a run left open, but for the one that a pty cannot tell without a compiler."""
    open_ones = {one["id"] for one in report["requirements"] if one["verdict"] == "inconclusive"}
    return open_ones if HAS_COMPILER else open_ones - {"TIC-PRT-1"}
