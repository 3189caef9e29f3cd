# SPDX-License-Identifier: Apache-2.0
"""What the pages are told of a run: frames as they leave, the meter as it is.

In the bench's thread only what must be asked there is asked, and only while somebody looks; the rest is made in the
server's. The meter is asked once a message at most: with a clock that runs fast there are far more frames than that.
"""

from collections.abc import Callable
from typing import Any

from xky.emulator import Line, SentFrame, Truth
from xky.protocol import Burst

from ...live.event_stream import EventStream
from .line_events import frame_event
from .session import Session

__all__ = ["Feed"]

_EACH_S = 0.8  # seconds of the bench's clock at least between two looks at the meter


class Feed:
    """Feeds a stream.

    Args:
        session: of the run; tells of frame boundaries.
        stream: that pages read.
        line: that the meter talks on.
        truth: of the frame under way.
    """

    def __init__(self, session: Session, stream: EventStream, line: Line, truth: Truth) -> None:
        self._session, self._stream, self._truth = session, stream, truth
        self._last: SentFrame | None = None  # that was told as it began
        self._asked_in = -1  # of which message to come the meter was asked last
        self._looked_s = float("-inf")
        self.speed = 1.0
        line.connect(self._begins)
        session.feed = self._ends

    def beginning(self) -> Callable[[], list[dict[str, Any]]]:
        """What a page is told first: looked up in the bench's thread, and made in any."""
        last, meter = self._session.last_frame(), self._look()
        frames = [] if last is None else [last]
        return lambda: [*(frame_event(one.frame, one.number, one.faults) for one in frames), meter()]

    def _begins(self, burst: Burst) -> None:
        """A burst goes onto the line: the first of a frame, which was entered just before."""
        if not self._truth or not self._stream.is_watched:
            return
        frame = self._truth[-1]
        if frame is not self._last:
            self._tell(frame)

    def _ends(self) -> None:
        """The frames since the last boundary are over, those that went out group by group are told now."""
        if not self._stream.is_watched:
            self._last = None
            return
        if self._truth and self._truth[-1] is not self._last:
            self._tell(self._truth[-1], is_over=True)
        now_s = self._session.now_s
        message = self._stream.messages
        if self._asked_in != message and now_s - self._looked_s >= min(_EACH_S * self.speed, 1e9):
            self._looked_s, self._asked_in = now_s, message
            self._stream.publish(self._look(), stays=True)

    def _tell(self, frame: SentFrame, *, is_over: bool = False) -> None:
        self._last = frame
        number, faults = self._session.frame_number - is_over, self._session.on_the_line
        self._stream.publish(lambda: frame_event(frame, number, faults))

    def _look(self) -> Callable[[], dict[str, Any]]:
        """The meter as it is; what comes back makes an event of it, in any thread."""
        session, speed = self._session, self.speed
        state, display, day, trace = session.state(), session.display(), session.day(), session.board_trace()
        return lambda: {
            "kind": "meter",
            "speed": speed,
            "state": state.model_dump(mode="json"),
            "display": display.model_dump(mode="json"),
            "day": day.model_dump(mode="json"),
            "board": None if trace is None else trace().model_dump(mode="json"),
        }
