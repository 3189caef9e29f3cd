# SPDX-License-Identifier: Apache-2.0
"""The files of a report as a browser may have them: those that its manifest names, and no path that a client makes up.

A report may be somebody else's: its page runs no script, sends nothing, and belongs to no site.
"""

from collections.abc import Collection
from functools import cached_property

from ..archive.contents import Contents
from ..archive.manifest import MANIFEST, SIGNATURE, ManifestError, read_manifest

__all__ = ["REPORT_POLICY", "ReportFiles", "media_type"]

REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"

_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".sarif": "application/json",
          ".pdf": "application/pdf", ".gz": "application/gzip"}  # fmt: skip
_TEXT = "text/plain; charset=utf-8"


class ReportFiles:
    """The files of one report.

    Args:
        contents: of its folder or archive.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    @cached_property
    def names(self) -> Collection[str]:
        """What may be asked for."""
        if MANIFEST not in self._contents.names:
            return frozenset()
        try:
            members = read_manifest(self._contents.read(MANIFEST)).members
        except ManifestError:
            return frozenset()
        return {MANIFEST, SIGNATURE, *members}.intersection(self._contents.names)

    def read(self, name: str) -> bytes | None:
        """A file; None where there is none of that name."""
        return self._contents.read(name) if name in self.names else None


def media_type(name: str) -> str:
    """What a browser takes it for: text, where it is none of a few."""
    return next((kind for suffix, kind in _TYPES.items() if name.endswith(suffix)), _TEXT)
