# SPDX-License-Identifier: Apache-2.0
"""Where the bench sees readings: one file a kind, found by listing this folder."""

import difflib
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from xky.protocol import InputError
from xky.protocol.additions import added, added_class

from .probe import Probe, ProbeContext

__all__ = ["Probe", "ProbeContext", "open_probe", "probe_kinds"]

_PARTS = ("address", "mapped", "probe")  # of every kind


@cache
def _files() -> Sequence[str]:
    """The kinds of this folder, each named by its first scheme."""
    return sorted(module.name for module in iter_modules(__path__) if module.name not in _PARTS)


@cache
def _kind(name: str) -> type[Probe]:
    kind: type[Probe] = import_module(f"{__name__}.{name}").KIND
    return kind


@cache
def _shipped() -> dict[str, type[Probe]]:
    return {scheme: kind for kind in map(_kind, _files()) for scheme in kind.schemes}


def probe_kinds() -> list[str]:
    """The schemes known: those of this folder, and of the entry points ``xky.probes`` of packages outside.

    Raises:
        InputError: a package adds one of a shipped name.
    """
    return sorted([*_shipped(), *added("xky.probes", list(_shipped()))])


def open_probe(spec: str) -> Probe:
    """The probe of a SPEC, not open yet.

    Args:
        spec: such as ``lines``, ``mqtt``, ``influx:192.168.1.2:8086`` or ``mqtt://broker.lan:1883/tele/#``.

    Raises:
        InputError: no such kind, or the rest does not fit it; or a package adds one of a shipped name.
    """
    scheme = spec.partition(":")[0]
    shipped = _kind(scheme) if scheme in _files() else _shipped().get(scheme)  # those not asked for stay unimported
    if shipped is not None:
        added("xky.probes", (scheme,))  # refused where a package has taken the name
        return shipped(spec)
    kinds = probe_kinds()
    if scheme not in kinds:
        near = difflib.get_close_matches(scheme, kinds, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"{scheme}: no such probe; known: {', '.join(kinds)}.{hint}")
    kind: Any = added_class(added("xky.probes", ())[scheme], Probe)
    probe: Probe = kind(spec)
    return probe
