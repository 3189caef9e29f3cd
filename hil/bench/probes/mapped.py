# SPDX-License-Identifier: Apache-2.0
"""A probe at an end of an uplink: payloads become readings by the statement of the board."""

from abc import abstractmethod
from collections.abc import Sequence, Sized
from typing import Any

from ...ends.end import Observer, Payload
from ..mapping import Statement, of_mode
from ..reading import Reading
from .probe import Probe, ProbeContext

__all__ = ["MappedProbe"]

_STATE_MAX = 200  # characters of a retained message
_SECRET_MIN = 8  # bytes; a shorter one is in any text by chance
_PAYLOADS_PER_S = 1000  # taken in a second of the bench's clock: the rest of a flood is counted and dropped


class MappedProbe(Probe):
    """Listens at an end.

    Attributes:
        statement: what payloads say, once it is open.
    """

    statement: Statement

    def __init__(self, spec: str) -> None:
        super().__init__(spec)
        self._second, self._taken = -1, 0
        self._secrets: list[bytes] = []
        self._secrets_of = 0  # so many credentials that were seen

    def open(self, context: ProbeContext) -> None:
        self.statement = Statement(of_mode(context.board, context.mode), self.kind, self.shown)
        self.end = self._made_end(context)
        self.end.on_payloads = self._take

    @property
    def notes(self) -> Sequence[str]:
        return self.statement.notes(self.shown)

    @abstractmethod
    def _made_end(self, context: ProbeContext) -> Observer:
        """The end, reachable."""

    def _take(self, payloads: Sequence[Payload]) -> None:
        end, read = self.end, self.statement.read
        assert end is not None
        seen: Sized = getattr(end, "credentials_seen", ())
        if len(seen) != self._secrets_of:  # there are never less
            self._secrets, self._secrets_of = _secrets(end), len(seen)
        secrets, readings, before = self._secrets, self.readings, None
        is_state = False
        for payload in payloads:
            at_s, source, _, data, facts = payload
            if facts is not before:  # those of a write have the same
                before, is_state = facts, bool(facts.get("retain"))
            if is_state:
                text = data.decode(errors="replace")[:_STATE_MAX]
                end.happened("retained", f"{source} {text}", topic=source, payload=text)
            if secrets and any(said in data or said in source.encode() for said in secrets):
                end.happened("credentials", f"{source}: holds a password or token that the device was given")
            second = int(at_s)
            if second != self._second:
                self._second, self._taken = second, 0
            self._taken += 1
            if self._taken > _PAYLOADS_PER_S:
                self.dropped += 1
                continue
            said = read(payload)
            if isinstance(said, Reading):
                readings.append(said)
            elif said is not None and not is_state:  # such as "online"
                self.remarks.append(said)


def credentials_shown(end: object) -> list[str]:
    """Passwords and tokens that clients showed an end of the bench; text that is none of UTF-8 is escaped."""
    seen: Any = getattr(end, "credentials_seen", ())
    said = (one if isinstance(one, bytes) else str(one.secret).encode() for one in seen)
    return [secret.decode("utf-8", "backslashreplace") for secret in said]


def _secrets(end: Observer) -> list[bytes]:
    """What clients showed themselves by, as far as it is long enough to be told from chance."""
    seen: Any = getattr(end, "credentials_seen", ())
    said = (one if isinstance(one, bytes) else str(one.secret).encode() for one in seen)
    return [secret for secret in said if len(secret) >= _SECRET_MIN]
