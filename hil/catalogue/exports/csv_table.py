# SPDX-License-Identifier: Apache-2.0
"""The catalogue as a table: CSV as RFC 4180 has it, a row a requirement."""

import csv
import io
from datetime import datetime

from ..entries import entries

__all__ = ["csv_table"]

_COLUMNS = (
    "id", "group", "level", "modes", "clause", "text", "text_french", "why", "why_french", "where", "purposes",
    "defects", "needs", "steps", "limits",
)  # fmt: skip


def csv_table(made: datetime) -> str:
    """The text of the file.

    Args:
        made: when; a table does not say it.
    """
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(_COLUMNS)
    for entry in entries().values():
        one, procedure = entry.requirement, entry.requirement.procedure
        writer.writerow(
            [
                one.id, entry.group, one.level.value, " ".join(sorted(one.modes)), one.clause, one.text, one.french,
                one.why, one.why_french, "; ".join(condition.text for condition in one.where),
                " ".join(purpose.id for purpose in entry.purposes), " ".join(entry.defects),
                *(("", "", "") if procedure is None else map("; ".join, (procedure.needs, procedure.steps,
                                                                       procedure.limits))),
            ]
        )  # fmt: skip
    return told.getvalue()
