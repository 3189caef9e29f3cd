# SPDX-License-Identifier: Apache-2.0
"""Every fault as a Hypothesis strategy, so that a failing stimulus shrinks to the least one.

Needs Hypothesis, which ``xky.protocol.strategies`` needs too; nothing else of the emulator imports this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from math import ceil
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from annotated_types import Interval
from hypothesis import strategies as st

from .faults import Fault, known_faults

__all__ = ["PLACES", "fault", "faults"]

PLACES = ("label", "before")
"""Fields of faults that name the group which they befall."""


def fault(
    name: str, labels: Sequence[str], most: Mapping[str, float] = MappingProxyType({})
) -> st.SearchStrategy[Fault]:
    """One kind of fault, on any of the labels, with any values of its other fields.

    Args:
        name: of it, as ``known_faults`` lists them.
        labels: of the groups that it may befall; earlier ones are the simpler.
        most: of fields by name, in their unit: no value is greater, none has more than three decimals, and
            what a fraction is unless told, the limit of a text maybe, comes often.
    """
    kind: Any = known_faults()[name]
    hints = get_type_hints(kind, include_extras=True)
    drawn: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields(kind):
        if field.name in PLACES and field.default is MISSING:
            drawn[field.name] = st.sampled_from(labels)
        elif not isinstance(field.default, str) or get_origin(hints[field.name]) is Literal:
            free = st.from_type(hints[field.name])
            if field.name in most:
                free = _bounded(hints[field.name], most[field.name])
            if field.name in most and isinstance(field.default, float):  # few draws meet a limit exactly
                free |= st.sampled_from(_usual(hints[field.name], field.default))
            drawn[field.name] = free
    return st.builds(kind, **drawn)


def _usual(hint: Any, default: Any) -> list[Any]:
    """What a field is unless told; both ways, where it can be negative: a clock is slow as often as fast."""
    interval = get_args(hint)[-1] if get_origin(hint) is Annotated else None
    both = isinstance(interval, Interval) and isinstance(interval.ge, int | float) and interval.ge <= -default < 0
    return [default, -default] if both else [default]


def _bounded(hint: Any, most: float) -> st.SearchStrategy[Any]:
    """Numbers of a field from the least that it may have up to a given one."""
    kind, interval = get_args(hint)
    if interval.le is not None:
        most = min(most, interval.le)
    if kind is int:
        return st.integers(interval.ge, int(most))
    return st.integers(ceil(interval.ge * 1000), int(most * 1000)).map(lambda thousandths: thousandths / 1000)


def faults(
    labels: Sequence[str], names: Sequence[str] | None = None, *, min_size: int = 1, max_size: int = 3
) -> st.SearchStrategy[list[Fault]]:
    """Some faults that befall a frame together; shrinks to fewer ones, earlier names and simpler values.

    Args:
        labels: of the groups that they may befall.
        names: of the faults; None takes all there are.
        min_size, max_size: how many.
    """
    chosen = tuple(known_faults() if names is None else names)
    return st.lists(
        st.sampled_from(chosen).flatmap(lambda name: fault(name, labels)), min_size=min_size, max_size=max_size
    )
