#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mutation testing of ``protocol/``: are the tests wrong-footed by a module that is a little wrong? Nightly.

    pip install cosmic-ray==8.7.0
    python .ci/mutation.py                                        # all of protocol/: hours
    python .ci/mutation.py protocol/calendar.py protocol/uart.py  # minutes each
    python .ci/mutation.py --within 3 --every 4 protocol/bulk/*.py   # a look

Each mutant is put into the working tree (which has to be committed) and meets those of ``tests/protocol`` that enter
the function it sits in; first those that noticed others, then the quick ones (``mutation_tests.py``).
Hypothesis tries the same examples on each, makes none smaller and keeps none: a night can be repeated. Printed is
what no test noticed; exit 1 below 95 % without the equivalents, which are listed with their reasons in
``.ci/mutation-equivalents.toml``.
"""

import argparse
import difflib
import importlib.util
import math
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import count, islice
from pathlib import Path
from typing import Any

from mutation_tests import MetTests, prepare

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
TABLES = ("historic", "standard")  # nothing but rows


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no test noticed: the line as it is, and as it was with nobody to notice."""

    module: str
    number: int
    line: str
    becomes: str

    def is_listed(self, row: Mapping[str, Any]) -> bool:
        """Whether an entry of the equivalents means it; one without ``becomes`` means whatever the line becomes."""
        becomes = row.get("becomes", [self.becomes])
        return (row["module"], row["line"]) == (self.module, self.line) and self.becomes in becomes

    def __str__(self) -> str:
        return f"{self.module}:{self.number}:\n    - {self.line}\n    + {self.becomes}"


def main() -> int:
    """Run what is asked for; the exit status."""
    parser = argparse.ArgumentParser(description="Mutation testing of protocol/.")
    parser.add_argument("modules", nargs="*", type=Path, help="such as protocol/uart.py; all unless told")
    parser.add_argument("--every", type=int, default=1, help="a sample: each so manieth mutant alone", metavar="N")
    parser.add_argument("--first", type=int, default=0, help="which of a module begins the sample, from 0", metavar="N")
    parser.add_argument(
        "--within", type=float, default=math.inf, metavar="SECONDS",
        help="processor's time of the tests that a mutant meets: faster, and stricter",
    )  # fmt: skip
    told = parser.parse_args()
    _require_tool()
    modules = told.modules or sorted(_modules())
    os.chdir(ROOT)
    if subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "protocol"], check=False).returncode:
        sys.exit("protocol/ has changes that are not committed; commit them first: mutants are written into the tree")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the module is put back
    prepare()
    tests = MetTests(ROOT / "protocol", "tests/protocol", told.within)
    listed = list(tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["equivalent"])
    killed = survived = equivalent = 0
    for module in (each.resolve().relative_to(ROOT) for each in modules):
        dead, living, known = 0, 0, []
        for one in _mutate(module, tests, slice(told.first, None, told.every)):
            if one is None:
                dead += 1
            elif any(map(one.is_listed, listed)):
                known.append(one)
            else:
                living += 1
                print(one, flush=True)
        killed, survived, equivalent = killed + dead, survived + living, equivalent + len(known)
        lines, met = {one.line for one in known}, {one.becomes for one in known}
        for row in (row for row in listed if row["module"] == str(module) and told.every == 1):
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


def _modules() -> Iterator[Path]:
    for path in (ROOT / "protocol").rglob("*.py"):
        if path.stem not in (*TABLES, "__init__"):
            yield path


def _mutate(module: Path, tests: MetTests, sample: slice) -> Iterator[Survivor | None]:
    """Each mutant of a module that was not noticed; None for one that was."""
    Path(importlib.util.cache_from_source(module)).unlink(missing_ok=True)  # no mutant is taken for what it was
    sys.dont_write_bytecode = True
    source = module.read_text(encoding="utf-8")
    try:
        for mutant in islice(_mutants(source), sample.start, sample.stop, sample.step):
            module.write_text(mutant, encoding="utf-8")
            noticed = tests.notice(module, source, _changed(source, mutant))
            yield None if noticed else _survivor(module, source, mutant)
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
            try:
                mutant = mutate_code(source, operator(), occurrence)
            except AttributeError:  # the tool does not know how: a name with a dot among those of an `except`
                continue
            if mutant is None:
                break
            if mutant.count("/,") == source.count("/,"):  # the star of a signature is no product
                yield mutant


def _changed(source: str, mutant: str) -> range:
    """The lines of the source, from 1, that a mutant has otherwise."""
    compared = difflib.SequenceMatcher(None, source.splitlines(), mutant.splitlines(), autojunk=False)
    changed = [(begin, end) for tag, begin, end, _, _ in compared.get_opcodes() if tag != "equal"]
    return range(changed[0][0] + 1, max(changed[0][0] + 1, changed[-1][1]) + 1)


def _survivor(module: Path, source: str, mutant: str) -> Survivor:
    compared = difflib.unified_diff(source.splitlines(), mutant.splitlines(), n=0, lineterm="")
    changed = [line for line in compared if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was, becomes = ("\n".join(line[1:].strip() for line in changed if line[0] == sign).strip() for sign in "-+")
    return Survivor(str(module), _changed(source, mutant).start, was, becomes)


if __name__ == "__main__":
    sys.exit(main())
