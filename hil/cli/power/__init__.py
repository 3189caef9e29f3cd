# SPDX-License-Identifier: Apache-2.0
"""``xky power``: what a board does with the 130 mW of a meter; one file a subcommand, found by listing this folder."""

from typing import Any

import typer

from xky.hil.command_folder import CommandFolder

__all__ = ["group"]

_OF_A_BOARD = "show"  # xky power BOARD


class _BoardOrCommand(CommandFolder):
    """What is no subcommand is a board."""

    package = __name__

    # typer brings a click of its own in some versions: its contexts have no common type
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [_OF_A_BOARD, *args]
        return list(super().parse_args(ctx, args))

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Offer subcommands, and boards."""
        board = self._imported(_OF_A_BOARD).params[0]
        return [*super().shell_complete(ctx, incomplete), *board.shell_complete(ctx, incomplete)]


group = typer.Typer(
    cls=_BoardOrCommand,
    no_args_is_help=True,
    help="What a board does with the 130 mW of a meter: xky power BOARD, or a subcommand.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
