# SPDX-License-Identifier: Apache-2.0
"""A contested purpose as one file, sealed as archives are: what was sent, what was said, rule, verdict, record."""

from pathlib import Path
from tempfile import TemporaryDirectory

from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written
from xky.protocol.pseudonym import Pseudonyms
from xky.protocol.whole_file import whole_file

from ..archive.container import write_container
from ..archive.key_file import Signer
from ..archive.seal import seals_of
from ..campaign.evidence import read_record, write_record
from ..campaign.report.formats import FORMATS
from ..campaign.verdict import Verdict
from .anonymised_purpose import anonymised
from .contested_purpose import Contested
from .judge_one import purpose_named
from .members import DISPUTE_SCHEMA, RECORD, dispute_document, members_of
from .slices import slice_of

__all__ = ["SUFFIX", "write_pack"]

SUFFIX = ".dispute.zip"
_FORMATS = {"dispute": DISPUTE_SCHEMA, "record": FORMATS["record"]}


def write_pack(
    contested: Contested,
    path: Path,
    *,
    signer: Signer | None = None,
    pseudonyms: Pseudonyms | None = None,
    lang: str = "en",
) -> str:
    """Write a pack; what of the record it holds, for people.

    The same of the same report, signer and pseudonyms is the same bytes: the time in its manifest is that of the run.

    Args:
        contested: of a report.
        path: of the file.
        signer: who signs it; None: nobody.
        pseudonyms: for what is personal; None leaves it.
        lang: of what it tells people.

    Raises:
        InputError: the evidence is not there, cannot be read, or the file cannot be written; what is anonymised already
            is to be anonymised.
        BenchError: the verdict would be another one without what is personal.
    """
    if pseudonyms is None:
        record = read_record(contested.record)
    else:
        contested, record = anonymised(contested, pseudonyms)
    told = contested.purpose
    purpose = purpose_named(told["id"])
    probe = told.get("probe", record.probes[0].spec)
    part, what = slice_of(purpose, record, probe, Verdict(told["verdict"]), told["reason"])
    key = None if signer is None else signer.public.hex
    document = dispute_document(contested, purpose, probe, record=what, file=path.name, signer=key, lang=lang)
    members = members_of(document, purpose, part, probe)
    with TemporaryDirectory() as folder:
        write_record(Path(folder), part)
        members |= {f"{RECORD}/{file.name}": file.read_bytes() for file in Path(folder).iterdir()}
    members |= seals_of(members, signer, _FORMATS, str(contested.report.get("started", "")))
    try:
        with whole_file(path) as partial, partial.open("wb") as file:
            write_container(file, list(members.items()))
    except OSError as error:
        raise cannot_be_written(f"--out {path}", error, "give another file") from None
    except OverflowError as error:
        raise InputError(f"--out {path}: cannot be written ({error}); give another file") from None
    return what
