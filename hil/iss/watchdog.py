# SPDX-License-Identifier: Apache-2.0
"""Ends a run of the engine that does not come back: a bound on the number of instructions does not hold each time."""

import threading
import time
from collections.abc import Callable

__all__ = ["Watchdog"]

PATIENCE_S = 20.0  # real seconds given to some thousand instructions
_LOOKS_EACH_S = 1.0


class Watchdog:
    """One thread for all engines of the process, which runs while there is one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, tuple[float, Callable[[], None]]] = {}
        self._thread: threading.Thread | None = None

    def begins(self, key: int, stop: Callable[[], None]) -> None:
        """A run begins."""
        self._running[key] = (time.monotonic(), stop)
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._watch, name="iss watchdog", daemon=True)
                    self._thread.start()

    def ended(self, key: int) -> bool:
        """It has ended: whether it took too long."""
        began_s, _ = self._running.pop(key)
        return time.monotonic() - began_s > PATIENCE_S

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOKS_EACH_S)
            self.look()

    def look(self) -> None:
        """Stop what has run for too long.

        The time is taken before the runs are: on a busy machine this thread may stand still between the two for longer
        than its patience, and would stop a run that has just begun.
        """
        now_s = time.monotonic()
        for began_s, stop in list(self._running.values()):
            if now_s - began_s > PATIENCE_S:
                stop()
