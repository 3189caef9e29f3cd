# SPDX-License-Identifier: Apache-2.0
"""What ports in real time share: characters leave when they have ended on the line, never before.

The due time of a character is counted from the start of its burst, so nothing drifts: whoever comes late writes more
at once, and the rate stays. A port faster than a real line may be patient: then a slow reader holds the
sender back instead of losing characters, because its backlog says nothing about a device.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import simpy

from xky.protocol import Burst
from xky.protocol.uart import Uart

from ..line.sampler import Sampler
from ..runner import RealTime
from .port import KERNEL_BUFFER, Overruns, PortSettings

__all__ = ["PATIENCE_S", "Feed", "Pace", "PacedPort"]

PATIENCE_S = 0.05  # real seconds between two looks at a slow reader
_READER_COMES_WITHIN_S = 10.0  # real seconds
_CHUNKS_AT_ONCE = 8  # who comes late catches up so fast, and no faster: a receive buffer may be small
_CHUNK_S = 0.008  # real seconds of characters written at once: 8 at 9600 baud, 1 at 1200


class Pace:
    """The clock of a port.

    Args:
        env: the bench's clock.
        speed: bench seconds per real second, for the size of the chunks.
        runner: plays the clock in real time; without one it is stepped by somebody else, who keeps no time.
    """

    def __init__(self, env: simpy.Environment, speed: float = 1.0, runner: RealTime | None = None) -> None:
        self._env = env
        self._speed = speed
        self.runner = runner

    @property
    def now_s(self) -> float:
        """The bench's clock."""
        return float(self._env.now)

    @property
    def present_s(self) -> float:
        """Where the bench's clock ought to be by now."""
        return self.now_s if self.runner is None else self.runner.now_s()

    def chunk(self, burst: Burst) -> int:
        """Characters of a burst to write at once."""
        return max(1, round(_CHUNK_S * self._speed / burst.character_s))

    def call_at(self, at_s: float, act: Callable[[], None]) -> None:
        """Call ``act`` on the bench's clock, not before ``at_s``."""
        if self.runner is not None:
            self.runner.call_at(at_s, act)
            return
        due = self._env.timeout(max(at_s - self._env.now, 0.0))
        assert due.callbacks is not None
        due.callbacks.append(lambda _: act())


class Feed:
    """Brings what one reader hears out, in chunks, as it becomes due.

    Args:
        pace: the clock.
        bring_out: takes characters, each time a chunk of them is there.
        keep_parity, marks_spoilt: see ``Sampler``.
    """

    def __init__(
        self,
        pace: Pace,
        bring_out: Callable[[bytes], None],
        *,
        keep_parity: bool = False,
        marks_spoilt: bool = False,
    ) -> None:
        self._pace = pace
        self._bring_out = bring_out
        self._sampler = Sampler(keep_parity=keep_parity, marks_spoilt=marks_spoilt)
        self._chunk = 1
        self._waits = False

    def hear(self, burst: Burst, from_s: float | None = None) -> None:
        """A burst starts, or is heard from ``from_s`` on."""
        self._sampler.hear(burst, from_s)
        self._chunk = self._pace.chunk(burst)
        self._await_next()

    def change(self, uart: Uart | None, *, marks_spoilt: bool = False) -> None:
        """The reader's settings from now on; None takes characters as they were sent."""
        if (uart, marks_spoilt) != (self._sampler.uart, self._sampler.marks_spoilt):
            self._sampler.change(uart, self._pace.now_s, marks_spoilt=marks_spoilt)
            self._await_next()

    def finish(self) -> None:
        """The line is over: what has not left yet does so now."""
        rest = self._sampler.take(float("inf"))
        if rest:
            self._bring_out(rest)

    def _await_next(self) -> None:
        if self._waits:
            return
        due_s = self._sampler.due_s(self._chunk)
        if due_s is None:
            return
        present_s = self._pace.present_s
        if due_s < present_s:
            most_s = self._sampler.due_s(self._chunk * _CHUNKS_AT_ONCE)
            assert most_s is not None
            due_s = max(due_s, min(most_s, present_s))
        self._waits = True
        self._pace.call_at(due_s, self._act)

    def _act(self) -> None:
        self._waits = False
        characters = self._sampler.take(self._pace.now_s)
        if characters:
            self._bring_out(characters)
        self._await_next()


class PacedPort(ABC):
    """A port in real time. How a program opens it, and how characters leave, is each kind's own.

    Args:
        env: the bench's clock.
        speed: bench seconds per real second.
        buffer_bytes: receive buffer of the device: what a program does not read is kept up to that.
        patient: a slow reader holds the sender back, and nothing is dropped while somebody reads: for runs faster
            than a real line.
        runner: plays the clock in real time; without one somebody else steps it.

    Attributes:
        pace: the clock.
        overruns: times (bench's clock) at which a character found the receive buffer full.
        bare: whether it is known, from the device's board, that its program reads eight bits without parity, whatever
            the port cannot know; to be said before a program opens it.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        speed: float = 1.0,
        buffer_bytes: int = KERNEL_BUFFER,
        patient: bool = False,
        runner: RealTime | None = None,
    ) -> None:
        self._env = env
        self.pace = Pace(env, speed, runner)
        self.buffer_bytes = buffer_bytes
        self.patient = patient
        self._closed = False
        self.overruns = Overruns()
        self.bare = False

    @property
    @abstractmethod
    def name(self) -> str:
        """What the program opens."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether a program has the port open."""

    @property
    def settings(self) -> Sequence[PortSettings]:
        """What the program asked of the port; nothing, where the port cannot know."""
        return ()

    @abstractmethod
    def __call__(self, burst: Burst) -> None:
        """A burst starts now."""

    @abstractmethod
    def finish(self) -> None:
        """The line is over: what has not left yet does so now."""

    @abstractmethod
    def is_drained(self) -> bool:
        """Whether the reader took what was written, as far as can be seen."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what was opened; safe to call twice."""

    def overrun(self, count: int) -> None:
        """So many characters found the receive buffer full."""
        self.overruns.add(self.pace.now_s, count)

    def wait_for_reader(
        self,
        announce: Callable[[float], None] = lambda within_s: None,
        meanwhile: Callable[[float], None] = time.sleep,
    ) -> None:
        """A patient port waits some seconds for somebody to open it, so that the first frame is heard.

        Args:
            announce: told how many, where there is somebody to wait for.
            meanwhile: lets so many real seconds pass at most, between two looks.
        """
        if not self.patient or self.is_open:
            return
        announce(_READER_COMES_WITHIN_S)
        give_up = time.monotonic() + _READER_COMES_WITHIN_S
        while not self.is_open and time.monotonic() < give_up:
            meanwhile(PATIENCE_S)

    def drain(self) -> None:
        """Before it is closed and all is lost: a patient port lets its reader take what was written."""
        self.finish()
        looks = 0
        while self.patient and self.is_open and looks < 2:  # between two of the kernel's buffers it looks empty once
            looks = looks + 1 if self.is_drained() else 0
            time.sleep(PATIENCE_S)
