# SPDX-License-Identifier: Apache-2.0
"""A real panel."""

from pathlib import Path

from ..results import PanelFound


def is_real_panel(path: Path) -> bool:
    return False


def reconcile_real_panel(folder: Path) -> PanelFound:
    raise NotImplementedError
