# SPDX-License-Identifier: Apache-2.0
"""Kinds of devices under test: one file a scheme, found by listing this folder."""

import difflib
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from xky.emulator.outputs.port_choice import check_device_line
from xky.protocol import InputError

from .device import Device, DeviceContext, FedDevice

__all__ = ["Device", "DeviceContext", "FedDevice", "device_kinds", "open_device"]


def device_kinds() -> list[str]:
    """The schemes known."""
    return sorted(module.name for module in iter_modules(__path__) if module.name != "device")


def open_device(spec: str, **options: Any) -> Device:
    """The device of ``SCHEME:REST``, not started yet.

    Args:
        spec: such as ``sim:winky-c6`` or ``exec:./firmware {port}``.
        options: ``defect``, ``line`` and ``parity``, as the kind takes them.

    Raises:
        InputError: no such kind, or the rest does not fit it.
    """
    check_device_line(options.get("line", "pty"))
    scheme, colon, rest = spec.partition(":")
    kinds = device_kinds()
    if not colon or scheme not in kinds:
        near = difflib.get_close_matches(scheme, kinds, 1)
        hint = f" Did you mean {near[0]}:?" if near else ""
        raise InputError(f"device {spec!r}: unknown kind {scheme!r}; known: {', '.join(kinds)}.{hint}")
    device: Device = import_module(f"{__name__}.{scheme}").KIND(rest, **options)
    return device
