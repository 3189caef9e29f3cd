# SPDX-License-Identifier: Apache-2.0
"""``manifest.json``: every file of a run by its hashes, what made it, and whose signature goes with it.

It has one form for what it says, so that nothing can stand in it beside that; the signature is over its bytes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .member import LINE_DIGITS, Member, is_safe_name

__all__ = ["MANIFEST", "SCHEMA", "SIGNATURE", "LaterVersionError", "Manifest", "ManifestError", "read_manifest"]

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
SCHEMA: Final = "xky-evidence/1"

_HASH, _DIGITS = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]*")
_KEYS = ("schema", "created", "public_key", "tool", "formats", "members")
_SIZE_MAX = 1 << 27  # bytes of a manifest: two million lines


class ManifestError(ValueError):
    """It is no manifest as this version writes it; the text says why, the line where, if that is known."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


class LaterVersionError(ManifestError):
    """It says that it is of another version."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What it says.

    Attributes:
        created: when, ISO 8601 UTC.
        public_key: of the signer, Ed25519, 64 hexadecimal digits; None: unsigned.
        tool: versions of what made it.
        formats: versions of what the members are written in.
        members: by name.
    """

    created: str
    public_key: str | None
    tool: Mapping[str, Any]
    formats: Mapping[str, str]
    members: Mapping[str, Member]

    @property
    def data(self) -> bytes:
        """Its bytes; the same for the same content."""
        members: dict[str, dict[str, Any]] = {}
        for name, member in sorted(self.members.items()):
            members[name] = {"size": member.size, "sha256": member.sha256}
            if member.lines is not None:
                members[name]["lines"] = member.lines
        said = {
            "schema": SCHEMA,
            "created": self.created,
            "public_key": self.public_key,
            "tool": self.tool,
            "formats": self.formats,
            "members": members,
        }
        return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


def read_manifest(data: bytes) -> Manifest:
    """What the bytes of a manifest say.

    Raises:
        LaterVersionError: its schema is another one.
        ManifestError: it is none, or is not written as ``Manifest.data`` writes.
    """
    if len(data) > _SIZE_MAX:
        raise ManifestError(f"is longer than {_SIZE_MAX >> 20} MiB")
    try:
        said = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ManifestError("is no text", data.count(b"\n", 0, error.start) + 1) from None
    except json.JSONDecodeError as error:
        raise ManifestError(f"is no JSON ({error.msg})", error.lineno) from None
    except (ValueError, RecursionError):  # digits, or brackets, that nobody writes
        raise ManifestError("cannot be read") from None
    if not isinstance(said, dict):
        raise ManifestError("is no JSON object")
    schema = said.get("schema")
    if isinstance(schema, str) and re.fullmatch(r"xky-evidence/\d{1,9}", schema) and schema != SCHEMA:
        raise LaterVersionError(schema)
    if schema != SCHEMA or tuple(said) != _KEYS:
        raise ManifestError(f"has not the keys of {SCHEMA}")
    manifest = _checked(said)
    if manifest.data != data:
        was, now = manifest.data.splitlines(), data.splitlines()
        line = next((at for at, (one, other) in enumerate(zip(was, now, strict=False), 1) if one != other), None)
        raise ManifestError("is not written as xky writes it", line)
    return manifest


def _checked(said: Mapping[str, Any]) -> Manifest:
    texts = {"created": str, "tool": dict, "formats": dict, "members": dict}
    for key, kind in texts.items():
        if not isinstance(said[key], kind):
            raise ManifestError(f"{key}: is of another kind")
    key = said["public_key"]
    if not (key is None or _is_hash(key)):
        raise ManifestError("public_key: is none")
    members = {name: _member(name, one) for name, one in said["members"].items()}
    return Manifest(said["created"], key, said["tool"], said["formats"], members)


def _member(name: str, said: Any) -> Member:
    if not is_safe_name(name) or name in (MANIFEST, SIGNATURE):
        raise ManifestError("members: has a name that no member has")
    keys = ("size", "sha256", "lines")
    if not isinstance(said, dict) or tuple(said) not in (keys, keys[:2]):
        raise ManifestError(f"members: {name}: has other keys")
    size, lines = said["size"], said.get("lines")
    right = isinstance(size, int) and not isinstance(size, bool) and size >= 0 and _is_hash(said["sha256"])
    if not right or ("lines" in said and not _are_short(lines)):
        raise ManifestError(f"members: {name}: size or hash is none")
    return Member(size, said["sha256"], lines)


def _is_hash(said: Any) -> bool:
    return isinstance(said, str) and _HASH.fullmatch(said) is not None


def _are_short(said: Any) -> bool:
    """Whether they are the hashes of lines; all at once, since there are tens of thousands."""
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        return False
    return {*map(len, said)} <= {LINE_DIGITS} and _DIGITS.fullmatch("".join(said)) is not None
