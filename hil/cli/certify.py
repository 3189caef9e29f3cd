# SPDX-License-Identifier: Apache-2.0
"""``xky certify``: the conformance suite on a device, a table for people, a report for everyone."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xky.emulator.meter_file.meter_file import meter_names
from xky.protocol import InputError

from ..campaign.bench_option import device_of
from ..campaign.campaign import Campaign, Options
from ..campaign.certify import ArchiveLostError, ReportLostError, Shrink, certify
from ..campaign.print_verdicts import certify_with_progress, headline, print_verdicts
from ..campaign.profiles import profile_names
from ..campaign.seal_option import AnonymiseOption, ArchiveOption, KeyOption, SignOption, seal_of, tell_seal
from ..campaign.suite import known_ids
from ..campaign.verdict import Verdict
from ..campaign.wording import wording
from ..device_options import (
    BenchOption,
    BoardOption,
    DefectOption,
    DeviceArgument,
    FlashOption,
    LabelsOption,
    LineOption,
    ModeOption,
    ParityOption,
    ProbeOption,
    ResetOption,
    SpeedOption,
    StatementOption,
)  # fmt: skip
from ..named_file import named_file
from ..pseudonym_key import pseudonyms_by, require_anonymise
from ..pytest_options import claimed_labels
from ..standard_streams import says_or_tells
from ..terminal import complain, printable
from ..watch.watched_campaign import WatchedCampaign

__all__ = ["command"]

_STATUS = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3, Verdict.NOT_APPLICABLE: 3}

if TYPE_CHECKING:
    from ..campaign.comparison import Baseline


def command(
    device: DeviceArgument = None,
    board: BoardOption = None,
    statement: StatementOption = None,
    bench: BenchOption = None,
    mode: ModeOption = None,
    labels: LabelsOption = None,
    line: LineOption = "pty",
    parity: ParityOption = "strip",
    reset: ResetOption = None,
    flash: FlashOption = None,
    speed: SpeedOption = 1.0,
    seed: Annotated[int, typer.Option(help="Of meters, gaps and faults.")] = 0,
    defect: DefectOption = None,
    defects: Annotated[
        bool, typer.Option("--defects", help="Try the suite itself: every built-in defect, every sound board.")
    ] = False,
    seeds: Annotated[
        str | None, typer.Option(metavar="A-B", help="With --defects: with each of these seeds, such as 0-19.")
    ] = None,
    meter: Annotated[
        str | None,
        typer.Option(
            autocompletion=meter_names, help="Ready meter, or a meter's file, in the place of the suite's household."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=known_ids, metavar="ID", help="Judge this requirement or purpose alone; repeatable."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            autocompletion=profile_names,
            metavar="NAME",
            help="Run the tests of a label, and nothing else: linky-ready.",
        ),
    ] = None,
    probe: ProbeOption = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Play the stimulus of this file alone, such as xky fuzz finds.")
    ] = None,
    contested: Annotated[
        list[str] | None,
        typer.Option(metavar="PURPOSE=TEXT", help="Mark a verdict that the supplier does not accept; repeatable."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A should that fails makes the run fail.")] = False,
    sign: SignOption = None,
    archive: ArchiveOption = None,
    anonymise: AnonymiseOption = False,
    key: KeyOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="40 s a mode at most: what decides most; the rest is skipped.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from where the run was interrupted whose report is in --out.")
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="REPORT", help="Tell what changed since that run; exit 1 when something got worse."),
    ] = None,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="Of each fail the shortest stimulus that shows it; in virtual time.")
    ] = False,
    out: Annotated[Path, typer.Option(callback=named_file, help="Folder of the report.")] = Path("report"),
    lang: Annotated[str, typer.Option(metavar="en|fr", help="Language of the page and of what is printed.")] = "en",
    watch: Annotated[
        str | None,
        typer.Option(metavar="[HOST:]PORT", help="Show the run on a page there, and its report; 0 takes a free port."),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print the page to report.pdf, by a Chromium.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print report.json and nothing else.")] = False,
) -> None:
    """Run the conformance suite on a device, print the verdicts, write the report."""
    if defects:
        foreign = {
            "DEVICE": device, "--defect": defect, "--mode": mode, "--labels": labels, "--meter": meter,
            "--line": line != "pty", "--parity": parity != "strip", "--speed": speed != 1.0, "--strict": strict,
            "--only": only, "--probe": probe, "--statement": statement, "--replay": replay, "--reset": reset,
            "--flash": flash, "--bench": bench, "--against": against, "--quick": quick,
            "--resume": resume, "--sign": sign, "--archive": archive, "--anonymise": anonymise, "--key": key,
            "--contested": contested, "--profile": profile, "--lang": lang != "en", "--pdf": pdf, "--shrink": shrink,
            "--watch": watch,
        }  # fmt: skip
        sys.exit(_tried(board, seed, seeds, [name for name, value in foreign.items() if value], as_json=as_json))
    if seeds is not None:
        raise InputError("--seeds: is that of --defects; give --seed, a run has one")
    of_suite = {"--against": against, "--quick": quick, "--resume": resume, "--shrink": shrink}
    _require_fitting([name for name, value in of_suite.items() if value], replay=replay, anonymise=anonymise)
    seal = seal_of(sign, archive)
    require_anonymise(key, anonymise=anonymise)
    pseudonyms = pseudonyms_by(key) if anonymise else None
    given = {
        "device": device, "board": board, "line": line, "parity": parity, "probes": probe, "reset": reset,
        "flash": flash,
    }  # fmt: skip
    options = Options(
        **device_of(given, bench), mode=mode, labels=claimed_labels(labels), speed=speed, seed=seed, defect=defect,
        meter=meter, only=tuple(only or ()), statement=statement, bench=bench,
        quick=quick, contested=tuple(contested or ()), lang=wording(lang).language, pdf=pdf, profile=profile,
    )  # fmt: skip
    campaign = Campaign(options) if replay is None else _replay(options, replay)
    lost: ArchiveLostError | ReportLostError | None = None
    campaign.tell = complain
    campaign.against = _baseline(against)
    with WatchedCampaign(watch, campaign, out, anonymise=anonymise) as watched:
        try:
            run = certify if as_json else certify_with_progress
            report = run(
                campaign, out, strict=strict or replay is not None,  # what was found counts, a should too
                resume=resume, seal=seal, pseudonyms=pseudonyms, shrink=_shrinking(campaign) if shrink else None,
            )  # fmt: skip
        except (ArchiveLostError, ReportLostError) as error:
            report, lost = error.report, error
        kept = None if isinstance(lost, ReportLostError) else out
        watched.end(report, is_kept=kept is not None)

        def say() -> None:
            if as_json:
                sys.stdout.write(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
            else:
                print_verdicts(report, kept, wording(lang))
                tell_seal(seal, lost is None, wording(lang))
                if campaign.against is not None:
                    from ..campaign.comparison.print_comparison import print_comparison

                    print_comparison(campaign.against.compared(report), wording(lang))

        status = _status(report)
        if campaign.lost is not None:
            status = status or 3
        if not says_or_tells(say, headline(report, kept, wording(lang))):
            status = status or 3
        if lost is not None:
            if status != 1:
                raise lost
            complain(lost)
        elif campaign.lost is not None:
            complain(campaign.lost)
        elif "aborted" in report:
            _tell_what_is_kept(report, out)
        watched.wait()
    sys.exit(status)


def _tell_what_is_kept(report: dict[str, Any], out: Path) -> None:
    decided = f"{report['decided']} of {report['total']}"
    print(f"xky: interrupted; kept in {printable(str(out))}: what was settled by then, {decided}", file=sys.stderr)


def _require_fitting(of_suite: Sequence[str], *, replay: Path | None, anonymise: bool) -> None:
    """Complain of options that do not go with each other; those of a run of the suite are named."""
    if replay is not None and of_suite:
        told = of_suite[0]
        raise InputError(f"{told}: is that of a run of the suite; --replay plays a stimulus alone; leave {told} out")
    if anonymise and "--shrink" in of_suite:
        raise InputError(
            "--shrink: a stimulus tells its meter, and is part of the report; leave --shrink or --anonymise out"
        )


def _replay(options: Options, path: Path) -> Campaign:
    """A stimulus in the place of the suite."""
    from ..stories.replay import Replay

    return Replay(options, path=path, tell=complain)


def _baseline(against: Path | None) -> "Baseline | None":
    """The earlier run to lay beside this one.

    Raises:
        InputError: it is no report.
    """
    if against is None:
        return None
    from ..campaign.comparison import Baseline

    return Baseline.read(against)


def _shrinking(campaign: Campaign) -> Shrink:
    """What finds the shortest stimuli.

    Raises:
        InputError: the campaign runs in real time.
    """
    from ..hunt.shortest import require_virtual, shortest_stimuli

    require_virtual(campaign)
    return shortest_stimuli


def _tried(board: str | None, seed: int, seeds: str | None, foreign: list[str], *, as_json: bool) -> int:
    """The suite itself, tried: exit status of ``--defects``."""
    if foreign:
        raise InputError(f"--defects: tries all of them on simulated boards; leave {foreign[0]} out")
    from ..campaign.defect_seeds import seeds_of
    from ..campaign.print_defect_matrix import print_matrices, print_matrix

    if seeds is None:
        return print_matrix(board, seed, as_json=as_json)
    if seed:
        raise InputError("--seeds: names all the seeds; leave --seed out")
    return print_matrices(board, seeds_of(seeds), as_json=as_json)


def _status(report: dict[str, Any]) -> int:
    """Exit status of a run, by its report."""
    status = _STATUS[Verdict(report["verdict"])]
    if "aborted" not in report and report.get("against", {}).get("worse"):
        status = 1
    return status or (3 if report.get("bench", {}).get("not_safe") else 0)
