# SPDX-License-Identifier: Apache-2.0
"""Runs the conformance package with pytest, in this process."""

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module, resources
from pathlib import Path

import pytest

from xky.protocol import BenchError

from .judgement import Judgement
from .oracle import Case
from .requirement import Purpose, purpose_of

__all__ = ["declared_purposes", "groups", "known_ids", "run_suite", "test_of", "tested_purposes"]

_PACKAGE = "xky.hil.conformance"
_SUITE = resources.files(_PACKAGE)
_UNNEEDED = ("logging", "warnings", "threadexception", "faulthandler")  # of pytest: each acts around each purpose
_FINE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class _Brought:
    """What the suite's own conftest finds when it is run from here."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module:
        """The modules that the plan is made of: pytest would run each once more, under another name."""
        module: pytest.Module = pytest.Module.from_parent(parent, path=module_path)
        module.obj = import_module(f"{_PACKAGE}.{module_path.stem}")
        return module

    def pytest_pycollect_makeitem(self, obj: object) -> list[pytest.Item] | None:
        """No item of a purpose that nobody asks for: to make them all costs more than most single purposes."""
        purpose = purpose_of(obj) if callable(obj) else None
        return None if purpose is None or self.judgement.asks_for(purpose) else []


@cache
def declared_purposes() -> Sequence[Purpose]:
    """Every purpose of the suite: those of its tests, file by file, and those of its stimulus files."""
    return *tested_purposes(), *import_module(f"{_PACKAGE}.test_found").FOUND


@cache
def tested_purposes() -> Sequence[Purpose]:
    """Those that have a test each, file by file."""
    return tuple(purpose for group in groups().values() for purpose in group)


def groups() -> Mapping[str, Sequence[Purpose]]:
    """The same by their files, each named as the first line of its file names it."""
    return {title: tuple(tests) for title, tests in _tests().items()}


def test_of(purpose: Purpose) -> Callable[[Case], None] | None:
    """The test of a purpose, which judges its case; None where its stimulus is its test."""
    return next((tests[purpose] for tests in _tests().values() if purpose in tests), None)


@cache
def _tests() -> Mapping[str, Mapping[Purpose, Callable[[Case], None]]]:
    """Every test by its purpose, file by file."""
    files = sorted(file.name for file in _SUITE.iterdir() if file.name.startswith("test_"))
    names = [name.removesuffix(".py") for name in files if name.endswith(".py") and name != "test_found.py"]
    found: dict[str, Mapping[Purpose, Callable[[Case], None]]] = {}
    for module in (import_module(f"{_PACKAGE}.{name}") for name in names):
        title = (module.__doc__ or module.__name__).strip().splitlines()[0].rstrip(".")
        members = (test for test in vars(module).values() if callable(test))
        found[title] = {purpose: test for test in members if (purpose := purpose_of(test)) is not None}
    return found


def known_ids() -> list[str]:
    """Ids of requirements, each before those of its purposes: what a person may ask for."""
    return list(dict.fromkeys(id_ for one in declared_purposes() for id_ in (one.requirement.id, one.id)))


def run_suite(judgement: Judgement, junit: Path | None = None) -> None:
    """Let every purpose of the suite judge; the conclusions are then in ``judgement``.

    Args:
        judgement: nothing judged yet.
        junit: where to write ``junit.xml``.

    Raises:
        XkyError: what kept a record from being made.
        BenchError: pytest itself failed.
    """
    arguments = [
        str(_SUITE),
        "-c",
        str(_SUITE / "pytest.ini"),
        f"--rootdir={_SUITE}",
        "-p",
        "xky.fixtures.plugin",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:unraisableexception",  # looks through all objects five times as it ends, for nothing that is judged
        *(part for name in _UNNEEDED for part in ("-p", f"no:{name}")),
        "--capture=no",  # progress is shown on the real standard error while the suite runs
        "-q",
        "--tb=no",
    ]
    if junit is not None:
        arguments += [f"--junitxml={junit}", "-o", "junit_suite_name=xky-hil"]
    output = io.StringIO()
    with _only_our_plugins(), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = pytest.main(arguments, plugins=[_Named("xky-suite", _Brought(judgement))])
    if judgement.error is not None:
        raise judgement.error
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in _FINE or not judgement.conclusions:
        raise BenchError(f"the suite did not run (pytest status {int(status)}): {output.getvalue().strip()[-2000:]}")


class _Named:
    """Registers a plugin under a name that the suite can ask for."""

    def __init__(self, name: str, plugin: object) -> None:
        self._name = name
        self._plugin = plugin

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self._plugin, self._name)


@contextlib.contextmanager
def _only_our_plugins() -> Iterator[None]:
    """Other plugins of the environment, and options of its owner, have no say in a verdict."""
    kept = {
        name: os.environ.get(name) for name in ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    }
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
