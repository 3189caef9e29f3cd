# SPDX-License-Identifier: Apache-2.0
"""A small report, sealed: what a run writes, in a few bytes."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from xky.hil.archive.key_file import Signer, new_keys, signer_of
from xky.hil.archive.seal import Seal

__all__ = ["CREATED", "GIVEN", "new_signer", "sealed"]

CREATED = datetime(2026, 10, 15, 18, tzinfo=UTC)
GIVEN = {
    "evidence/standard/run.json": b'{\n "mode": "standard"\n}\n',
    "evidence/standard/sent.jsonl.gz": b'{"at_s": 0.0}\n{"at_s": 1.5}\n{"at_s": 3.0}\n',
    "evidence/standard/stderr.txt": b"",
    "index.html": b"<p>pass\n<p>decided 2 of 2\n",
    "junit.xml": b"<testsuite/>",
}


def new_signer(path: Path) -> Signer:
    """A signer of its own."""
    new_keys(path)
    return signer_of(path)


def sealed(folder: Path, signer: Signer | None = None, *, run: int = 1) -> Path:
    """The archive ``folder.xky``, beside the folder with the same files; runs of another number say something else."""
    archive = folder.with_name(f"{folder.name}.xky")
    seal = Seal(signer, archive)
    report = {"schema": "xky-report/1", "verdict": "pass", "seed": run, "signer": seal.public_key}
    given = GIVEN | {"report.json": (json.dumps(report, indent=1) + "\n").encode()}
    for name, data in given.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(data.replace(b"0.0", b"%d.0" % run), mtime=0) if name.endswith(".gz") else data
        path.write_bytes(packed)
    seal.close(folder, {"report": "xky-report/1"}, CREATED)
    seal.pack(folder)
    return archive
