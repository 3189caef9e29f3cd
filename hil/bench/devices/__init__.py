# SPDX-License-Identifier: Apache-2.0
"""Kinds of devices under test: one file a scheme, found by listing this folder."""

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from xky.emulator.outputs.port_choice import SERIAL_LINE, check_device_line
from xky.protocol import InputError
from xky.protocol.additions import added, added_class

from .device import Device, DeviceContext, FedDevice

__all__ = ["Device", "DeviceContext", "FedDevice", "device_kinds", "is_on_hardware", "open_device"]

_OF_HARDWARE = ("reset", "flash")


def device_kinds() -> list[str]:
    """The schemes known: those of this folder, and of the entry points ``xky.devices`` of packages outside.

    Raises:
        InputError: a package adds one of a shipped name.
    """
    return sorted([*_shipped(), *added("xky.devices", _shipped())])


@cache
def _shipped() -> Sequence[str]:
    return [module.name for module in iter_modules(__path__) if module.name != "device"]


def is_on_hardware(spec: str) -> bool:
    """Whether ``SCHEME:REST`` is a real board; False where there is no such kind."""
    scheme, colon, _ = spec.partition(":")
    if not colon or scheme not in device_kinds():
        return False
    return bool(_kind(scheme).on_hardware)


def open_device(spec: str, **options: Any) -> Device:
    """The device of ``SCHEME:REST``, not started yet.

    Args:
        spec: such as ``sim:winky-c6`` or ``exec:./firmware {port}``.
        options: ``defect``, ``line`` and ``parity``, as the kind takes them; ``reset`` and ``flash`` of a real board.

    Raises:
        InputError: no such kind, or the rest does not fit it; or a package adds one of a shipped name.
    """
    check_device_line(options.get("line", "pty"))
    scheme, colon, rest = spec.partition(":")
    if colon and scheme in _shipped():
        added("xky.devices", (scheme,))  # refused where a package has taken the name
        return _made(_kind(scheme), rest, options)
    kinds = device_kinds()
    if not colon or scheme not in kinds:
        near = difflib.get_close_matches(scheme, kinds, 1)
        hint = f" Did you mean {near[0]}:?" if near else ""
        raise InputError(f"device {spec!r}: unknown kind {scheme!r}; known: {', '.join(kinds)}.{hint}")
    return _made(_kind(scheme), rest, options)


def _kind(scheme: str) -> Any:
    """The class of a kind that is known.

    Raises:
        InputError: somebody took pyserial away, as does who uninstalls ``pyserial-labgrid``.
    """
    if scheme in _shipped():
        try:
            return import_module(f"{__name__}.{scheme}").KIND
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "serial":
                raise
            raise InputError(
                f"device kind {scheme}: the package serial is missing, which pyserial and pyserial-labgrid share; "
                "pip install --force-reinstall --no-deps pyserial"
            ) from None
    return added_class(added("xky.devices", ())[scheme], Device)


def _made(kind: Any, rest: str, options: Mapping[str, Any]) -> Device:
    """The device; what only a real board takes is refused of others."""
    taken = {name: value for name, value in options.items() if name not in _OF_HARDWARE or value is not None}
    if not kind.on_hardware:
        line = str(options.get("line", "pty"))
        of_hardware = [f"--{name} {options[name]}" for name in _OF_HARDWARE if name in taken]
        for told in (*of_hardware, *([f"--line {line}"] if line.startswith(SERIAL_LINE) else [])):
            raise InputError(f"{told}: is for a real board, serial:PORT or labgrid:PLACE; leave it out")
    device: Device = kind(rest, **taken)
    return device
