# SPDX-License-Identifier: Apache-2.0
"""Supply contracts: one file each, found by listing this folder."""

from importlib import import_module
from pkgutil import iter_modules

from xky.protocol import InputError

from .contract import Contract, Tariff

__all__ = ["Contract", "Tariff", "contract_named", "contract_names"]


def contract_names() -> list[str]:
    """The contracts known: the modules of this folder."""
    return sorted(module.name for module in iter_modules(__path__) if module.name != "contract")


def contract_named(name: str) -> Contract:
    """The contract of that name with its usual hours.

    Raises:
        InputError: no such contract.
    """
    if name not in contract_names():
        raise InputError(f"contract {name!r}: not known; known: {', '.join(contract_names())}")
    contract: Contract = import_module(f"{__name__}.{name}").CONTRACT()
    return contract
