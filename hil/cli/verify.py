# SPDX-License-Identifier: Apache-2.0
"""``xky verify``: whether a report is whole, who signed it, and whether its evidence gives its verdicts again."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..campaign.lang_option import LangOption
from ..campaign.wording import wording
from ..terminal import one_line
from ..verification.print_verification import verification_lines
from ..verification.verify import verify

__all__ = ["command"]


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
    lang: LangOption = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Check a report that somebody sent, offline. Exit 0 whole and signed, 1 something differs, 2 no archive."""
    words = wording(lang)
    found = verify(report, signer=signer, replay=replay)
    if as_json:
        sys.stdout.write(json.dumps(found.document(), indent=1, ensure_ascii=False) + "\n")
    else:
        for line in verification_lines(found, words):
            print(one_line(line))
    sys.exit(0 if found.stands else 1)
