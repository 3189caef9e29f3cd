# SPDX-License-Identifier: Apache-2.0
"""What an instrumented program tells: the parts that were run since the last time, wherever it is loaded."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from xky.hil.launch.coverage_map import CoverageMap

RUNTIME = Path(__file__).parents[3] / "docs" / "examples" / "coverage.c"
PROGRAM = """
#include <stdio.h>
int main(int count, char **words) {
    if (count > 1) puts(words[1][0] == 'a' ? "yes" : "no");
    return 0;
}
"""


def built(folder: Path, compiler: str, suffix: str) -> Path:
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    (folder / f"program.{suffix}").write_text(PROGRAM, encoding="utf-8")
    shutil.copy(RUNTIME, folder / f"coverage.{suffix}")
    command = [compiler, "-Wall", "-Wextra", "-Werror", "-fsanitize-coverage=trace-pc"]
    subprocess.run([*command, f"program.{suffix}", f"coverage.{suffix}", "-o", "program"], cwd=folder, check=True)
    return folder / "program"


@pytest.mark.parametrize(("compiler", "suffix"), [("gcc", "c"), ("g++", "cpp")])
def test_a_program_marks_what_it_runs_and_the_same_each_time(compiler: str, suffix: str, tmp_path: Path) -> None:
    program, marks = built(tmp_path, compiler, suffix), CoverageMap()

    def run(*words: str) -> frozenset[int]:
        subprocess.run([program, *words], env={**os.environ, **marks.environment}, check=True)
        return marks.take()

    plain, yes, no = run(), run("a"), run("b")
    assert plain != frozenset()
    assert plain < yes
    assert plain < no
    assert not yes <= no
    assert run("a") == yes
    assert marks.take() == frozenset()
    marks.close()
    subprocess.run([program, "a"], env={**os.environ, **marks.environment}, check=True)  # the file is gone
    subprocess.run([program], check=True)


def test_a_program_that_was_not_built_so_tells_nothing() -> None:
    marks = CoverageMap()
    subprocess.run(["true"], env={**os.environ, **marks.environment}, check=True)
    assert marks.take() == frozenset()
    marks.close()
