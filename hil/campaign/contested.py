# SPDX-License-Identifier: Apache-2.0
"""Verdicts that a supplier does not accept: marked in the report with what it says, and not changed by that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from xky.protocol import InputError

from .requirement import Purpose
from .suite import declared_purposes

__all__ = ["contested_lines", "contested_purposes", "mark_contested"]


def contested_purposes(said: Sequence[str], judges: Callable[[Purpose], bool]) -> Mapping[str, str]:
    """What is said to which purpose, by its id.

    Args:
        said: each ``PURPOSE=TEXT``.
        judges: whether the run judges a purpose.

    Raises:
        InputError: there is no such purpose, this run does not judge it, it comes twice, or nothing is said to it.
    """
    found: dict[str, str] = {}
    known = {one.id: one for one in declared_purposes()} if said else {}
    for one in said:
        name, _, text = (part.strip() for part in one.partition("="))
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise InputError(f"--contested {one}: no such purpose; xky requirements ID lists those of one.{hint}")
        if not judges(known[name]):
            raise InputError(f"--contested {one}: this run does not judge it; leave it out")
        if not text:
            raise InputError(f"--contested {one}: says nothing; write {name}=TEXT")
        if name in found:
            raise InputError(f"--contested {one}: {name} is contested twice; leave one out")
        found[name] = text
    return found


def mark_contested(requirements: Iterable[Mapping[str, Any]], said: Mapping[str, str]) -> None:
    """Write into the purposes of a report what is said to them."""
    for one in requirements:
        for purpose in one["purposes"]:
            if purpose["id"] in said:
                purpose["contested"] = said[purpose["id"]]


def contested_lines(requirement: Mapping[str, Any]) -> list[str]:
    """A line for each contested purpose of a requirement of a report."""
    said = {one["id"]: one["contested"] for one in requirement["purposes"] if one.get("contested")}
    return [f"contested: {id_}: {text}" for id_, text in said.items()]
