# SPDX-License-Identifier: Apache-2.0
"""What is plugged into this machine, as a bench file with comments, for a person to fill in."""

import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serial.tools import list_ports

from xky.protocol import BenchError, InputError

from ..instruments import make_names, role_names
from ..instruments.opening import make_of
from ..instruments.session import Session
from ..instruments.visa import resource_manager
from ..terminal import one_line
from .schema import SAFE_ORDER

__all__ = ["FoundInstrument", "bench_text", "found_instruments", "found_ports"]

_LOOKS_FOR_S = 10.0  # real seconds; PyVISA-py asks the network for one
_ANSWER_S = 2.0
_NOT_ASKED = ("ASRL", "PRLGX")  # a serial port may lead to a board: nobody sends it questions unasked


@dataclass(frozen=True, slots=True)
class FoundInstrument:
    """One that answered.

    Attributes:
        resource: VISA.
        identity: as it says itself.
        roles: that it can play, each with its make.
    """

    resource: str
    identity: str
    roles: tuple[tuple[str, str], ...]


def found_ports() -> list[tuple[str, str]]:
    """Serial ports, each with what its adapter says it is."""
    return sorted((port.device, port.description or "") for port in list_ports.comports())


def found_instruments() -> list[FoundInstrument]:
    """What VISA lists and who answers ``*IDN?`` there; empty where there is no PyVISA, or it takes too long."""
    return [found for resource in _within(_LOOKS_FOR_S, _listed) if (found := _asked(resource)) is not None]


def _listed() -> tuple[str, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what could be found with more packages
            listed: Sequence[str] = resource_manager().list_resources("?*::INSTR")
    except Exception:  # of whichever library there is
        return ()
    return tuple(one for one in listed if not one.startswith(_NOT_ASKED))


def _asked(resource: str) -> FoundInstrument | None:
    try:
        session = Session(resource, answer_s=_ANSWER_S)
    except (BenchError, InputError):
        return None
    session.close()
    roles = ((role, make_of(role, session.identity)) for role in role_names())
    return FoundInstrument(resource, session.answer, tuple((role, make) for role, make in roles if make is not None))


def _within(seconds: float, act: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """What comes of it in time; a thread that is stuck in a library is left behind."""
    found: list[tuple[str, ...]] = []
    thread = threading.Thread(target=lambda: found.append(act()), daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else ()


def bench_text(ports: Sequence[tuple[str, str]], instruments: Sequence[FoundInstrument]) -> str:
    """The text of a bench file: what was found is written out, what nobody knows stands in comments.

    Args:
        ports: serial ports and what they are.
        instruments: that answered.
    """
    names = [path for path, _ in ports]
    line, console = (*names, "", "")[:2]
    found = [f"#   {path}  {one_line(what)}" for path, what in ports] or ["#   none"]
    parts = [
        "# A bench: what leads where. Check it with: xky bench check FILE",
        "# Serial ports that were found (which is which, nobody can tell from here):",
        *found,
        "",
        *_section(
            "[line]", [f'port = "serial:{line or "/dev/ttyUSB0"}"  # its TxD leads into the UART of the board'], line
        ),
        *_section(
            "[device]",
            [
                f'spec = "serial:{console or "/dev/ttyUSB1"}"  # its console; @BAUD behind it unless 115200',
                '#board = "winky-c6"  # a name of `xky boards`, or a file; generic unless told',
                '#reset = "rts"  # or "dtr", or a command; without it the board stays as it was found',
                '#flash = "esptool --port {port} write-flash 0 firmware.bin"  # once a run',
            ],
            console,
        ),
        "# Where readings are seen; the lines of the console unless told:",
        "#[[probe]]",
        '#spec = "mqtt:192.168.1.2:1883"  # an address that is set in the board',
        "",
    ]
    taken: set[str] = set()
    for one in instruments:
        free = [(role, make) for role, make in one.roles if role not in taken]
        role, make = free[0] if free else ("", "")
        parts += [f"# {one_line(one.identity)}" + ("" if free else ": of no make that is known, or its role is taken")]
        lines = [
            f'role = "{role or "supply"}"',
            f'resource = "{one.resource}"',
            f'make = "{make}"' if make else "#make =",
        ]
        also = [other for other, _ in one.roles if other != role]
        lines += [f"# it could also be: {', '.join(also)}"] if also else []
        lines += _limits(role)
        parts += _section("[[instrument]]", lines, role)
        taken.add(role)
    if not instruments:
        makes = ", ".join(f"{role} ({', '.join(make_names(role))})" for role in role_names())
        parts += [
            "# No instrument answered. Roles, and the makes that are known of each:",
            f"# {makes}",
            "#[[instrument]]",
            '#role = "supply"  # on I1-A',
            '#resource = "TCPIP::192.168.1.5::INSTR"',
            *(f"#{one.removeprefix('#')}" for one in _limits("supply")),
            "",
        ]
    order = [role for role in SAFE_ORDER if role in taken]
    parts += ["# Outputs are made safe in this order, on any end:", "[safe]"]
    quoted = ", ".join(f'"{role}"' for role in order)
    parts += [f"order = [{quoted}]"]
    return "\n".join(parts) + "\n"


def _limits(role: str) -> list[str]:
    if role == "supply":
        return [
            'limits = { voltage = "13 V", current = "0.3 A" }  # 54E §4: no more than 13 V rms without load',
            '#behind = "274 ohm"  # of one that is like a meter\'s, V rms at 50 kHz: what stands before terminal A',
        ]
    if role in ("load", "analyser"):
        return ['limits = { current = "0.2 A" }']
    return []


def _section(head: str, lines: Sequence[str], is_known: str) -> list[str]:
    """A table; in comments where nothing was found for it."""
    mark = "" if is_known else "#"
    return [f"{mark}{head}", *(one if one.startswith("#") else f"{mark}{one}" for one in lines), ""]
