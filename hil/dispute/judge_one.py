# SPDX-License-Identifier: Apache-2.0
"""One purpose judged by a record alone: no device, no bench, and no other purpose."""

from collections.abc import Callable
from importlib import import_module

from xky.protocol import InputError

from ..campaign.declared_meters import why_not_asked
from ..campaign.judgement import Asked, Conclusion
from ..campaign.oracle import Case, Oracle, Trail
from ..campaign.record import Record
from ..campaign.requirement import Purpose
from ..campaign.suite import declared_purposes, test_of
from ..campaign.verdict import Verdict, verdict_of
from ..stories.replay import stands

__all__ = ["judge_one", "purpose_named"]


def purpose_named(id_: str) -> Purpose:
    """The purpose of the suite with that id.

    Raises:
        InputError: this suite has none.
    """
    found = next((one for one in declared_purposes() if one.id == id_), None)
    if found is None:
        raise InputError(f"{id_!r}: this suite has no such purpose; see xky requirements")
    return found


def judge_one(purpose: Purpose, record: Record, probe: str) -> Conclusion:
    """What one purpose concludes on a record.

    Args:
        purpose: of the suite.
        record: of its mode.
        probe: whose readings are judged, by its name in the record.
    """
    asked = Asked(purpose, record.mode, probe)
    if why := why_not_asked(record.board, purpose, record.mode):
        return Conclusion(asked, Verdict.NOT_APPLICABLE, why, Trail())
    case, error = Case(purpose, Oracle(record.seen_by(probe))), None
    try:
        _test(purpose)(case)
    except Exception as raised:
        error = raised
    verdict, reason = case.as_far_as_played(*verdict_of(error))
    return Conclusion(asked, verdict, reason, case.trail)


def _test(purpose: Purpose) -> Callable[[Case], None]:
    test = test_of(purpose)
    if test is not None:
        return test
    stimulus = import_module("xky.hil.conformance.test_found").FOUND[purpose]
    return lambda case: stands(case, purpose, stimulus)
