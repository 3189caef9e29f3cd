# SPDX-License-Identifier: Apache-2.0
"""What is kept of a run as it goes, in the fresh folder that its report is made in, so that even a kill leaves it.

A mode that was played to its end is there whole. Of one under way there is a copy of its record each few seconds, two
by turns, so that one of them is whole whenever the power fails. A thread writes them: the line waits for no disk.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from xky.protocol import Mode
from xky.protocol.whole_file import whole_file

from ..evidence import write_record
from ..record import Record

__all__ = ["CHECKPOINTS", "PROGRESS", "SCHEMA", "Journal"]

SCHEMA = "xky-progress/1"
PROGRESS = "progress.json"
CHECKPOINTS = ("checkpoint-0", "checkpoint-1")
EVERY_S = 5.0  # real seconds between two copies


class Journal:
    """Keeps a run in a folder.

    Args:
        workshop: in which the report is made.
        identity: of the run, asked for when there is something to keep.
        started: of the run, ISO 8601.
        speed: bench seconds per real second.

    Attributes:
        identity: as given.
        kept: modes whose whole records are in ``evidence/``.
        resumed: earlier parts, as the report has them.
    """

    def __init__(
        self, workshop: Path, identity: Callable[[], Mapping[str, str]], *, started: str, speed: float = 1.0
    ) -> None:
        self._workshop = workshop
        self.identity = identity
        self._started = started
        self._every_s = EVERY_S * speed
        self._last_s = 0.0
        self._number = 0
        self._writer: Thread | None = None
        self._has_begun = False
        self.kept: set[Mode] = set()
        self.resumed: Sequence[Mapping[str, Any]] = ()

    def begin(self) -> None:
        """Say whose progress this is; from now on another run can go on from here."""
        if self._has_begun:
            return
        self._has_begun = True
        told = {
            "schema": SCHEMA, "started": self._started, "identity": dict(self.identity()),
            "resumed": list(self.resumed),
        }  # fmt: skip
        with whole_file(self._workshop / PROGRESS) as partial:
            partial.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def keep(self, mode: Mode, record: Record) -> None:
        """Keep a mode that was played to its end; its copies go."""
        self._join()
        write_record(self._workshop / "evidence" / mode.value, record)
        self.kept.add(mode)
        self.begin()
        self._forget_copies()
        self._last_s = 0.0

    def follow(self, mode: Mode, at_s: float, record: Callable[[], Record]) -> None:
        """A frame of a step begins at that instant of the bench's clock: keep what there is, if it is time to."""
        if at_s - self._last_s < self._every_s or (self._writer is not None and self._writer.is_alive()):
            return
        self._last_s = at_s
        taken = record()
        self._writer = Thread(target=self._copy, args=(mode, taken), daemon=True)
        self._writer.start()

    def close(self) -> None:
        """The run is over: only the records of its report stay."""
        self._join()
        self._forget_copies()
        (self._workshop / PROGRESS).unlink(missing_ok=True)

    def _copy(self, mode: Mode, record: Record) -> None:
        folder = self._workshop / CHECKPOINTS[self._number % len(CHECKPOINTS)]
        self._number += 1
        with suppress(OSError):  # no room, mostly: the report itself will say so
            shutil.rmtree(folder, ignore_errors=True)
            write_record(folder / mode.value, record)
            self.begin()

    def _join(self) -> None:
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    def _forget_copies(self) -> None:
        for name in CHECKPOINTS:
            shutil.rmtree(self._workshop / name, ignore_errors=True)
