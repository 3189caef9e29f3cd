# SPDX-License-Identifier: Apache-2.0
"""The league on disk: ``league.json`` for programs, ``index.html`` for people."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from xky.protocol.errors import cannot_be_written
from xky.protocol.whole_file import whole_file

from ...campaign.report.page import visible_blanks
from ...campaign.verdict_marks import MARK
from .document import columns

__all__ = ["page", "write_league"]


def write_league(folder: Path, league: dict[str, Any]) -> None:
    """Write both files, each whole or not at all.

    Args:
        folder: made where there is none.
        league: as ``document`` has it.

    Raises:
        InputError: it cannot be written.
        BenchError: there is no room.
    """
    texts = {"league.json": json.dumps(league, indent=1, ensure_ascii=False) + "\n", "index.html": page(league)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with whole_file(folder / name) as fresh:
                fresh.write_text(text, encoding="utf-8")
    except OSError as error:
        raise cannot_be_written(f"--out {folder}", error, "give another folder") from None


def page(league: dict[str, Any]) -> str:
    """The page; what decoders said is text, never markup."""
    environment = Environment(
        loader=PackageLoader("xky.hil.hunt.league", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["visible"] = visible_blanks
    return environment.get_template("league.html").render(league=league, columns=columns(league), marks=MARK)
