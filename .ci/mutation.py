#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mutation testing of ``protocol/``: are the tests wrong-footed by a module that is a little wrong? Nightly.

    pip install cosmic-ray==8.7.0
    python .ci/mutation.py                                        # all of protocol/: hours
    python .ci/mutation.py protocol/calendar.py protocol/uart.py  # minutes each

Each mutant is put into the working tree (which has to be committed). The module's own tests run first: those that
mirror it and those that import it by name; only what they let pass meets all of ``tests/protocol``, which takes half
a minute. Pytest is started bare, without the plugins that these tests do not use, and Hypothesis neither shrinks what
it finds nor keeps it (``mutation_examples.py``): the same mutants are noticed, at a third of the time, each night the
same. Printed is what no test noticed; exit 1 below 95 % without the equivalents, which are listed with their reasons
in ``.ci/mutation-equivalents.toml``.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

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
_SLOWER, _SLACK_S = 2.0, 5.0
OF_EVERY_MODULE = ["tests/protocol/test_values.py"]
TABLES = ("labels",)  # folders with nothing but rows


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no test noticed: the line as it is, and as it was with nobody to notice."""

    module: str
    line: str
    becomes: str

    def is_listed(self, row: Mapping[str, str]) -> bool:
        """Whether an entry of the equivalents means it; one without ``becomes`` means whatever the line becomes."""
        return (row["module"], row["line"], row.get("becomes", self.becomes)) == (self.module, self.line, self.becomes)

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
    if subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "protocol"], cwd=ROOT, check=False).returncode:
        sys.exit("protocol/ has changes that are not committed; commit them first: mutants are written into the tree")
    listed = _equivalents()
    killed = survived = equivalent = 0
    for module in (each.resolve().relative_to(ROOT) for each in modules):
        dead, living = _mutate(module, own_tests=told.own_tests)
        known = [one for one in living if any(map(one.is_listed, listed))]
        killed, survived, equivalent = killed + dead, survived + len(living) - len(known), equivalent + len(known)
        print(f"{module}: {dead} noticed, {len(living) - len(known)} not, {len(known)} equivalent", flush=True)
        for one in living:
            if one not in known:
                print(one, flush=True)
        for row in listed:
            if row["module"] == str(module) and not any(one.is_listed(row) for one in known):
                print(f"listed as equivalent, but noticed or gone: {row['line']}\n    + {row.get('becomes', '')}")
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


def _equivalents() -> list[dict[str, str]]:
    return list(tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["equivalent"])


def _modules() -> Iterator[Path]:
    for path in (ROOT / "protocol").rglob("*.py"):
        if path.parent.name not in TABLES and path.name != "__init__.py":
            yield path


def _own_tests(module: Path) -> list[str]:
    """Test files that mirror a module, or its folder, and those that import it by name."""
    name = ".".join(("xky", *module.with_suffix("").parts))
    imports = re.compile(rf"^\s*(from|import) {re.escape(name)}\b", re.MULTILINE)
    mirror = Path("tests") / module.with_name(f"test_{module.stem}.py")
    of_folder = Path("tests") / module.parent.with_name(f"test_{module.parent.name}.py")
    named = {
        path.relative_to(ROOT)
        for path in (ROOT / "tests/protocol").rglob("test_*.py")
        if imports.search(path.read_text(encoding="utf-8"))
    }
    found = [path for path in (mirror, of_folder) if (ROOT / path).exists()]
    return [str(path) for path in dict.fromkeys([*found, *sorted(named)])]


def _command(module: Path, *, own_tests: bool) -> str:
    """What fails where a test notices: the module's own tests, those of every module, then the whole folder's."""
    pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
    pytest += ["-p", "mutation_examples", "-o", "addopts=--import-mode=importlib -m 'not nightly'"]
    own = _own_tests(module)
    steps = [[own, OF_EVERY_MODULE] if own else [], [] if own_tests and own else [["tests/protocol"]]]
    return shlex.join(["sh", "-c", " && ".join(shlex.join([*pytest, *step]) for step in chain(*steps))])


def _mutate(module: Path, *, own_tests: bool) -> tuple[int, list[Survivor]]:
    """How many mutants of a module were noticed, and those that were not."""
    command = json.dumps(_command(module, own_tests=own_tests))  # as TOML spells a string, too
    with tempfile.TemporaryDirectory() as folder:
        session, config = Path(folder) / "session.sqlite", Path(folder) / "config.toml"
        settings = (
            f'[cosmic-ray]\nmodule-path = "{module}"\ntimeout = TIMEOUT\nexcluded-modules = []\n'
            f"test-command = {command}\n"
            '[cosmic-ray.distributor]\nname = "local"\n'
            "[cosmic-ray.filters.operators-filter]\nexclude-operators = [\n"
            f"  'core/ReplaceBinaryOperator_(?!({BINARY.replace(' ', '|')})$)',\n"
            f"  'core/ReplaceComparisonOperator_(?!({COMPARED.replace(' ', '|')})$)',\n]\n"
        )
        config.write_text(settings.replace("TIMEOUT", "600.0"), encoding="utf-8")
        try:
            _run("cosmic-ray", "init", config, session)
            _run("cr-filter-operators", session, config)
            began_s = time.monotonic()
            _run("cosmic-ray", "baseline", config)  # the tests have to pass on the module as it is
            patience_s = _SLACK_S + _SLOWER * (time.monotonic() - began_s)  # a mutant that hangs is noticed, too
            config.write_text(settings.replace("TIMEOUT", f"{patience_s:.1f}"), encoding="utf-8")
            _run("cosmic-ray", "exec", config, session)
        finally:
            subprocess.run(["git", "checkout", "-q", "--", module], cwd=ROOT, check=True)
        lines = _run("cosmic-ray", "dump", session).splitlines()
    dead, living = 0, []
    for line in lines:
        _, result = json.loads(line)
        if result is None or result["worker_outcome"] == "skipped":
            continue
        if result["test_outcome"] == "survived":
            living.append(_survivor(module, result["diff"]))
        else:
            dead += 1
    return dead, living


def _run(program: str, *arguments: str | Path) -> str:
    """A program of the tool to its end; what it printed."""
    command = [Path(sys.executable).parent / program, *arguments]
    paths = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    bare = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": paths}
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=bare).stdout


def _survivor(module: Path, diff: str) -> Survivor:
    changed = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was, becomes = ("\n".join(line[1:].strip() for line in changed if line[0] == sign).strip() for sign in "-+")
    return Survivor(str(module), was, becomes)


if __name__ == "__main__":
    sys.exit(main())
