# SPDX-License-Identifier: Apache-2.0
"""What became of the files of a report since they were written, and whose signature they have.

A signature is over the manifest, and the manifest has a hash of each other file. Where the two do not go together, one
of them is changed: which, the container's own sums tell, or nobody does and both are named.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from xky.protocol import InputError

from .contents import Contents
from .key_file import PublicKey, signed_by
from .manifest import MANIFEST, SCHEMA, SIGNATURE, LaterVersionError, Manifest, ManifestError, read_manifest
from .member import differing_lines

__all__ = ["CONTAINER", "Comparison", "compared"]

CONTAINER = "(container)"
_SAY_WHO_SIGNS = ("report.json", "dispute.json")
_SIGNATURE_SIZE = 64


@dataclass
class Comparison:
    """What was found.

    Attributes:
        manifest: what it says; None where it cannot be read.
        signer: whose valid signature it has; None: nobody's.
        changed: ``MEMBER[:LINE]`` each, or ``(container)`` for a byte outside of the members.
        missing: members that are gone.
        extra: files that no run wrote.
        notes: what a person should know besides, a line each.
    """

    manifest: Manifest | None = None
    signer: PublicKey | None = None
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing differs."""
        return not (self.changed or self.missing or self.extra)


def compared(contents: Contents) -> Comparison:
    """Hold the files of a report against their manifest.

    Raises:
        InputError: they are of a version that this one cannot read, or a file cannot be read.
    """
    found = Comparison()
    altered = _read_manifest(contents, found)
    sound: set[str] = set()
    if found.manifest is not None:
        altered |= _check_signature(contents, found)
        sound = _compare_members(contents, found, found.manifest, altered=altered)
    elif MANIFEST in contents.names:  # nobody knows what there was: what is damaged by the container's sums is
        found.changed += sorted(set(contents.damaged) - {MANIFEST})
    sound |= {name for name in (MANIFEST, SIGNATURE) if name in contents.names and name not in contents.damaged}
    if contents.differs_outside(sound):
        found.changed.append(CONTAINER)
    found.changed = list(dict.fromkeys(found.changed))
    return found


def _read_manifest(contents: Contents, found: Comparison) -> bool:
    """Whether the manifest is known to be changed; what can be read of it is in ``found``."""
    if MANIFEST not in contents.names:
        found.missing.append(MANIFEST)
        return False
    data, damaged = contents.read(MANIFEST), MANIFEST in contents.damaged
    try:
        found.manifest = read_manifest(data)
    except LaterVersionError as error:
        if not damaged:
            raise InputError(
                f"{contents.place}: is of another version ({error}), and this one reads {SCHEMA}; "
                "verify it with the xky-hil that its manifest names"
            ) from None
        found.changed.append(MANIFEST)
    except ManifestError as error:
        found.changed.append(MANIFEST if error.line is None else f"{MANIFEST}:{error.line}")
        found.notes.append(f"{MANIFEST}: {error}")
    else:
        if damaged:
            found.changed.append(MANIFEST)
    return damaged or found.manifest is None


def _check_signature(contents: Contents, found: Comparison) -> bool:
    """Whether the manifest may be changed, by its signature; who signed is in ``found``."""
    manifest = found.manifest
    assert manifest is not None
    is_there, told = SIGNATURE in contents.names, MANIFEST in found.changed
    if manifest.public_key is None:
        found.extra += [SIGNATURE] if is_there else []
        return False
    if not is_there:
        found.missing.append(SIGNATURE)
        return False
    key, signature = PublicKey(manifest.public_key), contents.read(SIGNATURE)
    if signed_by(key, signature, contents.read(MANIFEST)):
        found.signer = key
        return False
    if SIGNATURE in contents.damaged or len(signature) != _SIGNATURE_SIZE:
        found.changed.append(SIGNATURE)
        return False
    if not told:
        found.changed += [MANIFEST, SIGNATURE]
        found.notes.append(f"{SIGNATURE} is not that of {MANIFEST}: one of the two was changed")
    return True


def _compare_members(contents: Contents, found: Comparison, manifest: Manifest, *, altered: bool) -> set[str]:
    """Names of the members that are as they were."""
    names, sound = set(contents.names), set()
    for name, member in manifest.members.items():
        if name not in names:
            found.missing.append(name)
            continue
        data = contents.read(name)
        if hashlib.sha256(data).hexdigest() == member.sha256:
            sound.add(name)
            if len(data) != member.size and not altered:
                found.changed.append(MANIFEST)
            continue
        lines = differing_lines(name, data, member)
        if altered and name not in contents.damaged and lines == [] and len(data) == member.size:
            sound.add(name)  # it is the manifest's hash of it that was changed
            continue
        found.changed += [f"{name}:{line}" for line in lines or ()] or [name]
    found.extra += sorted(names - manifest.members.keys() - {MANIFEST, SIGNATURE})
    for name in sound.intersection(_SAY_WHO_SIGNS):
        found.changed += _signer_is_another(contents.read(name), manifest)
    return sound


def _signer_is_another(report: bytes, manifest: Manifest) -> Iterator[str]:
    """The manifest, where the report, or the pack, was made by another signer: then it was signed anew."""
    try:
        said = json.loads(report)
    except (ValueError, RecursionError):
        return
    if isinstance(said, dict) and said.get("signer", manifest.public_key) != manifest.public_key:
        yield MANIFEST
