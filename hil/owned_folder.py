# SPDX-License-Identifier: Apache-2.0
"""A folder that one run has for itself, as long as it lives: another one is refused, and told so."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xky.protocol import BenchError, InputError

__all__ = ["folder_complaint", "owned_folder"]

_TAKEN = (errno.EAGAIN, errno.EACCES)
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def owned_folder(folder: Path, what: str) -> Iterator[None]:
    """Own a folder; it is made where there is none.

    Args:
        folder: that ``--out`` names.
        what: that is written there, in a word.

    Raises:
        InputError: it cannot be made, or another run has it.
        BenchError: there is no room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise folder_complaint(folder, error, what) from None
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # it goes with the process, however that ends
        except OSError as error:
            if error.errno in _TAKEN:
                raise InputError(
                    f"--out {folder}: another run writes its {what} there; give another folder, or wait for it"
                ) from None
            # a file system without locks (some of a network): nobody can tell there
        yield
    finally:
        os.close(held)


def folder_complaint(folder: Path, error: OSError, what: str) -> InputError | BenchError:
    """What is said of a folder that cannot be used.

    Args:
        folder: that ``--out`` names.
        error: that came of it.
        what: that is written there, in a word.
    """
    if error.errno in _FULL:
        return BenchError(f"--out {folder}: no room is left for a {what}; free some, or give another folder")
    return InputError(f"--out {folder}: cannot be written ({error.strerror}); give another folder")
