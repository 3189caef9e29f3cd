# SPDX-License-Identifier: Apache-2.0
"""Kinds of UART, one a file, found by listing this folder; each tells its name in ``[iss]`` by ``kind``."""

from importlib import import_module
from pkgutil import iter_modules

from .uart import Uart

__all__ = ["Uart", "uart_kinds"]


def uart_kinds() -> dict[str, type[Uart]]:
    """The kinds, by the name that a board's file gives them."""
    files = [module.name for module in iter_modules(__path__) if module.name != "uart"]
    kinds: list[type[Uart]] = [import_module(f"{__name__}.{name}").KIND for name in files]
    return {one.kind: one for one in kinds}
