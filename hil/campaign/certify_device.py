# SPDX-License-Identifier: Apache-2.0
"""``xky certify`` for Python programs: a device by its name, what a person may choose besides, and the report."""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xky.protocol import InputError, Mode

from ..pseudonym_key import pseudonyms_by
from .campaign import Campaign, Options
from .certify import certify as certify_campaign
from .comparison import Baseline
from .seal_option import seal_of

__all__ = ["certify"]


def certify(
    device: str,
    *,
    out: str | os.PathLike[str] | None = None,
    board: str | None = None,
    mode: Mode | str | None = None,
    labels: Sequence[str] | None = None,
    line: str = "pty",
    parity: str = "strip",
    speed: float = 1.0,
    seed: int = 0,
    defect: str | None = None,
    meter: str | None = None,
    strict: bool = False,
    only: Sequence[str] = (),
    profile: str | None = None,
    probes: Sequence[str] = (),
    statement: str | os.PathLike[str] | None = None,
    reset: str | None = None,
    flash: str | None = None,
    sign: str | os.PathLike[str] | None = None,
    archive: str | os.PathLike[str] | None = None,
    anonymise: str | os.PathLike[str] | None = None,
    against: str | os.PathLike[str] | None = None,
    quick: bool = False,
    resume: bool = False,
    lang: str = "en",
) -> dict[str, Any]:
    """Run the conformance suite on a device: ``xky certify`` for programs.

    Args:
        device: such as ``sim:winky-c6`` or ``exec:./firmware {port}``.
        out: folder of the report; nothing is kept unless told.
        board, mode, labels, line, parity, speed, seed, defect, meter, reset, flash: see ``Options``.
        strict: a should that fails makes the run fail.
        only: ids of requirements and purposes, which alone are judged and give the verdict.
        profile: name of a label, such as ``linky-ready``, whose tests alone do.
        probes: where readings are seen, each a SPEC such as ``mqtt``; the device's own unless told.
        statement: a file with keys of a board, laid over it.
        sign: file with the key that signs the report.
        archive: file, ``NAME.xky``, for the report and all its evidence.
        anonymise: file with a key of pseudonyms, which then stand for what is personal.
        quick: leave out what takes longest, so that a mode takes 40 s on the line at most.
        resume: go on from where the run was interrupted whose report is in ``out``.
        against: report of an earlier run, which the report then says what got worse since.
        lang: of the page, ``en`` or ``fr``; ``report.json`` is in English.

    Returns:
        The report, as ``report.json`` has it: its ``"verdict"`` is ``"pass"``, ``"fail"`` or ``"inconclusive"``.

    Raises:
        InputError: an argument names what is not there, or ``out`` or ``archive`` cannot be written.
        BenchError: the device does not start, or pytest itself failed.
    """
    if out is None and resume:
        raise InputError("resume: goes on in the folder of a report; give it as out")
    if out is None:
        with TemporaryDirectory() as folder:
            return certify(
                device, out=folder, board=board, mode=mode, labels=labels, line=line, parity=parity, speed=speed,
                seed=seed, defect=defect, meter=meter, strict=strict, only=only, profile=profile, probes=probes,
                statement=statement,
                reset=reset, flash=flash, against=against, quick=quick, sign=sign, archive=archive,
                anonymise=anonymise, lang=lang,
            )  # fmt: skip
    claimed = None if labels is None else tuple(labels)
    options = Options(
        device, board=board, mode=mode, labels=claimed, line=line, speed=speed, seed=seed, defect=defect, meter=meter,
        parity=parity, only=tuple(only), probes=tuple(probes), statement=None if statement is None else Path(statement),
        reset=reset, flash=flash, quick=quick, lang=lang, profile=profile,
    )  # fmt: skip
    seal = seal_of(None if sign is None else Path(sign), None if archive is None else Path(archive))
    pseudonyms = None if anonymise is None else pseudonyms_by(Path(anonymise))
    campaign = Campaign(options, against=None if against is None else Baseline.read(Path(against)))
    return certify_campaign(campaign, Path(out), strict=strict, resume=resume, seal=seal, pseudonyms=pseudonyms)
