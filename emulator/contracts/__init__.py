# SPDX-License-Identifier: Apache-2.0
"""Supply contracts: one file each, found by listing this folder."""

import difflib
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from xky.protocol import InputError
from xky.protocol.additions import added, load_added

from .contract import Contract, Historic, Tariff
from .peak import Peak, PeakRule, SeasonalPeaks
from .season import Distributor, YearSeason

__all__ = [
    "Contract", "Distributor", "Historic", "Peak", "PeakRule", "SeasonalPeaks", "Tariff", "YearSeason",
    "contract_maker", "contract_named", "contract_names", "is_contract",
]  # fmt: skip


_NO_CONTRACTS = ("contract", "peak", "season")  # what contracts are made of


def contract_names() -> list[str]:
    """The contracts known: those of this folder, and of the entry points ``xky.contracts`` of packages outside.

    Raises:
        InputError: a package adds one of a shipped name.
    """
    return sorted([*_shipped(), *added("xky.contracts", _shipped())])


def is_contract(name: str) -> bool:
    """Whether there is a contract of that name; what packages outside add is only looked at where none of ours has it.

    Raises:
        InputError: a package adds one of a shipped name.
    """
    return name in _shipped() or name in added("xky.contracts", _shipped())


def _shipped() -> list[str]:
    return [module.name.replace("_", "-") for module in iter_modules(__path__) if module.name not in _NO_CONTRACTS]


def contract_maker(name: str) -> Callable[..., Contract]:
    """The function that makes the contract of that name; its arguments are the contract's settings.

    Raises:
        InputError: no such contract; or a package adds one of a shipped name.
    """
    if name in _shipped():
        added("xky.contracts", (name,))  # refused where a package has taken the name
        maker: Callable[..., Contract] = import_module(f"{__name__}.{name.replace('-', '_')}").contract
        return maker
    outside = added("xky.contracts", _shipped())
    if name not in outside:
        near = difflib.get_close_matches(name, contract_names(), 1)
        hint = f". Did you mean {near[0]}?" if near else ""
        raise InputError(f"contract {name!r}: not known; known: {', '.join(contract_names())}{hint}")
    added_maker: Callable[..., Contract] = load_added(outside[name])
    return added_maker


def contract_named(name: str) -> Contract:
    """The contract of that name with its usual hours.

    Raises:
        InputError: no such contract.
    """
    return contract_maker(name)()
