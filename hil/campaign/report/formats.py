# SPDX-License-Identifier: Apache-2.0
"""Versions of the formats that the files of a report are written in, for its manifest."""

from ..evidence.run_file import SCHEMA as RECORD_SCHEMA
from .document import REPORT_SCHEMA
from .given_files import PLAN_SCHEMA

__all__ = ["FORMATS"]

FORMATS = {"report": REPORT_SCHEMA, "record": RECORD_SCHEMA, "plan": PLAN_SCHEMA}
