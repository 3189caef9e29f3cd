# SPDX-License-Identifier: Apache-2.0
"""The Python of the pages runs as it is printed, where it needs no file, no port and no test run; so do docstrings."""

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "name",
    ["carrier.md", "emulator.md", "faults.md", "line.md", "lorawan.md", "mqtt.md", "power.md", "power-sweeps.md"],
)
def test_the_python_of_a_page_runs(name: str) -> None:
    blocks = BLOCK.findall((DOCS / name).read_text(encoding="utf-8"))
    assert blocks
    for block in blocks:
        exec(compile(block, name, "exec"), {})


def test_what_a_docstring_shows_is_what_happens() -> None:
    tried = 0
    for package in ("protocol", "emulator", "boards", "hil", "fixtures"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                result = doctest.testmod(import_module(f"xky.{module.removesuffix('.__init__')}"))
                assert not result.failed, module
                tried += result.attempted
    assert tried
