# SPDX-License-Identifier: Apache-2.0
"""A report of a device that fails, made once."""

from pathlib import Path

import pytest

from xky.hil.watch.kept_run import KeptRun

from .shown_run import certified


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watched") / "report"
    certified(folder)
    return folder


@pytest.fixture(scope="session")
def kept(report: Path) -> KeptRun:
    return KeptRun(report)
