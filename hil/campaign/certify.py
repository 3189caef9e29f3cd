# SPDX-License-Identifier: Apache-2.0
"""Runs the conformance package with pytest, in this process, and brings the report out."""

import contextlib
import io
import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from xky.protocol import BenchError

from .campaign import Campaign
from .report import document, prepare_folder, whole, write_report

__all__ = ["certify"]

_SUITE = resources.files("xky.hil.conformance")
_FINE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class _Certification:
    """What the suite's own conftest finds when ``xky certify`` runs it."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign


def certify(campaign: Campaign, folder: Path, *, strict: bool = False) -> dict[str, Any]:
    """Run the whole suite on a campaign and write its report.

    Args:
        campaign: checked, not run yet.
        folder: for ``report.json``, ``index.html``, ``junit.xml`` and ``evidence/``.
        strict: a should that fails makes the run fail.

    Returns:
        The report.

    Raises:
        InputError: ``folder`` cannot be written, a command is not found.
        BenchError: the device does not start, or pytest itself failed.
    """
    prepare_folder(folder)
    with whole(folder / "junit.xml") as junit:
        _run_pytest(campaign, junit)
        report = document(campaign, strict=strict)
        write_report(folder, report, campaign)
    return report


def _run_pytest(campaign: Campaign, junit: Path) -> None:
    arguments = [
        str(_SUITE),
        "-c",
        str(_SUITE / "pytest.ini"),
        f"--rootdir={_SUITE}",
        f"--junitxml={junit}",
        "-o",
        "junit_suite_name=xky-hil",
        "-p",
        "xky.fixtures.plugin",
        "-p",
        "no:cacheprovider",
        "--capture=no",  # progress is shown on the real standard error while the suite runs
        "-q",
    ]
    output = io.StringIO()
    with _only_our_plugins(), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = pytest.main(arguments, plugins=[_Named("xky-certify", _Certification(campaign))])
    if campaign.error is not None:
        raise campaign.error
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in _FINE or not campaign.conclusions:
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
