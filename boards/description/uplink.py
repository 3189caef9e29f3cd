# SPDX-License-Identifier: Apache-2.0
"""What a gateway says of its uplinks: the ``[uplink]`` table of a board's file, hosts and ports excepted.

Those are the bench's. Everything that a server's refusal, slowness or silence costs stands here, so that a device can
be held to it.
"""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import Section

__all__ = [
    "Influx", "LabelChoice", "LastWill", "Mqtt", "Patience", "PeriodFormat", "Uplinks", "period_s", "period_text",
]  # fmt: skip

Seconds = Annotated[float, Field(ge=0)]
PeriodFormat = Literal["mmss", "decimal_minutes"]
_MINUTES_SECONDS = re.compile(r"(\d{1,4})(?:\.(\d{1,2}))?")
_DECIMAL_MINUTES = re.compile(r"\d{1,4}(?:\.\d{1,6})?")
_WILD = frozenset("+#\0")  # what no topic that is published to may hold (MQTT 3.1.1 §4.7.1)


def period_s(text: str, written: PeriodFormat) -> float:
    """The seconds that a period field means.

    Args:
        text: as typed; the separator is a point.
        written: ``mmss``: minutes, point, seconds; ``decimal_minutes``: minutes with their fraction.

    Raises:
        InputError: it is no such number, or no time at all.

    >>> period_s("0.15", "mmss"), period_s("1.3", "mmss"), period_s("0.25", "decimal_minutes")
    (15.0, 90.0, 15.0)
    """
    form = _MINUTES_SECONDS if written == "mmss" else _DECIMAL_MINUTES
    found = form.fullmatch(text.strip())
    if found is None:
        raise InputError(f"period {text!r}: expected minutes with a point, such as {period_text(90.0, written)}")
    if written == "decimal_minutes":
        seconds = 60.0 * float(found[0])
    else:
        rest = int((found[2] or "0").ljust(2, "0"))  # a number: 1.3 is 1.30
        if rest > 59:
            raise InputError(f"period {text!r}: expected 59 seconds or fewer behind the point")
        seconds = 60.0 * int(found[1]) + rest
    if seconds <= 0:
        raise InputError(f"period {text!r}: expected more than no time")
    return seconds


def period_text(seconds: float, written: PeriodFormat) -> str:
    """How a period is typed; the inverse of ``period_s``, to the second.

    >>> period_text(90.0, "mmss"), period_text(90.0, "decimal_minutes")
    ('1.30', '1.5')
    """
    if written == "decimal_minutes":
        return f"{seconds / 60:.6f}".rstrip("0").rstrip(".")
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}.{rest:02}"


class Patience(Section):
    """What a server costs that refuses, is slow, or never answers.

    Attributes:
        timeout_s: longest wait for one answer.
        tries: in one wake, or for one message.
        pause_s: between two tries; a device that is always on doubles it from try to try.
        pause_max_s: the longest that it becomes by that.
        rest_s: behind the last try of a wake, the server is left alone so long.
    """

    timeout_s: Annotated[float, Field(gt=0)] = 4.0
    tries: Annotated[int, Field(ge=1)] = 1
    pause_s: Seconds = 1.0
    pause_max_s: Seconds = 60.0
    rest_s: Seconds = 0.0

    @property
    def most_s(self) -> float:
        """The most that a dead server takes of one wake, seconds."""
        return self.tries * self.timeout_s + (self.tries - 1) * self.pause_s

    @property
    def returns_s(self) -> float:
        """The longest until a server that is back is tried, once the device is awake, seconds."""
        return max(self.rest_s, self.pause_max_s) + self.timeout_s


class LastWill(Section):
    """What the broker says for a device that is lost, and what that says while it is there.

    Attributes:
        topic: ``{topic}`` stands for ``uplink.mqtt.topic``.
        online: published when the broker has accepted the device.
        offline: the will; published by the device, too, before it leaves by itself.
        qos: of both.
        retain: of both.
    """

    topic: str
    online: str = "Online"
    offline: str = "Offline"
    qos: Literal[0, 1, 2] = 0
    retain: bool = True


class Mqtt(Patience):
    """The MQTT side.

    Attributes:
        topic: what its topics are made of: ``winky`` in ``tele/winky/SENSOR``, ``xky/winky`` in ``xky/winky/EAST``.
        client_id: its name to the broker; empty lets the broker choose one.
        level: of the protocol: 3 (MQTT 3.1), 4 (3.1.1) or 5.
        qos: of readings.
        retain: of readings.
        keepalive_s: the longest it is silent while it is connected.
        clean: it wants nothing remembered.
        will: None for none.
        username: None for none.
        password: None for none.
        each_label: besides the object of all labels, a topic for each one.
        queue: messages kept while the broker is away; the oldest go first. Nothing is kept over a sleep.
    """

    topic: str
    client_id: str = ""
    level: Literal[3, 4, 5] = 4
    qos: Literal[0, 1, 2] = 0
    retain: bool = False
    keepalive_s: Annotated[int, Field(ge=0, le=65535)] = 60
    clean: bool = True
    will: LastWill | None = None
    username: str | None = None
    password: Annotated[str | None, Field(repr=False)] = None
    each_label: bool = False
    queue: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _topics_are_no_filters(self) -> "Mqtt":
        wills = {} if self.will is None else {"will.topic": self.will.topic}
        for key, topic in ({"topic": self.topic} | wills).items():
            if not topic or topic.startswith("/") or _WILD & set(topic):
                raise ValueError(f"{key} {topic!r}: expected the name of a topic, without + and #, such as xky/winky")
        if self.password is not None and self.username is None:
            raise ValueError("username: missing; MQTT 3.1.1 takes no password without one")
        return self


class Influx(Patience):
    """The InfluxDB side.

    Attributes:
        version: of the interface: ``/write``, ``/api/v2/write`` or ``/api/v3/write_lp``.
        database: of versions 1 and 3.
        retention_policy: of version 1; None for the default one.
        username: of version 1; None for none.
        password: of version 1; None for none.
        org: of version 2.
        bucket: of version 2.
        token: of versions 2 and 3; None for none.
        measurement: where the firmware has one for all its fields.
        precision: of the stamps of its points; None: they have none, and the server's clock counts.
    """

    version: Literal[1, 2, 3] = 1
    database: str = ""
    retention_policy: str | None = None
    username: str | None = None
    password: Annotated[str | None, Field(repr=False)] = None
    org: str = ""
    bucket: str = ""
    token: Annotated[str | None, Field(repr=False)] = None
    measurement: str = "linky"
    precision: Literal["ns", "us", "ms", "s"] | None = None

    @model_validator(mode="after")
    def _says_where(self) -> "Influx":
        for key in ("org", "bucket") if self.version == 2 else ("database",):
            if not getattr(self, key):
                raise ValueError(f"{key}: missing; version {self.version} writes to one")
        return self


class LabelChoice(Section):
    """The labels that a person picked, by TIC mode; None for all of them."""

    historic: tuple[str, ...] | None = None
    standard: tuple[str, ...] | None = None

    def of(self, mode: Mode) -> tuple[str, ...] | None:
        """Those of a mode."""
        return self.standard if mode is Mode.STANDARD else self.historic


class Uplinks(Section):
    """How a gateway publishes.

    Attributes:
        device: its own name, in tags and where its topics have one.
        mqtt: None where it has none.
        influx: None where it has none.
        raw: the TIC as it is, besides what is made of it, where the firmware has that.
        gap_s: from the beginning of one publication to the next, at the least.
        network_timeout_s: how long a wake waits for the access point before it sleeps again.
        period: of a device that is always on, as its page has it; None publishes each frame. ``wake.sleep_s`` is that
            of one that sleeps.
        period_format: how periods are typed on its page.
        labels: which are published.
    """

    device: str
    mqtt: Mqtt | None = None
    influx: Influx | None = None
    raw: bool = False
    gap_s: Seconds = 0.5
    network_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    period: str | None = None
    period_format: PeriodFormat = "mmss"
    labels: LabelChoice = LabelChoice()

    @model_validator(mode="after")
    def _publishes_somewhere(self) -> "Uplinks":
        if self.mqtt is None and self.influx is None:
            raise ValueError("mqtt: missing, and influx too; write [uplink.mqtt] or [uplink.influx]")
        if not re.fullmatch(r"[\w.:-]+", self.device, re.ASCII):
            raise ValueError(f"device {self.device!r}: expected letters, digits, '_', '-', '.' or ':'")
        if self.period is not None:
            period_s(self.period, self.period_format)
        return self

    @property
    def period_s(self) -> float:
        """Seconds between two readings of a device that is always on; 0 where it publishes each frame."""
        return 0.0 if self.period is None else period_s(self.period, self.period_format)
