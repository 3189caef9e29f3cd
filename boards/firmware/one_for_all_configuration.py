# SPDX-License-Identifier: Apache-2.0
"""The configuration of a OneForAll module, as its page has it: values, kept over a restart and used from it on."""

from dataclasses import dataclass, field, replace

from xky.protocol import InputError, Mode

from ..description.board import Board
from ..description.uplink import Influx, Mqtt, PeriodFormat, Uplinks, period_s, period_text

__all__ = ["OneForAllConfiguration"]


@dataclass(frozen=True, slots=True)
class OneForAllConfiguration:
    """One module's settings.

    Attributes:
        mode: of the TIC; a change needs a restart.
        period: from reading to reading, as typed.
        period_format: how it is typed.
        ssid: of the access point; the bench's is always there.
        wifi_password: likewise.
        mqtt: settings of the broker; host and port are the bench's.
        mqtt_on: whether it publishes there.
        influx: settings of the database; likewise.
        influx_on: whether it publishes there.
        historic: labels picked for historic mode; None for all.
        standard: the same for standard mode.
    """

    mode: Mode
    period: str
    period_format: PeriodFormat = "mmss"
    ssid: str = "xky"
    wifi_password: str = ""
    mqtt: Mqtt = field(default_factory=lambda: Mqtt(topic="xky/winky"))
    mqtt_on: bool = True
    influx: Influx = field(default_factory=lambda: Influx(database="xky"))
    influx_on: bool = True
    historic: tuple[str, ...] | None = None
    standard: tuple[str, ...] | None = None

    @classmethod
    def of(cls, board: Board, mode: Mode) -> "OneForAllConfiguration":
        """As the board's file has it.

        Raises:
            InputError: the file has no ``[wake]``, or no ``[uplink]``.
        """
        if board.wake is None or board.uplink is None:
            raise InputError(
                f"board {board.id}: firmware one_for_all publishes by an uplink; write [wake] and [uplink]"
            )
        uplink = board.uplink
        made = cls(
            mode,
            period_text(board.wake.sleep_s, uplink.period_format),
            uplink.period_format,
            mqtt_on=uplink.mqtt is not None,
            influx_on=uplink.influx is not None,
            historic=uplink.labels.historic,
            standard=uplink.labels.standard,
        )
        made = made if uplink.mqtt is None else replace(made, mqtt=uplink.mqtt)
        return made if uplink.influx is None else replace(made, influx=uplink.influx)

    @property
    def period_s(self) -> float:
        """Seconds that it sleeps between two wakes."""
        return period_s(self.period, self.period_format)

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Those picked for its mode; None for all."""
        return self.standard if self.mode is Mode.STANDARD else self.historic

    def uplinks(self, of_the_file: Uplinks) -> Uplinks:
        """What is published where; the rest is the file's."""
        return of_the_file.model_copy(
            update={
                "mqtt": self.mqtt if self.mqtt_on else None,
                "influx": self.influx if self.influx_on else None,
            }
        )
