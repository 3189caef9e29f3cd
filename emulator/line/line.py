# SPDX-License-Identifier: Apache-2.0
"""The pair I1-I2: hands bursts over to whoever is connected, at their start."""

from collections.abc import Callable

import simpy

from xky.protocol import Burst

__all__ = ["Line"]


class Line:
    """One line, any number of receivers (54E allows five)."""

    def __init__(self) -> None:
        self._receivers: list[Callable[[Burst], None]] = []
        self.is_heard = False
        """Whether anybody is connected: asked for each frame, changed for each wake."""
        self.current: Burst | None = None
        """The last burst, still under way or over: what a receiver that wakes now finds."""
        self.end: simpy.Event | None = None
        """What happens at the end of the burst that was sent last, where its sender waits for that."""
        self.before_first_receiver: Callable[[], None] = lambda: None
        """Called when somebody connects to a line that nobody heard: a sender that saved its breath resumes."""
        self.after_last_receiver: Callable[[], None] = lambda: None
        """Called when nobody hears it any more."""

    def connect(self, receiver: Callable[[Burst], None]) -> None:
        """From now on ``receiver`` gets each burst as it starts; its characters are not there yet then."""
        if not self._receivers:
            self.before_first_receiver()
        self._receivers.append(receiver)
        self.is_heard = True

    def disconnect(self, receiver: Callable[[Burst], None]) -> None:
        """Take a receiver off the line."""
        self._receivers.remove(receiver)
        if not self._receivers:
            self.is_heard = False
            self.after_last_receiver()

    def send(self, burst: Burst, end: simpy.Event | None = None) -> None:
        """Start a burst; ``end`` happens at its end, of interest to who must wait for its characters, too."""
        self.current, self.end = burst, end
        for receiver in tuple(self._receivers):
            receiver(burst)
