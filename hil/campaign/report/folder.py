# SPDX-License-Identifier: Apache-2.0
"""The folder of a report, owned by one run: made in a fresh folder inside it, put in its place when the run ends.

Whatever ends the run, the report of a run before goes: it is not that of this device. What is not a report's stays.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xky.protocol import InputError, Mode

from ...archive.manifest import MANIFEST, SIGNATURE
from ...owned_folder import folder_complaint, owned_folder
from ..evidence import BEFORE, EVIDENCE_FILES, forget_evidence
from .given_files import GIVEN_FILES

__all__ = ["STIMULI", "report_folder"]

EVIDENCE = "evidence"
_FILES = (  # the last comes last: where it is, all is
    SIGNATURE, MANIFEST, "index.html", "junit.xml", "report.pdf", "report.sarif", "statement.intoto.json",
    "report.json",
)  # fmt: skip
STIMULI = "stimuli"  # of certify --shrink
_STIMULUS = re.compile(r"[A-Z]{3}-[A-Z]{3}-\d+\.[a-z0-9-]+\.(?:historic|standard)\.stim\.toml")
_WORKSHOP = ".run-"  # how the names of fresh folders begin
_WHAT = "report"


@contextmanager
def report_folder(folder: Path, *, keeps: bool = False) -> Iterator[Path]:
    """Own a folder, and give one to write the report in; its files are put into ``folder`` if the block ends well.

    Args:
        folder: made where there is none.
        keeps: what a run before left, interrupted or killed, stays until the block has ended well: this run goes on
            from there.

    Raises:
        InputError: it cannot be made or written to, another run has it, or a file stands where a folder is to be, or a
            folder where a file is.
        BenchError: there is no room to begin with.
        OSError: the report could not be put in its place.
    """
    with owned_folder(folder, _WHAT):
        _check_names(folder)
        workshop = _begin(folder, keeps=keeps)
        try:
            try:
                yield workshop
            except BaseException:
                if not keeps:
                    _forget(folder)
                raise
            _forget(folder)
            _put_in_place(workshop, folder)
            _clear(folder, workshop)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


def _check_names(folder: Path) -> None:
    """What would keep a report out of its place is somebody's own: it is told before the run, and left alone.

    A symbolic link is none of that: it goes itself.
    """
    evidence = folder / EVIDENCE
    of_modes = [] if evidence.is_symlink() else [evidence / mode.value for mode in Mode]
    of_evidence = [of_mode / name for of_mode in of_modes if not of_mode.is_symlink() for name in EVIDENCE_FILES]
    for path in (evidence, *of_modes, folder / STIMULI):
        if path.exists() and not path.is_symlink() and not path.is_dir():
            raise InputError(f"--out {folder}: {path} is no folder; move it, or give another folder")
    of_evidence += [] if evidence.is_symlink() else [evidence / name for name in GIVEN_FILES]
    for path in (*(folder / name for name in _FILES), *of_evidence):
        if path.is_dir() and not path.is_symlink():
            raise InputError(f"--out {folder}: {path} is a folder, not a file of a report; move it, or give another")


def _clear(folder: Path, *spared: Path) -> None:
    """Remove what runs left that were killed."""
    for left in folder.glob(f"{_WORKSHOP}*"):
        if left.is_dir() and not left.is_symlink() and left not in spared:
            shutil.rmtree(left, ignore_errors=True)


def _begin(folder: Path, *, keeps: bool) -> Path:
    try:
        if not keeps:
            _clear(folder)
        return Path(tempfile.mkdtemp(prefix=_WORKSHOP, dir=folder))
    except OSError as error:
        raise folder_complaint(folder, error, _WHAT) from None


def _forget(folder: Path) -> None:
    """Remove the report of a run before, and nothing else."""
    for name in _FILES:
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    for name in () if (folder / EVIDENCE).is_symlink() else GIVEN_FILES:
        with suppress(OSError):
            (folder / EVIDENCE / name).unlink(missing_ok=True)
    _forget_stimuli(folder / STIMULI)
    with suppress(OSError):
        forget_evidence(folder / EVIDENCE)


def _forget_stimuli(folder: Path) -> None:
    """Remove those that a run wrote; a symbolic link in the place of the folder is somebody's own, and stays."""
    if folder.is_symlink() or not folder.is_dir():
        return
    with suppress(OSError):
        for path in folder.iterdir():
            if _STIMULUS.fullmatch(path.name):
                path.unlink()
        folder.rmdir()


def _put_in_place(workshop: Path, folder: Path) -> None:
    evidence = workshop / EVIDENCE
    for root in (evidence, *evidence.glob(f"{BEFORE}*")):
        for recorded in (root, *(root / mode.value for mode in Mode)):
            if recorded.is_dir():
                kept = folder / recorded.relative_to(workshop)
                kept.mkdir(parents=True, exist_ok=True)
                for file in recorded.iterdir():
                    if file.is_file():
                        os.replace(file, kept / file.name)
    if (workshop / STIMULI).is_dir():
        (folder / STIMULI).mkdir(exist_ok=True)
        for file in (workshop / STIMULI).iterdir():
            os.replace(file, folder / STIMULI / file.name)
    for name in _FILES:
        if (workshop / name).exists():
            os.replace(workshop / name, folder / name)
