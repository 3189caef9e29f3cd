# SPDX-License-Identifier: Apache-2.0
"""A panel that a run made: which homes of it are done, and what is found of each."""

import json
import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from xky.hil.workers import workers
from xky.protocol import InputError

from ..layout import EVENTS, HOME, PANEL, SCHEMA
from .columns import check_parquet
from .made_home import reconcile_made_home
from .portion import Event, read_events
from .results import HomeFound, PanelFound

__all__ = ["reconcile_made_panel"]

_ALONE = 24  # home-days that one process is done with before others would have started


def reconcile_made_panel(folder: Path, jobs: int | None = None) -> PanelFound:
    """What there is to find of a panel; the same whatever the processes.

    Args:
        folder: of the panel.
        jobs: processes; None: one for few homes, else one a core.

    Raises:
        InputError: it is no panel's folder, or no home of it can be read.
    """
    check_parquet(str(folder))
    told = _told(folder / PANEL)
    found = PanelFound(str(told.get("name", folder.name)), [], homes_due=told["homes"])
    homes = sorted(path for path in (folder / "homes").glob("*") if path.is_dir())
    done = [path for path in homes if (path / HOME).exists()]
    if told.get("whole") is not True or len(done) < max(found.homes_due, len(homes)):
        found.whole_run = False
        found.remarks.append(
            f"{len(done)} of {max(found.homes_due, len(homes))} homes are done: the run was cut; give the same "
            f"`panel run` with --out {folder} again"
        )
    if not done:
        raise InputError(f"{folder}: no home is done; run the panel again with --out {folder}")
    try:
        servers: Sequence[Event] = read_events(folder / EVENTS)
    except InputError as error:
        servers = ()
        found.whole_run = False
        found.remarks.append(str(error))
    days = len(list((done[0] / "days").glob("*")))
    if jobs is None:
        jobs = 1 if len(done) * days <= _ALONE else min(os.cpu_count() or 1, len(done))
    with workers(jobs) as who:
        for home in who.results(_one, [(path, tuple(servers)) for path in done]):
            found.homes.append(home)
    found.homes.sort(key=lambda one: one.id)
    if not any(home.judged for home in found.homes):
        raise InputError(f"{folder}: no home can be reconciled: {found.homes[0].remarks[0]}")
    return found


def _one(folder: Path, servers: Sequence[Event]) -> HomeFound:
    """A home; what cannot be read is told, and the others go on."""
    try:
        return reconcile_made_home(folder, servers)
    except InputError as error:
        return HomeFound(folder.name, remarks=[str(error)], judged=False)
    except import_module("pyarrow").ArrowException as error:  # columns of two days that do not go together, for one
        text = f"{folder}: its files do not go together: {str(error).splitlines()[0]}; run the panel again"
        return HomeFound(folder.name, remarks=[text], judged=False)


def _told(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(
            f"{path}: is not there; give the folder that `xky panel run --out` wrote, or write a panel.toml of exports"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); run the panel again") from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise InputError(f"{path}: expected schema {SCHEMA!r}; give the folder of a panel that this version made")
    homes = told.get("homes")
    if not isinstance(homes, int) or isinstance(homes, bool) or homes < 1:
        raise InputError(f"{path}: homes = {homes!r}; expected how many there are; run the panel again")
    return told
