# SPDX-License-Identifier: Apache-2.0
"""What ``xky power fit`` makes of a measured curve, where it shows something and its libraries are there."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from xky.protocol import InputError

from .rig import Settings

__all__ = ["fitted_to"]


_FITTED = ("charge", "discharge")  # in which the board is off: what it draws between two readings is known


def fitted_to(
    routine: str, curve: Path, settings: Settings, *, source_known: bool
) -> tuple[dict[str, Any] | None, str]:
    """The object of ``xky power fit --json``, or why there is none.

    Args:
        routine: that took it.
        curve: file of it.
        settings: with the board and the supply that it was charged from.
        source_known: whether the supply's resistance was measured.
    """
    if routine not in _FITTED:
        return None, ""
    if any(find_spec(name) is None for name in ("numpy", "scipy", "tomlkit")):
        return None, "not fitted: pip install 'xky-hil[power]'"
    from ..power.measured.curve_file import read_curve
    from ..power.measured.fit import fit
    from ..power.measured.print_fit import document_of_fit

    power = settings.board.power
    assert power is not None
    try:
        found = fit(power, settings.supply, read_curve(curve, power.mcu.off_a), source_known=source_known)
    except InputError as error:
        return None, f"not fitted: {error}"
    return document_of_fit(found, settings.board.id, curve, settings.supply), ""
