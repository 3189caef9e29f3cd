# SPDX-License-Identifier: Apache-2.0
"""A group of commands, one a file of a folder; a file is imported when its command is asked for, not before.

The page that lists them needs a few words of each: they are read in the file's text, a hundredth of its imports.
"""

import ast
import re
from functools import cache
from importlib import import_module
from inspect import cleandoc
from pkgutil import get_data, iter_modules
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

__all__ = ["CommandFolder"]


class CommandFolder(TyperGroup):
    """The commands of a package: a module holds a function ``command`` with its docstring, or a ``group`` with help.

    Attributes:
        package: its import name.
    """

    package: ClassVar[str]

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        modules = sorted(iter_modules(import_module(self.package).__path__), key=lambda module: module.name)
        listed = [(module.name, *_told(self.package, module.name, module.ispkg)) for module in modules]
        for name, help_text, _ in sorted(listed, key=lambda one: one[2]):  # groups stand behind commands
            self.add_command(TyperCommand(name, help=help_text))

    # typer brings a click of its own in some versions: its contexts have no common type
    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that is to run, and import it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else self._imported(name), rest

    def _imported(self, name: str) -> Any:
        module = import_module(f"{self.package}.{name}")
        alone = typer.Typer()
        if hasattr(module, "group"):
            alone.add_typer(module.group, name=name)
        else:
            alone.command(name)(module.command)
        return _plain(get_group(alone).commands[name])


def _plain(command: Any) -> Any:
    """The same command whose help is no markup: names of packages outside stand in it."""
    for told in (command, *command.params, *getattr(command, "commands", {}).values()):
        if "[" in (getattr(told, "help", None) or ""):
            told.help = re.sub(r"(\\*)\[", r"\1\1\\[", told.help)
    return command


@cache  # a process that runs many commands, as tests do, reads each file once
def _told(package: str, name: str, is_folder: bool) -> tuple[str, bool]:
    """What a module says of its command, not imported; and whether that is a group."""
    file = f"{name}/__init__.py" if is_folder else f"{name}.py"
    for node in ast.parse(get_data(package, file) or b"").body:
        match node:
            case ast.FunctionDef(name="command"):
                return cleandoc(ast.get_docstring(node) or ""), False
            case ast.Assign(targets=[ast.Name(id="group")], value=ast.Call(keywords=keywords)):
                said = next(keyword.value for keyword in keywords if keyword.arg == "help")
                return str(ast.literal_eval(said)), True
    raise TypeError(f"{package}, {file}: expected a function command, or a group = typer.Typer(help=…)")
