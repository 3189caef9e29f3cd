# SPDX-License-Identifier: Apache-2.0
"""What firmware makes of a frame: the step in which real decoders go wrong, and defects are built in."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

__all__ = ["Parser"]


class Parser:
    """A sound parser; a defect overrides ``groups``. It lives as long as the device, across sleeps."""

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        """The groups to report of a whole frame; None where the firmware drops the frame."""
        return frame.good
