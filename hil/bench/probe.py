# SPDX-License-Identifier: Apache-2.0
"""Where the bench sees what a device says."""

from collections.abc import Callable, Sequence

from xky.protocol import Group

from .reading import Reading, Remark, reading_from_groups, reading_from_json

__all__ = ["Probe", "Remark"]


class Probe:
    """Collects readings, stamped on the bench's clock.

    Args:
        clock: the bench's, in seconds.

    Attributes:
        readings: in order of arrival.
        remarks: lines that were no JSON object.
        dropped: lines of a flood that were not taken.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.readings: list[Reading] = []
        self.remarks: list[Remark] = []
        self.dropped = 0

    def publish(self, groups: Sequence[Group]) -> None:
        """A simulated board publishes: the uplink of ``boards.ports``."""
        self.readings.append(reading_from_groups(self._clock(), groups))

    def line(self, text: str) -> None:
        """A program printed a line."""
        reading = reading_from_json(self._clock(), text)
        if reading is not None:
            self.readings.append(reading)
        elif text.strip():
            self.remarks.append(Remark(self._clock(), text))
