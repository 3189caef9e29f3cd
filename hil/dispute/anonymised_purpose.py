# SPDX-License-Identifier: Apache-2.0
"""A contested purpose without what is personal: its record made anew by pseudonyms, and judged once more.

The whole record is made anew before a part of it is taken: what stood for a value does so wherever it is told.
"""

from collections.abc import Mapping
from typing import Any

from xky.protocol import BenchError, InputError
from xky.protocol.pseudonym import Pseudonyms

from ..campaign.anonymised.anonymised_board import LEFT_OUT
from ..campaign.anonymised.anonymised_record import anonymised_records
from ..campaign.anonymised.anonymised_run import without_command
from ..campaign.evidence import read_records
from ..campaign.record import Record
from ..campaign.report.document import purpose_document
from .contested_purpose import Contested
from .judge_one import judge_one, purpose_named

__all__ = ["anonymised"]

_OF_A_PERSON = ("contested",)  # what is said there are somebody's own words
_WITH_ARGUMENTS = ("again", "shortest")  # commands with all their words


def anonymised(contested: Contested, pseudonyms: Pseudonyms) -> tuple[Contested, Record]:
    """The purpose as a report without what is personal has it, and the record of its mode without that.

    Args:
        contested: of a report.
        pseudonyms: by the key of captures.

    Raises:
        InputError: the report has pseudonyms already, or its evidence cannot be read.
        BenchError: the verdict would be another one.
    """
    if contested.report.get("anonymised") is True:
        raise InputError("--anonymise: the report has pseudonyms already; leave --anonymise out")
    records = read_records(contested.record.parent)  # what the board names may have been sent in either mode
    mode = next((mode for mode in records if mode.value == contested.record.name), None)
    if mode is None:
        raise InputError(f"{contested.record / 'run.json'}: is missing; certify the device once more")
    made, _ = anonymised_records(records, next(iter(records.values())).board, pseudonyms)
    told, record = contested.purpose, made[mode]
    again = judge_one(purpose_named(told["id"]), record, told.get("probe", record.probes[0].spec))
    if again.verdict.value != told["verdict"]:
        raise BenchError(
            f"--anonymise: {told['id']} is {told['verdict']}, and would be {again.verdict.value} without what is "
            "personal; nothing was written; pack it without --anonymise, or certify on a meter that is nobody's"
        )
    report = {**contested.report, "anonymised": True, "device": without_command(str(contested.report.get("device")))}
    return Contested(report, contested.requirement, _anew(told, purpose_document(again)), contested.record), record


def _anew(told: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a purpose, with what it is now concluded from."""
    kept = {name: one for name, one in told.items() if name not in _WITH_ARGUMENTS}
    return {**kept, **again, **{name: LEFT_OUT for name in _OF_A_PERSON if name in told}}
