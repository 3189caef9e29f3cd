# SPDX-License-Identifier: Apache-2.0
"""What packages outside add by entry point: faults, contracts, boards, device kinds, outputs, instruments.

A group is looked at when somebody first asks for it, and an addition is imported when it is used, so that a package
that does not work harms nobody who does not want it.
"""

from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from importlib.abc import Traversable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from .errors import InputError

__all__ = ["added", "added_class", "added_file", "load_added"]

_Class = TypeVar("_Class")


def added(group: str, shipped: Collection[str]) -> Mapping[str, EntryPoint]:
    """What a group of entry points has, by name.

    Args:
        group: such as ``xky.faults``.
        shipped: names that are taken.

    Raises:
        InputError: a package adds a name that is taken, or two packages add the same.
    """
    found: dict[str, EntryPoint] = {}
    for point in _group(group):
        if point.name in shipped:
            raise InputError(
                f"{_told(point)}: this name has one that comes with xky-hil; rename it, or uninstall the package"
            )
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise InputError(f"{_told(point)}: {_package(other)} adds one of this name, too; uninstall one of them")
    return found


@cache
def _group(group: str) -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=group), key=lambda point: (point.name, point.value)))


def load_added(point: EntryPoint) -> Any:
    """The object that an entry point names.

    Raises:
        InputError: it cannot be imported.
    """
    try:
        return point.load()
    except Exception as error:  # whatever a foreign module does
        raise InputError(
            f"{_told(point)}: cannot be loaded ({type(error).__name__}: {error}); mend or uninstall the package"
        ) from None


def added_class(point: EntryPoint, base: type[_Class]) -> type[_Class]:
    """The class that an entry point names.

    Raises:
        InputError: it cannot be imported, or does not derive from ``base``.
    """
    found = load_added(point)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise InputError(
            f"{_told(point)}: {point.value} is no class derived from {base.__module__}.{base.__qualname__}; "
            "mend or uninstall the package"
        )
    return found


def added_file(point: EntryPoint, name: str) -> Traversable:
    """A file in the folder of the package, or of the module, that an entry point names.

    Raises:
        InputError: there is none.
    """
    found = load_added(point)
    place = getattr(found, "__file__", None)  # which a module that is built in does not even have
    if not isinstance(found, ModuleType) or place is None:
        raise InputError(f"{_told(point)}: {point.value} is no module in a folder; name one, or uninstall the package")
    file = (resources.files(found) if hasattr(found, "__path__") else Path(place).parent) / name
    if not file.is_file():
        raise InputError(f"{_told(point)}: {point.value} has no file {name}; put it there, or uninstall the package")
    return file


def _told(point: EntryPoint) -> str:
    return f"package {_package(point)}, entry point {point.name} of {point.group}"


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "without a name"
