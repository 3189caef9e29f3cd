# SPDX-License-Identifier: Apache-2.0
"""``xky requirements``: what is asked of a receiver, of which clause it comes, and what proves that it is asked."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written
from xky.protocol.whole_file import whole_file

from ..campaign.suite import known_ids
from ..catalogue.applicability import facts_of
from ..catalogue.clauses import clauses, named_by
from ..catalogue.document import catalogue_document
from ..catalogue.entries import chosen
from ..catalogue.exports import EXPORTS
from ..catalogue.print_catalogue import print_clauses, print_requirement, print_requirements
from ..catalogue.words import Language
from ..device_options import BoardOption, ProbeOption, StatementOption

__all__ = ["command"]


def command(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=known_ids,
            metavar="[ID]…",
            help="Requirements, purposes or groups such as TIC-CHK; else all.",
        ),
    ] = None,
    statement: StatementOption = None,
    board: BoardOption = None,
    device: Annotated[
        str | None, typer.Option(help="A device as certify takes it, such as sim:winky-c6; it is not started.")
    ] = None,
    probe: ProbeOption = None,
    clause: Annotated[
        str | None, typer.Option(help="Those of a clause and the ones below it, such as '54E §5.3.6', 5.3.4 or 02E.")
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="Of the texts.")] = Language.EN,
    export: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="FORMAT FILE", help=f"Write the whole catalogue: {', '.join(EXPORTS)}; - is standard output."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """List what is asked of a receiver, filter it by clause or device, explain one requirement, or export all."""
    if export is not None:
        told = {"ID": ids, "--statement": statement, "--board": board, "--device": device, "--probe": probe,
                "--clause": clause, "--json": as_json}  # fmt: skip
        also = [name for name, value in told.items() if value]
        if also:
            raise InputError(f"--export: writes the whole catalogue; leave {also[0]} out")
        _export(*export)
        return
    shown, of = chosen(ids or ()), list(clauses().values())
    if clause is not None:
        of = list(named_by(clause))
        if not of:
            raise InputError(f"--clause {clause!r}: no such clause; write it as '54E §5.3.6'; --clause 54E lists all")
        names = {one.name for one in of}
        shown = [one for one in shown if not names.isdisjoint(one.sources.clauses)]
    facts = None
    if statement is not None or board is not None or device is not None or probe:
        facts = facts_of(board, statement=statement, device=device, probes=tuple(probe or ()))
    if as_json:
        told_json = catalogue_document(shown, of, facts)
        sys.stdout.write(json.dumps(told_json, indent=1, ensure_ascii=False) + "\n")
        return
    if clause is not None:
        print_clauses(of, language)
    if len(shown) == 1:
        print_requirement(shown[0], facts, language)
    elif shown:
        print_requirements(shown, facts, language)


def _export(kind: str, name: str) -> None:
    if kind not in EXPORTS:
        raise InputError(f"--export {kind}: no such format; known: {', '.join(EXPORTS)}")
    text = EXPORTS[kind](datetime.now(UTC))
    if name == "-":
        sys.stdout.write(text)
        return
    try:
        with whole_file(Path(name)) as partial:
            partial.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise cannot_be_written(f"--export {kind} {name}", error, "give another file") from None
