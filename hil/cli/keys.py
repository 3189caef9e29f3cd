# SPDX-License-Identifier: Apache-2.0
"""``xky keys``: who signs reports."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..archive.key_file import PublicKey, new_keys, shown_key
from ..terminal import one_line

__all__ = ["group"]

group = typer.Typer(
    help="Keys of who signs reports: made, and shown.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)

_AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")]


@group.callback()
def keys() -> None:
    """Who signs reports."""


@group.command()
def new(
    file: Annotated[Path, typer.Argument(help="For the private key; the public one is beside it as FILE.pub.")],
    as_json: _AsJson = False,
) -> None:
    """Make a key to sign with (xky certify --sign FILE), and FILE.pub for those who verify."""
    key = new_keys(file)
    if not as_json:
        print(one_line(f"{file}: sign with it, and show it to nobody"))
        print(one_line(f"{file}.pub: give it to whom you send reports"))
    _tell(key, as_json=as_json)


@group.command()
def show(
    file: Annotated[Path, typer.Argument(help="A private key or a public one.")], as_json: _AsJson = False
) -> None:
    """Show the public key of a file, and its fingerprint."""
    _tell(shown_key(file), as_json=as_json)


def _tell(key: PublicKey, *, as_json: bool) -> None:
    if as_json:
        told = {"public_key": key.hex, "fingerprint": key.fingerprint}
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    else:
        print(f"public key   {key.hex}\nfingerprint  {key.fingerprint}")
