# SPDX-License-Identifier: Apache-2.0
"""The page on paper: printed to a file by a Chromium that is installed, by the page's own rules for print.

A browser prints what it shows; a renderer of our own choice would be a second reader of the same page. Nothing is asked
of any network: names are not resolved, and the page itself allows nothing.
"""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from xky.protocol import BenchError, InputError

__all__ = ["NAMES", "chromium", "print_page"]

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_PATIENCE_S = 180.0  # real; a page of thousands of lines takes some seconds


def chromium() -> str:
    """The path of a Chromium.

    Raises:
        InputError: there is none.
    """
    found = next((path for name in NAMES if (path := shutil.which(name)) is not None), None)
    if found is None:
        raise InputError(
            "--pdf: no Chromium is installed to print the page; install Debian's chromium, or leave it out"
        )
    return found


def print_page(page: Path, pdf: Path) -> None:
    """Print a page into a file.

    Args:
        page: ``index.html``.
        pdf: to be written.

    Raises:
        InputError: there is no Chromium.
        BenchError: it did not print.
    """
    with TemporaryDirectory(prefix="xky-print-") as profile:
        command = [
            chromium(), "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # it does not start as root with one
            "--no-pdf-header-footer", f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        told = f"--pdf: {command[0]} printed nothing"
        yourself = f"print {page.name} yourself"
        try:
            run = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False, cwd=profile)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{told} in {_PATIENCE_S:.0f} s; {yourself}") from None
        except OSError as error:
            raise BenchError(f"{told} ({error.strerror}); {yourself}") from None
    if run.returncode or not pdf.exists():
        raise BenchError(f"{told} (status {run.returncode}); {yourself}")
