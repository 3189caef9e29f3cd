# SPDX-License-Identifier: Apache-2.0
"""Takes its list of labels from the first frame that it hears."""

from xky.protocol import Frame, Group

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _FixesItsLabels(Retells):
    _known: frozenset[str] | None = None

    def retold(self, group: Group, frame: Frame) -> Group | None:
        if self._known is None:
            self._known = frozenset(one.label for one in frame.good)
        return group if group.label in self._known else None


DEFECT = Defect(
    title="takes its list of labels from its first frame, and reports nothing that comes later",
    source="integrations that make their sensors from the first frame; hekmon/linkytic asks for a restart",
    must_fail=frozenset({"TIC-LBL-6"}),
    parser=_FixesItsLabels,
    spreads=True,
)
