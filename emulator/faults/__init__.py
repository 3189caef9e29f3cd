# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between meter and device: one fault a file, found by listing this folder."""

import difflib
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from xky.protocol import LABELS, InputError
from xky.protocol.additions import added, added_class
from xky.protocol.as_written import AsWritten

from ..meter.frame_composer import PILOT_LABELS
from .fault import Fault, befallen, befalls, readable, require_mode, with_faults

__all__ = [
    "Fault", "befallen", "befalls", "fault_class", "known_faults", "made_fault", "readable", "require_mode",
    "with_faults",
]  # fmt: skip

_LABELS = {label for table in LABELS.values() for label in table} | set(PILOT_LABELS.values())


@cache
def known_faults() -> dict[str, type[Fault]]:
    """Name to fault: of the files of this folder, and of the entry points ``xky.faults`` of packages outside.

    A fault that cannot be loaded is left out; who asks for it by ``made_fault`` is told why.

    Raises:
        InputError: a package adds one of a shipped name.
    """
    known = {name: kind for name in _shipped() if (kind := fault_class(name)) is not None}
    for name in added("xky.faults", _shipped()):
        with suppress(InputError):
            if (kind := fault_class(name)) is not None:
                known[name] = kind
    return known


@cache
def _shipped() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in iter_modules(__path__) if module.name != "fault"))


@cache
def fault_class(name: str) -> type[Fault] | None:
    """The fault of that name; None where there is none.

    Raises:
        InputError: a package adds what is no fault, or has the name of a shipped one.
    """
    if name in _shipped():
        added("xky.faults", (name,))  # refused where a package has taken the name
        module = import_module(f"{__name__}.{name}")
        shipped: type[Fault] = getattr(module, module.__all__[0])
        return shipped
    point = added("xky.faults", _shipped()).get(name)
    if point is None:
        return None
    kind: type[Fault] = added_class(point, Fault)  # type: ignore[type-abstract]  # a base to check against
    if not (is_dataclass(kind) and kind.name == name):
        raise InputError(f"{point.value}: expected a dataclass whose name is {name!r}")
    return kind


def made_fault(name: str, **values: Any) -> Fault:
    """The fault of that name, as a scenario writes it.

    Args:
        name: as ``known_faults`` lists them.
        values: of its fields.

    Raises:
        InputError: no such fault, or a value that it cannot have; the text begins with the key.
    """
    kind: Any = fault_class(name)
    if kind is None:
        known = known_faults()
        near = difflib.get_close_matches(name, known, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"name {name!r}: no such fault; known: {', '.join(known)}.{hint}")
    takes = [field.name for field in fields(kind)]
    for key, value in values.items():
        if key not in takes:
            raise InputError(f"{key}: {name} has no such key; it takes {', '.join(takes) or 'none'}")
        if key in takes[:1] and key in ("label", "before") and isinstance(value, str) and value not in _LABELS:
            raise InputError(f"{key} {value!r}: no such label; write it as Enedis does, such as EAST or PAPP")
    try:
        made: Fault = TypeAdapter(Annotated[kind, AsWritten()]).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else name
        raise InputError(f"{key}: {name}: {first['msg'].lower()}") from None
    return made
