# SPDX-License-Identifier: Apache-2.0
"""The folder of a hunt: a stimulus file and a test for each finding, the examples from which the next hunt goes on."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from xky.protocol import InputError, Mode
from xky.protocol.whole_file import whole_file

from ..owned_folder import folder_complaint, owned_folder
from ..stories.judging import Signature
from ..stories.stimulus_file import SUFFIX, read_stimulus, write_stimulus
from ..stories.story import Story
from .tally import Finding

__all__ = ["HuntFolder", "hunt_folder"]

_STATE: Final = "hunt.json"
_WHAT: Final = "finding"
_SCHEMA: Final = "xky-hunt-folder/1"
_EXAMPLES: Final = "examples"
_TEST = '''"""{reason}

Found by ``xky fuzz`` on {device}; the stimulus is {stimulus}, beside this file. Run it with
``pytest --xky-device DEVICE {name}``.
"""

from pathlib import Path

import pytest

from xky.hil import require_stood


def test_{function}(pytestconfig: pytest.Config) -> None:
    require_stood(Path(__file__).with_name("{stimulus}"), pytestconfig)
'''


@contextmanager
def hunt_folder(folder: Path, **found_on: Any) -> Iterator["HuntFolder"]:
    """The folder of a hunt, which no other one has meanwhile; arguments and errors are those of ``HuntFolder``."""
    with owned_folder(folder, _WHAT):
        yield HuntFolder(folder, **found_on)


class HuntFolder:
    """Where a hunt keeps what it finds.

    Args:
        folder: made where there is none.
        device: that is hunted; a folder is that of one device.
        board: that it is.
        defect: that is built into it.
        labels: that it is told to claim; None: as its board says.
        statement: file that is laid over its board; None: none.

    Attributes:
        runs: how many hunts went before: each draws other stories.

    Raises:
        InputError: the folder cannot be written, or is that of another device.
        BenchError: there is no room in it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        device: str,
        board: str,
        defect: str | None = None,
        labels: Sequence[str] | None = None,
        statement: Path | None = None,
    ) -> None:
        self.folder, self._device, self._defect = folder, device, defect
        self._found_on: dict[str, Any] = {
            "device": device, "board": board, "defect": defect, "labels": labels, "statement": statement,
        }  # fmt: skip
        self.runs = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._go_on()
            self._write_state()
        except OSError as error:
            raise folder_complaint(folder, error, _WHAT) from None

    def examples(self, name: str) -> ExampleDatabase:
        """Hypothesis's database, of examples of one name."""
        return DirectoryBasedExampleDatabase(self.folder / _EXAMPLES / name)

    def _go_on(self) -> None:
        path = self.folder / _STATE
        if not path.exists():
            return
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            version, device, self.runs = state["schema"], state["device"], int(state["runs"])
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path}: is not that of a hunt; give another folder by --out, or remove it") from None
        if version != _SCHEMA:
            raise InputError(f"{path}: is of another version ({version!r}); give another folder by --out")
        if (device, state.get("defect")) != (self._device, self._defect):
            raise InputError(f"--out {self.folder}: is that of a hunt on {device}; give another folder for this device")

    def _write_state(self) -> None:
        state: dict[str, Any] = {
            "schema": _SCHEMA,
            "device": self._device,
            "defect": self._defect,
            "runs": self.runs + 1,
        }
        with whole_file(self.folder / _STATE) as fresh:
            fresh.write_text(json.dumps(state) + "\n", encoding="utf-8")

    def stories(self, modes: Sequence[Mode]) -> list[Story]:
        """What hunts before found in these modes, in order of the names of the files.

        Raises:
            InputError: a stimulus file is wrong; the text names file, line and key.
        """
        found = (read_stimulus(path) for path in sorted(self.folder.glob(f"*{SUFFIX}")))
        return [stimulus.story for stimulus in found if stimulus.mode in modes]

    def path_of(self, signature: Signature) -> Path:
        """The stimulus file of a finding."""
        words = re.sub(r"[^a-z0-9]+", "-", str(signature).lower()).strip("-")
        return self.folder / f"{words[:120]}{SUFFIX}"

    def keep(self, finding: Finding) -> Path:
        """Write a finding and its test.

        Returns:
            The stimulus file.

        Raises:
            InputError: it cannot be written.
            BenchError: there is no room for it.
        """
        path = self.path_of(finding.signature)
        write_stimulus(path, finding.story, finding.broken, **self._found_on)
        function = path.name.removesuffix(SUFFIX).replace("-", "_")
        test = path.with_name(f"test_{function}.py")
        reason = "".join(one if one.isprintable() and one not in '"\\' else "?" for one in finding.broken.reason)
        text = _TEST.format(reason=reason, device=self._device, stimulus=path.name, name=test.name, function=function)
        try:
            with whole_file(test) as fresh:
                fresh.write_text(text, encoding="utf-8")
        except OSError as error:
            raise folder_complaint(self.folder, error, _WHAT) from None
        return path
