# SPDX-License-Identifier: Apache-2.0
"""A contested purpose for people: that it was packed, and what it comes to when it is judged again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..archive.key_file import Signer
from ..campaign.verdict_marks import STYLE
from ..campaign.wording import Wording
from ..console import PlainConsole
from .judged_pack import JudgedPack

__all__ = ["packed_lines", "print_judged"]

_COLUMN = 10  # characters of what a line is about


def packed_lines(
    told: Mapping[str, Any], path: Path, what: str, signer: Signer | None, words: Wording
) -> Iterator[str]:
    """What was packed, and how it is judged and checked.

    Args:
        told: the purpose, as a report has it.
        path: of the pack.
        what: of the record it holds.
        signer: who signed it; None: nobody.
        words: of the language to tell it in.
    """
    words = Wording(words.language, checks=True)
    of = {"purpose": told["id"], "tic_mode": told["mode"], "verdict": told["verdict"]}
    yield words.fill("{purpose}, {tic_mode}: {verdict}; packed in {path}: {what}", **of, path=path, what=what)
    yield f"xky dispute --judge {path}"
    if signer is not None:
        yield words.fill("signed by {fingerprint}; xky verify {path}", fingerprint=signer.public.fingerprint, path=path)


def print_judged(judged: JudgedPack, words: Wording) -> None:
    """Print it on standard output."""
    console, again = PlainConsole(), judged.again
    of_packs = Wording(words.language, checks=True)
    rule, (verdict, reason) = again.purpose.requirement, judged.told
    place = f"{words.say(rule.level.value)}, {words.clause(rule.clause)}"
    title = f"{again.purpose.id}, {words.say(again.mode.value)}{words.colon}{words.say(rule.text)} ({place})"
    console.print(title, highlight=False)
    for name in ("sent", "expected", "seen"):
        for number, line in enumerate(getattr(again.trail, name)):
            of = "" if number else words.say(name)
            console.print(f"  {of:<{_COLUMN}}{words.say(line)}", highlight=False)
    if judged.contested:
        console.print(f"  {of_packs.say('contested')} {words.say(judged.contested)}", highlight=False)
    as_told = of_packs.say("as the report says")
    if not judged.is_same:
        as_told = words.fill("the report says {verdict}: {reason}", verdict=verdict.value, reason=reason)
    because = f"{words.colon}{words.say(again.reason)}" if again.reason else ""
    word = words.say(again.verdict.value).upper()
    console.print_headline(word, STYLE[again.verdict.value], f"  {as_told}{because}")
