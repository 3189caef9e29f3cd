# SPDX-License-Identifier: Apache-2.0
"""The program ``xky`` from its first instant on: Ctrl-C is one line while its modules are still being read, too."""

import sys

from .interrupted import tell_interrupted

__all__ = ["main"]


def main() -> None:
    """Read what the command needs, and run it."""
    try:
        from .cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(tell_interrupted(sys.argv[1:]))
