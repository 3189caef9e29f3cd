# SPDX-License-Identifier: Apache-2.0
"""``lines``: the JSON lines that a program prints, and what simulated firmware without an uplink reports."""

from collections.abc import Sequence

from xky.protocol import Group, InputError

from ..mapping import Statement, of_mode, payload_of_line
from ..reading import Reading, Remark, reading_from_groups, reading_from_json
from .probe import Probe, ProbeContext

__all__ = ["KIND", "LinesProbe"]


class LinesProbe(Probe):
    """Collects lines, stamped on the bench's clock."""

    schemes = ("lines",)

    def __init__(self, spec: str = "lines") -> None:
        if spec != "lines":
            raise InputError(f"{spec}: lines has nothing behind it; write lines alone")
        super().__init__(spec)
        self._context: ProbeContext | None = None
        self._statement: Statement | None = None

    def open(self, context: ProbeContext) -> None:
        self._context = context
        statement = Statement(of_mode(context.board, context.mode), self.kind)
        self._statement = statement if statement.is_mapped else None

    @property
    def notes(self) -> Sequence[str]:
        return [] if self._statement is None else self._statement.notes(self.shown)

    def _now_s(self) -> float:
        assert self._context is not None
        return float(self._context.env.now)

    def publish(self, groups: Sequence[Group]) -> None:
        """A simulated board publishes: the uplink of ``boards.ports``."""
        self.readings.append(reading_from_groups(self._now_s(), groups))

    def line(self, text: str) -> None:
        """A program printed a line."""
        if self._statement is None:
            said: Reading | Remark | None = reading_from_json(self._now_s(), text)
            if said is None and text.strip():
                said = Remark(self._now_s(), text)
        else:
            said = self._statement.read(payload_of_line(self._now_s(), text))
        if isinstance(said, Remark):
            self.remarks.append(said)
        elif said is not None:
            self.readings.append(said)


KIND = LinesProbe
