# SPDX-License-Identifier: Apache-2.0
"""The ``xky`` command: one file a subcommand, found by listing this folder, imported when it is asked for."""

import errno
import gc
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import pairwise
from types import FrameType
from typing import Annotated, Any

import typer
import typer.core

from xky.hil.command_folder import CommandFolder
from xky.hil.interrupted import tell_interrupted
from xky.hil.standard_streams import lose_complaints, say_no_more, take_standard_streams
from xky.hil.terminal import complain
from xky.protocol.errors import BenchError, InputError

__all__ = ["app", "main", "run"]

_UsageError: Any = typer.BadParameter.__base__  # of click, or of the click that typer brings

# Objects more than were freed, and rounds of the younger ones; Python's 700, 10 and 10 cost a tenth of most commands.
# A certification keeps 700 000 and makes 20 000 that are garbage: to look at them once costs it a twentieth.
_SELDOM = 1_000_000, 50, 100
_BROKEN_PIPE = 128 + 13  # SIGPIPE, which is not in every system's signal module


class _Commands(CommandFolder):
    package = __name__
    _words: Sequence[str] = ()

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the options before the command."""
        self._words = list(args)
        with _interruptible(self._words), _in_a_line():
            if not extra.get("resilient_parsing"):  # a shell completes what is not all written
                _require_words(self._words)
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Read the command's own options, and run it; Ctrl-C ends one that has no way of its own to take it."""
        with _interruptible(self._words), _in_a_line(ctx):
            return super().invoke(ctx)


def _require_words(words: Sequence[str]) -> None:
    """Refuse a word that is empty, mostly that of a variable of the shell: as a path it would be the current folder.

    Raises:
        InputError: there is one.
    """
    for before, word in pairwise(["", *words]):
        if word == "" or (word.startswith("--") and word.endswith("=")):
            option = word[:-1] or (before if before.startswith("-") else "an argument")
            raise InputError(f"{option}: is empty, as is a variable that nobody set; give it a value, or leave it out")


@contextmanager
def _interruptible(words: Sequence[str]) -> Iterator[None]:
    """Ctrl-C as this product tells it, not as click does."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(tell_interrupted(words)) from None


@contextmanager
def _in_a_line(root: Any = None) -> Iterator[None]:
    """What typer complains of in a box with usage and hint, as every other complaint: in one line."""
    try:
        yield
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # no command at all: the page of help
            raise
        path = "xky" if root is None else f"xky {root.invoked_subcommand}"  # where a complaint brings no context
        commands: list[str] = []
        if error.ctx is not None:
            path, of = error.ctx.command_path, error.ctx.command
            commands = of.list_commands(error.ctx) if isinstance(of, typer.core.TyperGroup) else []
        told = " ".join(error.format_message().split()).replace("Value error, ", "")
        if told.startswith("No such command"):
            near = get_close_matches(told.split("'")[1], commands, 1)
            told = f"{told.split('.')[0]}; known: {', '.join(commands)}"
            told += f". Did you mean {near[0]}?" if near else ""
        where = path.partition(" ")[2]
        told = (f"{where}: " if where else "") + told[0].lower() + told[1:].rstrip(".")
        see = " See" if told.endswith("?") else "; see"
        raise InputError(f"{told}{see} {path} --help") from None


app = typer.Typer(
    cls=_Commands,
    help="xKy HIL: the test bench for everything that listens to a Linky.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"xky {version('xky-hil')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """Exit status: 0 ok, 1 a verdict is fail, 2 usage, 3 the bench."""


def main() -> None:
    """The command ``xky``, a process of its own: it looks for garbage seldom, and at its end not once more."""
    gc.set_threshold(*_SELDOM)
    lose_complaints()
    try:
        run()
    finally:
        gc.freeze()


def run() -> None:
    """Run the command line; every error of ours is one line on standard error, never a traceback."""
    take_standard_streams()
    orders: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        orders.append(number)
        raise KeyboardInterrupt  # the same orderly way out as Ctrl-C: devices ended, files closed

    signal.signal(signal.SIGTERM, end)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        signal.signal(signal.SIGHUP, end)
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # a full disk is told here, not when the interpreter ends
    except InputError as error:
        sys.exit(_complain(error, 2))
    except BenchError as error:
        sys.exit(_complain(error, 3))
    except SystemExit as ended:
        if not isinstance(ended.__context__, BrokenPipeError):  # Rich and typer end so, each with status 1
            raise
        say_no_more()
        sys.exit(_BROKEN_PIPE)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EPIPE):
            raise
        say_no_more()
        if error.errno == errno.EPIPE:
            sys.exit(_BROKEN_PIPE)
        sys.exit(_complain(BenchError("no room is left for what is to be written; free some"), 3))
    finally:
        if orders:  # what shells expect of a program that was told to end
            sys.exit(128 + orders[0])


def _complain(error: Exception, status: int) -> int:
    complain(error)
    return status
