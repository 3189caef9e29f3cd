# SPDX-License-Identifier: Apache-2.0
"""Known wrong behaviours: one file each, found by listing this folder; the id is the file's name with hyphens."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from xky.protocol import InputError

from .defect import Defect

__all__ = ["Defect", "defect_named", "known_defects"]


_PARTS = ("defect", "meddling")  # of every defect


@cache
def known_defects() -> dict[str, Defect]:
    """Id to defect."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name not in _PARTS)
    return {name.replace("_", "-"): import_module(f"{__name__}.{name}").DEFECT for name in names}


def defect_named(name: str) -> Defect:
    """The defect of that id.

    Raises:
        InputError: no such defect.
    """
    try:
        return known_defects()[name]
    except KeyError:
        raise InputError(f"defect {name!r}: not known; known: {', '.join(known_defects())}") from None
