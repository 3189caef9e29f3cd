# SPDX-License-Identifier: Apache-2.0
"""What came of checking a report, for people: what it says, what differs, who signed, what it comes to."""

from collections.abc import Iterator, Sequence

from ..archive.key_file import PublicKey
from ..campaign.anonymised.anonymised_board import LEFT_OUT
from ..campaign.wording import Wording
from ..terminal import counted
from .verify import Verification

__all__ = ["verification_lines"]

_TOLD = 20  # lines of a kind


def verification_lines(found: Verification, words: Wording | None = None) -> Iterator[str]:
    """A line each, in English unless told; names of members and what stands in them are as they are."""
    words = Wording("en" if words is None else words.language, checks=True)
    sound = found.whole and (found.replayed is None or not found.replayed.other)
    said = _headline(found, words)
    yield said if sound else words.fill("said to be {headline}; do not believe it: see what differs", headline=said)
    yield from _listed("changed: {member}", "changed: {n} more; --json names them", found.changed, words)
    yield from _listed("missing: {member}", "missing: {n} more; --json names them", found.missing, words)
    yield from _listed("added: {member}", "added: {n} more; --json names them", found.extra, words)
    yield from (words.fill("note: {remark}", remark=one) for one in found.notes)
    yield _signature(found, words)
    if found.replayed is not None:
        again = found.replayed
        yield from _listed("differs: {member}", "differs: {n} more; --json names them", again.other, words)
        told = {"verdicts": counted(again.same, "verdict"), "differences": counted(len(again.other), "difference")}
        yield words.fill("judged again by the evidence alone: {verdicts} the same, {differences}", **told)
        yield from (words.fill("not compared: {what}", what=one) for one in again.unchecked)
    whole = words.say("whole" if found.whole else "not whole")
    signed = words.say("signed" if found.signed else "unsigned")
    stands = words.say("it stands" if found.stands else "it does not stand")
    yield f"{found.place}{words.colon}{whole}, {signed}{words.colon}{stands}"


def _headline(found: Verification, words: Wording) -> str:
    verdict, *rest = found.said
    told = words.say(verdict.lower()).upper() if verdict.isupper() else words.say(verdict)
    return ", ".join([told, *map(words.say, rest)]).replace(LEFT_OUT, words.say(LEFT_OUT))


def _listed(one: str, more: str, which: Sequence[str], words: Wording) -> Iterator[str]:
    """The first of them, and how many there are besides."""
    yield from (words.fill(one, member=name) for name in which[:_TOLD])
    if len(which) > _TOLD:
        yield words.fill(more, n=len(which) - _TOLD)


def _signature(found: Verification, words: Wording) -> str:
    if found.signer is None:
        return words.say(
            "unsigned: nobody vouches for it" if not found.missing and found.whole else "no valid signature"
        )
    by = {"key": found.signer, "fingerprint": PublicKey(found.signer).fingerprint}
    if found.expected is None:
        return words.fill(
            "signed by {key}, fingerprint {fingerprint}; signer not checked: compare it, or give --signer", **by
        )
    if found.expected == found.signer:
        return words.fill("signed by {key}, fingerprint {fingerprint}, as expected", **by)
    by["other_key"] = found.expected
    return words.fill("signed by {key}, fingerprint {fingerprint}; expected {other_key}", **by)
