# SPDX-License-Identifier: Apache-2.0
"""``xky panel``: homes with their meters and gateways, to the data set; one file a subcommand, found by listing."""

import typer

from xky.hil.command_folder import CommandFolder

__all__ = ["group"]


class _Commands(CommandFolder):
    package = __name__


group = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    help="A panel of homes, from the meter to the data set.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
