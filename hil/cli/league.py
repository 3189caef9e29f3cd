# SPDX-License-Identifier: Apache-2.0
"""``xky league``: public decoders and firmware in pinned versions, each under the suite, in one table."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..campaign.campaign import Campaign
from ..campaign.certify import certify
from ..campaign.print_verdicts import certify_with_progress
from ..campaign.suite import known_ids
from ..hunt.league.document import document
from ..hunt.league.entry import entry_named, entry_names
from ..hunt.league.files import write_league
from ..hunt.league.print_league import print_league
from ..hunt.league.run import Hunter, Played, play
from ..hunt.league.workshop import cache_folder
from ..named_file import named_file
from ..terminal import counted, printable

__all__ = ["command"]


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(autocompletion=entry_names, metavar="NAME", help="Decoders; all unless told."),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(min=0.001, max=1e6, help="Run the line so many times faster; as each can take it unless told."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of meters, gaps and faults.")] = 0,
    only: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=known_ids, metavar="ID", help="Judge this requirement or purpose alone; repeatable."
        ),
    ] = None,
    hunt: Annotated[
        float | None,
        typer.Option(min=0.05, max=1e6, help="Hunt each so many minutes a mode for what the suite did not show."),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(callback=named_file, help="Where they are installed and built; ~/.cache/… unless told."),
    ] = None,
    out: Annotated[Path, typer.Option(callback=named_file, help="Folder of the page.")] = Path("league"),
    as_json: Annotated[bool, typer.Option("--json", help="Print league.json and nothing else.")] = False,
) -> None:
    """Install public decoders in pinned versions, run each under the suite, print one table."""
    entries = [entry_named(name) for name in dict.fromkeys(names or entry_names())]
    for entry in entries:
        _ = entry.board  # a wrong file is told before the first is run
    folder = cache_folder(cache)
    played: list[Played] = []
    aborted = False

    def certified(campaign: Campaign, where: Path) -> dict[str, object]:
        return (certify if as_json else certify_with_progress)(campaign, where, strict=False)

    hunter = None if hunt is None else _hunter(hunt, seed, speed)
    for entry in entries:
        if not as_json:
            print(printable(f"{entry.name}: {entry.board.title}"), file=sys.stderr)
        try:
            played.append(play(entry, folder, certified, seed=seed, speed=speed, only=only or (), hunt=hunter))
        except KeyboardInterrupt:
            aborted = True
            break
        write_league(out, document(played))
    league = document(played, aborted=aborted)
    write_league(out, league)
    if as_json:
        sys.stdout.write(json.dumps(league, indent=1, ensure_ascii=False) + "\n")
    else:
        print_league(league, out)
    sys.stdout.flush()
    if aborted:
        done = f"{len(played)} of {counted(len(entries), 'decoder')}"
        print(f"xky: interrupted; kept in {printable(str(out))}: {done}", file=sys.stderr)
    sys.exit(3 if aborted or any(one.failed for one in played) or not any(one.runs for one in played) else 0)


def _hunter(minutes: float, seed: int, speed: float | None) -> Hunter:
    from ..hunt.league.hunted import hunt_entry
    from ..hunt.tally import Limits

    return partial(hunt_entry, limits=Limits(minutes=minutes), seed=seed, speed=speed)
