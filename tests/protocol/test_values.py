# SPDX-License-Identifier: Apache-2.0
"""The values of the protocol: nobody changes them behind another's back, and they are small."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
from pkgutil import walk_packages

import pytest

import xky.protocol

WORKED_WITH = ("xky.protocol.bulk", "xky.protocol.layout")  # what decoders fill, handed to nobody to keep


def _values() -> Iterator[type]:
    for module in walk_packages(xky.protocol.__path__, "xky.protocol."):
        if module.name.startswith(WORKED_WITH):
            continue
        for found in vars(import_module(module.name)).values():
            if isinstance(found, type) and is_dataclass(found) and found.__module__ == module.name:
                yield found


@pytest.mark.parametrize("kind", list(dict.fromkeys(_values())), ids=lambda kind: kind.__name__)
def test_a_value_is_frozen_and_has_slots(kind: type) -> None:
    parameters = kind.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert "__slots__" in vars(kind)
