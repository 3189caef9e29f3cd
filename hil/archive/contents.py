# SPDX-License-Identifier: Apache-2.0
"""The files of a report, wherever they are: in a folder, or in an archive."""

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from pathlib import Path

from xky.protocol import InputError

from .container_reader import Container, containers_of
from .manifest import MANIFEST, SIGNATURE, ManifestError, read_manifest
from .member import MEMBER_MAX

__all__ = ["SUFFIX", "ArchiveContents", "Contents", "FolderContents", "contents_of"]

SUFFIX = ".xky"
_REPORT = "report.json"
_ARCHIVE_MAX = 2 << 30  # bytes
_FILES_MAX = 10_000
_WORKSHOP = ".run-"  # of a run that is under way, or was killed
_GIVE = "give a file that certify --archive wrote, or the folder of a report"


class Contents(ABC):
    """Files by name.

    Attributes:
        place: of the file or folder, for complaints.
    """

    place: str

    @property
    @abstractmethod
    def names(self) -> Collection[str]:
        """Of all files that are there."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The bytes of one.

        Raises:
            InputError: it cannot be read, or has no end.
        """

    @property
    def damaged(self) -> Collection[str]:
        """Names of files that are known to be damaged, whatever a manifest says."""
        return ()

    def differs_outside(self, sound: Collection[str]) -> bool:
        """Whether anything but the files is not as it was written.

        Args:
            sound: names of files that are known to be right.
        """
        return False


class FolderContents(Contents):
    """The folder of a report. Archives that stand beside it are none of its files; links are not followed."""

    def __init__(self, folder: Path) -> None:
        self.place = str(folder)
        self._folder = folder
        self._names = sorted(_files_in(folder))
        if MANIFEST not in self._names and not {_REPORT, SIGNATURE}.intersection(self._names):
            raise InputError(f"{folder}: is no report: it has no {MANIFEST}; {_GIVE}")

    @property
    def names(self) -> Collection[str]:
        return self._names

    def read(self, name: str) -> bytes:
        path = self._folder / name
        if not path.is_file() or path.is_symlink():
            return b""  # a link, a pipe: nothing that a run wrote
        return _bytes_of(path, MEMBER_MAX, "take the report as xky wrote it")


def _files_in(folder: Path) -> Iterator[str]:
    found = 0
    for where, folders, files in os.walk(folder):
        links = [one for one in folders if os.path.islink(os.path.join(where, one))]
        top = Path(where) == folder
        folders[:] = [one for one in folders if one not in links and not (top and one.startswith(_WORKSHOP))]
        for name in [*files, *links]:
            if top and name.endswith(SUFFIX):
                continue
            found += 1
            if found > _FILES_MAX:
                raise InputError(f"{folder}: has more than {_FILES_MAX} files, and is no report; {_GIVE}")
            yield (Path(where) / name).relative_to(folder).as_posix()


class ArchiveContents(Contents):
    """An archive; of a damaged one the account by which most is right."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        found = containers_of(_bytes_of(path, _ARCHIVE_MAX, _GIVE), str(path))
        self._container = max(found, key=_rightness) if len(found) > 1 else found[0]
        self._members = self._container.members
        if MANIFEST in self._members:
            return
        if self._container.is_cut or not self._container.data[-22:].startswith(b"PK\x05\x06"):
            size = len(self._container.data)
            raise InputError(f"{path}: is cut short after {size} bytes, before its {MANIFEST}; ask for it once more")
        if not {_REPORT, SIGNATURE}.intersection(self._members):
            raise InputError(f"{path}: is a zip, but no archive: it has no {MANIFEST}; {_GIVE}")

    @property
    def names(self) -> Collection[str]:
        return self._members.keys()

    def read(self, name: str) -> bytes:
        return self._container.bytes_of(self._members[name])

    @property
    def damaged(self) -> Collection[str]:
        return self._container.damaged

    def differs_outside(self, sound: Collection[str]) -> bool:
        return not self._container.is_as_written(sound)


def _bytes_of(path: Path, most: int, mend: str) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > most:
                raise InputError(f"{path}: is larger than {most >> 30} GiB; {mend}")
            return file.read(most)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {mend}") from None


def _rightness(container: Container) -> int:
    """How many members are there under a name that the manifest has, as they are said to be."""
    members = container.members
    try:
        known = set(read_manifest(container.bytes_of(members[MANIFEST])).members) | {MANIFEST, SIGNATURE}
    except (KeyError, ManifestError):
        known = set()
    return sum(2 if name in known else 1 for name in members.keys() - container.damaged)


def contents_of(path: Path) -> Contents:
    """The files of a report at a path.

    Raises:
        InputError: there is nothing, or something else.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {_GIVE}") from None
    if stat.S_ISDIR(mode):
        return FolderContents(path)
    if not stat.S_ISREG(mode):
        raise InputError(f"{path}: is neither a file nor a folder; {_GIVE}")
    return ArchiveContents(path)
