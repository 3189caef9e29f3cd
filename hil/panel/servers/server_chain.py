# SPDX-License-Identifier: Apache-2.0
"""The chain of real servers: broker, collector and database, each of which may be left out.

What a gateway publishes goes through the broker; what comes out is read by the board's statement and written to the
database, and a message has arrived when its point is read back from there. What a board posts to InfluxDB goes to the
database as it is. Either is kept apart by home. All in the time of the run, as fast as the servers take it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from xky.boards import Board
from xky.hil.bench.mapping import Statement, of_mode
from xky.hil.ends.http_address import HttpAddress
from xky.hil.ends.influx_readback import influx_address
from xky.hil.ends.mqtt_address import BrokerAddress, broker_address
from xky.hil.terminal import complain
from xky.protocol import InputError, Mode

from ..chain import Arrival, Carried, Message
from ..layout import Cause
from .broker_way import BrokerWay
from .database_way import DatabaseWay, Key, Stored
from .panel_name import check_panel_name
from .patience import PATIENCE_S, patience_with
from .points import Written, home_tag, points_of

__all__ = ["ServerChain", "check_servers"]

_PORTION = 5000  # points of one write, and of one answer
BoardOf = Callable[[int], tuple[Board, Mode]]


def check_servers(broker: str | None, database: str | None, panel: str = "check") -> None:
    """Read both addresses, and see that the servers are there and can have the panel's name.

    Raises:
        InputError: an address is none, the name cannot be one of servers, or paho-mqtt is missing.
        BenchError: nobody answers there, lets us in, or has that database.
    """
    chain = ServerChain(panel, _no_board, broker, database)
    try:
        chain.check()
    finally:
        chain.close()


def _no_board(home: int) -> tuple[Board, Mode]:
    raise LookupError(home)


class ServerChain:
    """Carries the homes of one process, one after the other.

    Args:
        panel: its name.
        board_of: the board of a home by its number, and the mode it is set to.
        broker: ``mqtt://…`` or ``mqtts://…``; None: what is published comes out as it is.
        database: ``influx://…``; None: what comes out of the broker has arrived.
        tell: told of servers that go away and come back; a line on standard error each unless given.
        patience_s: how long a server that went away is waited for, real seconds.

    Raises:
        InputError: an address is none, the panel's name cannot be one of servers, or paho-mqtt is missing.
    """

    carries_all = True
    open_files = 7  # one of the database, and of either connection to the broker a pair to wake its thread by

    def __init__(
        self,
        panel: str,
        board_of: BoardOf,
        broker: str | None,
        database: str | None,
        *,
        tell: Callable[[str], None] = complain,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._panel, self._board_of, self._tell = panel, board_of, tell
        self._home = 0
        self._statements: Mapping[str, Statement] = {}
        self._is_clean = True  # nothing of an earlier run is in the database
        self._points = 0
        self._broker: BrokerWay | None = None
        self._database: DatabaseWay | None = None
        if broker is not None or database is not None:
            check_panel_name(panel)
        if database is not None:
            there: HttpAddress = influx_address(database)
        if broker is not None:
            address: BrokerAddress = broker_address(broker)
            if address.topic_filter != "#":
                raise InputError(f"--broker {address.shown}: topics are PANEL/HOME/…; give it without a filter")
            self._broker = BrokerWay(address, panel, patience_with(address.shown, tell, patience_s))
        if database is not None:
            self._database = DatabaseWay(there, patience_with(there.shown, tell, patience_s))

    def check(self) -> None:
        """See that both are there.

        Raises:
            BenchError: nobody answers there, lets us in, or has that database.
        """
        if self._broker is not None:
            self._broker.check()
        if self._database is not None:
            self._database.check()

    def carry(self, home: int, day: date, messages: Sequence[Message]) -> Carried:
        """Take a portion through."""
        if home != self._home:
            self._begin(home)
        lost: dict[int, Cause] = {}
        came = self._through_broker(messages, lost)
        return Carried(self._through_database(came, lost), lost)

    def rest(self, home: int) -> Carried:
        """Nothing is held back."""
        return Carried(())

    def close(self) -> None:
        """Close the connections."""
        if self._broker is not None:
            self._broker.close()
        if self._database is not None:
            self._database.close()

    def _begin(self, home: int) -> None:
        self._home, self._points = home, 0
        board, mode = self._board_of(home)
        said = of_mode(board, mode)
        self._statements = {probe: Statement(said, probe) for probe in ("mqtt", "influx", "lorawan")}
        if self._broker is not None:
            self._broker.begin(home)
        if self._database is not None:
            self._is_clean = self._database.forget(self._tags)

    @property
    def _tags(self) -> dict[str, str]:
        return {"panel": self._panel, "home": home_tag(self._home)}

    def _through_broker(self, messages: Sequence[Message], lost: dict[int, Cause]) -> list[Message]:
        """What came out at the collector, and what does not go there."""
        if self._broker is None:
            return list(messages)
        published = [one for one in messages if one.probe != "influx"]
        below = [one.source if one.probe == "mqtt" else f"{one.probe}/{one.source}" for one in published]
        out = self._broker.through([(topic, one.data) for topic, one in zip(below, published, strict=True)])
        by_number = {one.number: copies for one, copies in zip(published, out, strict=True)}
        came = []
        for one in messages:
            copies = by_number.get(one.number)
            if copies is None:
                came.append(one)
            elif copies:
                came += [one if copy == one.data else one._replace(data=copy) for copy in copies]
            else:
                lost[one.number] = Cause.BROKER
        return came

    def _through_database(self, came: Sequence[Message], lost: dict[int, Cause]) -> list[Arrival]:
        if self._database is None:
            return [Arrival(one.number, one.at_us, one.data) for one in came]
        arrivals: list[Arrival] = []
        for begin in range(0, len(came), _PORTION):
            portion = came[begin : begin + _PORTION]
            made = [
                points_of(self._panel, self._home, self._statements[one.probe], one, self._time_ns(one))
                for one in portion
            ]
            points, live = [point for point, _ in made], [point for _, point in made]
            stored = self._stored([point for point in points if point is not None], live)
            for one, point in zip(portion, points, strict=True):
                if self._is_there(one, point, stored):
                    arrivals.append(Arrival(one.number, one.at_us, one.data))
                else:
                    lost[one.number] = Cause.DATABASE
        return arrivals

    def _time_ns(self, message: Message) -> int:
        """Of a message's points: when it arrived, and no two at one instant."""
        self._points += 1
        return message.at_us * 1000 + self._points % 1000

    def _stored(self, points: Sequence[Written], live: Sequence[Written | None]) -> Mapping[Key, Stored]:
        """What the database has of these points after they were written, and those for participants with them."""
        database = self._database
        assert database is not None
        if not points:
            return {}
        if not self._is_clean:
            self._is_clean = database.forget(self._tags)
        if not self._is_clean or not database.write([point.line for point in (*points, *live) if point is not None]):
            return {}
        times_ns = [point.key[2] for point in points]
        return database.read(self._tags, min(times_ns), max(times_ns)) or {}

    @staticmethod
    def _is_there(message: Message, point: Written | None, stored: Mapping[Key, Stored]) -> bool:
        """Whether a message's point came back as it was written; one that says nothing to store needs none."""
        if point is None:
            return message.probe != "influx"
        found = stored.get(point.key)
        return found is not None and all(name in found and found[name] == value for name, value in point.fields.items())
