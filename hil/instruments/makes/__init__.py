# SPDX-License-Identifier: Apache-2.0
"""How instruments are spoken to: a folder a role, a file a make, each a few functions and no class.

A file here is found by itself. A package outside adds one by entry point ``xky.instruments``: ``acme`` is a family of
generators, ``supply.acme`` a make of another role.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from xky.protocol import InputError
from xky.protocol.additions import added, load_added

__all__ = ["ASKED", "make_named", "make_names", "shipped"]

_FOLDER = Path(__file__).parent
_PLAIN = "generator"  # the role of an addition that names none: there was no other once
_ALL = ("MAKERS", "MODELS")
ASKED = {  # of a make; the Protocols of the roles say what each does
    "analyser": (*_ALL, "prepare", "switch", "is_on", "current_a"),
    "capacitor": (*_ALL, "CLOCK_STEP_S", "prepare", "voltage_v", "clock_s", "error_v"),
    "generator": (*_ALL, "POINTS_MIN", "EVEN", "switch_off", "load", "switch_on"),
    "load": (*_ALL, "set_current", "switch", "is_on", "current_a"),
    "scope": (*_ALL, "GAIN_ERROR", "TIME_ERROR", "prepare", "capture", "record"),
    "supply": (*_ALL, "set_voltage", "set_current", "switch", "is_on", "voltage_v", "current_a"),
}
_PROTOCOLS = {role: f"xky.hil.instruments.roles.{role}.{role.title()}Make" for role in ASKED} | {
    "generator": "xky.hil.instruments.generator.Family"
}
_WORD = dict.fromkeys(ASKED, "make") | {"generator": "family"}


@cache
def shipped(role: str) -> frozenset[str]:
    """Names of the files of a role."""
    return frozenset(module.name for module in iter_modules([str(_FOLDER / role)]))


@cache
def _taken() -> frozenset[str]:
    """Names that no addition may have: of ours, with their role, and without one where that means generators."""
    return shipped(_PLAIN) | {f"{role}.{name}" for role in ASKED for name in shipped(role)}


def make_names(role: str) -> tuple[str, ...]:
    """Names of the makes of a role, ours and additions.

    Raises:
        InputError: a package adds one of a name that is taken.
    """
    return tuple(sorted([*shipped(role), *_additions(role)]))


def make_named(role: str, name: str) -> Any:
    """A make: a module with what the Protocol of its role names.

    Raises:
        InputError: there is none, or it is an addition that cannot be used.
    """
    if name not in make_names(role):
        raise InputError(f"{_WORD[role]} {name!r}: unknown; expected one of {', '.join(make_names(role))}")
    if name in shipped(role):
        return import_module(f"{__name__}.{role}.{name}")
    point = added("xky.instruments", _taken())[_additions(role)[name]]
    make: ModuleType = load_added(point)
    missing = [part for part in ASKED[role] if not hasattr(make, part)]
    if missing:
        raise InputError(f"{point.value}: has no {', '.join(missing)}; see {_PROTOCOLS[role]}")
    return make


def _additions(role: str) -> dict[str, str]:
    """Names of a role, with the names of their entry points."""
    found = {}
    for point in added("xky.instruments", _taken()):
        first, dot, name = point.partition(".")
        if (first if dot else _PLAIN) == role:
            found[name if dot else point] = point
    return found
