# SPDX-License-Identifier: Apache-2.0
"""A meter on a pseudo-terminal, from a Python program: the line runs in a thread of its own, in real time."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

import simpy

from .bridge import Bridge
from .line.line import Line
from .line.transmitter import Transmitter
from .meter import Linky
from .outputs.pty import PortPty
from .runner import RealTime
from .truth.journal import Truth

__all__ = ["ServedMeter", "serve_pty"]

_T = TypeVar("_T")


class ServedMeter:
    """A meter that talks on a pseudo-terminal for as long as this context lasts; see ``serve_pty``."""

    def __init__(self, meter: Linky, *, seed: int = 0) -> None:
        self._env = simpy.Environment()
        self._meter = meter
        self._seed = seed
        self._over = False
        self._failed: BaseException | None = None

    def __enter__(self) -> str:
        """Begin to talk; the path that a program opens."""
        env, line, truth = self._env, Line(), Truth()
        self._runner = RealTime(env)
        self._bridge = Bridge()
        self._runner.watch(self._bridge.fd, self._bridge.answer)
        try:
            self._port = PortPty(env, runner=self._runner)
        except BaseException:
            self._let_go()
            raise
        line.connect(self._port)
        self._meter.run_by(lambda: float(env.now))
        transmitter = Transmitter(env, self._meter, line, truth, seed=self._seed)
        transmitter.before_frame = truth.clear  # who runs for days keeps no journal
        env.process(transmitter.run())
        self._thread = threading.Thread(target=self._talk, name=f"xky {self._port.name}", daemon=True)
        self._thread.start()
        return self._port.name

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bridge.ask(self._end)
        self._thread.join()
        self._port.close()
        self._let_go()
        if self._failed is not None and error is None:
            raise self._failed

    def do(self, act: Callable[[], _T]) -> _T:
        """Have something done in the line's thread, between two events: a meter that talks is not to be set in another.

        >>> with (served := serve_pty(Linky())) as path:
        ...     served.do(lambda: served.meter.load.hold(4000))
        """
        return self._bridge.ask(act).result()

    @property
    def meter(self) -> Linky:
        """What talks; to be looked at and set inside ``do`` alone."""
        return self._meter

    def _talk(self) -> None:
        self._runner.restart()
        try:
            self._runner.run(lambda: self._over)
        except BaseException as error:  # told to whom the context belongs
            self._failed = error
        finally:
            self._bridge.close()

    def _end(self) -> None:
        self._over = True

    def _let_go(self) -> None:
        self._bridge.close()
        self._runner.close()


def serve_pty(meter: Linky, *, seed: int = 0) -> ServedMeter:
    """A meter on a pseudo-terminal, in real time: ``with serve_pty(Linky()) as path``, and a program opens the path.

    Characters come at the rate of the line; who reads too slowly loses some, as with a UART.

    Args:
        meter: it lives by the line's clock from now on.
        seed: of the silences between its frames.

    Raises:
        BenchError: the system has no pseudo-terminal left.
    """
    return ServedMeter(meter, seed=seed)
