# SPDX-License-Identifier: Apache-2.0
"""Frozen dataclasses of which there are millions: their fields are set by the slots themselves.

The constructor that ``dataclass`` writes for a frozen class asks ``object.__setattr__`` for each field by its name,
half of what making one takes.
"""

from dataclasses import MISSING, fields
from typing import Any, TypeVar

__all__ = ["quick"]

_Class = TypeVar("_Class", bound=type)


def quick(cls: _Class) -> _Class:
    """The same frozen dataclass with slots, made faster.

    Args:
        cls: its fields all stand in its constructor.
    """
    names: dict[str, Any] = {}
    parameters, body = [], []
    for place, field in enumerate(fields(cls)):
        names[f"set{place}"] = vars(cls)[field.name].__set__
        value = field.name
        if field.default_factory is not MISSING:
            names[f"default{place}"], names["missing"] = field.default_factory, MISSING
            parameters.append(f"{field.name}=missing")
            value = f"default{place}() if {field.name} is missing else {field.name}"
        elif field.default is not MISSING:
            names[f"default{place}"] = field.default
            parameters.append(f"{field.name}=default{place}")
        else:
            parameters.append(field.name)
        body.append(f"set{place}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    exec(f"def __init__(self, {', '.join(parameters)}):\n    " + "\n    ".join(body), names)  # as dataclass does
    made, described = names["__init__"], vars(cls)["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = described.__annotations__
    setattr(cls, "__init__", made)  # noqa: B010 - mypy takes the plain assignment for one to an instance
    return cls
