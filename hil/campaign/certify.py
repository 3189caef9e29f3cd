# SPDX-License-Identifier: Apache-2.0
"""Runs the suite on a campaign and brings the report out."""

import errno
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

from xky.protocol import BenchError
from xky.protocol.pseudonym import Pseudonyms

from ..archive.seal import UNSEALED, Seal
from .anonymised.anonymised_run import anonymise, anonymise_against, refuse_what_names_its_meter
from .campaign import Campaign
from .report import Shortest, document, given_texts, report_folder, write_given, write_report
from .report.formats import FORMATS
from .resumption import Journal, identity_of, read_earlier
from .suite import run_suite

__all__ = ["ArchiveLostError", "ReportLostError", "Shrink", "certify"]

Shrink: TypeAlias = Callable[[Campaign, Path], Shortest]
"""What finds the shortest stimuli of a run, and writes them into the folder of its report."""


class ReportLostError(BenchError):
    """The report could not be written; the run itself was judged.

    Attributes:
        report: as ``report.json`` would have had it.
    """

    def __init__(self, folder: Path, error: OSError, report: dict[str, Any]) -> None:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        why = "no room is left; free some" if full else f"cannot be written ({error.strerror})"
        super().__init__(f"--out {folder}: {why}; the verdict stands, its report and evidence are lost")
        self.report = report


class ArchiveLostError(BenchError):
    """The archive could not be written; the run was judged, and its report is in its folder.

    Attributes:
        report: as ``report.json`` has it.
    """

    def __init__(self, archive: Path | None, error: Exception, report: dict[str, Any]) -> None:
        why = error.strerror if isinstance(error, OSError) else str(error)
        super().__init__(f"--archive {archive}: cannot be written ({why}); the verdict and the report stand")
        self.report = report


def certify(
    campaign: Campaign,
    folder: Path,
    *,
    strict: bool = False,
    resume: bool = False,
    seal: Seal = UNSEALED,
    pseudonyms: Pseudonyms | None = None,
    shrink: Shrink | None = None,
) -> dict[str, Any]:
    """Run the whole suite on a campaign and write its report.

    A person who interrupts it gets the report of what was settled by then: it has ``"aborted": true``.

    Args:
        campaign: checked, not run yet.
        folder: for ``report.json``, ``index.html``, ``junit.xml``, ``evidence/`` and their ``manifest.json``.
        strict: a should that fails makes the run fail.
        seal: who signs, and the archive besides.
        pseudonyms: for what is personal, in all that is written; None leaves it.
        resume: go on from where the run whose report is in ``folder`` was interrupted.
        shrink: writes the shortest stimuli that show what failed into the folder of a report, and says what that tells
            of each; None: nobody wants them.

    Returns:
        The report.

    Raises:
        InputError: ``folder`` cannot be written or another run has it, a command is not found, an address cannot be
            listened at; with ``resume``, no such run was interrupted there.
        BenchError: a server is not there, the device does not start, or pytest itself failed.
        ReportLostError: all was judged, and the report could not be written.
        ArchiveLostError: all was judged and reported, and the archive could not be written.
    """
    if pseudonyms is not None:
        refuse_what_names_its_meter(campaign, resume=resume)
    campaign.check()
    report: dict[str, Any] | None = None
    unpacked: Exception | None = None
    try:
        with report_folder(folder, keeps=resume) as workshop, seal.archive_place():
            texts = given_texts(campaign)
            lost, identity = _run_kept(campaign, workshop, folder if resume else None, keeps=pseudonyms is None)
            shortest = {} if shrink is None or campaign.aborted else shrink(campaign, workshop)
            if pseudonyms is not None:
                anonymise(campaign, pseudonyms, workshop / "junit.xml")
                texts = {}
            report = document(campaign, strict=strict, signer=seal.public_key, shortest=shortest)
            if campaign.against is not None:
                summary = campaign.against.summary(report)
                report["against"] = summary if pseudonyms is None else anonymise_against(summary)
            if campaign.aborted and identity is not None:
                report["identity"] = identity()
            if lost is not None:
                raise lost
            write_report(workshop, report, campaign)
            write_given(workshop / "evidence", campaign, texts, strict=strict)
            seal.close(workshop, FORMATS)
            try:
                seal.pack(workshop)
            except (OSError, OverflowError) as error:
                unpacked = error
    except OSError as error:
        if report is None:
            raise
        raise ReportLostError(folder, error, report) from None
    if unpacked is not None:
        raise ArchiveLostError(seal.archive, unpacked, report)
    return report


def _run_kept(
    campaign: Campaign, workshop: Path, resumed: Path | None, *, keeps: bool
) -> tuple[OSError | None, Callable[[], Mapping[str, str]] | None]:
    """The same as ``_run_held``, kept as it goes; and what a run that goes on from here must have in common with it.

    What is to be anonymised is not kept: a kill would leave it as it is.
    """
    if not keeps:
        return _run_held(campaign, workshop), None
    journal = _journal(campaign, workshop, resumed)
    try:
        return _run_held(campaign, workshop), journal.identity
    finally:
        journal.close()


def _journal(campaign: Campaign, workshop: Path, resumed: Path | None) -> Journal:
    """Keep the run as it goes, whatever ends it; from where one in a folder was interrupted, if there is one."""
    started = campaign.started.isoformat().replace("+00:00", "Z")
    identity = cache(partial(identity_of, campaign.options, campaign.board, tuple(campaign.probes)))
    if not campaign.virtual:
        identity()  # a program may be built anew while it is certified
    journal = Journal(workshop, identity, started=started, speed=campaign.options.speed)
    if resumed is not None:
        campaign.earlier = read_earlier(resumed, identity())
        campaign.earlier.write(workshop)
        journal.resumed = campaign.earlier.told
        for mode, record in campaign.earlier.whole.items():
            campaign.records[mode] = record
            journal.keep(mode, record)
        journal.begin()
    campaign.journal = journal
    return journal


def _run_held(campaign: Campaign, workshop: Path) -> OSError | None:
    """The same with the bench's instruments held; whoever interrupts them as they are made safe interrupts the run."""
    try:
        with campaign.held():
            return _run(campaign, workshop)
    except KeyboardInterrupt:
        if not campaign.conclusions:
            raise
        campaign.aborted = True
        return None


def _run(campaign: Campaign, workshop: Path) -> OSError | None:
    """Run the suite; what kept ``junit.xml`` from being written, which is pytest's last act."""
    try:
        run_suite(campaign, workshop / "junit.xml")
    except KeyboardInterrupt:
        campaign.aborted = True
    except OSError as error:
        if not campaign.conclusions:
            raise
        return error
    return None
