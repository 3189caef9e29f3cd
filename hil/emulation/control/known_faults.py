# SPDX-License-Identifier: Apache-2.0
"""The faults of ``emulator/faults/`` as bodies of a request: one model a fault, made of its own fields."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import Field, create_model

from xky.emulator.faults import Fault, known_faults, made_fault
from xky.protocol import InputError
from xky.protocol.tomlfile import Section

__all__ = ["FaultBody", "any_fault", "body_model", "values_of"]


class FaultBody(Section):
    """A fault, and for how many frames; its other keys are those of the fault."""

    name: str
    for_frames: Annotated[int, Field(ge=1, description="Frames; until it is cleared unless told.")] | None = None


@cache
def _models() -> Mapping[str, type[FaultBody]]:
    return {name: _model(name, kind) for name, kind in known_faults().items()}


def _model(name: str, kind: type[Fault]) -> type[FaultBody]:
    hints = get_type_hints(kind, include_extras=True)
    own: dict[str, Any] = {"name": (Literal[name], ...)}
    for field in fields(kind):  # type: ignore[arg-type]  # each fault is a dataclass; the protocol cannot say so
        default = field.default
        if field.default_factory is not MISSING:
            default = field.default_factory()
        own[field.name] = (hints[field.name], ... if default is MISSING else default)
    words = "".join(part.title() for part in name.split("_"))
    return create_model(f"Fault{words}", __base__=FaultBody, __doc__=kind.__doc__, **own)


def any_fault() -> Any:
    """The type of the body of any fault."""
    return Annotated[reduce(or_, _models().values()), Field(discriminator="name")]


def body_model(body: Mapping[str, Any]) -> type[FaultBody]:
    """The model of the fault that a body names.

    Raises:
        InputError: it names none that is known.
    """
    if "name" not in body:
        raise InputError(f"name: this key is missing; write one of {', '.join(known_faults())}")
    name = str(body["name"])
    if name not in _models():
        made_fault(name)  # complains
    return _models()[name]


def values_of(body: FaultBody) -> dict[str, Any]:
    """The keys of the fault itself, with their values."""
    return {key: getattr(body, key) for key in type(body).model_fields if key not in FaultBody.model_fields}
