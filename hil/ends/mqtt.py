# SPDX-License-Identifier: Apache-2.0
"""The bench's own MQTT broker, which observes: levels 3, 4 and 5, every QoS, sessions, retained messages and wills.

What it tells as payloads and events is described in ``mqtt_observer``; besides, ``down`` and ``back`` when it was taken
away and given back. It does what OASIS asks where brokers differ: a subscriber of overlapping filters gets a message
once, at the highest of their QoS and never above its own; a will is published when a session is taken over.
"""

from collections.abc import Callable, Sequence

import simpy

from xky.protocol.uplinks.messages import MqttMessage

from .end import Conversation
from .mqtt_broker import BrokerEnd
from .mqtt_conversation import MqttConversation

__all__ = ["MqttEnd"]


class MqttEnd(BrokerEnd):
    """The broker.

    ``TcpServer(MqttEnd(env), runner)`` is one for anybody's client; a simulated board in virtual time speaks to it
    through ``VirtualMqtt``.

    Args:
        env: the bench's clock.
        retained_before: messages that stand on the broker from the start.
        keeps_over_restart: sessions and retained messages outlive ``go_down``.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        retained_before: Sequence[MqttMessage] = (),
        keeps_over_restart: bool = False,
    ) -> None:
        super().__init__(env, retained_before=retained_before, keeps_over_restart=keeps_over_restart)
        self._conversations: list[MqttConversation] = []

    def converse(self, write: Callable[[bytes], None], close: Callable[[], None]) -> Conversation:
        """A client connects."""
        conversation = MqttConversation(self, write, close)
        if self.is_down:
            conversation.go_down()
        else:
            self._conversations = [each for each in self._conversations if each.is_open]
            self._conversations.append(conversation)
        return conversation

    def go_down(self) -> None:
        """Be away: cut all, without their wills, as a broker that was killed."""
        if not self.is_down:
            super().go_down()
            self.happened("down", "the broker is taken away")
            there, self._conversations = self._conversations, []
            for conversation in there:
                conversation.go_down()
            self.forget()

    def come_back(self) -> None:
        """Be there again."""
        if self.is_down:
            super().come_back()
            self.happened("back", "the broker is given back")
