# SPDX-License-Identifier: Apache-2.0
"""``xky fuzz``: hunt for what a device does not stand; save each finding as the shortest stimulus, and a test."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from xky.emulator.meter_file.meter_file import meter_names
from xky.protocol import BenchError, InputError

from ..bench.command_secrets import shown_device
from ..campaign.bench_option import device_of
from ..campaign.campaign import Campaign, Options
from ..campaign.carried import bounds_remarks
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
from ..hunt.hunt_folder import hunt_folder
from ..hunt.print_detection import print_detection
from ..hunt.print_hunt import document, essence, print_findings, progress_of
from ..hunt.shared_hunt import hunt_by
from ..hunt.tally import Finding, Limits
from ..named_file import named_file
from ..pytest_options import claimed_labels
from ..standard_streams import says_or_tells
from ..terminal import complain

__all__ = ["command"]

_MINUTES = 1.0  # unless somebody says how long


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
    probe: ProbeOption = None,
    meter: Annotated[
        str | None,
        typer.Option(autocompletion=meter_names, help="Ready meter, or a meter's file, in the place of drawn ones."),
    ] = None,
    defect: DefectOption = None,
    defects: Annotated[
        bool,
        typer.Option(
            "--defects", help="Try the hunt itself: every built-in defect that a line can show, or that of --defect."
        ),
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="With --defects: so many hunts on each.")] = 3,
    minutes: Annotated[float | None, typer.Option(min=0.0, help="So long; 1 unless --examples is given.")] = None,
    examples: Annotated[int | None, typer.Option(min=1, help="So many stories.")] = None,
    seed: Annotated[int, typer.Option(help="Of the stories; the same seed, examples and jobs find the same.")] = 0,
    strict: Annotated[bool, typer.Option("--strict", help="A should that is not met is a finding, too.")] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; every core in virtual time where that is worth it, else one.")
    ] = None,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler to work on: tcp://HOST:PORT.")] = None,
    out: Annotated[Path, typer.Option(callback=named_file, help="Folder of the findings.")] = Path("hunt"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Hunt for what a device does not stand; shrink it; save it as a stimulus and a test."""
    if defects:
        foreign = {
            device: device, "--board": board, "--statement": statement, "--bench": bench, "--mode": mode,
            "--labels": labels, "--line": line != "pty", "--parity": parity != "strip", "--speed": speed != 1.0,
            "--reset": reset, "--flash": flash, "--probe": probe, "--meter": meter, "--minutes": minutes,
            "--examples": examples, "--strict": strict, "--scheduler": scheduler,
        }  # fmt: skip
        if wrong := next((name for name, value in foreign.items() if value), None):
            raise InputError(f"--defects: tries them on simulated boards, in its own way; leave {wrong} out")
        sys.exit(print_detection(range(seed, seed + seeds), defect=defect, jobs=jobs, folder=out, as_json=as_json))
    given = {
        "device": device, "board": board, "line": line, "parity": parity, "probes": probe, "reset": reset,
        "flash": flash,
    }  # fmt: skip
    campaign = Campaign(
        Options(
            **device_of(given, bench), mode=mode, labels=claimed_labels(labels), speed=speed, seed=seed, defect=defect,
            meter=meter, statement=statement, bench=bench,
        ),
        tell=complain,
    )  # fmt: skip
    device, board = shown_device(campaign.options.device), campaign.options.board
    if minutes is None and examples is None:
        minutes = _MINUTES
    limits = Limits(examples=examples, minutes=minutes)
    kept: dict[str, Path] = {}
    status = 0
    with (
        campaign.held(),
        hunt_folder(
            out, device=device, board=board or campaign.board.id, defect=defect, labels=campaign.options.labels,
            statement=statement,
        ) as folder,
        hunt_by(
            campaign, jobs, scheduler, seed=seed, runs=folder.runs, limits=limits, strict=strict,
            database=folder.examples,
        ) as hunt,
        nullcontext() if as_json else progress_of(hunt),
    ):  # fmt: skip
        saved, told = folder.stories(campaign.modes), hunt.on_finding

        def keep(finding: Finding) -> None:
            kept[str(finding.signature)] = folder.keep(finding)
            told(finding)

        hunt.on_finding = keep
        try:
            hunt.run(saved=saved)
        except KeyboardInterrupt:
            complain("interrupted; what was found until then is kept")
        except (BenchError, InputError) as error:
            if not hunt.examples:
                raise
            complain(error)
            status = 3 if isinstance(error, BenchError) else 2

    notes = bounds_remarks(campaign.board, campaign.claims)

    def say() -> None:
        if as_json:
            made = document(hunt, kept, device=device, seed=seed, notes=notes)
            sys.stdout.write(json.dumps(made, ensure_ascii=False) + "\n")
        else:
            print_findings(hunt, kept, out, notes)

    was_heard = says_or_tells(say, essence(hunt, out))
    sys.exit(status or (1 if hunt.findings else 0 if was_heard else 3))
