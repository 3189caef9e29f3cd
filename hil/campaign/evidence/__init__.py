# SPDX-License-Identifier: Apache-2.0
"""The record of a run on disk, ``evidence/MODE/``: written, and read back to an equal record.

A file for each kind of what was recorded; each module here says how its own is written and how it is read. Numbers
are written exactly, so that a verdict computed from what is read back is the run's.
"""

from .record_folder import BEFORE, EVIDENCE_FILES, forget_evidence, read_record, read_records, write_record

__all__ = ["BEFORE", "EVIDENCE_FILES", "forget_evidence", "read_record", "read_records", "write_record"]
