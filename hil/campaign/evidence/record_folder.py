# SPDX-License-Identifier: Apache-2.0
"""A folder with the record of one mode, and all that a run left side by side."""

from pathlib import Path

from xky.protocol import Mode
from xky.protocol.whole_file import PARTIAL, whole_file

from ..record import Outage, ProbeRecord, Record
from .carrier_lines import read_carrier, write_carrier
from .event_lines import read_events, write_events
from .input_lines import read_input, write_input
from .light_lines import read_light, write_light
from .lines import complaint, opened
from .measured_power_lines import read_measured_power, write_measured_power
from .port_lines import read_port, write_port
from .power_lines import read_power, write_power
from .reading_lines import read_said, write_said
from .run_file import Lengths, read_run, write_run
from .sent_lines import read_sent, write_sent

__all__ = ["BEFORE", "EVIDENCE_FILES", "forget_evidence", "read_record", "read_records", "write_record"]

_RUN, _SENT, _SAID, _PORT = "run.json", "sent.jsonl.gz", "readings.jsonl.gz", "port.jsonl.gz"
_POWER, _LIGHT, _EVENTS, _STDERR = "power.jsonl.gz", "light.jsonl.gz", "events.jsonl.gz", "stderr.txt"
_INPUT, _CARRIER, _MEASURED = "input.jsonl.gz", "carrier.jsonl.gz", "measured-power.jsonl.gz"
_UNTOLD = "nothing tells that the supply is like a meter's"  # of a run that did not say why
BEFORE = "before-"  # how the folders of earlier parts begin
EVIDENCE_FILES = (  # of a mode
    _RUN, _SENT, _SAID, _PORT, _POWER, _MEASURED, _LIGHT, _INPUT, _CARRIER, _EVENTS, _STDERR,
)  # fmt: skip


def write_record(folder: Path, record: Record) -> None:
    """Write a record; ``run.json``, which tells how long the others are, comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    measured = record.measured_power
    lengths = Lengths(
        sent=write_sent(folder / _SENT, record.truth),
        readings=write_said(folder / _SAID, record.readings, record.remarks),
        port=write_port(folder / _PORT, record.port_settings),
        power=None if record.power is None else write_power(folder / _POWER, record.power),
        stderr=len(record.stderr),
        **({} if record.input is None else {"input": write_input(folder / _INPUT, record.input)}),
        **({} if record.carrier is None else {"carrier": write_carrier(folder / _CARRIER, record.carrier)}),
        **({} if record.light is None else {"light": write_light(folder / _LIGHT, record.light)}),
        **({"events": write_events(folder / _EVENTS, record.probes)} if record.events else {}),
        **({} if measured is None else {"measured_power": write_measured_power(folder / _MEASURED, measured)}),
    )
    with whole_file(folder / _STDERR) as path:
        path.write_bytes(record.stderr)
    write_run(folder / _RUN, record, lengths)


def read_record(folder: Path) -> Record:
    """The record that was written to a folder, equal to the run's.

    Raises:
        InputError: a file is missing, cut or wrong; the text names it, and the line.
    """
    run, board = read_run(folder / _RUN)
    lengths = run.lengths
    readings, remarks = read_said(folder / _SAID, lengths.readings)
    with opened(folder / _STDERR) as file:
        stderr: bytes = file.read()
    if len(stderr) != lengths.stderr:
        raise complaint(
            f"{folder / _STDERR}:{stderr.count(10) + 1}",
            f"ends after {len(stderr)} bytes; expected {lengths.stderr}",
        )
    events = read_events(folder / _EVENTS, lengths.events) if lengths.events else {}
    claims = None if run.claims is None else frozenset(run.claims)
    return Record(
        mode=run.mode,
        board=board,
        speed=run.speed,
        claims=claims,
        truth=read_sent(folder / _SENT, lengths.sent),
        readings=readings,
        remarks=remarks,
        disturbed=set(run.disturbed),
        silent=run.silent,
        ended=run.ended,
        ended_s=run.ended_s,
        last_words=run.last_words,
        stderr=stderr,
        overruns=run.overruns,
        port_settings=read_port(folder / _PORT, lengths.port),
        notes=run.notes,
        dropped=run.dropped,
        late=run.lateness,
        duration_s=run.duration_s,
        restarts_s=run.restarts_s,
        cut_short_s=run.cut_short_s,
        power_cut_short=run.power_cut_short,
        power_unplayed=_UNTOLD if run.power_unplayed is True else run.power_unplayed or "",
        trials_cut_short=run.trials_cut_short,
        light=None if lengths.light is None else read_light(folder / _LIGHT, lengths.light),
        input=None if lengths.input is None else read_input(folder / _INPUT, lengths.input),
        carrier=None if lengths.carrier is None else read_carrier(folder / _CARRIER, lengths.carrier),
        unfed=run.unfed,
        on_hardware=run.on_hardware,
        sent_right=run.sent_right,
        power=None if lengths.power is None else read_power(folder / _POWER, lengths.power),
        measured_power=None
        if lengths.measured_power is None
        else read_measured_power(folder / _MEASURED, lengths.measured_power),
        probes=tuple(
            ProbeRecord(
                one.spec, None if one.claims is None else frozenset(one.claims), tuple(events.get(one.spec, ()))
            )
            for one in run.probes
        )
        or (ProbeRecord(claims=claims),),
        outages=tuple(Outage(one.step, one.spec, one.start_s, one.end_s) for one in run.outages),
        reported_before={spec: frozenset(of) for spec, of in run.reported_before.items()},
    )


def read_records(folder: Path) -> dict[Mode, Record]:
    """The records of a run from its ``evidence/``, in the order in which its board's modes were played.

    Raises:
        InputError: there is none, or one cannot be read.
    """
    found = {mode: read_record(folder / mode.value) for mode in Mode if (folder / mode.value).is_dir()}
    if not found:
        raise complaint(str(folder), f"has no {' and no '.join(mode.value for mode in Mode)}")
    order = next(iter(found.values())).board.modes
    return {mode: found[mode] for mode in sorted(found, key=order.index)}


def forget_evidence(folder: Path) -> None:
    """Remove the records of a run before, what one that was killed left half written too, and nothing else.

    A symbolic link in the place of a folder goes itself; what it leads to is left alone.

    Raises:
        OSError: a file cannot be removed.
    """
    if folder.is_symlink():
        folder.unlink()
    for part in folder.glob(f"{BEFORE}*"):  # of a run that was interrupted and resumed
        if part.is_symlink():
            part.unlink()
        elif part.is_dir():
            forget_evidence(part)
    for mode in Mode:
        of_mode = folder / mode.value
        if of_mode.is_symlink():
            of_mode.unlink()
        for name in EVIDENCE_FILES:
            (of_mode / name).unlink(missing_ok=True)
        for half in of_mode.glob(f".*{PARTIAL}"):
            half.unlink()
        if of_mode.is_dir() and not any(of_mode.iterdir()):
            of_mode.rmdir()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
