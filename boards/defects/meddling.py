# SPDX-License-Identifier: Apache-2.0
"""What stands between a firmware and its network or radio in a defect of the uplink: passes everything on, but for the
step that is overridden."""

from collections.abc import Callable, Iterable

import simpy

from xky.protocol.uplinks.messages import HttpRequest, HttpResponse, MqttMessage, MqttSession, RadioFrame

from ..description.board import Board
from ..ports import MqttLink, NetworkPort, RadioPort

__all__ = ["MeddledLink", "MeddledNetwork", "MeddledRadio", "WritesNoMore", "with_lorawan"]


class MeddledNetwork:
    """A network that a defect meddles with; sound by itself.

    Args:
        network: the real one.

    Attributes:
        connections: how many a broker accepted.
    """

    def __init__(self, network: NetworkPort) -> None:
        self.network = network
        self.connections = 0

    def said(self, message: MqttMessage, session: MqttSession) -> Iterable[MqttMessage]:
        """What is published in the place of a message."""
        return (message,)

    @property
    def is_up(self) -> bool:
        """As the network is."""
        return self.network.is_up

    def connect_mqtt(self, session: MqttSession) -> simpy.Event:
        """Connect; the link that is accepted is meddled with."""
        asked = self.network.connect_mqtt(session)
        told = asked.env.event()

        def answered(event: simpy.Event) -> None:
            link = event.value
            if link is None or isinstance(link, int):
                told.succeed(link)
                return
            self.connections += 1
            told.succeed(MeddledLink(link, lambda message: self.said(message, session)))

        assert asked.callbacks is not None
        asked.callbacks.append(answered)
        return told

    def request(self, request: HttpRequest) -> simpy.Event:
        """Ask the database."""
        return self.network.request(request)

    def cut(self) -> None:
        """The board has lost its power."""
        self.network.cut()


class MeddledLink:
    """A link of which each message is something else, or nothing."""

    def __init__(self, link: MqttLink, said: Callable[[MqttMessage], Iterable[MqttMessage]]) -> None:
        self._link = link
        self._said = said

    @property
    def is_open(self) -> bool:
        """As the link is."""
        return self._link.is_open

    @property
    def lost(self) -> simpy.Event:
        """As that of the link."""
        return self._link.lost

    def publish(self, message: MqttMessage) -> simpy.Event:
        """Send what is said in its place."""
        done = [self._link.publish(one) for one in self._said(message)]
        if done:
            return done[-1]
        env = self._link.lost.env
        return env.event().succeed()

    def subscribe(self, topic_filter: str, on_message: Callable[[MqttMessage], None]) -> None:
        """Hear what is published there."""
        self._link.subscribe(topic_filter, on_message)

    def close(self) -> None:
        """Say goodbye."""
        self._link.close()


class MeddledRadio:
    """A radio that a defect meddles with; sound by itself.

    Args:
        radio: the real one.
    """

    def __init__(self, radio: RadioPort) -> None:
        self.radio = radio

    @property
    def is_receiving(self) -> bool:
        """As the radio is."""
        return self.radio.is_receiving

    def transmit(self, frame: RadioFrame) -> None:
        """Put a frame on the air."""
        self.radio.transmit(frame)

    def listen(self, on_frame: Callable[[RadioFrame], None] | None) -> None:
        """Hear downlinks."""
        self.radio.listen(on_frame)

    def cut(self) -> None:
        """The board has lost its power."""
        self.radio.cut()


def with_lorawan(board: Board, *, lora: dict[str, object] | None = None, **settings: object) -> Board:
    """A board with other settings in ``[lorawan]``, and in ``[power.lora]``."""
    assert board.lorawan is not None
    assert board.power is not None
    assert board.power.lora is not None
    modulation = board.power.lora.model_copy(update=lora or {})
    return board.model_copy(update={
        "lorawan": board.lorawan.model_copy(update=settings),
        "power": board.power.model_copy(update={"lora": modulation}),
    })  # fmt: skip


class WritesNoMore(MeddledNetwork):
    """Asks its database nothing any more once an answer was of a kind."""

    def __init__(self, network: NetworkPort) -> None:
        super().__init__(network)
        self._is_over = False
        self._waiting: simpy.Event | None = None

    def ends_it(self, answer: HttpResponse | None) -> bool:
        """Whether this answer does it; None where nobody listened."""
        return False

    def without_an_answer(self) -> bool:
        """Whether a request that was never answered does."""
        return False

    def request(self, request: HttpRequest) -> simpy.Event:
        waiting = self._waiting
        if waiting is not None and not waiting.processed and self.without_an_answer():
            self._is_over = True
        if waiting is not None and self._is_over:
            return waiting.env.event()
        asked = self._waiting = super().request(request)
        assert asked.callbacks is not None
        asked.callbacks.append(self._look)
        return asked

    def _look(self, asked: simpy.Event) -> None:
        self._is_over = self._is_over or self.ends_it(asked.value)
