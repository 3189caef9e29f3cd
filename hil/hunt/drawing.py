# SPDX-License-Identifier: Apache-2.0
"""Small strategies that a hunt draws from again and again: made once, since making one costs more than a draw."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

__all__ = ["among", "between"]


@cache
def among(choices: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """One of these; earlier ones are the simpler."""
    return st.sampled_from(choices)


@cache
def between(least: int, most: int) -> st.SearchStrategy[int]:
    """Whole numbers, both ends among them."""
    return st.integers(least, most)
