# SPDX-License-Identifier: Apache-2.0
"""``--sign KEY``, ``--archive NAME.xky``, ``--anonymise`` and ``--key FILE`` of a run."""

from pathlib import Path
from typing import Annotated

import typer

from ..archive.key_file import signer_of
from ..archive.seal import UNSEALED, Seal
from ..named_file import named_file
from ..pseudonym_key import KEY_VARIABLE
from ..terminal import one_line
from .wording import Wording

__all__ = ["AnonymiseOption", "ArchiveOption", "KeyOption", "SignOption", "seal_of", "tell_seal"]

SignOption = Annotated[
    Path | None, typer.Option(metavar="KEY", help="Sign the report with this key, such as xky keys new makes.")
]
ArchiveOption = Annotated[
    Path | None,
    typer.Option(metavar="NAME.xky", callback=named_file, help="The report and all its evidence in one file, besides."),
]
_UNSIGNED_ARCHIVE = "Archive: {path}, unsigned: make a key with xky keys new FILE, and sign with --sign FILE."

AnonymiseOption = Annotated[
    bool, typer.Option("--anonymise", help="Replace addresses, indexes and load curves; leave free texts out.")
]
KeyOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=f"File with the key of the pseudonyms; else the variable {KEY_VARIABLE}."),
]


def seal_of(sign: Path | None, archive: Path | None) -> Seal:
    """What they make.

    Raises:
        InputError: there is no such key, or others may read it.
    """
    if sign is None and archive is None:
        return UNSEALED
    return Seal(None if sign is None else signer_of(sign), archive)


def tell_seal(seal: Seal, kept: bool, words: Wording | None = None) -> None:
    """Say where the archive is, and who signed, in English unless told; nothing of a run that has neither."""
    words = words or Wording()
    who = {} if seal.signer is None else {"fingerprint": seal.signer.public.fingerprint}
    if not kept:
        return
    if seal.archive is not None:
        told = "Archive: {path}, signed by {fingerprint}." if who else _UNSIGNED_ARCHIVE
        print(one_line(words.fill(told, path=seal.archive, **who)))
    elif who:
        print(one_line(words.fill("The report is signed by {fingerprint}.", **who)))
