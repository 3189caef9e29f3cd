# SPDX-License-Identifier: Apache-2.0
"""The receiving end of a simulated board: a UART that samples the line as it was sent, and a decoder."""

from collections.abc import Callable

import simpy

from xky.protocol import Burst, Frame
from xky.protocol.mode import STX
from xky.protocol.uart import Uart, handed_over

from ..ports import BurstSource
from .parser import Listener

__all__ = ["LineReceiver"]


class LineReceiver:
    """Hears the line while it is awake and tells each frame at its end.

    Args:
        env: the bench's clock.
        line: where the bursts come from.
        uart: settings; those of the mode (7E1) for a board in order.
        listener: makes what decodes the characters, anew at each wake.
        on_frame: gets each frame, cut ones included, when its last character is there.
    """

    def __init__(
        self,
        env: simpy.Environment,
        line: BurstSource,
        uart: Uart,
        listener: Callable[[], Listener],
        on_frame: Callable[[Frame], None],
    ) -> None:
        self._env = env
        self._line = line
        self._uart = uart
        self._listener = listener
        self._on_frame = on_frame
        self._decoder = listener()
        self._awake_s: float | None = None
        self._tells_silence: Callable[[], None] | None = None
        self._heard_until_s = 0.0
        self.on_noise: Callable[[], None] = lambda: None
        """Told of characters that were on the line, whatever they said."""

    def wake(self) -> None:
        """Listen from now on, with nothing in memory; a burst under way is heard from its middle."""
        self._decoder = self._listener()
        self._tells_silence = getattr(self._decoder, "silence", None)  # of ``HearsSilence``: a tenth of ``isinstance``
        self._awake_s = self._heard_until_s = self._env.now
        self._line.connect(self._hear)
        under_way = self._line.current
        if under_way is not None and under_way.end_s > self._env.now:
            self._await(under_way, None)

    def sleep(self) -> None:
        """Stop listening; what is under way is lost. Safe for one that sleeps already."""
        if self._awake_s is None:
            return
        self._awake_s = None
        self._line.disconnect(self._hear)

    def _hear(self, burst: Burst) -> None:
        self._await(burst, self._line.end)

    def _await(self, burst: Burst, end: simpy.Event | None) -> None:
        """Take what came of it at its end, which is an event that the sender knows, or one of its own."""
        awake_s = self._awake_s
        if end is None:
            end = self._env.timeout(burst.end_s - self._env.now)
        assert end.callbacks is not None
        end.callbacks.append(lambda _: self._take(burst, awake_s))

    def _take(self, burst: Burst, awake_s: float | None) -> None:
        if awake_s is None or self._awake_s != awake_s:
            return  # it slept, or slept and woke, in the meantime
        woke_inside = awake_s > burst.start_s
        if self._tells_silence is not None:
            if burst.start_s - self._heard_until_s > burst.character_s:
                self._tells_silence()
            self._heard_until_s = burst.end_s
        data = handed_over(burst, self._uart, awake_s if woke_inside else None)
        if data:
            self.on_noise()
        if woke_inside:
            begin = data.find(STX)
            if begin < 0:
                return  # half a frame says nothing
            data = data[begin:]
        for event in self._decoder.feed(data):
            if isinstance(event, Frame):
                self._on_frame(event)
