# SPDX-License-Identifier: Apache-2.0
"""What a publication prints, for people and for programs."""

from typing import Any

from ...console import PlainConsole
from .attempt import TOLD_APART_MAX
from .publication import PUBLIC_FOLDER, TRUSTED_FOLDER, Publication

__all__ = ["document_of", "print_publication"]

SCHEMA = "xky-panel-publication/1"


def document_of(done: Publication) -> dict[str, Any]:
    """For programs, as publication.schema.json says."""
    tried = done.tried
    return {
        "schema": SCHEMA,
        "panel": done.panel.name,
        "published": done.is_published,
        "folder": None if done.folder is None else str(done.folder),
        "k": done.k,
        "homes": done.homes,
        "left_out": done.left_out,
        "groups": done.groups,
        "minutes": done.minutes,
        "remarks": done.remarks,
        "smallest_group": done.smallest,
        "check": {"passed": not done.complaints, "complaints": list(done.complaints)},
        "attempt": {
            "failed": tried.fails,
            "worth_something": tried.is_worth_something,
            "linked_in_pseudonymised": round(tried.linked_records, 4),
            "linked_by_chance": round(tried.records_chance, 4),
            "named_in_public": round(tried.named_homes, 4),
            "named_by_traits_alone": round(tried.named_chance, 4),
            "named_bound": round(tried.bound, 4),
            "told_apart": round(tried.told_apart, 4),
            "told_apart_bound": TOLD_APART_MAX,
        },
    }


def _passed(done: Publication) -> str:
    if done.complaints:
        return "; ".join(done.complaints)
    return f"passed: no group, and no sum or difference of groups, is of fewer than {done.smallest} homes"


def print_publication(done: Publication, console: PlainConsole) -> None:
    """A few lines."""
    tried = done.tried

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True)

    size = f"{done.smallest} or more (k {done.k})"
    groups = "group" if done.groups == 1 else "groups"
    say(f"{done.panel.name}: {done.homes} homes in {done.groups} {groups} of {size}, by {done.minutes} minutes")
    for remark in done.remarks:
        say(f"    {remark}")
    if done.left_out:
        homes = "1 home" if done.left_out == 1 else f"{done.left_out} homes"
        say(f"  left out: {homes}, whose readings do not tell the half hours that the others have")
    say(f"  check of the written files: {_passed(done)}")
    say("  attempt by somebody who has a home's half hours of up to three days:")
    chance = f"{tried.records_chance:.1%}"
    say(f"    pseudonymised set: {tried.linked_records:.1%} of the homes are found (by chance {chance})")
    say(
        f"    public set: {tried.named_homes:.1%} are named (by tariff, phases and producer alone "
        f"{tried.named_chance:.1%}, bound 1/k {tried.bound:.1%})"
    )
    say(
        f"    public set: who took part is told from who did not in at most {tried.told_apart:.1%} of pairs "
        f"(a coin 50.0%, bound {TOLD_APART_MAX:.1%})"
    )
    if not tried.is_worth_something:
        say("    the attempt does not find the homes in the pseudonymised set either, so it proves little")
    if done.folder is None:
        why = "the attempt finds homes in the public set" if not tried.fails else "the written files fail their check"
        say(f"nothing is published: {why}; take a longer panel, more homes or a larger --k")
    else:
        say(f"{done.folder / TRUSTED_FOLDER}: homes by pseudonym, for the trusted third party alone")
        say(f"{done.folder / PUBLIC_FOLDER}: the public set, with its dictionary")
        say("publish a panel once: two sets whose homes differ by one give away the curve of that one")
