# SPDX-License-Identifier: Apache-2.0
"""Reconciles a folder: of a panel that a run made, or of a real panel's own exports."""

from pathlib import Path

from ..layout import PANEL, PANEL_FILE
from .exports.real_panel import is_real_panel, reconcile_real_panel
from .made_panel import reconcile_made_panel
from .results import PanelFound

__all__ = ["reconcile"]


def reconcile(folder: Path, jobs: int | None = None) -> PanelFound:
    """What there is to find.

    Args:
        folder: that is there.
        jobs: processes; None: as many as are worth it.

    Raises:
        InputError: it is no folder of a panel, or nothing of it can be reconciled.
    """
    if not (folder / PANEL).exists() and is_real_panel(folder / PANEL_FILE):
        return reconcile_real_panel(folder)
    return reconcile_made_panel(folder, jobs)
