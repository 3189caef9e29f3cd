# SPDX-License-Identifier: Apache-2.0
"""What can be measured: one file a routine, in it ``measure``; found by listing."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from xky.protocol import InputError

from ..measurement import Measurement
from ..rig import Rig

__all__ = ["Routine", "routine_named", "routine_names"]

Routine = Callable[[Rig], Measurement]


def routine_names() -> tuple[str, ...]:
    """As a person writes them: ``brown-out``."""
    return tuple(sorted(module.name.replace("_", "-") for module in iter_modules([str(Path(__file__).parent)])))


def routine_named(name: str) -> Routine:
    """What measures it.

    Raises:
        InputError: there is no such routine.
    """
    if name not in routine_names():
        raise InputError(f"measure {name!r}: unknown; expected one of {', '.join(routine_names())}")
    routine: Routine = import_module(f"{__name__}.{name.replace('-', '_')}").measure
    return routine
