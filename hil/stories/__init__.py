# SPDX-License-Identifier: Apache-2.0
"""Stories of a line: played, judged by the suite's questions, kept in stimulus files, played again."""
