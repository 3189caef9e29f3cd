# SPDX-License-Identifier: Apache-2.0
"""Pythons and Nodes of this machine, and which of them an entry may run in."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from packaging.specifiers import SpecifierSet

__all__ = ["SkippedError", "node_for", "python_for"]

_MINORS = range(11, 31)  # of Python 3: what this package runs in itself, and some years ahead
_TELLS_WITHIN_S = 20.0
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class SkippedError(Exception):
    """An entry cannot be run on this machine: the text says what it needs and what is there."""


def python_for(versions: str) -> Path:
    """A Python of such a version: the one that runs this if it is one, else the oldest that is.

    Raises:
        SkippedError: there is none.
    """
    return _fitting("Python", versions, _pythons())


def node_for(versions: str) -> Path:
    """A Node of such a version.

    Raises:
        SkippedError: there is none.
    """
    found = shutil.which("node")
    return _fitting("Node", versions, (Path(found),) if found else ())


def _fitting(what: str, versions: str, candidates: tuple[Path, ...]) -> Path:
    wanted = SpecifierSet(versions)
    known = {path: version for path in candidates if (version := _version(path)) is not None}
    for path, version in known.items():
        if version in wanted:
            return path
    there = ", ".join(dict.fromkeys(known.values())) or "none"
    raise SkippedError(f"needs {what} {versions}; here: {there}")


@cache
def _pythons() -> tuple[Path, ...]:
    return tuple(dict.fromkeys((Path(sys.executable), *_others())))


def _others() -> Iterator[Path]:
    """What PATH has, then what pyenv keeps: its shims answer for the versions alone that somebody chose."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    for minor in _MINORS:
        if found := shutil.which(f"python3.{minor}"):
            yield Path(found)
        yield from sorted(pyenv.glob(f"versions/*/bin/python3.{minor}"))


@cache
def _version(path: Path) -> str | None:
    """What it says of itself; None of what does not run."""
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=_TELLS_WITHIN_S)
    except (OSError, subprocess.SubprocessError):
        return None
    found = _VERSION.search(told.stdout)
    return found[0] if found else None
