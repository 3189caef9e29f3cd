#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mutation testing of ``protocol/``: are the tests wrong-footed by a module that is a little wrong? Nightly.

    pip install cosmic-ray==8.7.0
    python .ci/mutation.py                                        # all of protocol/: hours
    python .ci/mutation.py protocol/calendar.py protocol/uart.py  # minutes each

Each mutant is put into the working tree (which has to be committed). The module's own tests run first: those that
mirror it or, where none do, import it by name; then those of every value; only what they let pass meets all of
``tests/protocol``, which takes half a minute. All of them run in forks of this process, which has the libraries
loaded and nothing of the project, so that no mutant waits for pytest to start. Hypothesis tries the same examples on
each, makes none smaller and keeps none: a night can be repeated. Printed is what no test noticed; exit 1 below 95 %
without the equivalents, which are listed with their reasons in ``.ci/mutation-equivalents.toml``.
"""

import argparse
import difflib
import importlib.util
import math
import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENTS = Path(__file__).with_name("mutation-equivalents.toml")
COSMIC_RAY = "8.7.0"
LEAST = 0.95
# One or two partners of each operator are as good as all, a tenth of the time. What joins types in annotations
# (the bar) is left alone: such mutants do not even import, and would only flatter the score.
BINARY = "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Mul LShift_RShift RShift_LShift BitAnd_BitOr BitXor_BitAnd"
COMPARED = (
    "Lt_LtE LtE_Lt Gt_GtE GtE_Gt Lt_GtE LtE_Gt Gt_LtE GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is In_NotIn NotIn_In"
)
PASSED_OVER = re.compile(
    rf"core/(ReplaceBinaryOperator_(?!({BINARY.replace(' ', '|')})$)"
    rf"|ReplaceComparisonOperator_(?!({COMPARED.replace(' ', '|')})$))"
)
OF_EVERY_VALUE = ["tests/protocol/test_values.py"]
TABLES = ("historic", "standard")  # nothing but rows
LOADED = ("construct", "hypothesis.strategies", "pydantic", "_hypothesis_pytestplugin", "_pytest.assertion.rewrite")
PYTEST = [
    "-q", "-x", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin",
    "-o", "addopts=--import-mode=importlib -m 'not nightly'",
]  # fmt: skip
_SLOWER, _SLACK_S = 2.0, 2.0  # of the processor's time: a mutant that hangs is noticed, too, on a busy machine as well


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no test noticed: the line as it is, and as it was with nobody to notice."""

    module: str
    line: str
    becomes: str

    def is_listed(self, row: Mapping[str, Any]) -> bool:
        """Whether an entry of the equivalents means it; one without ``becomes`` means whatever the line becomes."""
        becomes = row.get("becomes", [self.becomes])
        return (row["module"], row["line"]) == (self.module, self.line) and self.becomes in becomes

    def __str__(self) -> str:
        return f"{self.module}:\n    - {self.line}\n    + {self.becomes}"


def main() -> int:
    """Run what is asked for; the exit status."""
    parser = argparse.ArgumentParser(description="Mutation testing of protocol/.")
    parser.add_argument("modules", nargs="*", type=Path, help="such as protocol/uart.py; all unless told")
    parser.add_argument(
        "--own-tests", action="store_true", help="run the module's own tests only: faster, and stricter"
    )
    told = parser.parse_args()
    _require_tool()
    modules = told.modules or sorted(_modules())
    os.chdir(ROOT)
    if subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "protocol"], check=False).returncode:
        sys.exit("protocol/ has changes that are not committed; commit them first: mutants are written into the tree")
    _prepare()
    listed = list(tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["equivalent"])
    killed = survived = equivalent = 0
    for module in (each.resolve().relative_to(ROOT) for each in modules):
        dead, living, known = 0, 0, []
        for one in _mutate(module, own_tests=told.own_tests):
            if one is None:
                dead += 1
            elif any(map(one.is_listed, listed)):
                known.append(one)
            else:
                living += 1
                print(one, flush=True)
        killed, survived, equivalent = killed + dead, survived + living, equivalent + len(known)
        lines, met = {one.line for one in known}, {one.becomes for one in known}
        for row in (row for row in listed if row["module"] == str(module)):
            for gone in {*row.get("becomes", [])} - met or {row["line"]} - lines:
                print(f"listed as equivalent, but noticed or gone: {gone}")
        print(f"{module}: {dead} noticed, {living} not, {len(known)} equivalent", flush=True)
    score = killed / max(killed + survived, 1)
    print(f"{score:.1%} of {killed + survived} noticed; {equivalent} more are equivalent; {LEAST:.0%} wanted")
    return 0 if score >= LEAST else 1


def _require_tool() -> None:
    try:
        found = version("cosmic-ray")
    except PackageNotFoundError:
        found = "none"
    if found != COSMIC_RAY:
        sys.exit(f"cosmic-ray: found {found}; install it with: pip install cosmic-ray=={COSMIC_RAY}")


def _prepare() -> None:
    """What every fork has: libraries, no plugins of pytest but Hypothesis's, and the examples that it tries."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in LOADED:
        import_module(name)
    settings.register_profile("mutants", derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutants")


def _modules() -> Iterator[Path]:
    for path in (ROOT / "protocol").rglob("*.py"):
        if path.stem not in (*TABLES, "__init__"):
            yield path


def _own_tests(module: Path) -> list[str]:
    """The test file that mirrors a module, or its folder; where there is none, those that import it by name."""
    mirror = Path("tests") / module.with_name(f"test_{module.stem}.py")
    of_folder = Path("tests") / module.parent.with_name(f"test_{module.parent.name}.py")
    for path in (mirror, of_folder):
        if path.exists():
            return [str(path)]
    package = re.escape(".".join(("xky", *module.parent.parts)))
    imports = re.compile(
        rf"^\s*(from|import) {package}\.{module.stem}\b|^from {package} import .*\b{module.stem}\b", re.MULTILINE
    )
    tests = sorted(Path("tests/protocol").rglob("test_*.py"))
    return [str(path) for path in tests if imports.search(path.read_text(encoding="utf-8"))]


def _mutate(module: Path, *, own_tests: bool) -> Iterator[Survivor | None]:
    """Each mutant of a module that was not noticed; None for one that was."""
    own = _own_tests(module)
    steps = [own, OF_EVERY_VALUE] if own else []
    if not (own and own_tests):
        steps.append(["tests/protocol"])
    limits_s = []
    for step in steps:
        passed, took_s = _run(step)
        if not passed:
            sys.exit(f"{' '.join(step)}: fails on {module} as it is; run it with pytest")
        limits_s.append(math.ceil(_SLACK_S + _SLOWER * took_s))
    Path(importlib.util.cache_from_source(module)).unlink(missing_ok=True)  # no mutant is taken for what it was
    sys.dont_write_bytecode = True
    source = module.read_text(encoding="utf-8")
    try:
        for mutant in _mutants(source):
            module.write_text(mutant, encoding="utf-8")
            passed = all(_run(step, limit_s)[0] for step, limit_s in zip(steps, limits_s, strict=True))
            yield _survivor(module, source, mutant) if passed else None
    finally:
        module.write_text(source, encoding="utf-8")
        sys.dont_write_bytecode = False


def _mutants(source: str) -> Iterator[str]:
    """A module with one thing turned to another, for each thing that the tool knows to turn."""
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415 - what is missing was told before
    from cosmic_ray.plugins import get_operator, operator_names  # noqa: PLC0415 - likewise

    for name in sorted(operator_names()):
        operator = get_operator(name)
        if PASSED_OVER.match(name) or operator.arguments():
            continue
        for occurrence in count():
            mutant = mutate_code(source, operator(), occurrence)
            if mutant is None:
                break
            if mutant.count("/,") == source.count("/,"):  # the star of a signature is no product
                yield mutant


def _run(tests: Sequence[str], limit_s: int | None = None) -> tuple[bool, float]:
    """Whether tests pass in a process of their own, and the processor's time that they took, in seconds."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if limit_s is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nothing, stream)
            status = int(pytest.main([*PYTEST, *tests]))
        finally:
            os._exit(status)
    _, status, used = os.wait4(child, 0)
    return status == 0, used.ru_utime + used.ru_stime


def _survivor(module: Path, source: str, mutant: str) -> Survivor:
    compared = difflib.unified_diff(source.splitlines(), mutant.splitlines(), n=0, lineterm="")
    changed = [line for line in compared if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was, becomes = ("\n".join(line[1:].strip() for line in changed if line[0] == sign).strip() for sign in "-+")
    return Survivor(str(module), was, becomes)


if __name__ == "__main__":
    sys.exit(main())
