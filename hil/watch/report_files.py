# SPDX-License-Identifier: Apache-2.0
"""The files of a report as a browser may have them: those that its manifest names, and no path that a client makes up.

A report may be somebody else's: its page runs no script, sends nothing, and belongs to no site.
"""

from collections.abc import Collection

from ..archive.contents import Contents
from ..archive.manifest import MANIFEST, SIGNATURE, ManifestError, read_manifest

__all__ = ["REPORT_POLICY", "file_of", "media_type", "names_of"]

REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"

_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".sarif": "application/json",
          ".pdf": "application/pdf", ".gz": "application/gzip"}  # fmt: skip
_TEXT = "text/plain; charset=utf-8"


def names_of(contents: Contents) -> Collection[str]:
    """What may be asked for."""
    if MANIFEST not in contents.names:
        return ()
    try:
        members = read_manifest(contents.read(MANIFEST)).members
    except ManifestError:
        return ()
    return {MANIFEST, SIGNATURE, *members}.intersection(contents.names)


def file_of(contents: Contents, name: str) -> bytes | None:
    """A file of a report; None where it has none of that name."""
    return contents.read(name) if name in names_of(contents) else None


def media_type(name: str) -> str:
    """What a browser takes it for: text, where it is none of a few."""
    return next((kind for suffix, kind in _TYPES.items() if name.endswith(suffix)), _TEXT)
