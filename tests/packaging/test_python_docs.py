# SPDX-License-Identifier: Apache-2.0
"""The Python of the pages runs as it is printed, where it needs no file, no port and no test run."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
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
