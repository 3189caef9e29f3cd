# SPDX-License-Identifier: Apache-2.0
"""A network that a test takes away: an access point, a broker and a database on the bench's clock, without bytes."""

from collections.abc import Callable

import simpy

from xky.protocol.uplinks.messages import HttpRequest, HttpResponse, MqttMessage, MqttSession

RTT_S = 0.02


class FakeLink:
    """A connection that a fake broker accepted."""

    def __init__(self, network: "FakeNetwork", session: MqttSession) -> None:
        self.network, self.session = network, session
        self.is_open = True
        self.lost = network.env.event()
        self.heard: dict[str, Callable[[MqttMessage], None]] = {}

    def publish(self, message: MqttMessage) -> simpy.Event:
        assert self.is_open
        network = self.network
        done = network.env.event()
        if network.broker == "silent" and message.qos:
            return done
        network.published.append((network.env.now, message))
        if network.forgets_to_acknowledge and message.qos:
            return done
        if message.qos:
            network.after(RTT_S, lambda: done.triggered or not self.is_open or done.succeed())
        else:
            done.succeed()
        return done

    def subscribe(self, topic_filter: str, on_message: Callable[[MqttMessage], None]) -> None:
        self.heard[topic_filter] = on_message

    def close(self) -> None:
        self.is_open = False
        self.network.ended.append((self.network.env.now, "closed"))
        self.network.links.remove(self)

    def cut(self) -> None:
        if self.is_open:
            self.is_open = False
            self.network.links.remove(self)
            self.lost.succeed()


class FakeNetwork:
    """What a board reaches.

    Attributes:
        is_up: the access point is there.
        broker: ``up``, ``down`` (refuses connections), ``refuses`` (answers code 5), or ``silent``.
        database: status that it answers, None where nobody listens, 0 where nobody answers.
        published: what the broker got, and when.
        written: what the database was asked, and when.
        asked: when a connection was tried.
        ended: when a connection ended by the board, and how.
    """

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.is_up = True
        self.broker = "up"
        self.database: int | None = 204
        self.forgets_to_acknowledge = False
        self.published: list[tuple[float, MqttMessage]] = []
        self.written: list[tuple[float, HttpRequest]] = []
        self.asked: list[tuple[float, MqttSession]] = []
        self.ended: list[tuple[float, str]] = []
        self.links: list[FakeLink] = []

    def after(self, delay_s: float, act: Callable[[], object]) -> None:
        alarm = self.env.timeout(delay_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: act())

    def connect_mqtt(self, session: MqttSession) -> simpy.Event:
        self.asked.append((self.env.now, session))
        answer = self.env.event()
        if self.broker == "silent" or not self.is_up:
            return answer

        def accept() -> None:
            if self.broker != "up":
                answer.succeed(-1 if self.broker == "down" else 5)
                return
            link = FakeLink(self, session)
            self.links.append(link)
            answer.succeed(link)

        self.after(RTT_S, accept)
        return answer

    def request(self, request: HttpRequest) -> simpy.Event:
        self.written.append((self.env.now, request))
        answer = self.env.event()
        if self.database != 0 and self.is_up:
            told = None if self.database is None else HttpResponse(self.database)
            self.after(RTT_S, lambda: answer.succeed(told))
        return answer

    def cut(self) -> None:
        self.ended.append((self.env.now, "cut"))
        for link in tuple(self.links):
            link.is_open = False
            self.links.remove(link)
            if not link.lost.triggered:
                link.lost.succeed()

    def broker_goes(self) -> None:
        """The broker is gone, and cuts who is there."""
        self.broker = "down"
        for link in tuple(self.links):
            link.cut()

    def command(self, topic: str, payload: str) -> None:
        """Somebody publishes to the board that is there."""
        for link in self.links:
            for topic_filter, on_message in link.heard.items():
                assert topic_filter.endswith("/+")
                if topic.startswith(topic_filter.removesuffix("+")):
                    on_message(MqttMessage(topic, payload.encode()))
