# SPDX-License-Identifier: Apache-2.0
"""Virtual instruments: a folder a role, a file a make, in it one class named ``Virtual``; found by listing."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from xky.protocol import InputError

from ..instrument import VirtualInstrument

__all__ = ["virtual_makes", "virtual_named", "virtual_roles"]

_FOLDER = Path(__file__).parent


def virtual_roles() -> tuple[str, ...]:
    """Roles that there are virtual instruments for."""
    return tuple(sorted(module.name for module in iter_modules([str(_FOLDER)])))


def virtual_makes(role: str) -> tuple[str, ...]:
    """Names of the makes of a role."""
    return tuple(sorted(module.name for module in iter_modules([str(_FOLDER / role)])))


def virtual_named(role: str, make: str) -> type[VirtualInstrument]:
    """The class of a virtual instrument.

    Raises:
        InputError: there is none.
    """
    if role not in virtual_roles():
        raise InputError(f"role {role!r}: no virtual instrument; expected one of {', '.join(virtual_roles())}")
    if make not in virtual_makes(role):
        raise InputError(f"{role} {make!r}: no virtual one; expected one of {', '.join(virtual_makes(role))}")
    virtual: type[VirtualInstrument] = import_module(f"{__name__}.{role}.{make}").Virtual
    return virtual
