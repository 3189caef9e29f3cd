# SPDX-License-Identifier: Apache-2.0
"""``labgrid:PLACE``: a real board in a lab; its place is taken, the board is powered, and all is given back.

What the lab does to it is never the board's fault: it ends the run.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from xky.emulator.outputs.port_choice import PTY, SERIAL_LINE, is_made_by_adapter, keeps_parity
from xky.protocol import BenchError, InputError

from ...held_resource import HeldResource, held_resource
from ...lab import KeptPlace
from ..board_state import Flash, Reset
from ..console_port import NO_CONSOLE
from .device import Device, DeviceContext
from .serial import SerialDevice, refuse_what_nobody_tells

__all__ = ["KIND", "LabgridDevice"]

_LET_GO_WITHIN_S = 5.0  # real seconds that the keeper of a run that was killed may take over giving the place back
_LOOK_EVERY_S = 0.1


class _PowerCycle(Reset):
    """Started anew by the lab's switch."""

    def __init__(self, place: KeptPlace) -> None:
        self.text = "power cycle"
        self.line = None
        self.command = _Switch(place)


class _Switch:
    needs_port = False

    def __init__(self, place: KeptPlace) -> None:
        self._place = place

    def run(self, port: str) -> bytes:
        """Off and on again."""
        self._place.power("cycle")
        return b""


@dataclass(slots=True)
class _Taken:
    """A place that this process holds, for so many parts of its run."""

    place: KeptPlace
    times: int
    lock: ExitStack


_TAKEN: dict[str, _Taken] = {}


class LabgridDevice(Device):
    """A board in a lab.

    Args:
        rest: name of its place, whole.
        defect: none can be built into a board.
        line: ``serial:PORT``, a port of this machine; unless told, the port of the place that is named ``line``.
        parity: ``adapter`` as of a board on a wire, where ``line`` is a port of this machine: no lab is asked for it.
        reset: how it is started anew: ``rts``, ``dtr`` or a command; None: by its power, where the lab can switch it.
        flash: what puts its program on it, once a run.

    Raises:
        InputError: no place, an option that it does not take, or a command that is not found.
    """

    on_hardware = True

    def __init__(
        self,
        rest: str,
        *,
        defect: str | None = None,
        line: str = PTY,
        parity: str = "strip",
        reset: str | None = None,
        flash: str | Flash | None = None,
    ) -> None:
        self._shown = f"labgrid:{rest}"
        if not rest or rest.split() != [rest] or "," in rest:
            raise InputError(
                f"device {self._shown!r}: expected labgrid:PLACE, the name of a place of the lab; several boards are "
                "for pytest, one a worker: --xky-device labgrid:ONE,labgrid:OTHER -n 2"
            )
        if line != PTY and not line.startswith(SERIAL_LINE):
            raise InputError(
                f"--line {line}: a board in a lab has a wire; name a port of its place `line`, or give --line "
                "serial:PORT"
            )
        self._parity = parity
        if is_made_by_adapter(parity):
            if line == PTY:
                raise InputError(
                    f"--parity {parity}: a lab's port cannot be asked for it; leave it out, or give --line serial:PORT"
                )
        elif keeps_parity(parity):
            raise InputError(f"--parity {parity}: is for a pseudo-terminal; leave it out with {self._shown}")
        if defect is not None:
            raise InputError(f"--defect {defect}: defects are built into simulated firmware; take a sim: device")
        self._name = rest
        self._line = line
        self._reset = None if reset is None else Reset(reset)
        self._flash = Flash(flash) if isinstance(flash, str) else flash
        self._board: SerialDevice | None = None
        self._notes: list[str] = []
        self._held = ExitStack()

    @property
    def spoils_characters(self) -> bool:  # type: ignore[override]  # as of the board on its wire
        return not is_made_by_adapter(self._parity)

    @property
    def can_restart(self) -> bool:  # type: ignore[override]  # known once the place is taken
        taken = _TAKEN.get(self._name)
        return self._reset is not None or (taken is not None and taken.place.can_switch)

    def check(self, context: DeviceContext) -> None:
        refuse_what_nobody_tells(context)

    def held(self, tell: Callable[[str], None]) -> AbstractContextManager[object]:
        return _held_place(self._name, tell)

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        self.check(context)
        place = self._held.enter_context(_held_place(self._name))
        console, line = place.console, self._line
        if line == PTY:
            if place.line is None:
                raise BenchError(
                    f"{self._shown}: has no serial port named `line`; name the one whose TxD leads into the board's "
                    f"UART (labgrid-client -p {self._name} add-named-match EXPORTER/GROUP/CLASS/NAME line), or give "
                    "--line serial:PORT"
                )
            line = f"{SERIAL_LINE}{place.line.url}"
            self._notes.append(
                f"the meter's line goes over the lab's network, to {place.line.host}:{place.line.port}: what it has of "
                "time there is the network's, and errors of framing do not pass"
            )
        reset = _PowerCycle(place) if self._reset is None and place.can_switch else self._reset
        if place.can_switch and (self._flash is not None or reset is self._reset):
            place.power("on")
        rest = NO_CONSOLE if console is None else console.url
        if console is not None and console.baud is not None:
            rest += f"@{console.baud}"
        how = "power switched by the lab" if place.can_switch else "power switched by nobody"
        whose = "" if place.is_ours else f", taken by {place.holder} before, who keeps it"
        self._notes.append(f"a board in a lab: place {self._name}, {how}{whose}")
        self._board = SerialDevice(
            rest, line=line, parity=self._parity, reset=reset, flash=self._flash, shown=self._shown
        )
        self._board.start(context, clock_starts)

    def restart(self) -> None:
        assert self._board is not None
        self._board.restart()

    def explain_silence(self) -> None:
        if self._board is not None:
            self._board.explain_silence()

    @property
    def last_words(self) -> str:
        return "" if self._board is None else self._board.last_words

    @property
    def stderr(self) -> bytes:
        """What the commands printed that put its program on it and reset it."""
        return b"" if self._board is None else self._board.stderr

    @property
    def notes(self) -> Sequence[str]:
        return (*self._notes, *(() if self._board is None else self._board.notes))

    def stop(self) -> None:
        with self._held:
            if self._board is not None:
                self._board.stop()


@contextmanager
def _held_place(name: str, tell: Callable[[str], None] | None = None) -> Iterator[KeptPlace]:
    """Hold a place; this process may hold it several times over, and gives it back after the last.

    Args:
        name: of the place.
        tell: told of one that is not given back, which is an error where nobody is told.
    """
    taken = _TAKEN.get(name)
    if taken is None:
        lock = ExitStack()
        with lock:
            held = _locked(f"labgrid:{name}", lock)
            place = KeptPlace(name, lock=held.fd, is_left=bool(held.left))
            if place.is_ours:
                held.write(place=name)
            taken = _TAKEN[name] = _Taken(place, 0, lock.pop_all())
    taken.times += 1
    try:
        yield taken.place
    finally:
        taken.times -= 1
        if not taken.times:
            del _TAKEN[name]
            with taken.lock:
                _given_back(taken.place, tell)


def _given_back(place: KeptPlace, tell: Callable[[str], None] | None) -> None:
    try:
        place.give_back()
    except BenchError as error:
        if tell is None:
            raise
        tell(str(error))


def _locked(name: str, stack: ExitStack) -> HeldResource:
    """Its lock file; the keeper of a run that was killed has it until the place is free."""
    give_up = time.monotonic() + _LET_GO_WITHIN_S
    while True:
        try:
            return stack.enter_context(held_resource(name))
        except BenchError:
            if time.monotonic() >= give_up:
                raise
            time.sleep(_LOOK_EVERY_S)


KIND = LabgridDevice
