# SPDX-License-Identifier: Apache-2.0
"""A place of a labgrid lab that nobody holds any longer when this process is over, however it ends."""

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xky.protocol import BenchError, InputError

from .interpreter import labgrid_python
from .lab_port import LabPort

__all__ = ["KeptPlace"]

_KEEPER = Path(__file__).with_name("place_keeper.py")
_TAKES_WITHIN_S = 90.0  # an exporter may have to start a server for each port; labgrid itself takes seconds to import
_POWERS_WITHIN_S = 60.0
_GIVES_BACK_WITHIN_S = 30.0
_MESSAGE_MAX = 65_536
_LINE, _CONSOLE = "line", "console"


class KeptPlace:
    """A place that is taken.

    Args:
        name: of the place, whole.
        lock: descriptor of its lock file, which stays locked until the place is given back.
        is_left: whether a run before died with it, so that it is ours if the lab says that we have it.

    Attributes:
        name: of the place.
        can_switch: whether the lab can switch its power.
        is_ours: whether it is given back at the end: a person had taken it before otherwise, or lets us use it.

    Raises:
        InputError: labgrid is missing, or the environment file is wrong.
        BenchError: no coordinator, no such place, or somebody else holds it.
    """

    def __init__(self, name: str, *, lock: int, is_left: bool) -> None:
        self.name = name
        python = labgrid_python()
        self._ear, theirs = socket.socketpair()
        self._heard = b""
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the place is held
        with theirs:
            self._keeper = subprocess.Popen(
                [python, str(_KEEPER), str(theirs.fileno()), str(lock)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._stderr,
                pass_fds=[theirs.fileno(), lock], start_new_session=True,
            )  # fmt: skip
        try:
            facts = self._ask(_TAKES_WITHIN_S, do="take", place=name, left=is_left)
        except BaseException:
            self._let_go()
            raise
        self.can_switch: bool = facts["power"]
        self.is_ours: bool = facts["ours"]
        self.holder: str = facts["holder"]
        self._ports = [LabPort(**one) for one in facts["ports"]]

    @property
    def console(self) -> LabPort | None:
        """On which the board prints: the one named so, or the only one that is not the line; None: there is none.

        Raises:
            BenchError: there are several, none of them named so.
        """
        named = [one for one in self._ports if one.name == _CONSOLE]
        others = named or [one for one in self._ports if one.name != _LINE]
        if len(others) > 1:
            raise BenchError(
                f"labgrid:{self.name}: has several serial ports ({_names(others)}); name the board's own console: "
                f"labgrid-client -p {self.name} add-named-match EXPORTER/GROUP/CLASS/NAME {_CONSOLE}"
            )
        return others[0] if others else None

    @property
    def line(self) -> LabPort | None:
        """That leads to the board's UART, the one named so; None: there is none."""
        return next((one for one in self._ports if one.name == _LINE), None)

    def power(self, action: str) -> None:
        """Switch its power: ``on``, ``off`` or ``cycle``.

        Raises:
            BenchError: it cannot be switched.
        """
        self._ask(_POWERS_WITHIN_S, do="power", action=action)

    def give_back(self) -> None:
        """Leave it as it was found; safe to call twice.

        Raises:
            BenchError: the lab does not say that it is free.
        """
        if self._keeper.poll() is not None and self._ear.fileno() < 0:
            return
        try:
            self._ask(_GIVES_BACK_WITHIN_S, do="end")
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._ear.close()  # which tells the keeper, if nothing else did
        try:
            self._keeper.wait(_GIVES_BACK_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
        self._stderr.close()

    def _ask(self, within_s: float, **request: Any) -> Mapping[str, Any]:
        """Tell the keeper, and wait for its answer."""
        give_up = time.monotonic() + within_s
        try:
            self._ear.sendall(json.dumps(request).encode() + b"\n")
            while b"\n" not in self._heard:
                self._ear.settimeout(max(give_up - time.monotonic(), 0.001))
                data = self._ear.recv(_MESSAGE_MAX)
                if not data:
                    raise OSError("its keeper has ended")
                self._heard += data
        except OSError as error:
            told = f"no answer within {within_s:.0f} s" if isinstance(error, TimeoutError) else str(error)
            raise BenchError(f"labgrid:{self.name}: {told}{self._last_words()}; see whether the lab is up") from None
        message, _, self._heard = self._heard.partition(b"\n")
        answer: Mapping[str, Any] = json.loads(message)
        if "refused" in answer:
            told = answer["refused"]
            if answer["by_person"]:
                raise InputError(told)
            raise BenchError(f"labgrid:{self.name}: {told}")
        return answer

    def _last_words(self) -> str:
        self._stderr.seek(0)
        lines = self._stderr.read()[-4096:].decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f" ({last[:300]})" if last else ""


def _names(ports: Sequence[LabPort]) -> str:
    return ", ".join(one.name for one in ports)
