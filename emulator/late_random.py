# SPDX-License-Identifier: Apache-2.0
"""Chance that is seeded when somebody first draws from it: most faults draw nothing, and a seed takes longer."""

from collections.abc import Callable
from random import Random
from typing import Any, cast

__all__ = ["late_random"]


def late_random(seed: Callable[[], str]) -> Random:
    """A ``Random`` to draw from.

    Args:
        seed: asked at the first draw, if there is one.
    """
    return cast("Random", _LateRandom(seed))


class _LateRandom:
    def __init__(self, seed: Callable[[], str]) -> None:
        self._seed = seed

    def __getattr__(self, name: str) -> Any:
        if name == "_stream":
            self._stream = Random(self._seed())
            return self._stream
        return getattr(self._stream, name)
