# SPDX-License-Identifier: Apache-2.0
"""The folder where the league keeps what it installs: made once, by one run at a time, and used again."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xky.protocol import BenchError, InputError

__all__ = ["cache_folder", "digest", "finished", "run"]

_DONE = "finished.json"
_WITHIN_S = 1800.0


def cache_folder(chosen: Path | None = None) -> Path:
    """Where the league keeps what it installs: ``$XDG_CACHE_HOME/xky-hil/league`` unless told.

    Raises:
        InputError: it cannot be made.
    """
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = (chosen or Path(home).expanduser() / "xky-hil" / "league").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--cache {folder}: cannot be made ({error.strerror}); give another folder") from None
    return folder


@contextmanager
def finished(folder: Path, make: Callable[[Path], list[str]]) -> Iterator[tuple[Path, list[str]]]:
    """A folder of the cache as ``make`` leaves it, with what that told of it; two runs do not make one at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _DONE).exists():
            shutil.rmtree(folder)
            folder.mkdir()
            told = make(folder)
            (folder / _DONE).write_text(json.dumps(told) + "\n", encoding="utf-8")
    yield folder, json.loads((folder / _DONE).read_text(encoding="utf-8"))


def run(name: str, words: Sequence[str], folder: Path | None = None, **environment: str) -> str:
    """What a command prints that installs an entry of that name.

    Raises:
        BenchError: it fails; the text has its last line.
    """
    try:
        done = subprocess.run(
            words, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=True,
            stdin=subprocess.DEVNULL, timeout=_WITHIN_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BenchError(f"{name}: {words[0]} did not end within {_WITHIN_S:.0f} s") from None
    except OSError as error:
        raise BenchError(f"{name}: {words[0]} cannot be run ({error.strerror})") from None
    except subprocess.CalledProcessError as error:
        said = [line for line in (error.stdout + error.stderr).splitlines() if line.strip()] or ["it said nothing"]
        raise BenchError(f"{name}: could not be installed: {said[-1].strip()[:300]}") from None
    return done.stdout


def digest(*texts: str) -> str:
    """Short name of what is made of some texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
