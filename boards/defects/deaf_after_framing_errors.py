# SPDX-License-Identifier: Apache-2.0
"""Stops listening after a run of characters with framing or parity errors."""

from xky.protocol import Decoder, Event, Frame, Mode

from ..firmware.parser import Listener, Parser
from .defect import Defect

__all__ = ["DEFECT"]

_ENOUGH = 30  # spoilt characters without a whole frame between


class _Deafened:
    """The listener of one wake; what it counts lives on."""

    def __init__(self, device: "_DeafAfterFramingErrors", mode: Mode) -> None:
        self._device = device
        self._decoder = Decoder(mode)

    def feed(self, data: bytes) -> list[Event]:
        device = self._device
        device.spoilt += sum(byte > 0x7F for byte in data)
        if device.spoilt > _ENOUGH:
            return []
        events = self._decoder.feed(data)
        if any(isinstance(event, Frame) and event.complete and event.good for event in events):
            device.spoilt = 0
        return events


class _DeafAfterFramingErrors(Parser):
    def __init__(self) -> None:
        self.spoilt = 0

    def listener(self, mode: Mode) -> Listener:
        return _Deafened(self, mode)


DEFECT = Defect(
    title="stops listening after a run of characters with framing errors",
    source="xdegenne/ben-firmware goes deaf at a mode change until a watchdog probes again",
    must_fail=frozenset({"TIC-MOD-1"}),
    parser=_DeafAfterFramingErrors,
    may_fail=frozenset({"TIC-MOD-2"}),  # a board that finds the mode hears the errors before it does
    spreads=True,
)
