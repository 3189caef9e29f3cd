# SPDX-License-Identifier: Apache-2.0
"""Opens everything that a bench file names, and says what answered, what did not, and how to mend it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from xky.emulator import Linky
from xky.emulator.opened_serial import opened_serial
from xky.protocol import BenchError, InputError

from ..bench.bench import Bench, board_of
from ..bench.devices import Device, open_device
from ..bench.reading import in_label_table
from ..held_resource import held_resource
from .open_bench import OpenBench
from .options import options_over
from .schema import BenchFile

__all__ = ["Part", "check_bench"]

_FIRST_WORD_S = 10.0  # real seconds for a device that reports each frame
_WAKES = 1.5  # reporting periods for one that sleeps
_ANY_BAUD = 9600


@dataclass(frozen=True, slots=True)
class Part:
    """One thing on the bench.

    Attributes:
        what: it is: ``line``, ``device``, or a role.
        where: port or resource.
        ok: whether it answered as it should.
        told: what it answered, or what is wrong and how to mend it.
    """

    what: str
    where: str
    ok: bool
    told: str


def check_bench(
    file: BenchFile,
    *,
    tell: Callable[[str], None] = lambda line: None,
    on_wait: Callable[[float], None] = lambda s: None,
) -> Iterator[Part]:
    """Open one after the other, each told as it is known; outputs are left as they are.

    Args:
        file: of the bench.
        tell: told in a line of a run before that died, whose outputs are made safe.
        on_wait: told for how many seconds the device is listened to.
    """
    yield from _instruments(file, tell)
    ports = list(_ports(file))
    yield from (one for one in ports if not one.ok or one.what == "line")
    if file.device.spec is None or any(one.what == "device" and not one.ok for one in ports):
        return
    if all(one.ok for one in ports):
        yield _device(file, on_wait)
    else:
        spec = file.device.spec
        yield Part("device", spec, False, f"{spec}: not tried: the line does not open")


def _instruments(file: BenchFile, tell: Callable[[str], None]) -> Iterator[Part]:
    looking = OpenBench(file, tell, only_looks=True)
    with ExitStack() as stack:
        stack.push(looking.__exit__)
        for one in file.instrument:
            try:
                instrument = looking.take(one.role)
            except (BenchError, InputError) as error:
                yield Part(one.role, one.resource, False, str(error))
            else:
                yield Part(one.role, one.resource, True, f"{instrument.identity} ({instrument.make})")
        try:
            looking.make_safe_what_was_left()
        except BenchError as error:
            yield Part("safe", file.name, False, str(error))


def _ports(file: BenchFile) -> Iterator[Part]:
    for path in file.ports:
        what = "device" if path == file.console else "line"
        try:
            with held_resource(path):
                opened_serial(path, _ANY_BAUD, alone=True).close()
        except (BenchError, InputError) as error:
            yield Part(what, path, False, str(error))
        else:
            yield Part(what, path, True, "opens")


def _device(file: BenchFile, on_wait: Callable[[float], None]) -> Part:
    """Play the line to it until it says a first word."""
    options = options_over({}, file)
    spec = str(options["device"])
    try:
        device = open_device(spec, line=options["line"], parity=options["parity"], reset=options["reset"])
        return _listened_to(device, spec, file, options["probes"], on_wait)
    except (BenchError, InputError) as error:
        return Part("device", spec, False, str(error))


def _listened_to(
    device: Device, spec: str, file: BenchFile, probes: tuple[str, ...], on_wait: Callable[[float], None]
) -> Part:
    board = board_of(device, file.device.board)
    if file.source_ohm is not None and board.power is not None and board.power.source == "tic":
        return Part("device", spec, True, "not listened to: it lives on the supply, which a check leaves as it is")
    bench = Bench(device, board, Linky(mode=board.modes[0]), probes=probes)
    within_s = max(_FIRST_WORD_S, _WAKES * board.report_period_s)
    if not bench.virtual:
        on_wait(within_s)
    with bench:
        alarm = bench.env.timeout(within_s)
        bench.run(lambda: _has_spoken(bench) or alarm.processed or device.ended is not None)
        if _has_spoken(bench):
            reading = next(one for one in bench.readings if any(in_label_table(key) for key in one.said))
            return Part(
                "device", spec, True, f"said {len(reading.said)} labels {reading.at_s:.1f} s after the line began"
            )
        bench.require_first_frame(device.ended, bench.env.now)
        remarks = [one for probe in bench.probes for one in probe.remarks]
        if remarks:
            told = f"said {len(remarks)} lines within {within_s:.0f} s, and no reading; the first: "
            told += repr(remarks[0].text[:80])
            return Part("device", spec, False, f"{spec}: {told}; check its rate, and that it prints JSON")
        device.explain_silence()
    told = f"nothing was heard within {within_s:.0f} s of the line"
    return Part(
        "device", spec, False, f"{spec}: {told}; is it powered, does the line reach its UART, is the rate right?"
    )


def _has_spoken(bench: Bench) -> bool:
    return any(in_label_table(key) for reading in bench.readings for key in reading.said)
