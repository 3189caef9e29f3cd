# SPDX-License-Identifier: Apache-2.0
"""Which tests a mutant meets: those that enter the function it sits in; first those that noticed others.

Everything runs in forks of this process, which has the libraries loaded and nothing of the project: no mutant
waits for pytest to start, and none sees what another left.
"""

import ast
import functools
import gc
import json
import math
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

__all__ = ["MetTests", "prepare"]

LOADED = (
    "construct", "hypothesis.strategies", "numpy", "pydantic", "_hypothesis_pytestplugin", "_pytest.assertion.rewrite",
)  # fmt: skip
PYTEST = [
    "-q", "-x", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin",
    "-o", "addopts=--import-mode=importlib -m 'not nightly'",
]  # fmt: skip
_SLOWER, _SLACK_S = 2.0, 2.0  # of the processor's time: a mutant that hangs is noticed, too, on a busy machine as well
_KILLERS = 6  # tests that noticed other mutants, which the next one meets before all others
_QUICK_S = 0.5  # processor's time of the tests that it meets then, in seconds


def prepare() -> None:
    """What every fork has: libraries, no plugins of pytest but Hypothesis's, and the examples that it tries."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in LOADED:
        import_module(name)
    settings.register_profile(
        "mutants", derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
        deadline=None, suppress_health_check=[*HealthCheck],  # a busy machine notices nothing; what hangs is ended
    )  # fmt: skip
    settings.load_profile("mutants")


@dataclass(slots=True)
class MetTests:
    """The tests that enter functions of some code, and how mutants of it fare with them.

    Args:
        code: the folder of the modules, which stand there as they are.
        folder: of the tests.
        within_s: processor's time of the tests that one mutant meets at most, in seconds.
    """

    code: Path
    folder: str
    within_s: float = math.inf
    took_s: dict[str, float] = field(default_factory=dict)
    entered: dict[str, set[tuple[str, int]]] = field(default_factory=dict)  # by test: files, first lines of functions
    _killers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        passed, told = _forked(_Watch(self.code), [self.folder], None)
        if not passed:
            sys.exit(f"{self.folder}: fails on the code as it is; run it with pytest")
        for test, (took_s, places) in told.items():
            self.took_s[test], self.entered[test] = took_s, {(path, line) for path, line in places}

    def notice(self, module: Path, source: str, lines: range) -> bool:
        """Whether any test notices the mutant that now stands in a module's place.

        Args:
            module: its file.
            source: the module as it was.
            lines: those of it that the mutant changed, from 1.
        """
        path = str(module.resolve())
        function = _function_around(source, lines)
        inside = {(path, line) for line in function or range(1, source.count("\n") + 2)}
        met = {test for test, entered in self.entered.items() if not entered.isdisjoint(inside)}
        if not (function and met):  # nobody enters a constant, nor who looks at what stands there alone
            met |= {test for test, entered in self.entered.items() if not entered}
            return self._any(met, self.entered)
        return self._any(met, met)

    def _any(self, met: Collection[str], tests: Collection[str]) -> bool:
        return any(map(self._run, self._parts(sorted(tests, key=lambda test: (test not in met, self.took_s[test])))))

    def _parts(self, met: list[str]) -> Iterator[list[str]]:
        killers = sorted(filter(self._killers.__contains__, met), key=self._killers.__getitem__)[-_KILLERS:]
        quick: list[str] = []
        slow: list[str] = []
        sum_s = 0.0
        for test in met:
            sum_s += self.took_s[test]
            if test not in killers and sum_s <= self.within_s:
                (quick if sum_s <= _QUICK_S else slow).append(test)
        yield from filter(None, (killers[::-1], quick, slow))

    def _run(self, tests: list[str]) -> bool:
        """Whether one of the tests fails."""
        limit_s = math.ceil(_SLACK_S + _SLOWER * sum(map(self.took_s.__getitem__, tests)))
        files = [*dict.fromkeys(test.partition("::")[0] for test in tests)]
        passed, told = _forked(_Chosen(tests), files, limit_s)
        self._killers.update(told)
        return not passed


class _Watch:
    """Notes which functions of some code each test enters, and the processor's time that it takes."""

    def __init__(self, code: Path) -> None:
        self.told: dict[str, tuple[float, list[tuple[str, int]]]] = {}
        self._within = f"{code.resolve()}{os.sep}"
        self._places: dict[CodeType, tuple[str, int] | None] = {}
        self._entered: set[tuple[str, int]] = set()
        self._remembering: list[Any] = []

    def pytest_collection_finish(self) -> None:
        """What is remembered of a test before is entered by no test after."""
        self._remembering = [
            each
            for each in gc.get_objects()
            if isinstance(each, functools._lru_cache_wrapper) and each.__module__.startswith("xky.")
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch one test."""
        for each in self._remembering:
            each.cache_clear()
        self._entered = set()
        begin_s = time.process_time()
        sys.settrace(self._enter)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.told[item.nodeid] = time.process_time() - begin_s, [*self._entered]

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> None:
        code = frame.f_code
        if code not in self._places:
            path = os.path.realpath(code.co_filename)
            self._places[code] = (path, code.co_firstlineno) if path.startswith(self._within) else None
        place = self._places[code]
        if place is not None:
            self._entered.add(place)


class _Chosen:
    """Runs the tests that it is told, in that order, and notes which fails."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.told: list[str] = []
        self._tests = tests

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Those alone."""
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self._tests if test in found]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The first is the last."""
        if report.failed:
            self.told.append(report.nodeid)


def _function_around(source: str, lines: range) -> range | None:
    """The lines of the innermost function that has all of a change in its body; None of what is run by the import."""
    around = None
    for node in ast.walk(ast.parse(source)):  # what is inside comes after what is around it
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            body = range(node.body[0].lineno, (node.end_lineno or first) + 1)
            if lines.start in body and lines.stop - 1 in body:
                around = range(first, body.stop)
    return around


def _forked(plugin: Any, tests: Sequence[str], limit_s: int | None) -> tuple[bool, Any]:
    """Whether tests pass in a process of their own, and what its plugin has to tell (nothing where it was ended)."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if limit_s is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nothing, stream)
            status = int(pytest.main([*PYTEST, *tests], plugins=[plugin]))
            with os.fdopen(write_end, "w") as out:
                json.dump(plugin.told, out)
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return status == 0, json.loads(told) if told else {}
