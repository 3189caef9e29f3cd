# SPDX-License-Identifier: Apache-2.0
"""A report read back, to be laid beside another one: ``report.json``, the folder that holds it, or an archive."""

import json
import zipfile
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xky.protocol import InputError

from ..evidence.lines import what_is_wrong
from ..verdict import Level, Verdict

__all__ = ["MeasureOf", "PurposeOf", "ReportFile", "RequirementOf", "report_of"]

NAME = "report.json"
_MOST = 1 << 27  # bytes of a report; that of a whole run is some hundred thousand
_MEND = "give a report.json, the folder of a report, or an archive, as xky certify writes them"


class _Part(BaseModel):
    """What is read of a report; other keys, of later versions too, are nobody's error."""

    model_config = ConfigDict(frozen=True)


class MeasureOf(_Part):
    """What was measured against a limit, as ``Measure`` has it."""

    what: str
    value: float
    limit: float
    unit: str
    bound: Literal["at most", "at least"] = "at most"


class PurposeOf(_Part):
    """A purpose in one mode, at one probe."""

    id: str
    mode: str
    probe: str = "lines"
    verdict: Verdict
    reason: str
    skipped: bool = False
    measured: tuple[MeasureOf, ...] = ()


class RequirementOf(_Part):
    """A requirement with its purposes."""

    id: str
    title: str
    level: Level
    verdict: Verdict
    purposes: tuple[PurposeOf, ...]


class ReportFile(_Part):
    """What two reports are compared by; the names are those of ``report.json``.

    Attributes:
        statement: what the supplier states, as the report has it.
        firmware: what is known of it, as the report has it.
        compatibility: with the meters that exist; None: an older report does not say.
        speed: bench seconds per real second; None likewise.
    """

    format: Literal["xky-report/1"] = Field(alias="schema")
    verdict: Verdict
    partial: bool = False
    aborted: bool = False
    decided: int
    total: int
    device: str
    board: str
    mode: str
    probes: tuple[str, ...] = ("lines",)
    statement: dict[str, Any]
    firmware: dict[str, Any] = Field(default_factory=dict)
    compatibility: Verdict | None = None
    specification: str
    suite: str
    seed: int
    speed: float | None = None
    started: str
    duration_s: float
    requirements: tuple[RequirementOf, ...]

    @property
    def program(self) -> dict[str, tuple[str, ...]] | None:
        """SHA-256 of the files that were run, by their names; None: an older report does not say."""
        files = self.firmware.get("files")
        if not isinstance(files, list):
            return None
        found: dict[str, tuple[str, ...]] = {}
        for one in files:
            if isinstance(one, dict) and {"file", "sha256"} <= one.keys():
                name = str(one["file"])
                found[name] = (*found.get(name, ()), str(one["sha256"]))
        return found

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Where what was run is not the firmware that its statement names."""
        told = self.firmware.get("disagreements")
        return tuple(map(str, told)) if isinstance(told, list) else ()


def report_of(path: Path) -> ReportFile:
    """Read a report.

    Args:
        path: of ``report.json``, of a folder or of an archive (a zip) that holds one.

    Raises:
        InputError: there is none, it cannot be read, or it is no report; the text says which, and how to mend it.
    """
    file = path / NAME if path.is_dir() else path
    try:
        raw = _of_archive(file) if zipfile.is_zipfile(file) else _of_file(file)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); {_MEND}") from None
    return read_report(raw, str(file))


def read_report(raw: bytes, name: str) -> ReportFile:
    """The same from its bytes; ``name`` is what a complaint calls it.

    Raises:
        InputError: they are no report.
    """
    try:
        told = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise InputError(f"{name}: is no JSON; {_MEND}") from None
    if not isinstance(told, dict) or not str(told.get("schema", "")).startswith("xky-report/"):
        raise InputError(f"{name}: is no report of xky certify; {_MEND}")
    try:
        return ReportFile.model_validate(told)
    except ValidationError as error:
        raise InputError(f"{name}: {what_is_wrong(error)}; {_MEND}") from None


def _of_file(file: Path) -> bytes:
    with file.open("rb") as opened:
        return _all_of(opened.read(_MOST + 1), file)


def _of_archive(file: Path) -> bytes:
    try:
        with zipfile.ZipFile(file) as archive, archive.open(NAME) as member:
            return _all_of(member.read(_MOST + 1), file)
    except KeyError:
        raise InputError(f"{file}: holds no {NAME}; {_MEND}") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise InputError(f"{file}: cannot be read ({' '.join(str(error).split())}); {_MEND}") from None


def _all_of(raw: bytes, file: Path) -> bytes:
    if len(raw) > _MOST:
        raise InputError(f"{file}: is larger than {_MOST >> 20} MiB, which no report is; {_MEND}")
    return raw
