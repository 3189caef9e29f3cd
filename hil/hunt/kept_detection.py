# SPDX-License-Identifier: Apache-2.0
"""A file of hunts on built-in defects that grows as they end, and from which a second run goes on."""

import hashlib
import json
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from xky.protocol import InputError
from xky.protocol.whole_file import whole_file

from ..owned_folder import folder_complaint
from .detection import Found, Run

__all__ = ["KeptHunts"]

_FILE: Final = "defects.jsonl"
_SCHEMA: Final = "xky-fuzz-defects-kept/1"
_WHAT: Final = "hunt"
_CODE: Final = ("xky.protocol", "xky.emulator", "xky.boards", "xky.hil")


class KeptHunts:
    """What hunts on defects found, a line each.

    Args:
        folder: that has the file; both are made where there is none.

    Attributes:
        found: by defect and seed.

    Raises:
        InputError: the file cannot be written, is none of these, or was made by other code.
        BenchError: there is no room for it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / _FILE
        self.found: dict[Run, Found] = {}
        self._head = json.dumps({"schema": _SCHEMA, "code": _digest_of_code()}) + "\n"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size:
                self._read()
            else:
                self._write("w", self._head)
        except OSError as error:
            raise folder_complaint(folder, error, _WHAT) from None

    def add(self, run: Run, found: Found) -> None:
        """Keep one more.

        Raises:
            InputError: it cannot be written.
            BenchError: there is no room for it.
        """
        self.found[run] = found
        try:
            self._write("a", json.dumps({"defect": run[0], "seed": run[1], **asdict(found)}) + "\n")
        except OSError as error:
            raise folder_complaint(self.path.parent, error, _WHAT) from None

    def _write(self, how: str, text: str) -> None:
        with self.path.open(how, encoding="utf-8") as file:
            file.write(text)

    def _read(self) -> None:
        text = self.path.read_text(encoding="utf-8", errors="replace")
        if not text.startswith(self._head):
            whose = "of hunts by another xky-hil" if f'"{_SCHEMA}"' in text.partition("\n")[0] else "no file of hunts"
            raise InputError(f"{self.path}: is {whose}; give another folder by --out, or remove it")
        *lines, cut = text.removeprefix(self._head).split("\n")
        for number, line in enumerate(lines, 2):
            try:
                told: dict[str, Any] = json.loads(line)
                run = str(told.pop("defect")), int(told.pop("seed"))
                self.found[run] = Found(**told)
            except (AttributeError, KeyError, TypeError, ValueError):
                raise InputError(f"{self.path}:{number}: is no hunt; remove the line") from None
        if cut:  # in the middle of a line: that hunt is made again
            with whole_file(self.path) as fresh:
                fresh.write_text(text.removesuffix(cut), encoding="utf-8")


def _digest_of_code() -> str:
    """Tells the code that hunts and is hunted from any other: what one found, the other may not."""
    whole = hashlib.sha256()
    for name in _CODE:
        for root in import_module(name).__path__:
            for path in sorted(Path(root).rglob("*.py")):
                whole.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()[:20]
