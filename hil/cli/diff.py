# SPDX-License-Identifier: Apache-2.0
"""``xky diff``: what changed between two runs of the suite; exit 1 where something got worse."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..campaign.comparison import compare, report_of
from ..campaign.comparison.print_comparison import comparison_headline, print_comparison
from ..campaign.lang_option import LangOption
from ..campaign.wording import wording
from ..standard_streams import says_or_tells

__all__ = ["command"]


def command(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A report.json, a report's folder or an archive.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The same of the later run.")],
    lang: LangOption = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Say what changed between two runs; exit 1 when something got worse."""
    words = wording(lang)
    made = compare(report_of(before), report_of(after))

    def say() -> None:
        if as_json:
            sys.stdout.write(json.dumps(made.document(), indent=1, ensure_ascii=False) + "\n")
        else:
            print_comparison(made, words)

    whole = says_or_tells(say, comparison_headline(made, words))
    sys.exit(1 if made.worse else 0 if whole else 3)
