# SPDX-License-Identifier: Apache-2.0
"""Installs entries into a cache folder: pinned packages in an environment of their own, builds made of them.

Nothing of what is installed reaches this package. What is there is used again; what was not finished is made anew.
"""

import json
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .entry import Entry
from .esphome import build
from .runtimes import SkippedError, node_for, python_for
from .workshop import digest, finished, run

__all__ = ["Installed", "install"]


@dataclass(frozen=True, slots=True)
class Installed:
    """An entry that can be run.

    Attributes:
        words: of its command, as ``exec:`` takes them.
        packages: all that its environment holds, with versions.
    """

    words: tuple[str, ...]
    packages: tuple[str, ...]

    @property
    def device(self) -> str:
        """As the command line names it."""
        return f"exec:{shlex.join(self.words)}"


def install(entry: Entry, cache: Path) -> Installed:
    """Install an entry, unless it is.

    Args:
        entry: of the league.
        cache: see ``cache_folder``.

    Raises:
        SkippedError: what it needs is not on this machine.
        BenchError: a package cannot be had, or does not build.
    """
    missing = [name for name in entry.settings.needs if shutil.which(name) is None]
    if missing:
        raise SkippedError(f"needs the command {missing[0]}; here: none")
    if entry.program.suffix == ".js":
        return _node(entry, cache)
    python, packages = _environment_of(entry, cache)
    if entry.program.suffix == ".py":
        return Installed((str(python), "-P", str(entry.program), "{port}", "{mode}"), packages)
    return Installed(build(entry, cache, python), packages)


def _environment_of(entry: Entry, cache: Path) -> tuple[Path, tuple[str, ...]]:
    """The Python of an entry's own environment, and the packages in it; entries that need the same share one."""
    base = python_for(entry.script.requires_python or "").resolve()  # one environment, whoever asks for it

    def make(folder: Path) -> list[str]:
        run(entry.name, [str(base), "-m", "venv", str(folder / "venv")])
        python = str(folder / "venv/bin/python")
        run(entry.name, [python, "-m", "pip", "install", "-q", *entry.script.dependencies])
        return run(entry.name, [python, "-m", "pip", "freeze"]).splitlines()

    with finished(cache / f"python-{digest(str(base), *entry.script.dependencies)}", make) as (folder, packages):
        return folder / "venv/bin/python", tuple(packages)


def _node(entry: Entry, cache: Path) -> Installed:
    node = node_for(entry.script.requires_node or "")
    if shutil.which("npm") is None:
        raise SkippedError("needs the command npm; here: none")

    def make(folder: Path) -> list[str]:
        (folder / "package.json").write_text("{}\n", encoding="utf-8")
        # no script of a package is run: what would have to be compiled is not, and a stand-in takes its place
        run(entry.name, ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *entry.script.npm], folder)
        listed = json.loads(run(entry.name, ["npm", "ls", "--json", "--all"], folder))
        return sorted(_npm_packages(listed))

    with finished(cache / f"node-{digest(*entry.script.npm)}", make) as (folder, packages):
        words = ("env", f"NODE_PATH={folder / 'node_modules'}", str(node), str(entry.program), "{port}", "{mode}")
        return Installed(words, tuple(packages))


def _npm_packages(listed: dict[str, object]) -> Iterator[str]:
    inside = listed.get("dependencies")
    for name, one in inside.items() if isinstance(inside, dict) else ():
        yield f"{name}@{one.get('version')}"
        yield from _npm_packages(one)
