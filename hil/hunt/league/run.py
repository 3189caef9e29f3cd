# SPDX-License-Identifier: Apache-2.0
"""Runs an entry of the league under the suite, in each mode that it reads; what is left of it is what may be kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xky.protocol import BenchError

from ...campaign.campaign import Campaign, Options
from .entry import Entry
from .installation import Installed, install
from .kept import KeptHunt, KeptRun, keep_run
from .runtimes import SkippedError

__all__ = ["Hunter", "Played", "play", "version_of"]

Certify = Callable[[Campaign, Path], dict[str, Any]]
Hunter = Callable[[Entry, Installed, Path, Sequence[KeptRun]], Sequence[KeptHunt]]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of an entry.

    Attributes:
        entry: of the league.
        speed: bench seconds per real second.
        packages: what its environment holds, with versions.
        runs: one a mode; none where it was skipped.
        hunts: likewise, where it was hunted.
        skipped: why it did not run; empty where it did.
        failed: the bench's fault that kept it from running, not a want of the machine.
    """

    entry: Entry
    speed: float
    packages: Sequence[str] = ()
    runs: Sequence[KeptRun] = ()
    hunts: Sequence[KeptHunt] = ()
    skipped: str = ""
    failed: bool = False


def version_of(entry: Entry) -> str:
    """The decoder and its version, such as ``kylin 0.6.0``."""
    name, _, version = entry.packages[0].replace("==", "@").rpartition("@")
    return f"{name} {version}"


def play(
    entry: Entry,
    cache: Path,
    certify: Certify,
    *,
    seed: int = 0,
    speed: float | None = None,
    only: Sequence[str] = (),
    hunt: Hunter | None = None,
) -> Played:
    """Install an entry and run it, one mode after the other.

    Its reports and its evidence lie in a folder that goes with the run.

    Args:
        entry: of the league.
        cache: where it is installed.
        certify: runs a campaign into a folder and gives its report.
        seed: of the suite.
        speed: bench seconds per real second; the entry's own unless told.
        only: ids of requirements and purposes, which alone are judged; all unless told.
        hunt: hunts it besides, given its board's file and its runs.

    Raises:
        InputError: the entry's file is wrong.
        KeyboardInterrupt: a person ended it; nothing of the entry is kept.
    """
    speed = speed or entry.settings.speed
    try:
        installed = install(entry, cache)
    except SkippedError as error:
        return Played(entry, speed, skipped=str(error))
    except BenchError as error:
        return Played(entry, speed, skipped=str(error), failed=True)
    runs: list[KeptRun] = []
    hunts: Sequence[KeptHunt] = ()
    with TemporaryDirectory(prefix="xky-league-") as folder:
        board = Path(folder) / f"{entry.name}.toml"
        board.write_text(entry.board_text, encoding="utf-8")
        try:
            for mode in entry.board.modes:
                options = Options(installed.device, board=str(board), mode=mode, line=entry.settings.line, speed=speed)
                campaign = Campaign(replace(options, seed=seed, only=tuple(only)))
                report = certify(campaign, Path(folder) / mode)
                if campaign.aborted:
                    raise KeyboardInterrupt
                runs.append(keep_run(report, campaign.records[mode], version_of(entry)))
            if hunt is not None:
                hunts = hunt(entry, installed, board, runs)
        except BenchError as error:
            return Played(entry, speed, installed.packages, runs, hunts, skipped=str(error), failed=True)
    return Played(entry, speed, installed.packages, runs, hunts)
