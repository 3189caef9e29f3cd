# SPDX-License-Identifier: Apache-2.0
"""A virtual instrument: takes a message, does what its maker's guide says, and gives the answer."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from random import Random
from typing import TYPE_CHECKING, ClassVar

from ..instruments.instrument import VIRTUAL
from .board import VirtualBoard
from .clock import BenchClock
from .command_table import Answer, Call, CommandTable, OutOfRange, split

if TYPE_CHECKING:
    from .signals import Signals

__all__ = ["Bench", "VirtualInstrument"]

_ERRORS = 20  # that its queue holds
_UNDEFINED = -113, "Undefined header"  # SCPI-99 21.8.9
_RANGE = -222, "Data out of range"
_PARAMETER = -224, "Illegal parameter value"
_OVERFLOW = -350, "Queue overflow"
_COMMAND_BIT, _EXECUTION_BIT = 0x20, 0x10  # of the event status register, IEEE 488.2 §11.5.1


class Bench:
    """What all instruments of a virtual bench have in common.

    Args:
        board: that they are on.
        clock: of the bench.
        signals: on its wires; None where numpy is not installed: then there is no scope.
        seed: of noise and of what each instrument is off.
    """

    def __init__(self, board: VirtualBoard, clock: BenchClock, signals: "Signals | None", seed: int) -> None:
        self.board, self.clock, self.signals, self.seed = board, clock, signals, seed


class VirtualInstrument(ABC):
    """One instrument, whatever connection it hangs on.

    Args:
        bench: that it is on.

    Attributes:
        role: on the bench.
        maker: in its identity.
        model: likewise.
        version: of its firmware.
        said: messages that came, each without its block.
    """

    role: ClassVar[str]
    maker: ClassVar[str]
    model: ClassVar[str]
    version: ClassVar[str] = "1.0"

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.random = Random(f"{bench.seed} {self.maker} {self.model}")
        self.said: list[str] = []
        self._errors: deque[tuple[int, str]] = deque()
        self._status = 0
        self._table = CommandTable({**self._common(), **self.commands()})
        self.reset()

    @abstractmethod
    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        """What it understands beside what all of them do."""

    @abstractmethod
    def reset(self) -> None:
        """As after power on: what it puts out is off."""

    @property
    def identity(self) -> str:
        """Its answer to ``*IDN?``."""
        return f"{self.maker},{self.model},{VIRTUAL}{self.bench.seed:06d},{self.version}"

    def answer(self, message: str, block: bytes = b"") -> bytes | None:
        """Do what a message says, one command after the other.

        Args:
            message: a line, without its end and without the block in it.
            block: data that stood in it.

        Returns:
            The answers, joined by semicolons (IEEE 488.2 §8.4.1); None where there is none.
        """
        self.said.append(message)
        answers = []
        branch = ""
        for command in split(message, ";"):
            if not command:
                continue
            header, _, rest = command.partition(" ")
            found = self._table.find(header)
            if found is None and branch and header[0] not in ":*":
                header = branch + header
                found = self._table.find(header)
            if found is None:
                self._complain(_UNDEFINED, _COMMAND_BIT)
                continue
            if header[0] != "*":
                branch = header.rpartition(":")[0] + ":" if ":" in header else ""
            act, numbers = found
            answer = self._act(act, Call(numbers, tuple(split(rest, ",")) if rest.strip() else (), block))
            if answer is not None:
                answers.append(answer.encode("ascii") if isinstance(answer, str) else answer)
        return b";".join(answers) if answers else None

    def _act(self, act: Callable[[Call], Answer], call: Call) -> Answer:
        with nullcontext() if act == self._wait else self.bench.board.lock:  # who waits keeps nobody else from acting
            try:
                return act(call)
            except OutOfRange:
                self._complain(_RANGE, _EXECUTION_BIT)
            except ValueError:
                self._complain(_PARAMETER, _EXECUTION_BIT)
        return None

    def _complain(self, error: tuple[int, str], bit: int) -> None:
        self._status |= bit
        if len(self._errors) == _ERRORS:
            self._errors[-1] = _OVERFLOW
            return
        self._errors.append(error)

    def _common(self) -> dict[str, Callable[[Call], Answer]]:
        return {
            "*IDN?": lambda call: self.identity,
            "*RST": lambda call: self.reset(),
            "*CLS": lambda call: self._clear(),
            "*OPC": lambda call: None,
            "*OPC?": lambda call: "1",
            "*WAI": lambda call: None,
            "*TST?": lambda call: "0",
            "*STB?": lambda call: str(4 if self._errors else 0),
            "*ESR?": lambda call: self._take_status(),
            "SYSTem:ERRor[:NEXT]?": lambda call: self._take_error(),
            "XKY:SPEed?": lambda call: f"{self.bench.clock.speed:g}",
            "XKY:TIME?": lambda call: f"{self.bench.clock.now_s():.9f}",
            "XKY:LATE?": self._late,
            "XKY:WAIT?": self._wait,
        }

    def _late(self, call: Call) -> Answer:
        """When the board of the bench came too late first, from an instant on; -1: never."""
        late_s = self.bench.board.late_after(call.number(0, 0.0, 1e9))
        return "-1" if late_s is None else f"{late_s:.6f}"

    def _wait(self, call: Call) -> Answer:
        """The clock of the bench, for who must know it: let it go on, and say where it stands then."""
        self.bench.clock.wait(call.number(0, 0.0, 1e7))
        return f"{self.bench.clock.now_s():.9f}"

    def _clear(self) -> None:
        self._errors.clear()
        self._status = 0

    def _take_status(self) -> str:
        status, self._status = self._status, 0
        return str(status)

    def _take_error(self) -> str:
        number, text = self._errors.popleft() if self._errors else (0, "No error")
        return f'{number},"{text}"'
