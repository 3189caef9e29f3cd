# SPDX-License-Identifier: Apache-2.0
"""What Tasmota's teleinfo driver for a Winky publishes: the SENSOR and TIC objects, and its points for InfluxDB.

Keys and forms are those of the driver (v3.x). What was not heard in the frame is left out: the driver loses all it
knows in each deep sleep. A number is written as one; where the frame holds something else, that text is handed on.
Assumptions: cos φ is 1.00, as no wake is long enough for the driver's twelve samples; PAVG is PW; the virtual relays
are those of RELAIS; Preavis is the number of the peak that STGE announces, or 1 for PEJP.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json import dumps

from xky.protocol import Group, Mode
from xky.protocol.quick import quick

from .tariffs import LEVELS, UNKNOWN, Tariff, squeezed, tariff_of

__all__ = ["WinkyState", "points", "raw_tic", "sensor"]

_OF_THREE = frozenset(
    {f"{name}{phase}" for name in ("IINST", "IRMS", "URMS", "SINSTS") for phase in (1, 2, 3)} - {"IRMS1", "URMS1"}
)  # labels that single-phase meters do not send
_OF_METER = (*sorted(_OF_THREE), "IRMS1", "URMS1", "IINST", "SINSTS", "PAPP", "SINSTI", "PREF", "ISOUSC")
_HOURS = ("Creuse", "Pleine")
_COS = 1.0
_VOLTS = 200  # between ISOUSC and PREF, by phase (54E §6.1.2)
_OVER_VOLTAGE, _OVER_LOAD = 6, 7  # bits of STGE (54E §6.2.3.14)
_MODES = {Mode.HISTORIC: 1, Mode.STANDARD: 2}
_TOMORROW = {"BLEU": 1, "BLAN": 2, "ROUG": 3}
_RELAYS = ",".join(f'"V{number}":%s' for number in range(1, 9))  # the lowest bit first
_RSSI_DBM = -60  # assumption: an access point 6 m away
_MAC, _IPV4, _IPV6 = (
    "00:00:5E:00:53:01",
    "192.0.2.20",
    "2001:db8::20",
)  # assumption: of documents (RFC 7042, 5737, 3849)


@quick
@dataclass(frozen=True, slots=True)
class WinkyState:
    """What the board says of itself at a publication.

    Attributes:
        start_v: ``winky_start``.
        stop_v: ``winky_stop``.
        boot_v: capacitor as the wake began, as the firmware reads it.
        now_v: capacitor now.
        meter_v: highest rectified voltage seen; 0 for a board that does not measure it.
        reference_f: ``winky_ref``.
        messages: whole frames heard in this wake.
        cosines: samples of cos φ in it.
        boots: wakes so far.
        writes: of its settings.
        network_ms: from the boot until the network was there.
        clock_ms: until its clock was set; 0 for never.
        mqtt_ms: until the broker had accepted it; 0 for never.
        awake_ms: until now.
        sleep_ms: of the sleep to come.
    """

    start_v: float
    stop_v: float
    boot_v: float
    now_v: float
    meter_v: float = 0.0
    reference_f: float = 1.5
    messages: int = 2
    cosines: int = 0
    boots: int = 1
    writes: int = 0
    network_ms: int = 0
    clock_ms: int = 0
    mqtt_ms: int = 0
    awake_ms: int = 0
    sleep_ms: int = 0


def raw_tic(groups: Iterable[Group]) -> bytes:
    """The object of ``tele/…/TIC``: label to value, as it was sent; what has no data is left out.

    >>> raw_tic([Group("PAPP", "00750"), Group("DATE", "", "H260115180101")])
    b'{"PAPP":"00750"}'
    """
    return dumps(
        {group.label: group.value for group in groups if group.value}, separators=(",", ":"), ensure_ascii=False
    ).encode()


def sensor(mode: Mode, values: Mapping[str, str], state: WinkyState, time: str) -> bytes:
    """The object of ``tele/…/SENSOR``.

    Args:
        mode: of the TIC.
        values: label to value, of one frame.
        state: of the board.
        time: its own clock, local, ``2026-01-15T18:01:01``.
    """
    tariff = tariff_of(mode, values)
    running = _running(mode, values, tariff)
    meter = _meter_as_said(tuple(map(values.get, _OF_METER)))
    relay = _relay(values.get("RELAIS", "0"), tariff, running)
    return (
        f'{{"Time":"{time}","METER":{{{meter}}},"CONTRACT":{{{_contract(mode, values, tariff, running)}}}'
        f',"RELAY":{{{relay}}},"ALERT":{{{_alert(mode, values)}}},"WINKY":{{{_winky(state)}}}}}'
    ).encode()


def _number(text: str) -> str:
    return str(int(text)) if text.isdecimal() else dumps(text)


def _scaled(text: str, factor: int, divisor: int = 1) -> str:
    return str(int(text) * factor // divisor) if text.isdecimal() else dumps(text)


def _amperes(text: str) -> str:
    return f"{int(text)}.00" if text.isdecimal() else dumps(text)


def _phases(values: Mapping[str, str]) -> int:
    return 1 if _OF_THREE.isdisjoint(values) else 3


def _of_phase(values: Mapping[str, str], phase: int, phases: int) -> tuple[str | None, str | None, str | None]:
    """Voltage, current and apparent power of a phase; None where they were not heard."""
    get = values.get
    if phases == 1:
        current = get("IRMS1") or get("IINST")
        return get("URMS1"), current, get("SINSTS") or get("PAPP")
    return get(f"URMS{phase}"), get(f"IRMS{phase}") or get(f"IINST{phase}"), get(f"SINSTS{phase}")


@lru_cache(64)  # what a house draws stays for minutes
def _meter_as_said(said: tuple[str | None, ...]) -> str:
    return _meter(_of_meter(said))


def _of_meter(said: tuple[str | None, ...]) -> Mapping[str, str]:
    return {label: value for label, value in zip(_OF_METER, said, strict=True) if value is not None}


def _meter(values: Mapping[str, str]) -> str:
    get = values.get
    phases = _phases(values)
    parts = [f'"PH":{phases}']
    reference = get("PREF")
    if reference is not None:
        most = _scaled(reference, 1000)
        parts.append(f'"ISUB":{_scaled(reference, 1000, _VOLTS * phases)},"PSUB":{most},"PMAX":{most}')
    elif (subscribed := get("ISOUSC")) is not None:
        most = _scaled(subscribed, _VOLTS * phases)
        parts.append(f'"ISUB":{_number(subscribed)},"PSUB":{most},"PMAX":{most}')
    for phase in range(1, phases + 1):
        voltage, current, power = _of_phase(values, phase, phases)
        if voltage is not None:
            parts.append(f'"U{phase}":{_number(voltage)}')
        if current is not None:
            parts.append(f'"I{phase}":{_amperes(current)}')
        if power is not None:
            parts.append(f'"P{phase}":{_number(power)},"W{phase}":{_number(power)}')
    drawn = get("SINSTS") or get("PAPP")
    if drawn is not None:
        parts.append(f'"P":{_number(drawn)},"W":{_number(drawn)},"C":{_COS:.2f}')
    given = get("SINSTI")
    if given is not None:
        parts.append(f'"PP":{_number(given)},"PW":{_number(given)},"PC":{_COS:.2f},"PAVG":{_number(given)}')
    return ",".join(parts)


def _running(mode: Mode, values: Mapping[str, str], tariff: Tariff) -> int | None:
    code = values.get("LTARF" if mode is Mode.STANDARD else "PTEC", "")
    return tariff.running(squeezed(code))


def _total(mode: Mode, values: Mapping[str, str], tariff: Tariff) -> str | None:
    """EAST, or what the indexes of a historic frame come to; None where one is missing."""
    if mode is Mode.STANDARD:
        east = values.get("EAST")
        return None if east is None else _number(east)
    indexes = [values.get(period.label, "") for period in tariff.periods]
    return str(sum(map(int, indexes))) if all(map(str.isdecimal, indexes)) else None


def _contract(mode: Mode, values: Mapping[str, str], tariff: Tariff, running: int | None) -> str:
    get = values.get
    parts = []
    serial = get("ADSC") or get("ADCO")
    if serial is not None:
        parts.append(f'"serial":{_number(serial)}')
    period = None if running is None else tariff.periods[running]
    level, shown = (0, "") if period is None else (period.level, period.shown)
    hours = _HOURS[1 if period is None else period.peak]
    parts.append(f'"name":"{tariff.name}","period":"{shown}"')
    profile = get("NJOURF")
    if profile is not None:
        parts.append(f'"profile":{_number(profile)}')
    today, tomorrow = _days(mode, values, level)
    parts.append(f'"color":"{LEVELS[level]}","hour":"{hours}","tday":"{LEVELS[today]}","tmrw":"{LEVELS[tomorrow]}"')
    total = _total(mode, values, tariff)
    if total is not None:
        parts.append(f'"CONSO":{total}')
    for one in tariff.periods:
        index = get(one.label)
        if index is not None:
            parts.append(f'"{one.code}":{_number(index)}')
    given = get("EAIT")
    if given is not None:
        parts.append(f'"PROD":{_number(given)}')
    return ",".join(parts)


def _days(mode: Mode, values: Mapping[str, str], level: int) -> tuple[int, int]:
    """Colours of today and tomorrow."""
    if mode is Mode.HISTORIC:
        return level, _TOMORROW.get(values.get("DEMAIN", ""), 0)
    status = _status(values)
    return status >> 24 & 3 or level, status >> 26 & 3


def _status(values: Mapping[str, str]) -> int:
    try:
        return int(values.get("STGE", "0"), 16)
    except ValueError:
        return 0


@lru_cache(64)  # as the relays of a meter are, all day
def _relay(relays: str, tariff: Tariff, running: int | None) -> str:
    sum_of_bits = int(relays) if relays.isdecimal() else 0
    parts = [_RELAYS % tuple(f"{sum_of_bits & 0xFF:08b}"[::-1])]
    parts += [
        f'"C{place + 1}":{int(place == running)},"N{place + 1}":"{period.shown}"'
        for place, period in enumerate(tariff.periods)
    ]
    return ",".join([*parts, '"P1":0,"W1":0'])


def _alert(mode: Mode, values: Mapping[str, str]) -> str:
    if mode is Mode.STANDARD:
        status = _status(values)
        load, volts, notice = status >> _OVER_LOAD & 1, status >> _OVER_VOLTAGE & 1, status >> 28 & 3
        label = f"PM{notice}" if notice else ""
    else:
        load = int("ADPS" in values or any(f"ADIR{phase}" in values for phase in (1, 2, 3)))
        volts, notice = 0, int("PEJP" in values)
        label = "EJP" if notice else ""
    return f'"Load":{load},"Volt":{volts},"Preavis":{notice},"Label":"{label}"'


def _winky(state: WinkyState) -> str:
    return (
        f'"mac":"{_MAC}","ipv4":"{_IPV4}","ipv6":"{_IPV6}"'
        f',"param":{{"Vstart":{state.start_v:.2f},"Vstop":{state.stop_v:.2f}}}'
        f',"count":{{"msg":{state.messages},"cos":{state.cosines},"boot":{state.boots},"write":{state.writes}}}'
        f',"capa":{{"Vmax":{state.boot_v:.2f},"Vmin":{state.now_v:.2f}}},"meter":{{"V":{state.meter_v:.2f}}}'
        f',"time":{{"net":{state.network_ms},"rtc":{state.clock_ms},"mqtt":{state.mqtt_ms}'
        f',"awake":{state.awake_ms},"sleep":{state.sleep_ms}}}'
    )


def points(mode: Mode, values: Mapping[str, str], state: WinkyState, device: str) -> bytes:
    """The body of one write to InfluxDB: a point a line, without stamps, all values of one kind (floats).

    Args:
        mode: of the TIC.
        values: label to value, of one frame.
        state: of the board.
        device: host name, the tag ``device``; without characters that line protocol escapes.
    """
    tariff = tariff_of(mode, values)
    running = _running(mode, values, tariff)
    lines = [f"wifi,device={device},sensor=rssi value={_RSSI_DBM}", _contract_points(mode, tariff, running, device)]
    lines += _lines("conso", device, _counted(mode, values, tariff))
    lines += _drawn_lines(device, tuple(map(values.get, _OF_METER)))
    given, power = values.get("EAIT"), values.get("SINSTI")
    if given is not None or power is not None:
        produced = [("total", given), ("VA", power), ("W", power), ("cosphi", None if given is None else f"{_COS:.2f}")]
        lines += _lines("prod", device, produced)
    lines.append(_winky_points(state, device))
    return ("\n".join(lines) + "\n").encode()


def _lines(measurement: str, device: str, named: Iterable[tuple[str, str | None]]) -> list[str]:
    start = f"{measurement},device={device},sensor="
    return [f"{start}{name} value={point}" for name, value in named if value and (point := _point(value))]


def _point(text: str) -> str:
    """A number; nothing where it is none, since the field's kind would not hold it."""
    if text.isdecimal():
        return str(int(text))
    return text if text.count(".") == 1 and text.replace(".", "").isdecimal() else ""


@lru_cache(64)
def _contract_points(mode: Mode, tariff: Tariff, running: int | None, device: str) -> str:
    period = None if running is None else tariff.periods[running]
    level, peak = (0, 1) if period is None else (period.level, period.peak)
    start = f"contract,device={device},sensor="
    return (
        f"{start}mode value={_MODES[mode]}\n{start}periods value={0 if tariff is UNKNOWN else len(tariff.periods)}\n"
        f"{start}period value={running or 0}\n{start}color value={level}\n{start}hp value={peak}"
    )


def _counted(mode: Mode, values: Mapping[str, str], tariff: Tariff) -> list[tuple[str, str | None]]:
    named = [("total", _total(mode, values, tariff))]
    return named + [(f"index{place + 1}", values.get(period.label)) for place, period in enumerate(tariff.periods)]


@lru_cache(64)  # as ``_meter_as_said``
def _drawn_lines(device: str, said: tuple[str | None, ...]) -> Sequence[str]:
    return _lines("conso", device, _drawn(_of_meter(said)))


def _drawn(values: Mapping[str, str]) -> list[tuple[str, str | None]]:
    named: list[tuple[str, str | None]] = []
    phases = _phases(values)
    for phase in range(1, phases + 1):
        voltage, current, power = _of_phase(values, phase, phases)
        suffix = "" if phases == 1 else str(phase)
        named += [("I" + suffix, current and _amperes(current)), ("U" + suffix, voltage)]
        named += [("VA" + suffix, power), ("W" + suffix, power)]
    if phases > 1:
        power = values.get("SINSTS") or values.get("PAPP")
        named += [("VA", power), ("W", power)]
    named.append(("cosphi", f"{_COS:.2f}"))
    return named


def _winky_points(state: WinkyState, device: str) -> str:
    start = f"winky,device={device},sensor="
    return (
        f"{start}nb-msg value={state.messages}\n{start}nb-cos value={state.cosines}\n"
        f"{start}farad-ref value={state.reference_f:.2f}\n{start}meter-volt value={state.meter_v:.2f}\n"
        f"{start}volt-start value={state.boot_v:.2f}\n{start}volt-stop value={state.now_v:.2f}\n"
        f"{start}ms-net value={state.network_ms}\n{start}ms-rtc value={state.clock_ms}\n"
        f"{start}ms-mqtt value={state.mqtt_ms}\n{start}ms-awake value={state.awake_ms}\n"
        f"{start}ms-sleep value={state.sleep_ms}"
    )
