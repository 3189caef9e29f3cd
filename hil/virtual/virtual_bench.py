# SPDX-License-Identifier: Apache-2.0
"""Instruments that do not exist on a board that does not exist, at addresses that do."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING

from xky.boards import Board
from xky.emulator.supply import Supply
from xky.protocol import InputError, Mode

from .board import VirtualBoard
from .clock import BenchClock
from .connection import Behaviour
from .input_circuit import InputCircuit
from .instrument import Bench, VirtualInstrument
from .makes import virtual_makes, virtual_named, virtual_roles
from .misbehaviour import Planned
from .pty import PtyInstrument
from .reading_board import ReadingBoard
from .tcp import TcpInstrument

if TYPE_CHECKING:
    from xky.emulator.carrier import Waveform

    from .board_network import BoardNetwork
    from .carrier_ear import CarrierEar
    from .signals import Signals

__all__ = ["DEFAULT_MAKES", "VirtualBench"]

DEFAULT_MAKES = {
    "supply": "rigol", "capacitor": "keysight", "scope": "siglent", "load": "rigol", "analyser": "keysight",
    "generator": "rigol",
}  # fmt: skip
_NEEDS_NUMPY = ("scope", "generator")
_CONNECTIONS: dict[str, type[TcpInstrument | PtyInstrument]] = {"tcp": TcpInstrument, "pty": PtyInstrument}


class VirtualBench:
    """A bench, its instruments listening from now on; used as a context, it ends with the block.

    Args:
        board: on it, its capacitor empty.
        supply: whose resistance stands between the virtual supply and terminal A.
        clock: of the bench.
        makes: by role; a role that is missing is not on the bench.
        connection: ``tcp`` or ``pty``.
        misbehaviours: by role.
        mode: of the TIC.
        seed: of all that is left to chance.
        inner_v: of the capacitor at the beginning.
        waveform: how the meter's carrier is drawn; a sound one's unless told.
        circuit: the receiver's input, as a generator finds it; a sound one unless told.
        firmware: name of the board, or of its file, whose simulated firmware reads the line; None: nobody reads it.
        defect: id of one to build into that.
        network: by which that publishes; None: it says all on its console.

    Attributes:
        board: as it lives.
        circuit: the receiver's input.
        ear: what listens to the generator; None: nothing does.
        clock: as given.
        network: as given.
        instruments: by role.
        behaviours: by role; what is changed there counts from the next message on.

    Raises:
        InputError: there is no such instrument, or the board does not live on the TIC.
    """

    def __init__(
        self,
        board: Board,
        supply: Supply,
        clock: BenchClock,
        *,
        makes: Mapping[str, str] | None = None,
        connection: str = "tcp",
        misbehaviours: Mapping[str, Planned] | None = None,
        mode: Mode = Mode.STANDARD,
        seed: int = 0,
        inner_v: float = 0.0,
        waveform: "Waveform | None" = None,
        circuit: InputCircuit | None = None,
        firmware: str | None = None,
        defect: str | None = None,
        network: "BoardNetwork | None" = None,
    ) -> None:
        if connection not in _CONNECTIONS:
            raise InputError(f"connection {connection!r}: unknown; expected one of {', '.join(_CONNECTIONS)}")
        chosen = dict(_defaults() if makes is None else makes)
        kinds = {role: virtual_named(role, make) for role, make in chosen.items()}
        self.makes = chosen
        self.circuit = circuit or InputCircuit()
        self.clock, self.network = clock, network
        self.board = (
            VirtualBoard(board, supply, clock, mode=mode, inner_v=inner_v)
            if firmware is None
            else ReadingBoard(
                firmware, board, supply, clock, mode=mode, inner_v=inner_v, defect=defect, network=network
            )
        )
        self._signals = _signals(self.board, waveform, seed, self.circuit)
        self.ear: CarrierEar | None = None
        bench = Bench(self.board, clock, self._signals, seed)
        self.behaviours = {role: Behaviour((misbehaviours or {}).get(role)) for role in kinds}
        self.instruments: dict[str, VirtualInstrument] = {role: kind(bench) for role, kind in kinds.items()}
        if bench.signals is not None:
            bench.signals.drive_by(self.instruments.get("generator"))
        self._connections: dict[str, TcpInstrument | PtyInstrument] = {
            role: _CONNECTIONS[connection](one, self.behaviours[role]) for role, one in self.instruments.items()
        }

    @property
    def resources(self) -> dict[str, str]:
        """For VISA, by role."""
        return {role: connection.resource for role, connection in self._connections.items()}

    def let_hear(self, hear: Callable[[bytes], None]) -> None:
        """Hand over what the receiver's input makes of what the generator plays, where there is one.

        Args:
            hear: takes characters, eight bits with the parity in bit 7.
        """
        if self._signals is not None and "generator" in self.instruments:
            from .carrier_ear import CarrierEar

            self.ear = CarrierEar(self._signals, self.clock, self.board.mode, self.circuit, hear)

    def refuse(self, role: str) -> None:
        """Let nobody listen any more where an instrument was."""
        connection = self._connections[role]
        connection.close()

    def close(self) -> None:
        """End all."""
        if self.ear is not None:
            self.ear.close()
        for connection in self._connections.values():
            connection.close()
        if self.network is not None:
            with self.board.lock:
                self.network.close()

    def __enter__(self) -> "VirtualBench":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _defaults() -> dict[str, str]:
    has_numpy = find_spec("numpy") is not None
    roles = [role for role in virtual_roles() if has_numpy or role not in _NEEDS_NUMPY]
    return {role: DEFAULT_MAKES.get(role, virtual_makes(role)[0]) for role in roles}


def _signals(board: VirtualBoard, waveform: "Waveform | None", seed: int, circuit: InputCircuit) -> "Signals | None":
    if find_spec("numpy") is None:
        return None
    from xky.emulator.carrier import Waveform

    from .signals import Signals

    return Signals(board, waveform or Waveform(), seed=seed, circuit=circuit)
