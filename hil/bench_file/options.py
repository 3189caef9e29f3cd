# SPDX-License-Identifier: Apache-2.0
"""What a person says on the command line, over what stands in the bench file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xky.emulator.outputs.port_choice import PTY, SERIAL_LINE
from xky.protocol import InputError

from .schema import BenchFile, bench_file

__all__ = ["device_of", "options_over"]


def device_of(given: Mapping[str, Any], bench: Path | None) -> dict[str, Any]:
    """Which device a run is of, and how it is reached, as options of the run: those given over the file's, if any.

    Raises:
        InputError: the file is wrong, or nobody says which device.
    """
    told = options_over(given, BenchFile() if bench is None else bench_file(bench))
    if not told["device"]:
        where = "" if bench is None else f"{bench} has no [device] spec; "
        raise InputError(f"no DEVICE: {where}give one, such as sim:winky-c6, or --defects")
    return {**told, "probes": tuple(told["probes"] or ())}


def options_over(given: Mapping[str, Any], file: BenchFile) -> dict[str, Any]:
    """The options of a run: those given, and of the rest what the file says.

    A device that is given and is no board on a wire has a line of its own, and needs neither reset nor flash: the
    file's are of another device.

    Args:
        given: by the names of ``campaign.Options``; None, no probe, and the line of ``pty`` are not given.
        file: of the bench.
    """
    device = given.get("device") or file.device.spec
    is_the_board = bool(device) and (not given.get("device") or str(device).startswith(SERIAL_LINE))
    told: dict[str, Any] = {
        "device": device,
        "board": file.device.board if is_the_board else None,
        "probes": tuple(one.spec for one in file.probe) if is_the_board else (),
        "reset": file.device.reset if is_the_board else None,
        "flash": file.device.flash if is_the_board else None,
        "line": file.line.port if is_the_board and file.line is not None else PTY,
    }
    over = {name: value for name, value in given.items() if value and not (name == "line" and value == PTY)}
    return {**given, **told, **over}
