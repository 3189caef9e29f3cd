# SPDX-License-Identifier: Apache-2.0
"""A pack judged again: what this suite concludes by what it holds, beside what the report said."""

import json
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict, ValidationError

from xky.protocol import InputError

from ..campaign.evidence import EVIDENCE_FILES, read_record
from ..campaign.judgement import Conclusion
from ..campaign.record import Record
from ..campaign.verdict import Verdict
from .judge_one import judge_one, purpose_named
from .members import DISPUTE, DISPUTE_SCHEMA, RECORD

__all__ = ["JudgedPack", "MalformedPackError", "judge_members", "judge_pack"]

_CHUNK = 2**20  # bytes at a time
_LARGEST = 256 * 2**20  # bytes of a member, unpacked: the longest record of ours has a tenth


class MalformedPackError(ValueError):
    """It is no pack as this version writes it; the text says why."""


class _Purpose(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    mode: str
    probe: str
    verdict: Verdict
    reason: str
    contested: str | None = None


class _Dispute(BaseModel):
    model_config = ConfigDict(extra="ignore")

    schema_: str
    suite: str | None = None
    device: str | None = None
    purpose: _Purpose


@dataclass(frozen=True, slots=True)
class JudgedPack:
    """What became of it.

    Attributes:
        told: verdict and reason of the report.
        contested: what the supplier says to it; None: nothing.
        device: that was judged.
        again: what this suite concludes.
        record: by which.
    """

    told: tuple[Verdict, str]
    contested: str | None
    device: str | None
    again: Conclusion
    record: Record

    @property
    def is_same(self) -> bool:
        """Whether the verdict is that of the report."""
        return self.again.verdict is self.told[0]


def judge_pack(path: Path) -> JudgedPack:
    """Judge a pack again; whether it is as it was written, and who signed it, ``verify`` says.

    Raises:
        InputError: it is none, or cannot be read; this suite does not have its purpose.
    """
    try:
        with zipfile.ZipFile(path) as pack:
            return judge_members(pack.namelist(), lambda name: _read(pack, name))
    except MalformedPackError as error:
        raise _complaint(path, str(error)) from None
    except OSError as error:
        raise InputError(
            f"--judge {path}: cannot be read ({error.strerror or error}); give a pack of xky dispute"
        ) from None
    except (zipfile.BadZipFile, KeyError, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise _complaint(path, " ".join(str(error).split()) or type(error).__name__) from None


def judge_members(names: Collection[str], read: Callable[[str], bytes]) -> JudgedPack:
    """Judge what a pack holds.

    Args:
        names: of its members.
        read: gives the bytes of one.

    Raises:
        MalformedPackError: they are none of a pack.
        InputError: this suite does not have its purpose.
    """
    if DISPUTE not in names:
        raise MalformedPackError(f"it has no {DISPUTE}")
    dispute = _dispute(read(DISPUTE))
    purpose = purpose_named(dispute.purpose.id)
    with TemporaryDirectory() as folder:
        for name in EVIDENCE_FILES:  # by our own names: a pack's lead nowhere
            if f"{RECORD}/{name}" in names:
                data = read(f"{RECORD}/{name}")
                if _unpacks_to_more(name, data):
                    raise MalformedPackError(f"{RECORD}/{name} is larger than any record")
                (Path(folder) / name).write_bytes(data)
        try:
            record = read_record(Path(folder))
        except InputError as error:
            raise MalformedPackError(str(error).replace(f"{folder}/", f"{RECORD}/")) from None
    probe = dispute.purpose.probe
    if record.mode.value != dispute.purpose.mode or probe not in {one.spec for one in record.probes}:
        raise MalformedPackError(f"its record is of {record.mode} mode, or not of probe {probe!r}")
    told = dispute.purpose
    return JudgedPack(
        (told.verdict, told.reason), told.contested, dispute.device, judge_one(purpose, record, probe), record
    )


def _read(pack: zipfile.ZipFile, name: str) -> bytes:
    with pack.open(name) as member:
        data = member.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise zipfile.BadZipFile(f"{name} is larger than any record")
    return data


def _unpacks_to_more(name: str, data: bytes) -> bool:
    """Whether lines that are packed once more are more than any record has."""
    if not name.endswith(".gz"):
        return False
    unpacked, left, size = zlib.decompressobj(wbits=31), data, 0
    while left and size <= _LARGEST:
        size += len(unpacked.decompress(left, _CHUNK))
        left = unpacked.unconsumed_tail
    return size > _LARGEST


def _dispute(data: bytes) -> _Dispute:
    try:
        told = json.loads(data)
        found = _Dispute.model_validate(told | {"schema_": told.get("schema")})
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        where = f": {error.errors()[0]['loc']}" if isinstance(error, ValidationError) else ""
        raise MalformedPackError(f"{DISPUTE} is none of ours{where}") from None
    if found.schema_ != DISPUTE_SCHEMA:
        raise MalformedPackError(f"{DISPUTE} is of schema {found.schema_!r}; this version reads {DISPUTE_SCHEMA}")
    return found


def _complaint(path: Path, what: str) -> InputError:
    return InputError(f"--judge {path}: is no pack of xky dispute ({what}); ask for it again")
