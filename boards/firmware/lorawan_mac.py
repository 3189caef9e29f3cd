# SPDX-License-Identifier: Apache-2.0
"""The MAC of a LoRaWAN 1.0.x device: class A, EU868, joins over the air, keeps its counters and its duty cycle.

Each frame waits for the duty cycle; behind it two windows are listened in, as long as a preamble takes. DevNonces and
counters are raised in flash before a frame that holds them is on the air, so that a brown-out never uses one twice.
"""

from collections.abc import Callable, Generator
from random import Random

import simpy

from xky.protocol.uplinks.lorawan import DataFrame, JoinRequest, SealedAccept, read_frame
from xky.protocol.uplinks.lorawan_airtime import PREAMBLE_SYMBOLS, airtime_of, airtime_s, symbol_s
from xky.protocol.uplinks.lorawan_commands import (
    Command,
    CommandId,
    device_status,
    link_adr_answer,
    read_commands,
    read_link_adr,
)
from xky.protocol.uplinks.lorawan_eu868 import (
    CHANNELS_HZ,
    DATA_RATES,
    JOIN_DELAYS_S,
    RX2_HZ,
    RX2_SPREADING_FACTOR,
    RX_DELAYS_S,
)
from xky.protocol.uplinks.lorawan_security import RootKeys
from xky.protocol.uplinks.messages import RadioFrame

from ..description.lora import join_airtime_s
from ..description.lorawan import ACK_TIMEOUT_S, Lorawan
from ..description.power import LoRa
from ..description.states import PUBLISHING_BY_LORA, SLEEP
from ..ports import RadioPort
from .lorawan_flash import LorawanFlash, LorawanLink

__all__ = ["LorawanMac"]

_TRANSMIT, _WINDOWS = PUBLISHING_BY_LORA
_EARLY_S = 0.01  # a window opens so much before its time; assumption: for the error of two clocks
_ACK_TIMEOUT_S = (1.0, ACK_TIMEOUT_S)  # at random
_ADR_ACK_LIMIT, _ADR_ACK_DELAY = 64, 32  # uplinks (regional parameters §2.1.7, memory)
_SLOWEST = 12  # spreading factor
_NONCES = _COUNTER_HALF = 1 << 16
_FRAME_BYTES = 13  # of a data frame without options, besides its payload
_OPTIONS_MOST = 15
_JOIN_DUTY_CYCLE = 1e-4  # of joins in the long run (LoRaWAN 1.0.2 §7)
_STATUS_UNKNOWN = 255  # battery of DevStatusAns: it cannot tell
_MARGIN_DB = 20  # of DevStatusAns; assumption: the bench's radio is a good one

_Waits = Generator[simpy.Event, None, None]


class LorawanMac:
    """One device's.

    Args:
        env: the bench's clock.
        radio: that it sends by.
        settings: of the board.
        lora: its modulation.
        flash: what it remembers.
        draw: told what load it is on.
        power_dbm: EIRP; 14 is an assumption.
    """

    def __init__(
        self,
        env: simpy.Environment,
        radio: RadioPort,
        settings: Lorawan,
        lora: LoRa,
        flash: LorawanFlash,
        draw: Callable[[str], None],
        *,
        power_dbm: float = 14.0,
    ) -> None:
        self._env, self._radio, self._settings, self._lora = env, radio, settings, lora
        self._flash, self._draw, self._power_dbm = flash, draw, power_dbm
        self._keys = RootKeys(settings.dev_eui, settings.join_eui, settings.app_key)
        self._random = Random(self._keys.dev_eui)
        self._answers: list[bytes] = []
        self.starts()

    def starts(self) -> None:
        """Power is there; its own time goes on from where it last wrote it down."""
        self._own_s = self._flash.air.clock_s - self._env.now

    def stops(self) -> None:
        """Power is gone, and all that was in memory."""
        self._radio.cut()
        self._answers.clear()

    @property
    def is_joined(self) -> bool:
        """Whether it has a session."""
        return self._flash.link is not None

    @property
    def join_pause_s(self) -> float:
        """How long it leaves the network alone behind a join that got no answer."""
        settings, air_s = self._settings, join_airtime_s(self._lora)
        longest_s = max(settings.join_pause_max_s, air_s * (1 / _JOIN_DUTY_CYCLE - 1))
        pause_s = settings.join_pause_s * 2.0 ** min(max(self._flash.join_tries - 1, 0), 30)
        return min(pause_s, longest_s) * self._random.uniform(1.0, 1.2)

    def band_wait_s(self, payload_bytes: int) -> float:
        """How long an uplink has to wait now, for the duty cycle."""
        return self._flash.air.wait_s(self._own_now_s, self._airtime_s(payload_bytes))

    def wait_s(self, payload_bytes: int) -> float:
        """How long an uplink would have to wait now, for the duty cycle and for fair use."""
        fair_use, wait_s = self._flash.fair_use, self.band_wait_s(payload_bytes)
        if fair_use is None:
            return wait_s
        return max(wait_s, fair_use.wait_s(self._own_now_s, self._airtime_s(payload_bytes)))

    def _airtime_s(self, payload_bytes: int) -> float:
        link = self._flash.link
        spread = self._lora.spreading_factor if link is None else link.spreading_factor
        return airtime_s(payload_bytes + _FRAME_BYTES, spread)

    def join(self) -> _Waits:
        """One try to be let in."""
        flash = self._flash
        if flash.next_nonce >= _NONCES:  # uncertain: all are used up, so that no network lets it in again
            return
        nonce, flash.next_nonce = flash.next_nonce, flash.next_nonce + 1
        flash.join_tries += 1
        request = JoinRequest(self._keys.join_eui, self._keys.dev_eui, nonce).encode(self._keys.key)
        yield from self._transmit(request, self._lora.spreading_factor)

        def let_in(frame: RadioFrame) -> bool:
            sealed = read_frame(frame.data)
            accept = sealed.opened(self._keys.key) if isinstance(sealed, SealedAccept) else None
            if accept is None:
                return False
            keys = accept.session(self._keys, nonce)
            flash.link = LorawanLink(accept.dev_addr, keys, self._lora.spreading_factor)
            flash.join_tries = 0
            return True

        yield from self._listen(JOIN_DELAYS_S, let_in)

    def send(self, port: int, payload: bytes, *, confirmed: bool) -> Generator[simpy.Event, None, bool]:
        """Send an uplink, again where it must be; whether the network was heard on it."""
        link = self._flash.link
        assert link is not None
        counter, link.next_up = link.next_up, link.next_up + 1
        link.unheard += 1
        uplink = DataFrame(
            link.dev_addr,
            counter,
            confirmed=confirmed,
            adr=self._settings.adr,
            adr_ack_request=self._settings.adr and link.unheard > _ADR_ACK_LIMIT,
            options=self._said(),
            port=port,
            payload=payload,
        ).encode(link.keys)
        most = self._settings.transmissions_max if confirmed else link.transmissions
        heard: list[DataFrame] = []

        def take(frame: RadioFrame) -> bool:
            found = self._downlink(frame, link)
            if found is not None:
                heard.append(found)
            return found is not None

        for attempt in range(most):
            if attempt:
                self._draw(SLEEP)
                yield self._env.timeout(self._random.uniform(*_ACK_TIMEOUT_S))
            yield from self._transmit(uplink, link.spreading_factor)
            heard.clear()
            yield from self._listen(RX_DELAYS_S, take)
            if heard and (heard[0].ack or not confirmed):
                break
        self._slow_down(link)
        return bool(heard)

    @property
    def _own_now_s(self) -> float:
        return float(self._env.now) + self._own_s

    def _transmit(self, data: bytes, spreading_factor: int) -> _Waits:
        lora = self._lora
        channel_hz = self._random.choice(CHANNELS_HZ)
        frame = RadioFrame(
            data, channel_hz, spreading_factor, lora.bandwidth_hz, lora.coding_rate, self._power_dbm
        )  # fmt: skip
        air_s = airtime_of(frame)
        wait_s = self._flash.air.wait_s(self._own_now_s, air_s)
        if wait_s > 0:
            self._draw(SLEEP)
            yield self._env.timeout(wait_s)
        self._flash.air.note(self._own_now_s, air_s)
        if self._flash.fair_use is not None:
            self._flash.fair_use.note(self._own_now_s, air_s)
        self._draw(_TRANSMIT)
        self._sent = frame
        self._radio.transmit(frame)
        yield self._env.timeout(air_s)

    def _listen(self, delays_s: tuple[float, float], take: Callable[[RadioFrame], bool]) -> _Waits:
        """Both windows behind a frame that has just ended; ``take`` says whether that was it."""
        env, radio, sent, ended_s = self._env, self._radio, self._sent, float(self._env.now)
        first = (delays_s[0], sent.frequency_hz, sent.spreading_factor)
        self._draw(_WINDOWS)
        for delay_s, frequency_hz, spread in (first, (delays_s[1], RX2_HZ, RX2_SPREADING_FACTOR)):
            opens_s = ended_s + delay_s - _EARLY_S
            if env.now > opens_s:  # what came in the first window lasted into the second one
                return
            yield env.timeout(opens_s - env.now)
            came, taken = env.event(), [False]

            def on_frame(
                frame: RadioFrame,
                tuned: tuple[float, int] = (frequency_hz, spread),
                came: simpy.Event = came,
                taken: list[bool] = taken,
            ) -> None:
                taken[0] = (frame.frequency_hz, frame.spreading_factor) == tuned and take(frame)
                came.succeed()

            radio.listen(on_frame)
            yield env.timeout(_EARLY_S + PREAMBLE_SYMBOLS * symbol_s(spread))
            radio.listen(None)
            if radio.is_receiving:
                yield came
            if taken[0]:
                return

    def _downlink(self, frame: RadioFrame, link: LorawanLink) -> DataFrame | None:
        said = read_frame(frame.data)
        if not isinstance(said, DataFrame) or said.up or said.dev_addr != link.dev_addr:
            return None
        next_ = link.last_down + 1
        counter = next_ + (said.counter - next_) % _COUNTER_HALF  # the first from there on that ends so
        opened = said.opened(link.keys, counter)
        if opened is None:
            return None
        link.last_down, link.unheard = counter, 0
        commands, _ = read_commands(opened.payload if opened.port == 0 else opened.options, up=False)
        for one in commands:
            self._obey(one, link)
        return opened

    def _obey(self, command: Command, link: LorawanLink) -> None:
        if command.id is CommandId.DEV_STATUS:
            self._answers.append(device_status(_STATUS_UNKNOWN, _MARGIN_DB).encode())
        elif command.id is CommandId.LINK_ADR:
            asked = read_link_adr(command)
            spread = link.spreading_factor if asked.data_rate == 15 else DATA_RATES.get(asked.data_rate)
            channels = asked.mask_control == 6 or (asked.mask_control == 0 and asked.channel_mask & 7 == 7)
            if spread is not None and channels:
                link.spreading_factor = spread
                link.transmissions = asked.transmissions or link.transmissions
            answer = link_adr_answer(data_rate=spread is not None, channels=channels)
            self._answers.append(answer.encode())

    def _said(self) -> bytes:
        options = b""
        while self._answers and len(options) + len(self._answers[0]) <= _OPTIONS_MOST:
            options += self._answers.pop(0)
        return options

    def _slow_down(self, link: LorawanLink) -> None:
        """Behind so many uplinks without a sign of the network, a lower data rate; at the lowest, a new join."""
        over = link.unheard - _ADR_ACK_LIMIT
        if not self._settings.adr or over < _ADR_ACK_DELAY or over % _ADR_ACK_DELAY:
            return
        if link.spreading_factor < _SLOWEST:
            link.spreading_factor += 1
        else:
            self._flash.link = None  # assumption: the network has lost the session
