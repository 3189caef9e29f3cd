# SPDX-License-Identifier: Apache-2.0
"""Seals the files of a run: their manifest beside them, its signature where somebody signs, and all in an archive.

What cannot be done is told before the run, and an archive of a run before goes with the report of it: it is not that of
this device.
"""

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written
from xky.protocol.whole_file import whole_file

from .container import LOCAL_BEGINS, write_container
from .contents import SUFFIX
from .key_file import Signer
from .manifest import MANIFEST, SCHEMA, SIGNATURE, Manifest
from .member import MEMBER_MAX, member_of
from .versions import versions

__all__ = ["UNSEALED", "Seal", "seals_of"]


@dataclass(frozen=True, slots=True)
class Seal:
    """How the files of a run are sealed.

    Attributes:
        signer: who signs; None: nobody.
        archive: file to write; None: the report's folder alone is sealed.
    """

    signer: Signer | None = None
    archive: Path | None = None

    @property
    def public_key(self) -> str | None:
        """Of the signer, hexadecimal."""
        return None if self.signer is None else self.signer.public.hex

    @contextmanager
    def archive_place(self) -> Iterator[None]:
        """See before the block that the archive can be written; behind it one of a run before is gone.

        A block that ends by an ``InputError`` was no run, and leaves it.

        Raises:
            InputError: it cannot be written, or what is there is none.
        """
        if self.archive is None:
            yield
            return
        before, was_a_run = _check_place(self.archive), True
        try:
            yield
        except InputError:
            was_a_run = False
            raise
        finally:
            with suppress(OSError):
                if was_a_run and before is not None and _identity(self.archive) == before:
                    self.archive.unlink()

    def close(self, folder: Path, formats: Mapping[str, str], created: datetime | None = None) -> None:
        """Write the manifest of all files of a folder, and its signature.

        Args:
            folder: of a run; all that is in it is the run's.
            formats: versions of what its files are written in.
            created: the time that stands in it; now, unless told.

        Raises:
            OSError: it cannot be written.
        """
        files = {name: data for name, data in _files_of(folder) if name not in (MANIFEST, SIGNATURE)}
        at = (created or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
        for name, data in seals_of(files, self.signer, formats, at).items():
            (folder / name).write_bytes(data)

    def pack(self, folder: Path) -> None:
        """Write the archive of a folder that has its manifest; it is there whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        if self.archive is None:
            return
        with whole_file(self.archive) as partial, partial.open("wb") as file:
            write_container(file, list(_files_of(folder)))


def seals_of(
    files: Mapping[str, bytes], signer: Signer | None, formats: Mapping[str, str], created: str
) -> dict[str, bytes]:
    """What goes beside files so that they can be checked: their manifest, and its signature where somebody signs.

    Args:
        files: their bytes by their names.
        signer: who signs; None: nobody.
        formats: versions of what they are written in.
        created: when, ISO 8601 UTC.
    """
    members = {name: member_of(name, data) for name, data in files.items()}
    key = None if signer is None else signer.public.hex
    data = Manifest(created, key, versions(), {"evidence": SCHEMA, **formats}, members).data
    return {MANIFEST: data} if signer is None else {MANIFEST: data, SIGNATURE: signer.sign(data)}


UNSEALED = Seal()
"""Nobody signs, and there is no archive: the folder has its manifest alone."""


def _files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            if path.stat().st_size > MEMBER_MAX:
                raise OSError(errno.EFBIG, f"{path.name} is larger than {MEMBER_MAX >> 30} GiB")
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _identity(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns


def _check_place(archive: Path) -> tuple[int, int, int] | None:
    """Which file is there before; None where there is none."""
    name = f"--archive {archive}"
    if archive.suffix != SUFFIX:
        raise InputError(f"{name}: an archive is called NAME{SUFFIX}; give it such a name")
    try:
        if archive.is_dir():
            raise InputError(f"{name}: is a folder; give the name of a file")
        before = None
        if archive.exists():
            with archive.open("rb") as file:
                if file.read(4) not in (b"", LOCAL_BEGINS):
                    raise InputError(f"{name}: is there already, and is no archive; give another name")
            before = _identity(archive)
        descriptor, tried = tempfile.mkstemp(prefix=".", dir=archive.parent)  # what permissions say is not all
        os.close(descriptor)
        os.unlink(tried)
    except OSError as error:
        raise cannot_be_written(name, error) from None
    return before
