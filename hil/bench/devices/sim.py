# SPDX-License-Identifier: Apache-2.0
"""``sim:BOARD``: our simulated firmware on a described board, in virtual time unless a probe is a real one."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import simpy

from xky.boards import Defect, board_named, defect_named
from xky.boards.description.states import OFF
from xky.boards.firmware import SWITCHED_OFF, EnergyPolicy, Firmware, FirmwareContext, Indicator, Parser, load_firmware
from xky.boards.ports import PowerPort
from xky.boards.power.clocked_train import ClockedTrain
from xky.boards.power.mains import Mains
from xky.emulator.outputs import PortSettings, keeps_parity
from xky.protocol import InputError
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from ...ends.page import PageEnd
from ...ends.tcp_server import TcpServer
from .device import DeviceContext, FedDevice

if TYPE_CHECKING:
    from xky.boards.firmware.one_for_all import OneForAllFirmware

__all__ = ["KIND", "SimDevice"]


class SimDevice(FedDevice):
    """A simulated board.

    Args:
        rest: name of the board, behind ``sim:``.
        defect: id of a defect to build in.

    Raises:
        InputError: no such board, no simulated firmware for it, no such defect.
    """

    example = "generic"
    virtual = True
    can_restart = True
    has_uplinks = True

    def __init__(self, rest: str, *, defect: str | None = None, line: str = "pty", parity: str = "strip") -> None:
        if line != "pty":
            raise InputError(f"--line {line}: a simulated board is on the line itself; leave it out")
        if keeps_parity(parity):
            raise InputError(f"--parity {parity}: a simulated board's own UART sees the parity; leave it out")
        board = board_named(rest)
        self._firmware = load_firmware(board)
        built_in = defect_named(defect) if defect else None
        self._parser: type[Parser] = Parser if built_in is None else built_in.parser
        self._defect: Defect | None = built_in
        if built_in is not None and built_in.rebuilt is not None:
            board = built_in.rebuilt(board)
        self.board = board
        self._context: DeviceContext | None = None
        self._running: Firmware | None = None
        self._process: simpy.Process | None = None
        self._asked_before: list[PortSettings] = []
        self._inner_v: float | None = None
        self._full_once = True
        self._train: ClockedTrain | None = None
        self._mains: Mains | None = None
        self._page: TcpServer | None = None
        self._flash: dict[str, Any] = {}  # a device that uses a counter again after a restart is refused by its network

    def begin_at(self, inner_v: float, *, full_once: bool) -> None:
        self._inner_v, self._full_once = inner_v, full_once

    @property
    def train(self) -> ClockedTrain:
        assert self._train is not None
        return self._train

    @property
    def load(self) -> str:
        """What it draws now, by the names of ``[power.loads]``, which are the states of its firmware; or ``off``."""
        if self._train is not None:
            return self._train.under_way.state.name
        return OFF if self._mains is None else self._mains.load

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        board, described = context.board, context.board.power
        power: PowerPort
        if described is not None and described.source == "tic":
            power = self._train = ClockedTrain(context.env, described, context.terminals, inner_v=self._inner_v)
        else:
            power = self._mains = Mains(context.env)
        network, radio, defect = context.network, context.radio, self._defect
        if defect is not None:
            if defect.believes is not None:
                board = defect.believes(board)
            if network is not None and defect.network is not None:
                network = defect.network(network)
            if radio is not None and defect.radio is not None:
                radio = defect.radio(radio)
            if defect.flash is not None:
                defect.flash(self._flash)
        place = FirmwareContext(
            context.env, board, context.mode, context.line, context.probe, self._parser(), power,
            EnergyPolicy(board, full_once=self._full_once), network, radio, self._flash, self._indicator(context),
        )  # fmt: skip
        firmware = self._firmware(place)
        self._context, self._running = context, firmware
        self._process = context.env.process(firmware.run())
        self._serve_page(context)
        clock_starts()

    def _indicator(self, context: DeviceContext) -> Indicator | None:
        described, lamp = context.board.indicator, context.lamp
        if described is None or lamp is None:
            return None
        kind = Indicator if self._defect is None else self._defect.indicator
        return kind(context.env, described.scheme(context.mode), lamp)

    def _serve_page(self, context: DeviceContext) -> None:
        """Where there are sockets; a device that is started anew is found at the same address."""
        if context.runner is None or self._page is not None:
            return
        from xky.boards.firmware.one_for_all import OneForAllFirmware  # of one board alone

        if isinstance(self._running, OneForAllFirmware) and self._running.stored is not None:
            self._page = TcpServer(PageEnd(context.env, self._answer), context.runner)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        return cast("OneForAllFirmware", self._running).answer(request)

    @property
    def page_url(self) -> str | None:
        return None if self._page is None else f"http://{self._page.address}"

    def join_anew(self) -> None:
        from xky.boards.firmware.lorawan_flash import forget_session  # its ciphers are for boards with a radio alone

        forget_session(self._flash)

    def restart(self) -> None:
        """Another life of the same board, its capacitor as at the first start; nothing is remembered but its flash."""
        assert self._context is not None
        assert self._process is not None
        self._asked_before = [*self.port_settings]
        self._process.interrupt(SWITCHED_OFF)
        self.start(self._context, lambda: None)

    @property
    def port_settings(self) -> Sequence[PortSettings]:
        uarts = [] if self._running is None else self._running.uarts
        asked = [PortSettings(at_s, round(u.baud), u.data_bits, u.parity, u.stop_bits) for at_s, u in uarts]
        return [*self._asked_before, *asked]

    def stop(self) -> None:
        if self._page is not None:
            self._page.close()
            self._page = None


KIND = SimDevice
