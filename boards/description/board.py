# SPDX-License-Identifier: Apache-2.0
"""The description of a hardware revision: a TOML file with the source of each value beside it."""

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, ValidationError, model_serializer, model_validator

from xky.protocol import Mode
from xky.protocol.tomlfile import Section, Shelf, parse_toml, read_toml

from .declaration import Release, Waiver
from .indicator import IndicatorDescription
from .iss import Iss
from .lora import airtime_s, join_airtime_s, longest_gap_s, windows_s
from .lorawan import ACK_TIMEOUT_S, Lorawan
from .power import LoRa, PowerDescription
from .statement import ReadingMap
from .states import BOOT, JOINING, LISTEN, PUBLISHING, PUBLISHING_BY_LORA, RUN, SLEEP
from .uplink import Uplinks

__all__ = [
    "Board", "ConsolePort", "Limits", "Listen", "Receiver", "Wake", "board_file", "board_named", "board_names",
    "load_board", "shipped_boards",
]  # fmt: skip

Seconds = Annotated[float, Field(ge=0)]
_LATER = (
    "phases",
    "producer",
    "indicator",
    "release",
    "waiver",
)  # written where they are told only, as evidence always was
_READY = Shelf(resources.files("xky.boards"), "board", "boards", group="xky.boards")


class Receiver(Section):
    """The UART: its settings follow from the TIC mode (7E1) unless the board says otherwise."""

    buffer_bytes: Annotated[int, Field(ge=1)] = 4095
    """Characters kept while the program does not read."""
    format: Literal["7E1", "8N1"] = "7E1"
    """What a program on the board asks of its port, where the bench cannot see it."""


class ConsolePort(Section):
    """The port on which a real board prints what it reports."""

    baud: Annotated[int, Field(ge=50)] = 115_200
    """Bits per second, 8N1: what frameworks of microcontrollers print at unless told."""
    boot_s: Annotated[float, Field(ge=0, le=60)] = 2.0
    """From a reset until it hears its line; an assumption."""


class Listen(Section):
    """How a sleeping device reads."""

    frames: Annotated[int, Field(ge=1)] = 2
    timeout_s: Annotated[float, Field(gt=0)] = 12.0
    standard_s: Annotated[float, Field(gt=0)] = 4.0
    """How long it listens in standard mode, at the least; longer where frames are. Power is reckoned with it."""
    historic_s: Annotated[float, Field(gt=0)] = 5.0
    """The same in historic mode."""

    def usual_s(self, mode: Mode) -> float:
        """How long it listens as a rule."""
        return self.standard_s if mode is Mode.STANDARD else self.historic_s


class Wake(Section):
    """The wake of a device that sleeps, phase by phase, and the sleep behind it.

    ``publish_s`` is not written where ``[power.lora]`` is: it follows from the airtime and the receive windows.
    """

    boot_s: Seconds
    associate_s: Seconds
    address_s: Seconds
    connect_s: Seconds
    publish_s: Seconds
    sleep_s: Seconds

    @model_validator(mode="after")
    def _takes_time(self) -> "Wake":
        if self.boot_s + self.sleep_s <= 0:
            raise ValueError("boot_s 0: and sleep_s is 0 too; a device that wakes takes time for one of them")
        return self

    @property
    def deaf_s(self) -> float:
        """From wake-up until the TIC is listened to."""
        return self.boot_s + self.associate_s + self.address_s + self.connect_s

    def seconds_of(self, state: str) -> float:
        """How long a state lasts, by its name."""
        return float(getattr(self, f"{state}_s"))


class Limits(Section):
    """Times that verdicts use, in line time; None takes the default from the frame period."""

    freshness_s: Seconds | None = None
    completeness_s: Seconds | None = None
    recovery_s: Seconds | None = None
    detection_s: Seconds = 15.0
    """To find a new TIC mode, for a board that does; an assumption, three losses of signal of 54E annex A."""
    period_s: Annotated[float, Field(gt=0)] | None = None
    """Time between two readings that the supplier promises on any meter; None promises what [wake] comes to."""
    server_s: Seconds = 30.0
    """Until a server that was away is tried again, where no [uplink] tells it; an assumption."""
    cold_start_s: Annotated[float, Field(gt=0)] = 1800.0
    """Until the first reading from an empty capacitor; half an hour is an assumption."""


class Board(Section):
    """One hardware revision.

    Attributes:
        id: its name on the command line.
        title: one line for people.
        firmware: simulated firmware of ``boards/firmware/`` that runs on it; None: real devices only.
        modes: TIC modes that it reads.
        detects_mode: it finds the TIC mode of its meter by itself, and again when that changes.
        phases: of the meters that it is for; on others it is not tried.
        producer: whether it is for meters of producers, too.
        labels: labels that it claims to report; None claims those that ``reading`` maps, or every label of the mode.
        wake: None for a device that is always on and reports each frame.
        power: what it lives on; None: nobody said.
        uplink: where and how it publishes, of a gateway; None: nobody said.
        reading: what its payloads say of which label; none where they say labels by name.
        lorawan: how it joins and speaks to a LoRaWAN network; None: it does not.
        console: of a real board, for devices ``serial:``.
        indicator: its light for the line, as the label has it; None: it has none.
        iss: where a firmware image finds its peripherals, for devices ``iss:``; None: nobody said.
        release: which program runs on it; None: nobody said.
        waiver: what it is known not to meet.
    """

    id: str
    title: str
    firmware: str | None = None
    modes: tuple[Mode, ...] = (Mode.HISTORIC, Mode.STANDARD)
    detects_mode: bool = False
    phases: Annotated[tuple[Literal[1, 3], ...], Field(min_length=1)] = (1, 3)
    producer: bool = True
    labels: tuple[str, ...] | None = None
    receiver: Receiver = Receiver()
    listen: Listen = Listen()
    wake: Wake | None = None
    limits: Limits = Limits()
    power: PowerDescription | None = None
    uplink: Uplinks | None = None
    reading: tuple[ReadingMap, ...] = ()
    lorawan: Lorawan | None = None
    console: ConsolePort = ConsolePort()
    iss: Iss | None = None
    indicator: IndicatorDescription | None = None
    release: Release | None = None
    waiver: tuple[Waiver, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _publishes_as_lora_says(cls, data: Any) -> Any:
        wake, lora = _table(data, "wake"), _table(_table(data, "power"), "lora")
        if not wake or not lora:
            return data
        if "publish_s" in wake:
            raise ValueError("wake.publish_s: expected none beside [power.lora], which tells it; leave it out")
        try:
            found = LoRa.model_validate(lora)
        except ValidationError:  # told when the power train is looked at
            return data | {"wake": wake | {"publish_s": 0.0}}
        return data | {"wake": wake | {"publish_s": airtime_s(found) + windows_s(found)}}

    @model_serializer(mode="wrap")
    def _as_written(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what ``[power.lora]`` says: what is read again may have another one."""
        written: dict[str, Any] = told(self)
        if self.power is not None and self.power.lora is not None:
            _table(written, "wake").pop("publish_s", None)
        if not self.reading:
            written.pop("reading", None)
        if self.console == ConsolePort():
            written.pop("console", None)
        if self.iss is None:
            written.pop("iss", None)
        for key in _LATER:
            if getattr(self, key) == Board.model_fields[key].default:
                written.pop(key, None)
        return written

    @model_validator(mode="after")
    def _has_the_loads_of_its_states(self) -> "Board":
        if self.power is not None:
            known = self._loads()
            for name, why in known.items():
                if why and name not in self.power.loads:
                    raise ValueError(
                        f"power.loads: {name} is missing; write [power.loads.{name}] with its current_a, since {why}"
                    )
            for name in self.power.loads:
                if name not in known:
                    raise ValueError(f"power.loads.{name}: no state of this board; known: {', '.join(known)}")
        return self

    @model_validator(mode="after")
    def _has_one_period(self) -> "Board":
        if self.wake is not None and self.uplink is not None and self.uplink.period is not None:
            raise ValueError("uplink.period: expected none beside [wake], whose sleep_s tells it; leave it out")
        return self

    def _loads(self) -> dict[str, str]:
        """The loads that this board may have, each with why it must; empty where it need not."""
        wake = self.wake
        if wake is None:
            return {RUN: "a device without [wake] is always on"}

        def timed(name: str) -> str:
            return f"wake.{name}_s is {wake.seconds_of(name):g}" if wake.seconds_of(name) else ""

        needed = {name: timed(name) for name in (BOOT, *JOINING)}
        needed[LISTEN] = "a device with [wake] listens"
        if self.power is not None and self.power.lora is not None:
            needed |= dict.fromkeys(PUBLISHING_BY_LORA, "it publishes by [power.lora]")
        else:
            needed[PUBLISHING] = timed(PUBLISHING)
        return needed | {SLEEP: "a device with [wake] sleeps"}

    @property
    def finds_back_s(self) -> float:
        """How long a board that finds the TIC mode by itself may look for it behind a line without good frames."""
        return self.limits.detection_s if self.detects_mode else 0.0

    def wake_says_within_s(self, mode: Mode) -> float:
        """The longest from a value to the last that its wake says of it, where the line brings no newer one, seconds.

        It listens for its time and publishes what it has then, at one server after the other. 0: it is always on.
        """
        if self.wake is None:
            return 0.0
        gaps_s = 0.0 if self.uplink is None else self.uplink.gap_s * (len(self.uplinks) - 1)
        return self.listen.usual_s(mode) + self.wake.publish_s + gaps_s

    @property
    def server_returns_s(self) -> float:
        """The longest until a server that is back is tried again, once the device is awake, seconds."""
        uplink = self.uplink
        servers = [] if uplink is None else [one for one in (uplink.mqtt, uplink.influx) if one is not None]
        return max((one.returns_s for one in servers), default=self.limits.server_s)

    def dead_server_s(self, kind: str) -> float:
        """The most that a dead server takes of one wake, seconds; 0 where nothing is known of it.

        Args:
            kind: of the server, one of ``uplinks``.
        """
        servers = {} if self.uplink is None else {"mqtt": self.uplink.mqtt, "influx": self.uplink.influx}
        server = servers.get(kind)
        return 0.0 if server is None else server.most_s

    def server_returns_after(self, outage_s: float) -> float:
        """The same of one that was away: a device that joins a network leaves it alone for longer and longer.

        Args:
            outage_s: how long it was away, seconds.
        """
        joins_s = 0.0 if self.lorawan is None else self.lorawan.returns_s(outage_s) + self.makes_up_s(outage_s)
        return max(self.server_returns_s, joins_s)

    def makes_up_s(self, outage_s: float) -> float:
        """How long its uplinks wait behind an outage for the airtime that joins and repetitions took, seconds.

        Args:
            outage_s: how long it was away, seconds.
        """
        lora = self._lora
        if lora is None or self.lorawan is None:
            return 0.0
        return self.lorawan.made_up_s(outage_s, airtime_s(lora), join_airtime_s(lora), self.report_period_s)

    @property
    def repeats_within_s(self) -> float:
        """The longest from one transmission of a confirmed uplink to the next, seconds; 0 without ``[power.lora]``."""
        lora = self._lora
        return 0.0 if lora is None else longest_gap_s(lora) + windows_s(lora) + ACK_TIMEOUT_S

    @property
    def _lora(self) -> LoRa | None:
        return None if self.power is None else self.power.lora

    @property
    def uplinks(self) -> tuple[str, ...]:
        """Kinds of the uplinks that it has."""
        uplink = self.uplink
        has = {
            "mqtt": uplink is not None and uplink.mqtt is not None,
            "influx": uplink is not None and uplink.influx is not None,
            "lorawan": self.lorawan is not None,
        }
        return tuple(kind for kind, there in has.items() if there)

    @property
    def report_period_s(self) -> float:
        """Longest time between two readings of a sleeping device; 0 for one that reports each frame."""
        if self.wake is None:
            return 0.0
        sleep_s = max(self.wake.sleep_s, self._air_period_s)
        if self.power is not None and self.power.policy.sleep == "recharge":
            sleep_s = max(sleep_s, self.power.policy.max_sleep_s)
        shortest_s = 0.0 if self.lorawan is None else self.lorawan.shortest_period_s
        return self.wake.deaf_s + self.listen.timeout_s + self.wake.publish_s + max(sleep_s, shortest_s)

    @property
    def _air_period_s(self) -> float:
        """The longest that an uplink waits for the one before: by the duty cycle, and by what its network grants."""
        lora = self._lora
        if lora is None:
            return 0.0
        fair_s = 0.0 if self.lorawan is None else self.lorawan.fair_period_s(airtime_s(lora))
        return max(longest_gap_s(lora), fair_s)

    @property
    def longest_period_s(self) -> float:
        """The same behind a join, which takes of the airtime that its network grants: longer where that is little."""
        lora = self._lora
        if lora is None or self.lorawan is None:
            return self.report_period_s
        return max(self.report_period_s, self.lorawan.join_delay_s(airtime_s(lora), join_airtime_s(lora)))

    @property
    def pace_s(self) -> float:
        """How long the line must say something for a reading to hold it; 0 for a device that reports each frame.

        The period of one that sleeps; else what its limits give a change to arrive, if they do.
        """
        return self.report_period_s or self.limits.completeness_s or 0.0


def _table(data: Any, key: str) -> dict[str, Any]:
    """A table of a table; an empty one where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def board_names() -> list[str]:
    """The boards known: those shipped, and those of the entry points ``xky.boards`` of packages outside.

    Raises:
        InputError: a package adds one of a shipped name.
    """
    return _READY.names()


def shipped_boards() -> list[str]:
    """The boards that come with the package: the TOML files of its folder."""
    return _READY.shipped()


def board_named(name: str) -> Board:
    """A board that is known, by name, or any board by the path of its file (``….toml``).

    Raises:
        InputError: no such board, or its file is wrong; the text names file, line and key.
    """
    return _read(*board_file(name))


@lru_cache(maxsize=16)  # a hunt opens the same one for each story
def _read(shown: str, text: str) -> Board:
    return parse_toml(text, shown, Board)


def board_file(name: str) -> tuple[str, str]:
    """The file of a board, named as for ``board_named``: how complaints call it, and its text.

    Raises:
        InputError: no such board, or its file cannot be read.
    """
    return _READY.take(name)


def load_board(path: Path) -> Board:
    """The board of a file.

    Raises:
        InputError: it cannot be read, or is wrong; the text names file, line and key.
    """
    return read_toml(path, Board, "a board")
