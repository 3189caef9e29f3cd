# SPDX-License-Identifier: Apache-2.0
"""What a client is told of meter, faults and frames."""

from xky.emulator import Linky
from xky.emulator.legal_time import SECOND_US, local_time
from xky.emulator.line.fault_box import Injected
from xky.emulator.meter.registers import ROLLOVER
from xky.protocol import LABELS, Group, Mode
from xky.protocol.status import Colour

from .answers import (
    CutOffAnswer,
    FaultAnswer,
    GroupAnswer,
    LoadAnswer,
    Registers,
    SentFrameAnswer,
    SentGroupAnswer,
    State,
    TariffAnswer,
)
from .board_answers import BoardAnswer
from .journal import Entry

__all__ = ["colour_of", "fault", "group", "legal_text", "registers", "sent_frame", "state"]

_DIGITS = 6  # microseconds; what is behind them is rounding


def state(
    meter: Linky, at_s: float, faults: list[FaultAnswer], frames_sent: int, board: BoardAnswer | None = None
) -> State:
    """The meter as it is."""
    meter.integrate()
    return State(
        at_s=round(at_s, _DIGITS),
        legal_time=legal_text(meter.true_us),
        clock_shows=legal_text(meter.now_us),
        clock_degraded=meter.clock_degraded,
        supply=meter.powered,
        mode=meter.mode,
        phases=meter.phases,
        producer=meter.producer,
        pref_kva=meter.pref_kva,
        pcoup_kva=meter.pcoup_kva,
        load=_load(meter),
        cut_off=_cut_off(meter),
        tariff=_tariff(meter),
        msg1=meter.msg1.rstrip(),
        msg2=meter.msg2.rstrip(),
        cover_open=meter.cover_open,
        lost_phases=sorted(meter.absent_phases),
        faults=faults,
        frames_sent=frames_sent,
        board=board,
    )


def legal_text(at_us: int) -> str:
    """An instant in legal time, with its offset from UTC."""
    return local_time(at_us).isoformat(timespec="milliseconds")


def _load(meter: Linky) -> LoadAnswer:
    power, on = meter.power, meter.powered
    return LoadAnswer(
        drawn_va=round(power.drawn_va, 3) if on else 0.0,
        injected_va=round(power.injected_va, 3) if on else 0.0,
        phases_va=[mva / 1000 if on else 0.0 for mva in power.phase_mva],
        currents_a=[round(amps, 3) if on else 0.0 for amps in meter.currents_a],
        voltages_v=[round(volts, 3) if on else 0.0 for volts in power.voltages_v],
        over_subscription=on and bool(meter.phases_over),
    )


def _cut_off(meter: Linky) -> CutOffAnswer:
    opens_us, is_open = meter.opens_at_us, meter.cut_off.is_open
    return CutOffAnswer(
        is_open=is_open,
        opened_by=meter.cut_off.reason.name.lower() if is_open else None,
        opens_in_s=None if opens_us is None else max(opens_us - meter.true_us, 0) / SECOND_US,
    )


def _tariff(meter: Linky) -> TariffAnswer:
    tariff, contract = meter.tariff, meter.contract
    return TariffAnswer(
        contract=(meter.quirks.ngtf or contract.ngtf).strip(),
        supplier_index=tariff.supplier_index,
        supplier_tariff=tariff.ltarf.strip(),
        distributor_index=tariff.distributor_index,
        ptec=tariff.ptec,
        colour_today=colour_of(tariff.today),
        colour_tomorrow=colour_of(tariff.tomorrow),
        peak_running=tariff.running,
        peak_notice=tariff.notice,
        closed_relays=sorted(tariff.relays),
        next_switch=legal_text(meter.next_switch(meter.now_us)),
    )


def colour_of(colour: Colour) -> str:
    """Of a TEMPO day, by its name; none elsewhere."""
    return colour.name.lower()


def registers(meter: Linky) -> Registers:
    """What can be set, as it stands."""
    meter.integrate()
    counters = meter.counters
    shown = {"EAST": counters.drawn.count}
    shown |= {f"EASF{number:02}": count for number, count in enumerate(counters.supplier, 1)}
    for label, index in meter.contract.index_labels.items():
        shown[label] = counters.supplier[index - 1] if index else counters.drawn.count
    units = dict.fromkeys(shown, "Wh")
    if meter.producer:
        shown["EAIT"], units["EAIT"] = counters.injected.count, "Wh"
        for number, energy in enumerate(counters.reactive, 1):
            shown[f"ERQ{number}"], units[f"ERQ{number}"] = energy.count, "VArh"
    shown = {label: count % ROLLOVER for label, count in shown.items()}
    powers = {"PREF": meter.pref_kva, "PCOUP": meter.pcoup_kva}
    return Registers(registers=shown | powers, units=units | dict.fromkeys(powers, "kVA"))


def fault(one: Injected) -> FaultAnswer:
    """A fault on the line."""
    return FaultAnswer(
        id=one.id,
        name=one.name,
        fields=one.settings,
        frames_left=one.frames_left,
        touches_now=one.touches_now,
        at_s=one.at_s,
        first_frame=one.first_frame,
    )


def group(one: Group, mode: Mode) -> GroupAnswer:
    """One label's line, with the unit of its value."""
    known = LABELS[mode].get(one.label)
    unit = known.unit if known is not None else None
    return GroupAnswer(label=one.label, value=one.value, timestamp=one.timestamp, unit=unit or None)


def sent_frame(entry: Entry) -> SentFrameAnswer:
    """One frame as it went onto the line."""
    frame = entry.frame
    return SentFrameAnswer(
        number=entry.number,
        mode=frame.mode,
        start_s=round(frame.start_s, _DIGITS),
        end_s=round(frame.end_s, _DIGITS),
        complete=frame.complete,
        faults=list(entry.faults),
        groups=[
            SentGroupAnswer(
                label=sent.group.label,
                value=sent.group.value,
                timestamp=sent.group.timestamp,
                expect=sent.expect,
                fault=sent.fault,
                data_hex=sent.data.hex(),
                start_s=round(sent.start_s, _DIGITS),
                end_s=round(sent.end_s, _DIGITS),
            )
            for sent in frame.groups
        ],
        data_hex=frame.data.hex(),
    )
