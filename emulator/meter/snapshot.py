# SPDX-License-Identifier: Apache-2.0
"""A meter's state, put aside."""

from copy import deepcopy

from .frame_composer import ShortFrames
from .state import MeterState

__all__ = ["Snapshot"]


class Snapshot:
    """A whole meter at an instant, but for the clock that ran it; opaque. ``Linky.restore`` takes it back.

    Args:
        state: of the meter, brought to the present.
        short_frames: of the overload under way.
    """

    def __init__(self, state: MeterState, short_frames: ShortFrames) -> None:
        self._kept = self._apart(state), deepcopy(short_frames)
        self.true_us = state.counted_us
        """Instant at which it was made."""

    def copy(self) -> tuple[MeterState, ShortFrames]:
        """What was kept, apart from it."""
        state, short_frames = self._kept
        return self._apart(state), deepcopy(short_frames)

    @staticmethod
    def _apart(state: MeterState) -> MeterState:
        """Of its own, but for the time, which is nobody's to copy."""
        return deepcopy(state, {id(state.present): state.present})
