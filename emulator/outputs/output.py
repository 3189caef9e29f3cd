# SPDX-License-Identifier: Apache-2.0
"""The face of every output of the emulator."""

from typing import Protocol

from xky.protocol import Burst

__all__ = ["Output"]


class Output(Protocol):
    """Takes a line's bursts and brings their characters out."""

    def __call__(self, burst: Burst) -> None:
        """A burst starts now."""
        ...

    def close(self) -> None:
        """Let go of what was opened; safe to call twice."""
        ...
