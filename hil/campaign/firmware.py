# SPDX-License-Identifier: Apache-2.0
"""Which program was tested: what the statement names, the files that were run, and what the device says of itself."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest
from pathlib import Path
from typing import Any

from xky.boards import Board
from xky.boards.description.declaration import WhereSaid
from xky.protocol import InputError
from xky.protocol.uplinks.mqtt_topics import matches
from xky.protocol.uplinks.payload_path import PayloadPath

from .record import LINES, Record

__all__ = ["Firmware", "ProgramFile", "program_files"]

_SAID_MAX = 100  # characters of a version that are shown


@dataclass(frozen=True, slots=True)
class ProgramFile:
    """A file that the device is made of: its name as it was given, and the SHA-256 of its bytes."""

    name: str
    sha256: str


def program_files(paths: Sequence[Path]) -> tuple[ProgramFile, ...]:
    """The files of a device as they are now.

    Raises:
        InputError: one cannot be read.
    """
    found = []
    for path in paths:
        try:
            with path.open("rb") as file:
                found.append(ProgramFile(path.name, file_digest(file, "sha256").hexdigest()))
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); let it be read, or give another") from None
    return tuple(found)


@dataclass(frozen=True)
class Firmware:
    """What is known of the program under test.

    Attributes:
        board: with what its statement names.
        files: that were run, as they were before the run.
        records: of the modes that were played.
    """

    board: Board
    files: tuple[ProgramFile, ...]
    records: Sequence[Record]

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The versions that the device said, in their order."""
        release = self.board.release
        if release is None or release.said is None:
            return ()
        return tuple(dict.fromkeys(one for record in self.records for one in _said(record, release.said)))

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Where what was seen is not what the statement names."""
        release, found = self.board.release, []
        if release is None:
            return ()
        if release.sha256 is not None and self.files and release.sha256 not in {one.sha256 for one in self.files}:
            run = ", ".join(f"{one.name} {one.sha256}" for one in self.files)
            found.append(f"the statement names the program of SHA-256 {release.sha256}; what was run is {run}")
        if other := [one for one in self.said if one != release.version]:
            found.append(f"the statement names version {release.version}; the device says {', '.join(other)}")
        return tuple(found)

    @property
    def proven(self) -> bool:
        """Whether what the statement names was seen, and nothing else.

        A hash is proven by the bytes alone; a version without one by what the device says.
        """
        release = self.board.release
        if release is None or self.disagreements:
            return False
        if release.sha256 is not None:
            return release.sha256 in {one.sha256 for one in self.files}
        return release.version in self.said

    def document(self) -> dict[str, Any]:
        """As ``report.json`` has it."""
        release = self.board.release
        return {
            "version": None if release is None else release.version,
            "sha256": None if release is None else release.sha256,
            "files": [{"file": one.name, "sha256": one.sha256} for one in self.files],
            "said": list(self.said),
            "proven": self.proven,
            "disagreements": list(self.disagreements),
        }


def _said(record: Record, where: WhereSaid) -> Iterator[str]:
    """Every version that a record's messages say."""
    path = PayloadPath(where.path)
    for probe, source, text in _messages(record):
        if probe != where.probe or not _comes_from(where, source):
            continue
        try:
            found = path.find(json.loads(text))
        except (ValueError, RecursionError):
            continue
        if isinstance(found, str | int | float) and not isinstance(found, bool):
            yield str(found)[:_SAID_MAX]


def _messages(record: Record) -> Iterator[tuple[str, str, str]]:
    """Kind of the probe, source and text of what the device said, with a label of the TIC or without."""
    for reading in record.readings:
        yield _kind(reading.probe), reading.source, reading.line
    for remark in record.remarks:
        yield _kind(remark.probe), "", remark.text


def _kind(probe: str) -> str:
    return probe.partition(":")[0] or LINES


def _comes_from(where: WhereSaid, source: str) -> bool:
    """Whether a message is one of those; of a remark nobody knows where it came from, and the path decides."""
    if not where.source or not source:
        return True
    return matches(where.source, source) if where.probe == "mqtt" else where.source == source
