# SPDX-License-Identifier: Apache-2.0
"""Keeps a place of a labgrid lab, and gives it back when it is told to, or when whoever asked for it is gone.

A script that runs by itself, in the interpreter that has labgrid, without what is installed with xky:
``place_keeper.py FD LOCK_FD``; ``kept_place`` starts it and speaks with it over the socket FD, a line of JSON a
request and a line an answer. A coordinator keeps a place for a client that has died until somebody releases it, so this
is a process of its own: it outlives a bench that is killed. It holds the bench's lock file until the place is free.
"""

import argparse
import asyncio
import contextlib
import getpass
import io
import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path
from typing import Any

__all__ = ["Refused", "keep"]

_STARTS_WITHIN_S = 10.0  # of the coordinator: to answer
_PORT_WITHIN_S = 10.0  # of an exporter: to start what serves a port
_RELEASES_WITHIN_S = 10.0


class Refused(Exception):  # noqa: N818 - a refusal
    """What cannot be done, in a line.

    Attributes:
        by_person: it is what a person wrote that is wrong, not the bench.
    """

    def __init__(self, text: str, *, by_person: bool = False) -> None:
        super().__init__(text)
        self.by_person = by_person


class _Place:
    """A place, and the session with the coordinator by which it is held."""

    def __init__(self, name: str, *, is_left: bool) -> None:
        self.name = name
        self._environment = _environment(name)
        self._session = _session(self._environment, name)
        self._me = f"{self._session.gethostname()}/{self._session.getuser()}"
        self._was_on: bool | None = None
        self._power: Any = None
        self.is_ours = False
        try:
            self._take(is_left)
        except BaseException:
            self.give_back()
            raise

    def _run(self, coroutine: Any) -> Any:
        return self._session.loop.run_until_complete(coroutine)

    def _take(self, is_left: bool) -> None:
        import grpc
        from labgrid.remote.client import Error
        from labgrid.remote.generated import labgrid_coordinator_pb2 as messages

        place = self._session.places.get(self.name)
        if place is None:
            known = ", ".join(sorted(self._session.places)) or "none"
            raise Refused(
                f"no such place at {self._session.address}; there are: {known}; make it: labgrid-client -p {self.name} "
                "create"
            )
        if place.acquired:
            if place.acquired != self._me and self._me not in place.allowed:
                raise Refused(
                    f"held by {place.acquired}; wait for that, or ask for: labgrid-client -p {self.name} "
                    f"allow {self._me}"
                )
            self.is_ours = is_left and place.acquired == self._me  # a run before died with it; else a person took it
            return
        try:
            self._session.check_matches(place)
            request = messages.AcquirePlaceRequest(placename=self.name)
            self._run(asyncio.wait_for(self._session.stub.AcquirePlace(request), _STARTS_WITHIN_S * 3))
        except Error as error:
            told = " ".join(str(one) for one in error.args)
            raise Refused(f"{told}; is its exporter running? see: labgrid-client -p {self.name} show") from None
        except grpc.aio.AioRpcError as error:
            raise Refused(
                f"cannot be taken ({error.details()}); see the exporter's log: one without ser2net breaks its "
                "serial ports, and has to be started again"
            ) from None
        self.is_ours = True
        self._run(self._session.sync_with_coordinator())

    def facts(self) -> dict[str, Any]:
        """Its serial ports; whether it can be powered, and is ours to give back."""
        from labgrid.resource.serialport import NetworkSerialPort
        from labgrid.util.proxy import proxymanager

        place = self._session.places[self.name]
        target = self._session._get_target(place)
        ports = []
        for one in target.resources:
            if not isinstance(one, NetworkSerialPort):
                continue
            target.await_resources([one], timeout=_PORT_WITHIN_S)
            host, port = proxymanager.get_host_and_port(one)
            ports.append(
                {"name": str(one.name), "host": host, "port": port, "speed": one.speed, "protocol": one.protocol}
            )
        self._power = self._power_driver()
        return {"ports": ports, "power": self._power is not None, "ours": self.is_ours, "holder": place.acquired}

    def _power_driver(self) -> Any:
        """By labgrid's own choice of a driver for what the place has; None: it has nothing that switches."""
        from labgrid.exceptions import NoDriverFoundError, NoResourceFoundError
        from labgrid.remote.client import UserError

        def chosen(name: str | None) -> Any:
            self._session.args.name = name
            with contextlib.redirect_stdout(io.StringIO()) as said:
                try:
                    self._session.power()
                except NotImplementedError:  # of a switch that cannot tell how it stands
                    return target.get_driver("PowerProtocol", name=name)
            self._was_on = said.getvalue().rstrip().endswith(" on")
            return target.get_driver("PowerProtocol", name=name)

        target = self._session._get_target(self._session.places[self.name])
        try:
            return chosen(None)
        except (UserError, NoDriverFoundError):
            return None
        except NoResourceFoundError:
            try:
                return chosen("power")
            except NoResourceFoundError:
                raise Refused("has several power ports, none of them named power; name one so") from None

    def power(self, action: str) -> None:
        """``on``, ``off`` or ``cycle``."""
        if self._session.stopping.is_set():
            raise Refused("the coordinator is gone")
        getattr(self._power, action)()

    def give_back(self) -> None:
        """As it was found: its power too, unless its switch could not say."""
        from labgrid.remote.generated import labgrid_coordinator_pb2 as messages

        trouble = []
        if self._power is not None and self._was_on is False:
            try:
                self._power.off()
            except Exception as error:
                trouble.append(f"is not seen to be without power ({_words(error)}); switch it off by hand")
        try:
            if self.is_ours:
                request = messages.ReleasePlaceRequest(placename=self.name, fromuser=self._me)
                self._run(asyncio.wait_for(self._session.stub.ReleasePlace(request), _RELEASES_WITHIN_S))
                self.is_ours = False
        except Exception as error:
            details = getattr(error, "details", None)  # of gRPC
            told = _words(error if details is None else details())
            trouble.append(f"not given back ({told}); release it: labgrid-client -p {self.name} release")
        with contextlib.suppress(Exception):
            self._run(asyncio.wait_for(self._session.stop(), 1.0))
            self._run(asyncio.wait_for(self._session.close(), 1.0))
        if trouble:
            raise Refused("; ".join(trouble))


def _environment(name: str) -> Any:
    """What ``LG_ENV`` names, when it has the place; None: nothing does."""
    path = os.environ.get("LG_ENV")
    if not path:
        return None
    from labgrid import Environment
    from labgrid.remote.client import find_role_by_place

    try:
        environment = Environment(config_file=path)
    except Exception as error:  # of whatever it is made of
        raise Refused(f"LG_ENV={path}: {_words(error)}", by_person=True) from None
    check: Any = runpy.run_path(str(Path(__file__).with_name("environment_keys.py")))["unknown_keys"]
    wrong = check(path)
    if wrong:
        raise Refused("\n".join(wrong), by_person=True)
    return environment if find_role_by_place(environment.config.get_targets(), name) else None


def _session(environment: Any, name: str) -> Any:
    """With the coordinator that labgrid's own client would take."""
    from labgrid.remote.client import ClientSession, ensure_event_loop
    from labgrid.util.proxy import proxymanager

    class Session(ClientSession):  # type: ignore[misc]  # labgrid is not typed
        """Takes a place by its whole name, where labgrid's takes part of one, or somebody's other name for another."""

        target: Any = None

        def get_place(self, place: Any = None) -> Any:
            return self.places[name]

        def _get_target(self, place: Any) -> Any:
            if self.target is None:
                self.target = super()._get_target(place)
            return self.target

    address = os.environ.get("LG_COORDINATOR", "127.0.0.1:20408")
    if environment is not None:
        address = environment.config.get_option("coordinator_address", address)
    loop = ensure_event_loop()
    arguments = argparse.Namespace(
        place=name, action="get", delay=None, name=None, state=None, initial_state=None, allow_unmatched=False
    )
    session = Session(proxymanager.get_grpc_address(address, default_port=20408), loop, env=environment, args=arguments)
    try:
        loop.run_until_complete(asyncio.wait_for(session.start(), _STARTS_WITHIN_S))
    except Exception:  # its own, or out of time
        raise Refused(
            f"no coordinator answers at {address}; start it, or name it by LG_COORDINATOR=HOST:PORT"
        ) from None
    return session


def keep(ear: socket.socket, lock: int) -> None:
    """Do as it is told until the other end says so, or is gone.

    Args:
        ear: the other end.
        lock: descriptor of the lock file of the place, empty once that is given back.
    """
    place: _Place | None = None
    from labgrid.remote.client import ensure_event_loop

    loop = ensure_event_loop()
    ear.setblocking(False)
    reader, _ = loop.run_until_complete(asyncio.open_connection(sock=ear.dup()))
    for order in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(order, reader.feed_eof)
    while True:
        request = json.loads(loop.run_until_complete(reader.readline()) or '{"do": "end"}')
        try:
            if request["do"] == "take":
                place = _Place(request["place"], is_left=request["left"])
                answer = place.facts()
            elif request["do"] == "power":
                assert place is not None
                place.power(request["action"])
                answer = {}
            else:
                if place is not None:
                    place.give_back()
                os.ftruncate(lock, 0)
                answer = {}
        except Exception as error:
            answer = {"refused": _words(error), "by_person": getattr(error, "by_person", False)}
        _tell(ear, answer)
        if request["do"] == "end":
            return


def _words(error: object) -> str:
    """One line, or as many as a refusal has."""
    if isinstance(error, Refused):
        return str(error)
    return " ".join(str(error).split()) or type(error).__name__


def _tell(ear: socket.socket, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # nobody is there to hear it
        ear.setblocking(True)
        ear.sendall(json.dumps(answer).encode() + b"\n")
        ear.setblocking(False)


def _main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as connected:
        try:
            import labgrid.driver  # noqa: F401 - its power and serial ports, and what they need

            getpass.getuser()
        except Exception as error:
            told = f"{sys.executable}: labgrid cannot be used there ({_words(error)}); pyserial and pyserial-labgrid "
            told += "have one package: pip install --force-reinstall pyserial-labgrid"
            _tell(connected, {"refused": told, "by_person": True})
            return
        keep(connected, int(sys.argv[2]))


if __name__ == "__main__":
    here = os.path.realpath(os.path.dirname(__file__))
    sys.path[:] = [one for one in sys.path if os.path.realpath(one) != here]  # its modules have no names for others
    _main()
