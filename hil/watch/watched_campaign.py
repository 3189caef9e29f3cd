# SPDX-License-Identifier: Apache-2.0
"""``xky certify --watch``: a page of a campaign, from before it is run until a person has seen enough of its report."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from xky.protocol import InputError

from ..campaign.campaign import Campaign

if TYPE_CHECKING:
    from .live_run import LiveRun
    from .watching import Watching

__all__ = ["WatchedCampaign"]

_OPTION = "--watch"


class WatchedCampaign:
    """The page of one campaign, as a context around its run; without an address there is none, and nothing happens.

    Args:
        text: HOST:PORT or PORT, as a person wrote it; None: nobody watches.
        campaign: not run yet.
        folder: of its report.
        anonymise: whether what is written has pseudonyms.

    Raises:
        InputError: the address cannot be taken, or what is to be anonymised would be shown.
    """

    def __init__(self, text: str | None, campaign: Campaign, folder: Path, *, anonymise: bool) -> None:
        if text is not None and anonymise:
            raise InputError(f"{_OPTION}: shows what the device says as it is; leave --anonymise out, or {_OPTION}")
        self._watching: Watching | None = None
        self._run: LiveRun | None = None
        self._is_aborted = False
        if text is not None:
            from . import live_run, watching

            self._watching, self._run = watching.Watching(text, _OPTION), live_run.LiveRun(campaign, folder)

    def __enter__(self) -> "WatchedCampaign":
        if self._watching is not None and self._run is not None:
            self._watching.show(self._run)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watching is None or self._run is None:
            return
        if self._run.report is None:
            self._run.end(None, str(error) or "interrupted; nothing is kept")
        self._watching.close()

    def end(self, report: dict[str, Any], *, is_kept: bool) -> None:
        """The run is over.

        Args:
            report: as ``report.json`` has it.
            is_kept: whether it is in its folder.
        """
        self._is_aborted = "aborted" in report
        if self._run is not None:
            self._run.end(report, is_kept=is_kept)

    def wait(self) -> None:
        """Serve page and report until Ctrl-C; whoever interrupted the run is not asked a second time."""
        if self._watching is not None and not self._is_aborted:
            self._watching.wait()
