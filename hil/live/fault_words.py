# SPDX-License-Identifier: Apache-2.0
"""Names of faults in French, for pages and reports alike, from the faults themselves, those of other packages, too."""

from collections.abc import Mapping
from functools import cache

from xky.emulator.faults import Fault, known_faults
from xky.protocol import InputError

from ..text_forms import unbroken

__all__ = ["french_faults", "words_of_faults"]


@cache
def french_faults() -> Mapping[str, str]:
    """French by English: an id with blanks is its name in English."""
    return {name.replace("_", " "): kind.french_name for name, kind in _told_in_french().items()}


@cache
def words_of_faults() -> Mapping[str, Mapping[str, str]]:
    """By the id of a fault what a page says of it in French: its ``name``, and ``about``, what it does."""
    return {
        name: {"name": unbroken(kind.french_name), "about": unbroken(kind.french)}
        for name, kind in _told_in_french().items()
    }


def _told_in_french() -> Mapping[str, type[Fault]]:
    try:
        known = known_faults()
    except InputError:  # two of one name: who asks for a fault is told; a page or a report waits for none
        return {}
    return {name: kind for name, kind in known.items() if kind.french_name}
