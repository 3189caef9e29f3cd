# SPDX-License-Identifier: Apache-2.0
"""Simulated firmware: one file each, named in a board's file, found by listing this folder."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

import simpy

from xky.protocol import InputError
from xky.protocol.uart import Uart

from ..description.board import Board
from .context import SWITCHED_OFF, FirmwareContext
from .energy_policy import EnergyPolicy
from .indicator import Indicator
from .parser import Parser

__all__ = [
    "SWITCHED_OFF", "EnergyPolicy", "Firmware", "FirmwareContext", "Indicator", "Parser", "firmware_names",
    "load_firmware",
]  # fmt: skip

_PARTS = (  # of firmware, none by themselves
    "context", "duty_cycle", "energy_policy", "indicator", "lorawan_flash", "lorawan_mac", "networked",
    "one_for_all_configuration", "one_for_all_page", "parser", "receiver", "sleeper", "winky_commands",
)  # fmt: skip


class Firmware(Protocol):
    """What each module's ``FIRMWARE`` is: a class."""

    def __init__(self, context: FirmwareContext) -> None: ...

    @property
    def uarts(self) -> Sequence[tuple[float, Uart]]:
        """When and how it set its port."""
        ...

    def run(self) -> simpy.events.ProcessGenerator:
        """The process; an interrupt is a brown-out, or ends it where its cause is ``SWITCHED_OFF``."""
        ...


@cache
def firmware_names() -> Sequence[str]:
    """The firmware known."""
    return sorted(module.name for module in iter_modules(__path__) if module.name not in _PARTS)


def load_firmware(board: Board) -> type[Firmware]:
    """The firmware class that a board's file names.

    Raises:
        InputError: the board has no simulated firmware, or names one that is not there.
    """
    if board.firmware is None:
        raise InputError(
            f"board {board.id}: has no simulated firmware, so there is no sim:{board.id}; "
            f'give the program that reads its line: "exec:COMMAND {{port}}" --board {board.id}'
        )
    if board.firmware not in firmware_names():
        raise InputError(f"board {board.id}: firmware {board.firmware!r} not known; known: {firmware_names()}")
    firmware: type[Firmware] = import_module(f"{__name__}.{board.firmware}").FIRMWARE
    return firmware
