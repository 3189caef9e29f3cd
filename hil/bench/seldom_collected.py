# SPDX-License-Identifier: Apache-2.0
"""What a run keeps is no garbage: to look for some in it again and again costs a quarter of the time."""

import gc

__all__ = ["SeldomCollected"]

_SELDOM = (100_000, 20, 100)


class SeldomCollected:
    """A time in which garbage is looked for seldom; such times may overlap, and the last to end ends it.

    It lasts beyond a run, up to the end of its bench: else all that the run has just kept is looked through at once.
    """

    _under_way = 0
    _before = (0, 0, 0)

    def __init__(self) -> None:
        self._begun = False

    def begin(self) -> None:
        """From now on."""
        self._begun = True
        if not SeldomCollected._under_way:
            SeldomCollected._before = before = gc.get_threshold()
            gc.set_threshold(*map(max, before, _SELDOM))
        SeldomCollected._under_way += 1

    def end(self) -> None:
        """Up to now; safe for one that did not begin, or has ended."""
        if not self._begun:
            return
        self._begun = False
        SeldomCollected._under_way -= 1
        if not SeldomCollected._under_way:
            gc.set_threshold(*SeldomCollected._before)
