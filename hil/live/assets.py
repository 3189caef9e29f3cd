# SPDX-License-Identifier: Apache-2.0
"""The files that the pages are made of, as they are shipped; a name that is not one of them is none."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from importlib.resources import files
from importlib.resources.abc import Traversable

from .fault_words import words_of_faults

__all__ = ["ASSETS_AT", "Asset", "asset", "version"]

ASSETS_AT = "/live/"
"""Path of the server below which they are found."""

_FOLDERS = ("css", "js", "vendor", "words")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file: its bytes, and what a browser takes it for."""

    data: bytes
    media_type: str


def asset(name: str) -> Asset | None:
    """A file by its name below ``ASSETS_AT``, such as ``js/stream.js``; None where there is none of it."""
    return _assets().get(name)


@cache
def version() -> str:
    """Of the pages: that of the program, and what their files are; it changes with any of them."""
    hashed = hashlib.sha256()
    for name, one in sorted(_assets().items()):
        hashed.update(f"{name} {len(one.data)} ".encode() + one.data)
    try:
        program = installed_version("xky-hil")
    except PackageNotFoundError:  # run from a folder that nobody installed
        program = "0"
    return f"{program}-{hashed.hexdigest()[:12]}"


@cache
def _assets() -> Mapping[str, Asset]:
    """Read once, and by their listed names alone: no request ever becomes a path."""
    found: dict[str, Asset] = {}
    for folder in _FOLDERS:
        _gather(files("xky.hil.live") / folder, folder, found)
    told = json.dumps(words_of_faults(), ensure_ascii=False)
    found["words/faults.json"] = Asset(told.encode(), _TYPES[".json"])  # no file: each fault has its own words
    return found


def _gather(folder: Traversable, name: str, found: dict[str, Asset]) -> None:
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            _gather(entry, path, found)
            continue
        suffix = "." + entry.name.rpartition(".")[2]
        if suffix in _TYPES:
            found[path] = Asset(entry.read_bytes(), _TYPES[suffix])
