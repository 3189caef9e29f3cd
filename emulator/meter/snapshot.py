# SPDX-License-Identifier: Apache-2.0
"""A meter's state, put aside."""

from copy import deepcopy
from typing import Any

__all__ = ["Snapshot"]


class Snapshot:
    """A meter's whole state at an instant; opaque. ``Linky.restore`` takes it back."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state

    def copy(self) -> dict[str, Any]:
        """The state, apart from the one kept."""
        return deepcopy(self._state)
