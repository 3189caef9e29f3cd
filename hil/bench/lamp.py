# SPDX-License-Identifier: Apache-2.0
"""The light of a simulated board's indicator, as it really is; an eye sees it as well as it can."""

from collections.abc import Callable

__all__ = ["Lamp"]


class Lamp:
    """Dark until somebody lights it.

    Args:
        now_s: the bench's clock.

    Attributes:
        changes: when it was lit (True) and put out (False), in order.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self.changes: list[tuple[float, bool]] = []

    @property
    def is_lit(self) -> bool:
        """Now."""
        return bool(self.changes) and self.changes[-1][1]

    def light(self, *, on: bool) -> None:
        """Lit or dark from now on."""
        if on is not self.is_lit:
            self.changes.append((self._now_s(), on))
