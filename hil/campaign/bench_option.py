# SPDX-License-Identifier: Apache-2.0
"""``--bench FILE`` of a run: most have none, and wait for no imports of instruments."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xky.protocol import InputError

__all__ = ["device_of"]


def device_of(given: Mapping[str, Any], bench: Path | None) -> dict[str, Any]:
    """Which device a run is of, and how it is reached, as options of the run: those given over the file's, if any.

    Args:
        given: by the names of ``Options``; None and no probe are not given.
        bench: a bench file.

    Raises:
        InputError: the file is wrong, or nobody says which device.
    """
    told = dict(given)
    if bench is not None:
        from ..bench_file import bench_file, options_over

        told = options_over(given, bench_file(bench))
    if not told["device"]:
        where = "" if bench is None else f"{bench} has no [device] spec; "
        raise InputError(f"no DEVICE: {where}give one, such as sim:winky-c6, or --defects")
    return {**told, "probes": tuple(told.get("probes") or ())}
