# SPDX-License-Identifier: Apache-2.0
"""A pack of a contested purpose judged again, and all that it says beside its record made again and compared."""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from xky.protocol import InputError

from ..archive.contents import Contents
from ..campaign.report.document import purpose_document
from ..dispute.judged_pack import JudgedPack, MalformedPackError, judge_members
from ..dispute.members import DISPUTE, members_of, rule_document
from .replayed import Replayed

__all__ = ["pack_judged_again"]

_COMPARED = ("verdict", "reason", "sent", "expected", "seen", "at_s", "measured")
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


def pack_judged_again(contents: Contents, made_by: str | None) -> Replayed:
    """Judge a pack again.

    Args:
        contents: its files, whatever became of them.
        made_by: version of the package that made them.
    """
    try:
        judged = judge_members(contents.names, contents.read)
        dispute = json.loads(contents.read(DISPUTE))
    except (MalformedPackError, InputError) as error:
        return Replayed(0, (str(error),))
    here, asked = version("xky-hil"), judged.again.asked
    other = list(_purpose_differs(f"{asked.purpose.id} ({asked.mode}, {asked.probe})", dispute, judged))
    is_same = not other
    unchecked = ["which part of the run's record it holds", "device, board, seed and suite of the report"]
    if made_by not in (None, here):
        other += [f"the report is by xky-hil {made_by}: what differs may be the suite's"] if other else []
        return Replayed(int(is_same), tuple(other), (*unchecked, f"its other files: it is by xky-hil {made_by}"))
    try:
        other += _rest_differs(contents, dispute, judged)
    except _MALFORMED as error:
        told = " ".join(str(error).split())[:80]
        other.append(f"{DISPUTE}: cannot be made again ({type(error).__name__}: {told})")
    return Replayed(int(is_same), tuple(other), tuple(unchecked))


def _purpose_differs(name: str, dispute: Mapping[str, Any], judged: JudgedPack) -> Iterator[str]:
    """What of the verdict is not as the record concludes it; the first thing of it."""
    told, now = dispute["purpose"], purpose_document(judged.again)
    wrong = next((one for one in _COMPARED if told.get(one) != now.get(one)), None)
    if wrong is not None:
        yield f"{name}: {wrong} is {_short(told.get(wrong))} in the report, {_short(now.get(wrong))} by the evidence"


def _rest_differs(contents: Contents, dispute: Mapping[str, Any], judged: JudgedPack) -> Iterator[str]:
    """The rule, and the files for people, that are not those that follow."""
    asked = judged.again.asked
    rule = rule_document(asked.purpose.requirement)
    for name in dict.fromkeys((*rule, *dispute["requirement"])):
        told, made = dispute["requirement"].get(name), rule.get(name)
        if told != made:
            yield f"{DISPUTE}: {name} of {rule['id']} is {_short(told)}; {_short(made)} by the evidence"
    for name, data in members_of(dispute, asked.purpose, judged.record, asked.probe).items():
        if name not in contents.names:
            yield f"{name}: is missing"
        elif (written := contents.read(name)) != data:
            pairs = zip(written.split(b"\n"), data.split(b"\n"), strict=False)
            line = next((number for number, (one, made) in enumerate(pairs, 1) if one != made), data.count(b"\n") + 1)
            yield f"{name}:{line}: is not what {DISPUTE} and the record make"


def _short(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:119]}…"
