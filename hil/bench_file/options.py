# SPDX-License-Identifier: Apache-2.0
"""What a person says on the command line, over what stands in the bench file."""

from collections.abc import Mapping
from typing import Any

from xky.emulator.outputs.port_choice import PTY

from ..bench.devices import is_on_hardware
from .schema import BenchFile

__all__ = ["options_over"]


def options_over(given: Mapping[str, Any], file: BenchFile) -> dict[str, Any]:
    """The options of a run: those given, and of the rest what the file says.

    A device that is given and is no real board, or is reached in another way than that of the file, has a line of its
    own, and needs neither reset nor flash: the file's are of another device.

    Args:
        given: by the names of ``campaign.Options``; None, no probe, the line of ``pty`` and the parity of ``strip`` are
            not given.
        file: of the bench.
    """
    device = given.get("device") or file.device.spec
    is_the_board = bool(device) and (not given.get("device") or _may_be(str(device), file.device.spec))
    told: dict[str, Any] = {
        "device": device,
        "board": file.device.board if is_the_board else None,
        "probes": tuple(one.spec for one in file.probe) if is_the_board else (),
        "reset": file.device.reset if is_the_board else None,
        "flash": file.device.flash if is_the_board else None,
        "line": file.line.port if is_the_board and file.line is not None else PTY,
        "parity": file.line.parity if is_the_board and file.line is not None else "strip",
    }
    unless_told = {"line": PTY, "parity": "strip"}
    over = {name: value for name, value in given.items() if value and value != unless_told.get(name)}
    return {**given, **told, **over}


def _may_be(device: str, described: str | None) -> bool:
    """Whether a device that somebody gives may be the one that a file describes."""
    same = described is None or device.partition(":")[0] == described.partition(":")[0]
    return same and is_on_hardware(device)
