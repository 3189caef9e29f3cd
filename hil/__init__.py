# SPDX-License-Identifier: Apache-2.0
"""The bench and the verdict: devices, plan, oracle, conformance suite, report."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bench.bench import Bench
    from .bench.devices import Device, DeviceContext, FedDevice, device_kinds, open_device
    from .bench.reading import Reading
    from .campaign.certify_device import certify
    from .hunt.machine import BenchMachine
    from .hunt.strategies import line_stories
    from .stories.replay import require_stood
    from .stories.stand import stand
    from .verification.verify import verify

__all__ = [
    "Bench", "BenchMachine", "Device", "DeviceContext", "FedDevice", "Reading", "certify", "device_kinds",
    "line_stories", "open_device", "require_stood", "stand", "verify",
]  # fmt: skip

_HOMES = {
    "Bench": "bench.bench:Bench",
    "BenchMachine": "hunt.machine:BenchMachine",
    "Device": "bench.devices:Device",
    "DeviceContext": "bench.devices:DeviceContext",
    "FedDevice": "bench.devices:FedDevice",
    "Reading": "bench.reading:Reading",
    "certify": "campaign.certify_device:certify",
    "device_kinds": "bench.devices:device_kinds",
    "line_stories": "hunt.strategies:line_stories",
    "open_device": "bench.devices:open_device",
    "require_stood": "stories.replay:require_stood",
    "stand": "stories.stand:stand",
    "verify": "verification.verify:verify",
}


def __getattr__(name: str) -> Any:
    """What the table has, imported when somebody asks (PEP 562); pytest, which loads this folder, pays for nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), attribute)
