# SPDX-License-Identifier: Apache-2.0
"""``xky dispute``: one contested purpose of a report in a file of its own, and such a file judged again."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from xky.protocol import InputError

from ..archive.key_file import signer_of
from ..campaign.lang_option import LangOption
from ..campaign.seal_option import AnonymiseOption, KeyOption
from ..campaign.suite import known_ids
from ..campaign.wording import Wording, wording
from ..console import PlainConsole
from ..device_options import ModeOption
from ..dispute.contested_purpose import contested_in
from ..dispute.judged_pack import JudgedPack, judge_pack
from ..dispute.pack import SUFFIX, write_pack
from ..dispute.print_dispute import packed_lines, print_judged
from ..named_file import named_file
from ..pseudonym_key import pseudonyms_by, require_anonymise

__all__ = ["command"]


def command(
    purpose: Annotated[
        str | None, typer.Argument(autocompletion=known_ids, help="Of a report, such as TIC-CHK-1/wrong-checksum.")
    ] = None,
    report: Annotated[Path, typer.Option(help="The folder of the report, or its report.json.")] = Path("report"),
    mode: ModeOption = None,
    probe: Annotated[str | None, typer.Option(metavar="SPEC", help="Of several probes, this one's readings.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(callback=named_file, help=f"The file; named by the purpose unless told, …{SUFFIX}."),
    ] = None,
    sign: Annotated[
        Path | None, typer.Option(metavar="KEY", help="Sign the pack with this key, such as xky keys new makes.")
    ] = None,
    anonymise: AnonymiseOption = False,
    key: KeyOption = None,
    judge: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Judge a pack again, with the device absent.")
    ] = None,
    lang: LangOption = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Pack a contested purpose with bytes, readings and rule; --judge: judge a pack again, exit 1 if it differs."""
    words = wording(lang)
    if judge is not None:
        given = {"PURPOSE": purpose, "--mode": mode, "--probe": probe, "--out": out, "--sign": sign,
                 "--anonymise": anonymise, "--key": key}  # fmt: skip
        also = [name for name, value in given.items() if value]
        if also:
            raise InputError(f"--judge: a pack says what it is of; leave {also[0]} out")
        judged = judge_pack(judge)
        _tell(judged, words, as_json)
        sys.exit(0 if judged.is_same else 1)
    if purpose is None:
        raise InputError(
            "PURPOSE: name the one that is contested, such as TIC-CHK-1/wrong-checksum, or a pack by --judge"
        )
    require_anonymise(key, anonymise=anonymise)
    signer = None if sign is None else signer_of(sign)
    pseudonyms = pseudonyms_by(key) if anonymise else None
    contested = contested_in(report, purpose, mode, probe)
    told = contested.purpose
    path = out or Path(f"{told['id'].replace('/', '.')}.{told['mode']}{SUFFIX}".lower())
    what = write_pack(contested, path, signer=signer, pseudonyms=pseudonyms, lang=words.language)
    if as_json:
        _dump(
            {"file": str(path), "purpose": told["id"], "mode": told["mode"], "verdict": told["verdict"],
             "record": what, "signer": None if signer is None else signer.public.hex, "anonymised": anonymise}
        )  # fmt: skip
        return
    for line in packed_lines(told, path, what, signer, words):
        PlainConsole().print(line, highlight=False)


def _tell(judged: JudgedPack, words: Wording, as_json: bool) -> None:
    if not as_json:
        print_judged(judged, words)
        return
    again, (verdict, reason) = judged.again, judged.told
    _dump(
        {
            "purpose": again.purpose.id, "mode": again.mode.value, "probe": again.asked.probe,
            "told": {"verdict": verdict.value, "reason": reason}, "contested": judged.contested,
            "judged": {"verdict": again.verdict.value, "reason": again.reason, "sent": again.trail.sent,
                       "expected": again.trail.expected, "seen": again.trail.seen},
            "same": judged.is_same,
        }
    )  # fmt: skip


def _dump(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
