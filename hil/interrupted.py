# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C where nothing has a way of its own to take it: a command that is still starting, or that keeps nothing."""

from collections.abc import Sequence

from .terminal import complain

__all__ = ["tell_interrupted"]

_INTERRUPTED = 128 + 2  # SIGINT
_UNTIL_CTRL_C = {"capture", "emulate", "listen", "watch"}  # which it ends in any case, and ends well


def tell_interrupted(words: Sequence[str]) -> int:
    """Say that a command was interrupted, and give its exit status.

    Args:
        words: of the command line, without the program's name.
    """
    is_an_end = next((word for word in words if not word.startswith("-")), "") in _UNTIL_CTRL_C
    complain("ended; nothing was to be kept" if is_an_end else "interrupted; nothing is kept")
    return 0 if is_an_end else _INTERRUPTED
