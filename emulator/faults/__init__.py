# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between meter and device: one fault a file, found by listing this folder."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .fault import Fault

__all__ = ["Fault", "known_faults"]


@cache
def known_faults() -> dict[str, type[Fault]]:
    """Name (of the file) to fault."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name != "fault")
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: getattr(module, module.__all__[0]) for name, module in modules.items()}
