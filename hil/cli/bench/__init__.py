# SPDX-License-Identifier: Apache-2.0
"""``xky bench``: real and virtual instruments of a hardware bench; one file a subcommand, found by listing."""

import typer

from xky.hil.command_folder import CommandFolder

__all__ = ["group"]


class _Commands(CommandFolder):
    package = __name__


group = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    help="Real and virtual instruments of a hardware bench.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
