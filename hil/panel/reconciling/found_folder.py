# SPDX-License-Identifier: Apache-2.0
"""A folder with what was found: ``reconcile.json``, and pictures of the panel and of each home that is not whole."""

import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xky.protocol import BenchError
from xky.protocol.errors import cannot_be_written
from xky.protocol.whole_file import whole_file

from ...plot import check_plot
from .plot import draw_home, draw_panel
from .results import PanelFound

__all__ = ["write_found"]

DOCUMENT, PICTURE = "reconcile.json", "panel.svg"
_PICTURES = 100  # of homes, the worst
_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_found(folder: Path, found: PanelFound, document: Mapping[str, Any]) -> None:
    """Write it; the folder is made, what is there of the same names is written anew.

    Args:
        folder: to write into.
        found: of a panel.
        document: the same for machines.

    Raises:
        InputError: the folder cannot be written to, or matplotlib is missing.
        BenchError: no room is left.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_plot(folder / PICTURE)
        with whole_file(folder / DOCUMENT) as partial:
            partial.write_text(
                json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
            )
    except OSError as error:
        if error.errno in _FULL:
            raise BenchError(f"--out {folder}: no room is left; free some, or give another folder") from None
        raise cannot_be_written(f"--out {folder}", error, "give another folder") from None
    draw_panel(found, folder / PICTURE)
    worst = sorted((home for home in found.homes if not home.is_whole and home.days), key=lambda one: -one.faults)
    for home in worst[:_PICTURES]:
        draw_home(home, folder / f"home-{''.join(c if c.isalnum() else '_' for c in home.id)}.svg")
