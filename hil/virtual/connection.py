# SPDX-License-Identifier: Apache-2.0
"""One connection to a virtual instrument: bytes in, answers out, soundly or not."""

import time
from collections.abc import Callable

from ..instruments.session import ANSWER_S
from .framing import Message, next_message
from .instrument import VirtualInstrument
from .misbehaviour import Misbehaviour, Planned

__all__ = ["Behaviour", "HungUp", "Talk"]

LATE_S = ANSWER_S + 1.0  # real seconds: when nobody waits for it any more
DRIBBLE_S = 0.15  # real seconds
_FOREIGN = "ACME Instruments,X-1,0,1.0"
_MORE = b";0"


class HungUp(Exception):  # noqa: N818  # the instrument ends the connection
    """The instrument closes the connection now."""


class Behaviour:
    """How an instrument behaves on its connections, all of them together.

    Attributes:
        planned: what it does wrong; None: nothing.
        late_s: how late an answer comes.
        dribble_s: between two bytes of an answer.
    """

    def __init__(self, planned: Planned | None = None) -> None:
        self.planned = planned
        self.late_s, self.dribble_s = LATE_S, DRIBBLE_S
        self._taken = 0

    def takes(self) -> None:
        """One more message came."""
        self._taken += 1

    def does(self, what: Misbehaviour) -> bool:
        """Whether it does that now."""
        return self.planned is not None and self.planned.what is what and self._taken > self.planned.after

    def hung_up(self) -> None:
        """It did, which it does once: who connects anew finds it sound."""
        self.planned = None

    @property
    def refuses(self) -> bool:
        """Whether nobody listens at its port any more."""
        return (
            self.planned is not None and self.planned.what is Misbehaviour.REFUSE and self._taken >= self.planned.after
        )


class Talk:
    """A connection.

    Args:
        instrument: that is talked to.
        behaviour: of it.
        send: bytes to the other side.
    """

    def __init__(self, instrument: VirtualInstrument, behaviour: Behaviour, send: Callable[[bytes], object]) -> None:
        self._instrument, self._behaviour, self._send = instrument, behaviour, send
        self._heard = bytearray()

    def hear(self, data: bytes) -> None:
        """Bytes came.

        Raises:
            HungUp: the connection is to be closed.
        """
        self._heard += data
        while (message := next_message(self._heard)) is not None:
            self._take(message)

    def _take(self, message: Message) -> None:
        behaviour = self._behaviour
        behaviour.takes()
        if behaviour.does(Misbehaviour.REFUSE):
            raise HungUp
        answer = self._instrument.answer(message.text, message.block)
        if answer is None or behaviour.does(Misbehaviour.SILENT):
            return
        if behaviour.does(Misbehaviour.WRONG_IDENTITY) and message.text.upper() == "*IDN?":
            answer = _FOREIGN.encode("ascii")
        if behaviour.does(Misbehaviour.INDEFINITE):
            answer = _indefinite(answer)
        if behaviour.does(Misbehaviour.COMPOUND):
            answer += _MORE
        answer += b"\n"
        if behaviour.does(Misbehaviour.HANG_UP):
            behaviour.hung_up()
            self._send(answer[: len(answer) // 2])
            raise HungUp
        if behaviour.does(Misbehaviour.LATE):
            time.sleep(behaviour.late_s)
        if behaviour.does(Misbehaviour.DRIBBLE):
            for place in range(len(answer)):
                time.sleep(behaviour.dribble_s)
                self._send(answer[place : place + 1])
            return
        self._send(answer)


def _indefinite(answer: bytes) -> bytes:
    """The same with an indefinite block in the place of a definite one (IEEE 488.2 §8.7.10)."""
    mark = answer.find(b"#")
    if mark < 0 or not answer[mark + 1 : mark + 2].isdigit() or answer[mark + 1 : mark + 2] == b"0":
        return answer
    return answer[:mark] + b"#0" + answer[mark + 2 + int(answer[mark + 1 : mark + 2]) :]
