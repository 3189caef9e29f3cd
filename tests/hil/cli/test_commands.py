# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from importlib import import_module
from inspect import getdoc
from pkgutil import iter_modules

import pytest
from typer.main import get_command

import xky.hil.cli
import xky.hil.cli.power
from xky.hil.cli import app

COMMANDS = [module.name for module in iter_modules(xky.hil.cli.__path__)]


def listed() -> dict[str, str | None]:
    return {name: command.help for name, command in get_command(app).commands.items()}  # type: ignore[attr-defined]


def test_each_file_of_the_folder_is_a_command() -> None:
    assert sorted(listed()) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_list_tells_of_a_command_is_what_its_own_page_tells(name: str) -> None:
    module = import_module(f"xky.hil.cli.{name}")
    assert listed()[name] == (module.group.info.help if hasattr(module, "group") else getdoc(module.command))


def test_the_list_of_commands_imports_none_of_them() -> None:
    program = (
        "import sys; from xky.hil.cli import main\n"
        "sys.argv[1:] = ['--help']\n"
        "try: main()\n"
        "finally: print(*(name for name in sys.modules if name.startswith('xky.hil.cli.')), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == ""
