# SPDX-License-Identifier: Apache-2.0
"""Values of a file or a request are what they are written as: ``true`` is no number, and ``"5"`` is a text."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema

__all__ = ["AsWritten"]

# of what a schema consists of; keys of a table are texts, whatever they mean
_NOT_A_VALUE = ("keys_schema", "default", "metadata", "function", "cls", "expected")


class AsWritten:
    """Base of a model of pydantic, or a mark of a type: numbers and truth values are taken from nothing else below."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _hold(schema, handler.resolve_ref_schema, set())
        return schema


def _hold(schema: Any, resolved: Callable[[Any], Any], seen: set[str]) -> None:
    if isinstance(schema, list | tuple):
        for part in schema:
            _hold(part, resolved, seen)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if kind in ("float", "bool"):
        schema["strict"] = True
    elif kind == "int" and "strict" not in schema:
        _before(schema, _whole, {"strict": True})
    elif kind == "literal" and "metadata" not in schema and {type(one) for one in schema["expected"]} == {int}:
        _before(schema, partial(_one_of, schema["expected"]), {"metadata": {}})
    elif kind == "definition-ref":
        if schema["schema_ref"] not in seen:
            seen.add(schema["schema_ref"])
            _hold(resolved(schema), resolved, seen)
    else:
        for name, part in schema.items():
            if name not in _NOT_A_VALUE:
                _hold(part, resolved, seen)


def _before(schema: dict[str, Any], look: Callable[[object], object], more: dict[str, Any]) -> None:
    """Have values looked at first."""
    inner = schema | more
    schema.clear()
    schema.update(type="function-before", function={"type": "no-info", "function": look}, schema=inner)


def _one_of(numbers: list[int], value: object) -> object:
    """Python takes true for 1."""
    if isinstance(value, bool):
        raise ValueError(f"expected {' or '.join(map(str, numbers))}, not {str(value).lower()}")
    return value


def _whole(value: object) -> object:
    """5.0 is a whole number, as JSON has it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
