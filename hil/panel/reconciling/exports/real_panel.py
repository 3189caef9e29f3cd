# SPDX-License-Identifier: Apache-2.0
"""A real panel by its exports: home by home, then what all lost at once; a home that cannot be read is told."""

import tomllib
from pathlib import Path

from xky.emulator.legal_time import local_time
from xky.protocol import InputError
from xky.protocol.tomlfile import read_toml

from ...layout import PANEL_FILE
from ..results import HomeFound, PanelFound
from .panel_file import ExportsFile
from .real_home import RealHome

__all__ = ["is_real_panel", "reconcile_real_panel"]


def is_real_panel(path: Path) -> bool:
    """Whether a file describes exports; also where that shows only by what is wrong with it."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        return False
    except (ValueError, RecursionError):
        return True
    return "schema" in told or "home" in told


def reconcile_real_panel(folder: Path) -> PanelFound:
    """What there is to find of a real panel.

    Args:
        folder: with a ``panel.toml`` of ``xky-exports/1``.

    Raises:
        InputError: that file is wrong, or no home has a reading that can be used.
    """
    described = read_toml(folder / PANEL_FILE, ExportsFile, "a panel's exports")
    found = PanelFound(described.name or folder.resolve().name, [], homes_due=len(described.home), inferred=True)
    homes: list[RealHome] = []
    first_us, until_us = described.bounds_us
    for one in described.home:
        try:
            homes.append(RealHome(folder, one, first_us, until_us))
        except InputError as error:
            found.homes.append(HomeFound(one.id, remarks=[str(error)], board=one.board or "", judged=False))
    if not homes:
        raise InputError(f"{folder}: nothing can be reconciled: {found.homes[0].remarks[0]}")
    if until_us is None:
        until_us = max(home.to_us for home in homes)
        found.remarks.append(f"readings are due until the last of all homes, {local_time(until_us):%Y-%m-%d %H:%M:%S}")
    silences = [home.silence(first_us, until_us) for home in homes]
    for place, home in enumerate(homes):
        found.homes.append(home.judge([one for other, one in enumerate(silences) if other != place]))
    order = [one.id for one in described.home]
    found.homes.sort(key=lambda one: order.index(one.id))
    if len(homes) > 1:
        found.remarks.append(
            "causes are inferred: what most homes lost at once was lost by the broker or the database, what one "
            "home lost alone by its radio or its device"
        )
    return found
