# SPDX-License-Identifier: Apache-2.0
"""Patience with a server that is away: tried again with growing pauses for a stated time, told in a line each way.

Servers that exist live on the wall clock, whatever the time of the run: no time of the run passes meanwhile.
"""

import time
from collections.abc import Callable

__all__ = ["PATIENCE_S", "Patience", "patience_with"]

PATIENCE_S = 30.0  # real seconds
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_ONCE_A_S = 1.0  # between tries once it was given up, and ten times what a try takes
_RARELY = 10


_KNOWN: dict[str, "Patience"] = {}


def patience_with(shown: str, tell: Callable[[str], None], patience_s: float) -> "Patience":
    """The one of this process with a server: a home that follows does not begin to wait anew."""
    return _KNOWN.setdefault(shown, Patience(shown, tell, patience_s))


class Patience:
    """With one server.

    Args:
        shown: the server, as a person may see it.
        tell: told of lines for people.
        patience_s: how long it is waited for, real seconds; then the run goes on without it, and it is tried now and
            then.
    """

    def __init__(self, shown: str, tell: Callable[[str], None], patience_s: float = PATIENCE_S) -> None:
        self._shown, self._tell, self._patience_s = shown, tell, patience_s
        self._away_since_s: float | None = None
        self._is_given_up = False
        self._next_try_s = 0.0

    @property
    def is_there(self) -> bool:
        """Whether it is not known to be away."""
        return self._away_since_s is None

    def is_away(self, why: str) -> float:
        """It was found to be away, for a reason; since when it is, on the clock of this machine."""
        if self._away_since_s is None:
            self._away_since_s = time.monotonic()
            self._tell(f"{self._shown}: is away ({why}); it is tried again for {self._patience_s:g} s")
        return self._away_since_s

    def again(self, attempt: Callable[[], bool], why: str) -> bool:
        """Try until it is back, or the patience is over; whether it is back.

        Args:
            attempt: says whether it is.
            why: it is taken to be away.
        """
        away_since_s = self.is_away(why)
        if self._is_given_up and time.monotonic() < self._next_try_s:
            return False
        pause_s = _FIRST_PAUSE_S
        while True:
            began_s = time.monotonic()
            is_back = attempt()
            took_s = time.monotonic() - began_s
            self._next_try_s = time.monotonic() + max(_ONCE_A_S, _RARELY * took_s)
            if is_back:
                self._tell(f"{self._shown}: is back after {time.monotonic() - away_since_s:.1f} s")
                self._away_since_s, self._is_given_up = None, False
                return True
            left_s = away_since_s + self._patience_s - time.monotonic()
            if self._is_given_up or left_s <= 0:
                if not self._is_given_up:
                    self._tell(f"{self._shown}: is away still; the run goes on, and what it should have had is lost")
                self._is_given_up = True
                return False
            time.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
