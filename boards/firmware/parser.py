# SPDX-License-Identifier: Apache-2.0
"""What firmware makes of characters and frames: the steps in which real decoders go wrong, and defects are built in."""

from collections.abc import Sequence
from typing import Protocol

from xky.protocol import Decoder, Event, Frame, Group, Mode

__all__ = ["Listener", "Parser"]


class Listener(Protocol):
    """Takes characters as they come; a ``Decoder`` is one."""

    def feed(self, data: bytes) -> list[Event]:
        """What is complete now."""
        ...


class Parser:
    """A sound parser; a defect overrides a step. It lives as long as the device, across sleeps."""

    looks_for_the_mode_again = True  # where the board finds the TIC mode by itself

    def listener(self, mode: Mode) -> Listener:
        """What listens from a wake on; a spoilt character has bit 7 set."""
        return Decoder(mode)

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        """The groups to report of a whole frame; None where the firmware drops the frame."""
        return frame.good
