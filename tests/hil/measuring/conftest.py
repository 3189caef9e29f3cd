# SPDX-License-Identifier: Apache-2.0
"""Locks of the tests lie apart: what one that was killed left behind meets no other run at the same port."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def locks_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))
