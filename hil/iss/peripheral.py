# SPDX-License-Identifier: Apache-2.0
"""What every peripheral is to the machine."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

__all__ = ["Peripheral"]


class Peripheral(ABC):
    """Registers at an address.

    Attributes:
        size: bytes that they take.
    """

    size = 0

    @abstractmethod
    def read(self, offset: int, size: int) -> int:
        """A load: ``size`` bytes from ``offset`` behind the base."""

    @abstractmethod
    def write(self, offset: int, size: int, value: int) -> None:
        """A store."""

    def load_of(self, offset: int) -> Callable[[int], int]:
        """What a load from there calls, with its size; one that is made for each character has a way of its own."""
        return partial(self.read, offset)

    def store_of(self, offset: int) -> Callable[[int, int], None]:
        """What a store there calls, with its size and value; likewise."""
        return partial(self.write, offset)

    @property
    def asks(self) -> int:
        """Bits of mip (volume II §3.1.9) that it sets now: 1 << 11 external, 1 << 7 timer, 1 << 3 software."""
        return 0

    @property
    def next_s(self) -> float:
        """When that may change by itself, seconds on the bench's clock; infinite: never."""
        return math.inf
