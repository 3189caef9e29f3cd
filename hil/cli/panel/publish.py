# SPDX-License-Identifier: Apache-2.0
"""``xky panel publish``: pseudonyms by key, and the public set."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from xky.protocol import InputError

from ...console import PlainConsole
from ...named_file import named_file
from ...panel.anonymity import K_DEFAULT
from ...pseudonym_key import pseudonyms_by

__all__ = ["command"]


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Of a finished panel run, or of a panel's exports.")],
    key: Annotated[Path, typer.Option(callback=named_file, help="The key of pseudonyms: a file, kept secret.")],
    k: Annotated[int, typer.Option("--k", help="Homes of a published group at least.")] = K_DEFAULT,
    out: Annotated[
        Path, typer.Option(callback=named_file, metavar="DIR", help="For the two sets; not there yet.")
    ] = Path("published"),
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Publish a panel: homes by pseudonyms, and groups of k homes on which an attempt is made, or nothing (exit 1)."""
    try:
        from ...panel.publishing import document_of, print_publication, publish
    except ImportError:
        raise InputError(
            "xky panel publish: needs numpy and pyarrow; install them with: pip install 'xky-hil[parquet]'"
        ) from None
    done = publish(folder, pseudonyms_by(key), out, k)
    if as_json:
        sys.stdout.write(json.dumps(document_of(done), indent=1, ensure_ascii=False) + "\n")
    else:
        print_publication(done, PlainConsole())
    sys.exit(0 if done.is_published else 1)
