# SPDX-License-Identifier: Apache-2.0
"""``xky verify``: whether a report is whole, who signed it, and whether its evidence gives its verdicts again."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..archive.key_file import PublicKey
from ..terminal import counted, one_line
from ..verification.verify import Verification, verify

__all__ = ["command"]

_TOLD = 20  # lines of a kind


def command(
    report: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="An archive NAME.xky, or the folder of a report.")
    ],
    signer: Annotated[
        str | None, typer.Option(metavar="PUB", help="Who is to have signed: a FILE.pub, or the 64 digits of the key.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Judge again, by the evidence alone, and compare each verdict.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Check a report that somebody sent, offline. Exit 0 whole and signed, 1 something differs, 2 no archive."""
    found = verify(report, signer=signer, replay=replay)
    if as_json:
        sys.stdout.write(json.dumps(found.document(), indent=1, ensure_ascii=False) + "\n")
    else:
        for line in _told(found):
            print(one_line(line))
    sys.exit(0 if found.stands else 1)


def _told(found: Verification) -> list[str]:
    """For people: what the report says, what differs, who signed, what was judged again, and what it comes to."""
    sound = found.whole and (found.replayed is None or not found.replayed.other)
    lines = [found.headline if sound else f"said to be {found.headline}; do not believe it: see what differs"]
    for what, which in (("changed", found.changed), ("missing", found.missing), ("added", found.extra)):
        lines += [f"{what}: {one}" for one in which[:_TOLD]]
        lines += [f"{what}: {len(which) - _TOLD} more; --json names them"] if len(which) > _TOLD else []
    lines += [f"note: {one}" for one in found.notes]
    lines.append(_signature(found))
    if found.replayed is not None:
        again = found.replayed
        lines += [f"differs: {one}" for one in again.other[:_TOLD]]
        lines += [f"differs: {len(again.other) - _TOLD} more; --json names them"] if len(again.other) > _TOLD else []
        lines.append(f"judged again by the evidence alone: {counted(again.same, 'verdict')} the same, "
                     f"{counted(len(again.other), 'difference')}")  # fmt: skip
        lines += [f"not compared: {one}" for one in again.unchecked]
    whole = "whole" if found.whole else "not whole"
    verdict = "it stands" if found.stands else "it does not stand"
    lines.append(f"{found.place}: {whole}, {'signed' if found.signed else 'unsigned'}: {verdict}")
    return lines


def _signature(found: Verification) -> str:
    if found.signer is None:
        return "unsigned: nobody vouches for it" if not found.missing and found.whole else "no valid signature"
    by = f"signed by {found.signer}, fingerprint {PublicKey(found.signer).fingerprint}"
    if found.expected is None:
        return f"{by}; signer not checked: compare it, or give --signer"
    return f"{by}, as expected" if found.expected == found.signer else f"{by}; expected {found.expected}"
