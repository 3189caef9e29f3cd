# SPDX-License-Identifier: Apache-2.0
"""A probe at an end of an uplink: payloads become readings by the statement of the board."""

from abc import abstractmethod

from ...ends.end import End, Payload
from ..mapping import Mapping
from ..reading import Remark
from .probe import Probe, ProbeContext

__all__ = ["MappedProbe"]

_PAYLOADS_PER_S = 1000  # taken in a second of the bench's clock: the rest of a flood is counted and dropped


class MappedProbe(Probe):
    """Listens at an end.

    Attributes:
        mapping: what payloads say, once it is open.
    """

    mapping: Mapping

    def __init__(self, spec: str) -> None:
        super().__init__(spec)
        self._second, self._taken = -1, 0

    def open(self, context: ProbeContext) -> None:
        self.mapping = Mapping(context.board, self.kind)
        self.end = self._made_end(context)
        self.end.on_payload = self._take

    @abstractmethod
    def _made_end(self, context: ProbeContext) -> End:
        """The end, reachable."""

    def _take(self, payload: Payload) -> None:
        second = int(payload.at_s)
        if second != self._second:
            self._second, self._taken = second, 0
        self._taken += 1
        if self._taken > _PAYLOADS_PER_S:
            self.dropped += 1
            return
        said = self.mapping.reading(payload, self.shown)
        if isinstance(said, Remark):
            self.remarks.append(said)
        elif said is not None:
            self.readings.append(said)
