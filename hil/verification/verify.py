# SPDX-License-Identifier: Apache-2.0
"""``xky verify``: an archive, a report's folder or a pack, held against its manifest, its signer and its evidence."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..archive.comparison import Comparison, compared
from ..archive.contents import Contents, contents_of
from ..archive.key_file import PublicKey, public_key_of
from .headline import headline_parts, is_pack
from .replayed import Replayed

__all__ = ["Verification", "verify"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it.

    Attributes:
        place: of the archive or folder.
        whole: nothing was changed, added, or is missing.
        signer: public key whose valid signature it has, hexadecimal; None: nobody's.
        expected: public key that was to have signed; None: whoever.
        changed: ``MEMBER[:LINE]``, or ``(container)`` for what is outside of the members.
        missing: members.
        extra: files that are no members.
        replayed: what the evidence concludes; None: nobody asked.
        made_by: version of the package that made it; None where the manifest cannot be read.
        notes: what a person should know besides.
        said: what its report says came of which device, in parts, for people.
    """

    place: str
    whole: bool
    signer: str | None
    expected: str | None
    changed: Sequence[str]
    missing: Sequence[str]
    extra: Sequence[str]
    replayed: Replayed | None
    made_by: str | None
    notes: Sequence[str]
    said: Sequence[str] = ()

    @property
    def headline(self) -> str:
        """What its report says came of which device, in a line."""
        return ", ".join(self.said)

    @property
    def signed(self) -> bool:
        """Whether it has a valid signature, whoever's."""
        return self.signer is not None

    @property
    def stands(self) -> bool:
        """Whether all is well: whole, signed, by whom it was to be, and judged again to the same verdicts."""
        by_whom = self.signed and self.expected in (None, self.signer)
        return self.whole and by_whom and (self.replayed is None or not self.replayed.other)

    def document(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        again = self.replayed
        return {
            "whole": self.whole,
            "signed": self.signed,
            "signer": self.signer,
            "changed": list(self.changed),
            "missing": list(self.missing),
            "extra": list(self.extra),
            "replayed": None if again is None else {"same": again.same, "other": list(again.other)},
        }


def verify(
    path: str | os.PathLike[str], *, signer: str | os.PathLike[str] | None = None, replay: bool = False
) -> Verification:
    """Check an archive or the folder of a report, offline; nothing of it is run, nothing is written beside it.

    Args:
        path: of the archive, or of the folder.
        signer: file with the public key of who is to have signed, or its 64 hexadecimal digits.
        replay: judge again, by what was recorded alone, and compare.

    Raises:
        InputError: there is no such file, it is no archive or of another version, or there is no such key.

    >>> from xky.hil import verify
    >>> verify("device.xky", signer="partner.pub", replay=True).stands  # doctest: +SKIP
    True
    """
    expected = None if signer is None else public_key_of(os.fspath(signer), "--signer")
    contents = contents_of(Path(path))
    found = compared(contents)
    replayed = None
    if replay:
        replayed = _judged_again(contents, _maker(found))
    return Verification(
        place=str(path), whole=found.whole, signer=_hex(found.signer), expected=_hex(expected),
        changed=tuple(found.changed), missing=tuple(found.missing), extra=tuple(found.extra), replayed=replayed,
        made_by=_maker(found), notes=tuple(found.notes), said=headline_parts(contents),
    )  # fmt: skip


def _judged_again(contents: Contents, made_by: str | None) -> Replayed:
    """What its evidence concludes; each kind brings what it needs, and the suite takes a while to import."""
    if is_pack(contents):
        from .pack_again import pack_judged_again

        return pack_judged_again(contents, made_by)
    from .judged_again import judged_again

    return judged_again(contents, made_by)


def _hex(key: PublicKey | None) -> str | None:
    return None if key is None else key.hex


def _maker(found: Comparison) -> str | None:
    """The version of the package that made it."""
    version = None if found.manifest is None else found.manifest.tool.get("xky-hil")
    return version if isinstance(version, str) else None
