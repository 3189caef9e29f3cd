# SPDX-License-Identifier: Apache-2.0
"""An opened VISA session in which a question has one answer, in time, or the instrument is lost.

What PyVISA promises was tried and does not hold: a resource opens where nobody listens, a closed connection is a
time-out, a time-out is no total, a late answer shifts all that follow. So the identity is asked before anything else
is sent, our own clock bounds each exchange, and after a failure nothing is believed before the identity was seen again.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from xky.protocol import InputError

from .abandonable import Abandonable
from .identity import Identity
from .lost import LostInstrument
from .visa import block_of, check_quiet, first_line, is_shared, make_quiet, opened

if TYPE_CHECKING:
    from pyvisa.resources import MessageBasedResource

__all__ = ["ANSWER_S", "Exchange", "Session"]

ANSWER_S = 5.0
_GRACE_S = 0.25  # PyVISA's own time-out is to come first: then the session can go on
_PAUSE_S = 0.01  # between two questions whether it is done
_STALE_ANSWERS = 8  # at most, between a clear and the identity

_KEPT = 100_000  # exchanges: a day of a reading a second

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message, and what came of it.

    Attributes:
        began_s: on the monotonic clock.
        ended_s: likewise.
        sent: the message.
        answer: to it; of a block its length, of a failure its reason, both in brackets; None where none was due.
    """

    began_s: float
    ended_s: float
    sent: str
    answer: str | None


class Session:
    """A connection to one instrument, open once its identity was seen.

    Args:
        resource: VISA, as ``TCPIP::192.168.1.5::INSTR``, ``TCPIP::192.168.1.5::5025::SOCKET`` or
            ``ASRL/dev/ttyUSB0::INSTR``.
        answer_s: how long an answer may take, unless told with a question.

    Attributes:
        resource: as given.
        answer: to ``*IDN?``, as it came.
        identity: the same, in parts.
        exchanges: the last ones, whatever came of them, in order.

    Raises:
        InputError: the resource names none, or there is no PyVISA.
        LostInstrument: nobody answers.
    """

    def __init__(self, resource: str, *, answer_s: float = ANSWER_S) -> None:
        self.resource = resource
        self.answer = ""
        self.exchanges: deque[Exchange] = deque(maxlen=_KEPT)
        self._answer_s = answer_s
        self._is_in_step = False
        self._is_open = False
        self._open()

    @property
    def identity(self) -> Identity:
        """Who it says it is."""
        return Identity.of(self.answer)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection; there is none once connecting anew did not help."""
        return self._is_open

    def write(self, message: str) -> None:
        """Tell something that has no answer.

        Raises:
            LostInstrument: it cannot be sent.
        """
        self._exchange(message, lambda visa, until_s: self._send(visa, message), self._answer_s)

    def write_block(self, header: str, data: bytes, *, within_s: float | None = None) -> None:
        """Tell something with a definite block behind it (IEEE 488.2 §7.7.6).

        Raises:
            LostInstrument: it cannot be sent.
        """
        length = str(len(data))
        message = header.encode("ascii") + f"#{len(length)}{length}".encode("ascii") + data + b"\n"

        def act(visa: "MessageBasedResource", until_s: float) -> None:
            visa.write_raw(message)

        self._exchange(header, act, within_s or self._answer_s)

    def query(self, question: str, *, within_s: float | None = None) -> str:
        """Ask one thing; the answer is one line, without its end.

        Args:
            question: one; a compound one has as many answers as the instrument pleases, and is refused.
            within_s: how long the answer may take.

        Raises:
            LostInstrument: it does not answer in time, or not in ASCII.
        """
        if question.count("?") != 1 or ";" in question:
            raise ValueError(f"{question!r}: expected one question")

        def act(visa: "MessageBasedResource", until_s: float) -> str:
            self._send(visa, question)
            return self._line(visa, until_s)

        return self._exchange(question, act, within_s or self._answer_s)

    def number(self, question: str, *, within_s: float | None = None) -> float:
        """Ask for one number.

        Raises:
            LostInstrument: what comes is none.
        """
        answer = self.query(question, within_s=within_s)
        try:
            return float(answer)
        except ValueError:
            raise self.strange(question, answer, "expected a number") from None

    def choice(self, question: str, choices: Mapping[str, _Result]) -> _Result:
        """Ask for one of some words.

        Raises:
            LostInstrument: what comes is none of them.
        """
        answer = self.query(question)
        if answer.upper() not in choices:
            raise self.strange(question, answer, f"expected {' or '.join(choices)}")
        return choices[answer.upper()]

    def until(self, question: str, answer: str, *, within_s: float) -> None:
        """Ask again and again until it says so.

        Raises:
            LostInstrument: it does not in that time.
        """
        end_s = time.monotonic() + within_s
        while (heard := self.query(question)).upper() != answer.upper():
            if time.monotonic() > end_s:
                raise self.strange(question, heard, f"expected {answer} within {within_s:g} s")
            time.sleep(_PAUSE_S)

    def query_block(self, question: str, *, within_s: float | None = None, head: str = "", line_ends: int = 1) -> bytes:
        """Ask for a definite block.

        Args:
            question: one.
            within_s: how long it may take, whole.
            head: what some makes say before it.
            line_ends: how many line feeds come behind it.

        Raises:
            LostInstrument: it does not come whole, or it is an indefinite one (``#0``), whose end nobody can tell.
        """

        def act(visa: "MessageBasedResource", until_s: float) -> bytes:
            self._send(visa, question)
            self._set_time(visa, until_s)
            return block_of(visa, lambda: self._set_time(visa, until_s), head.encode("ascii"), line_ends)

        return self._exchange(question, act, within_s or self._answer_s)

    def strange(self, question: str, answer: str, expected: str) -> LostInstrument:
        """The complaint about an answer that is none."""
        shown = answer if len(answer) <= 60 else f"{answer[:57]}…"
        self._is_in_step = False
        return LostInstrument(
            f"{self.resource}: answers {shown!r} to {question}; {expected}; switch it off and on, and see what else "
            "talks to it"
        )

    def reopen(self) -> None:
        """Connect anew; the same instrument must answer.

        Raises:
            LostInstrument: it does not, or another one does.
        """
        self.close()
        self._open()

    def close(self) -> None:
        """Let go; one that is stuck is left to itself."""
        visa, worker = self._visa, self._worker
        self._is_in_step = self._is_open = False

        def act() -> None:
            with suppress(Exception):
                visa.close()

        with suppress(TimeoutError):
            worker.do(act, _GRACE_S)
        worker.leave(act)

    def _open(self) -> None:
        self._worker = Abandonable()
        self._visa = self._bounded("open", lambda: opened(self.resource), self._answer_s)

        def first(visa: "MessageBasedResource", until_s: float) -> str:
            while check_quiet(visa):  # somebody before us left it
                self._set_time(visa, until_s)
            visa.write_raw(b"*IDN?\n")
            return self._line(visa, until_s)

        try:
            answer = self._told("*IDN?", first, self._answer_s)
            if self.answer and answer != self.answer:
                raise LostInstrument(
                    f"{self.resource}: another instrument answers now: {Identity.of(answer)}, and before "
                    f"{self.identity}; look at its address and at the cables"
                )
            if not answer:
                raise LostInstrument(f"{self.resource}: does not say who it is; is it an instrument?")
        except BaseException:
            self.close()
            raise
        self.answer = answer
        self._is_in_step = self._is_open = True

    def _exchange(
        self, message: str, act: Callable[["MessageBasedResource", float], _Result], within_s: float
    ) -> _Result:
        if not self._is_in_step:
            self._come_in_step()
        try:
            return self._told(message, act, within_s)
        except BaseException:  # Ctrl-C may leave half an answer behind
            self._is_in_step = False
            raise

    def _come_in_step(self) -> None:
        """Let all that is late come, and see the identity again; connect anew where that does not help."""

        def act(visa: "MessageBasedResource", until_s: float) -> None:
            make_quiet(visa, lambda: self._set_time(visa, until_s))
            visa.write_raw(b"*IDN?\n")
            for _ in range(_STALE_ANSWERS):
                self._set_time(visa, until_s)
                if visa.read_raw().strip() == self.answer.encode("ascii"):
                    make_quiet(visa, lambda: self._set_time(visa, until_s))
                    return
            raise LostInstrument(f"{self.resource}: is out of step; switch it off and on")

        if not self._is_open or (self._worker.is_stuck and is_shared(self._visa)):  # a new connection is there at once
            self.reopen()
            return
        try:
            self._told("*IDN?", act, self._answer_s)
        except LostInstrument:
            self.reopen()
        self._is_in_step = True

    def _told(self, message: str, act: Callable[["MessageBasedResource", float], _Result], within_s: float) -> _Result:
        visa, began_s = self._visa, time.monotonic()
        try:
            answer = self._bounded(message, lambda: act(visa, began_s + within_s), within_s)
        except BaseException as error:
            self.exchanges.append(Exchange(began_s, time.monotonic(), message, f"({first_line(error)})"))
            raise
        told = f"({len(answer)} bytes)" if isinstance(answer, bytes) else answer
        self.exchanges.append(Exchange(began_s, time.monotonic(), message, told if isinstance(told, str) else None))
        return answer

    def _bounded(self, message: str, act: Callable[[], _Result], within_s: float) -> _Result:
        try:
            return self._worker.do(act, within_s + _GRACE_S)
        except (InputError, LostInstrument):
            raise
        except TimeoutError:
            raise LostInstrument(
                f"{self.resource}: no end of an answer to {message} within {within_s:g} s; is it an instrument, and "
                "free?"
            ) from None
        except Exception as error:  # back ends raise what the operating system does, and their own
            raise LostInstrument(
                f"{self.resource}: does not answer {message} ({first_line(error)}); is it on, free, and the name right?"
            ) from error

    def _send(self, visa: "MessageBasedResource", message: str) -> None:
        stale = check_quiet(visa)
        if stale:
            raise LostInstrument(
                f"{self.resource}: said more than it was asked for ({stale!r}…); is somebody else talking to it?"
            )
        visa.write_raw(message.encode("ascii") + b"\n")

    def _line(self, visa: "MessageBasedResource", until_s: float) -> str:
        self._set_time(visa, until_s)
        heard = visa.read_raw()
        try:
            return heard.decode("ascii").strip()
        except UnicodeDecodeError:
            raise LostInstrument(
                f"{self.resource}: answers with bytes that are no ASCII ({heard[:16]!r}…); look at rate and cable"
            ) from None

    def _set_time(self, visa: "MessageBasedResource", until_s: float) -> None:
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        visa.timeout = max(left_s, 0.001) * 1000
