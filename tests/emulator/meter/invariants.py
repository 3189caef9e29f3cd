# SPDX-License-Identifier: Apache-2.0
"""What is true of every Linky at every moment, and what may happen between two moments.

Everything is read from the groups and judged with arithmetic of its own (zoneinfo, the blocks of the day
profiles, the recursion of 54E §7 second by second): none of it asks the meter how it came to a value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from xky.emulator import Draw, Linky
from xky.emulator.load import Load, Signals
from xky.protocol import LABELS, Frame, Group, Mode, Season, Timestamp, decode, encode_frame, frame_labels
from xky.protocol.calendar import DayProfile
from xky.protocol.status import Colour, Relays, Status

__all__ = ["Said", "Watch", "captured_length", "check_frame", "check_invariants", "check_views_agree", "frame_of",
           "index_of", "legal", "said", "second_by_second", "stamps", "view"]  # fmt: skip

S_US = 10**6
DAY_US = 86_400 * S_US
ROLLOVER = 10**9
FILTER_B = 0.008  # 54E §7
PARIS = ZoneInfo("Europe/Paris")
PILOT = {"SINST1": "SINSTS", "SMAXN": "SMAXSN", "SMAXN-1": "SMAXSN-1"}

Said = dict[str, str]


# Reading


def frame_of(meter: Linky) -> Frame:
    """Its frame, by way of the bytes."""
    (frame,) = decode(meter.frame_bytes(), meter.mode)
    assert isinstance(frame, Frame)
    return frame


def said(meter: Linky) -> Said:
    """Label to value of its frame as of now."""
    return {group.label: group.value for group in meter.groups()}


def stamps(meter: Linky) -> Said:
    """Label to horodate of its frame as of now."""
    return {group.label: group.timestamp for group in meter.groups() if group.timestamp is not None}


def view(meter: Linky, mode: Mode) -> Linky:
    """Another meter in that mode that is as this one is; this one does not notice."""
    other = Linky()
    other.restore(meter.snapshot())
    other.mode = mode
    return other


def captured_length(meter: Linky) -> int:
    """Characters of a frame without labels that bring their own text: no captured meter knows those."""
    known = [group for group in meter.groups() if LABELS[meter.mode][group.label].text is None]
    return len(encode_frame(known, meter.mode))


def legal(at_us: int) -> datetime:
    """Legal time of an instant."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(PARIS)


def total(values: Said, label: str, count: int) -> int:
    """Sum of a row of indexes, as nine digits show it."""
    return sum(int(values[f"{label}{n:02}"]) for n in range(1, count + 1)) % ROLLOVER


def _instant_us(stamp: Timestamp) -> int:
    return (stamp.utc() - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def index_of(profiles: Sequence[DayProfile], local: datetime) -> int:
    """The index that runs, by the blocks of yesterday's and today's profile: 0 and 11 to 15 change nothing."""
    index = 1
    for profile, is_today in zip(profiles, (False, True), strict=True):
        for block in profile.blocks:
            if (not is_today or block.start <= local.time()) and 1 <= block.supplier_index <= 10:
                index = block.supplier_index
    return index


# At one moment


def check_frame(meter: Linky) -> None:
    """The frame of this moment, in the mode it is in: order, sizes, horodates, and all that its groups say twice."""
    groups = meter.groups()
    _check_layout(meter, groups)
    values = {PILOT.get(group.label, group.label): group.value for group in groups}
    if meter.mode is Mode.HISTORIC:
        _check_historic(meter, values)
    else:
        _check_standard(meter, values)
        _check_horodates(meter, groups)


def _check_layout(meter: Linky, groups: list[Group]) -> None:
    producer = meter.producer and meter.mode is Mode.STANDARD
    rows = {row.name: row for row in frame_labels(meter.mode, meter.phases, producer=producer)}
    names = [PILOT.get(group.label, group.label) for group in groups]
    order = list(rows)
    places = [order.index(name) for name in names]
    assert places == sorted(set(places))
    for group, name in zip(groups, names, strict=True):
        row = LABELS[meter.mode][name]
        assert len(group.value) == row.size, group
        assert row.stamped == (group.timestamp is not None)
        assert group.value.isascii()
        assert group.value.isprintable()
    left_out = {label for label, told in meter.told.items() if told is None}
    left_out |= set() if not meter.quirks.no_hhphc else {"HHPHC"}
    assert {row.name for row in rows.values() if row.condition is None} - left_out <= set(names)


def _check_historic(meter: Linky, values: Said) -> None:
    setting = int(values["ISOUSC"])
    assert setting == min(meter.pref_kva * 1000 // 200 // meter.phases, 99)  # two digits
    assert "ADIR1" not in values  # of short frames
    injects = meter.power.net_mw < 0
    if meter.phases == 1 and not meter.quirks.current_lag_s:
        assert ("ADPS" in values) == (int(values["IINST"]) > meter.setting_a and not injects)
    if "ADPS" in values:
        assert values["ADPS"] == values["IINST"]
    if not meter.quirks.papp_not_rounded:
        assert int(values["PAPP"]) % 10 == 0
    assert values["MOTDETAT"] == "000000"
    assert ("DEMAIN" in values) == values["OPTARIF"].startswith("BBR")
    assert ("PEJP" not in values) or values["OPTARIF"] == "EJP."


def _check_standard(meter: Linky, values: Said) -> None:
    status = Status.parse(values["STGE"])
    word = int(values["STGE"], 16)
    assert int(values["EAST"]) == total(values, "EASF", 10) == total(values, "EASD", 4)
    # the cross-checks of tic.md 6.1
    assert word & 1 == (int(values["RELAIS"]) & 1 == 0)
    assert int(values["NTARF"]) == (word >> 10 & 0xF) + 1
    assert word >> 17 & 1 == 1
    assert (word >> 8 & 1 == 1) == ("EAIT" in values) == meter.producer
    assert (word >> 16 & 1 == 1) == meter.clock_degraded
    assert status.breaker is meter.cut_off.reason
    if meter.producer:
        assert status.injecting == (int(values["SINSTI"]) > 0)
        assert int(values["SINSTI"]) == 0 or int(values["SINSTS"]) == 0
    assert ("PPOINTE" in values) <= any(f"DPM{n}" in values for n in (1, 2, 3))
    assert all((f"DPM{n}" in values) == (f"FPM{n}" in values) for n in (1, 2, 3))
    _check_electricity(meter, values)
    _check_calendar(meter, values, status)


def _check_electricity(meter: Linky, values: Said) -> None:
    """U·I = S by phase, each figure rounded to a unit."""
    lagging = bool(meter.quirks.current_lag_s)
    for n in range(1, meter.phases + 1):
        drawn = int(values[f"SINSTS{n}" if meter.phases > 1 else "SINSTS"])
        injected = int(values.get("SINSTI", 0)) if meter.phases == 1 else 0
        volts, amps = int(values[f"URMS{n}"]), int(values[f"IRMS{n}"])
        if (drawn or injected) and not lagging:
            assert abs(volts * amps - (drawn + injected)) <= 0.5 * volts + 0.5 * amps + 0.75, (n, values)
        if n in meter.absent_phases:
            assert drawn == volts == 0
            assert lagging or amps == 0
        if meter.cut_off.is_open:
            assert drawn == injected == 0
            assert lagging or amps == 0


def _check_calendar(meter: Linky, values: Said, status: Status) -> None:
    """The running index, its name and the contacts follow from the day profiles, or from that of a running peak."""
    contract, local = meter.contract, legal(meter.now_us)
    today = local.date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    assert int(values["NJOURF"]) == contract.day_number(today)
    assert int(values["NJOURF+1"]) == contract.day_number(tomorrow)
    assert DayProfile.parse(values["PJOURF+1"]) == contract.day_profile(tomorrow)
    profiles = [contract.day_profile(yesterday), contract.day_profile(today)]
    if status.peak_running and contract.peaks is not None and status.peak_running in contract.peaks.profiles:
        profiles = [contract.peak_profile(status.peak_running, day) for day in (yesterday, today)]
    index = int(values["NTARF"])
    assert index == index_of(profiles, local)
    assert values.get("LTARF", "") == contract.ltarf.get(index, "")
    virtual = [block for block in profiles[1].blocks if block.start <= local.time()][-1].virtual_contacts
    closed = {n + 1 for n in virtual} - meter.relays.keys() | {n for n, is_closed in meter.relays.items() if is_closed}
    assert Relays.parse(values["RELAIS"]).closed - {1} == closed - {1}
    assert 1 <= status.distributor_index <= contract.distributor.indexes
    if values.get("NGTF", "").strip() != "TEMPO" and contract.peaks is None:
        assert status.colour_today is status.colour_tomorrow is Colour.NONE


def _check_horodates(meter: Linky, groups: list[Group]) -> None:
    """Every horodate is of this clock, degraded or not, in the season of its instant, and of the past."""
    shown = next(group.timestamp for group in groups if group.label == "DATE")
    local = legal(meter.now_us)
    assert shown is not None
    assert shown[1:] == local.strftime("%y%m%d%H%M%S")
    for group in groups:
        if group.timestamp is None:
            continue
        stamp = Timestamp.parse(group.timestamp)
        if group.label[:3] in {"DPM", "FPM"}:
            assert stamp.season is Season.BLANK
            continue
        assert stamp.degraded is meter.clock_degraded
        if meter.quirks.season_letter:
            assert stamp.season.value == meter.quirks.season_letter
        else:
            summer = stamp.season is Season.SUMMER
            assert legal(_instant_us(stamp)).replace(tzinfo=None) == stamp.local, group
            assert legal(_instant_us(stamp)).utcoffset() == timedelta(hours=2 if summer else 1), group


def check_views_agree(meter: Linky) -> None:
    """Historic and standard frames are two views of one meter."""
    old, new = said(view(meter, Mode.HISTORIC)), said(view(meter, Mode.STANDARD))
    new = {PILOT.get(label, label): value for label, value in new.items()}
    assert old["ADCO"] == new["ADSC"]
    assert int(old["ISOUSC"]) == min(int(new["PREF"]) * 1000 // 200 // meter.phases, 99)
    for label, index in meter.contract.index_labels.items():
        assert old[label] == new[f"EASF{index:02}" if index else "EAST"]
    for n in range(1, meter.phases + 1):
        assert old[f"IINST{n}" if meter.phases > 1 else "IINST"] == new[f"IRMS{n}"]
    assert abs(int(old["PAPP"]) - int(new["SINSTS"])) <= 5
    if meter.phases > 1 and meter.quirks.smaxsn_1_days == 1:
        assert abs(int(old["PMAX"]) - int(new["SMAXSN-1"])) <= (5 if meter.quirks.smaxsn_rounded else 0)
    status = Status.parse(new["STGE"])
    if meter.contract.historic is None:
        assert (old["OPTARIF"], old["PTEC"]) == ("BASE", "TH..")
    else:
        assert old["PTEC"] == meter.contract.historic.ptec[int(new["NTARF"])]
    if old["OPTARIF"] == "EJP.":
        assert ("PEJP" in old) == bool(status.peak_notice or status.peak_running)
    if "DEMAIN" in old:
        assert old["DEMAIN"] == {0: "----", 1: "BLEU", 2: "BLAN", 3: "ROUG"}[status.colour_tomorrow]


def check_fresh(meter: Linky) -> None:
    """What was composed group by group since the last change is what a meter composes that starts from here."""
    kept = meter.msg2
    again = view(meter, meter.mode)
    assert meter.groups() == again.groups()
    meter.__dict__["msg2"] = kept  # looking is not sending


def check_invariants(meter: Linky) -> None:
    """All of the above."""
    check_fresh(meter)
    for mode in Mode:
        check_frame(view(meter, mode))
    check_views_agree(meter)


# Between two moments


@dataclass
class _Look:
    values: Said
    stamps: Said
    day: date
    contract: object


class Watch:
    """Looks at one meter again and again; between two looks nothing may happen that no meter does."""

    def __init__(self, meter: Linky) -> None:
        self._meter = meter
        self._before: _Look | None = None

    def look(self) -> Said:
        """Check this moment, and the way from the last one."""
        meter = self._meter
        check_invariants(meter)
        new = view(meter, Mode.STANDARD)
        groups = {PILOT.get(group.label, group.label): group for group in new.groups()}
        values = {label: group.value for label, group in groups.items()}
        times = {label: group.timestamp for label, group in groups.items() if group.timestamp is not None}
        now = _Look(values, times, legal(meter.now_us).date(), meter.contract)
        if self._before is not None:
            self._compare(self._before, now)
        self._before = now
        return values

    def _compare(self, before: _Look, now: _Look) -> None:
        for label in now.values.keys() & before.values.keys():
            if LABELS[Mode.STANDARD][label].unit in {"Wh", "VArh"}:
                moved = (int(now.values[label]) - int(before.values[label])) % ROLLOVER
                assert moved < ROLLOVER // 2, f"{label} went back"
            if label.startswith(("SMAXSN", "SMAXIN")) and not label.endswith("-1") and now.day == before.day:
                assert int(now.values[label]) >= int(before.values[label]), label
                if now.values[label] == before.values[label]:
                    assert self._meter.quirks.smaxsn_rounded or now.stamps[label] == before.stamps[label], label
            if label.endswith("-1") and now.day == before.day and label.startswith("SMAX"):
                assert (now.values[label], now.stamps[label]) == (before.values[label], before.stamps[label])


# The second-by-second reference


@dataclass(frozen=True)
class Second:
    """What a meter that works once a second knows after a second: filters, maxima, breaker."""

    at_us: int
    squares: tuple[float, ...]  # Y, by phase
    total_square: float
    maximum: tuple[int, int]  # SMAXSN in VA and its instant
    is_open: bool


def second_by_second(
    load: Load, at_us: int, seconds: int, *, limit_va: float, settled: bool = True
) -> Iterator[Second]:
    """Y(n) = B·X(n)² + (1-B)·Y(n-1) of 54E §7, from a whole second on; the breaker opens at Y ≥ (1.3·PCOUP)².

    Args:
        limit_va: 1.3 times the cut-off power of a phase.
        settled: the filters start at the power of the first instant, else at rest.
    """
    draw, until_us = load.draw(at_us, Signals())
    at_first = _drawn(draw)
    squares = [va**2 if settled else 0.0 for va in at_first[1:]]
    total_square = at_first[0] ** 2 if settled else 0.0
    maximum = (round(total_square**0.5), at_us)
    is_open = False
    for number in range(1, seconds + 1):
        end_us = at_us + number * S_US
        while until_us is not None and until_us < end_us:
            draw, until_us = load.draw(until_us, Signals())
        drawn = _drawn(draw) if not is_open else [0.0] * (len(squares) + 1)
        total_square = FILTER_B * drawn[0] ** 2 + (1 - FILTER_B) * total_square
        squares = [FILTER_B * va**2 + (1 - FILTER_B) * y for va, y in zip(drawn[1:], squares, strict=True)]
        if round(total_square**0.5) > maximum[0]:
            maximum = (round(total_square**0.5), end_us)
        is_open = is_open or any(square >= limit_va**2 * (1 - 1e-12) for square in squares)
        shown = maximum
        if legal(end_us).time() == datetime.min.time():
            shown = maximum = (round(total_square**0.5), end_us)
        yield Second(end_us, tuple(squares), total_square, shown, is_open)


def _drawn(draw: Draw) -> list[float]:
    """Drawn apparent power in VA: of all phases together, then by phase."""
    phases = [
        (round((active**2 + reactive**2) ** 0.5) if reactive else abs(active)) * (1 if active >= 0 else -1) / 1000
        for active, reactive in zip(draw.active_mw, draw.reactive_mvar, strict=True)
    ]
    together = abs(sum(phases)) if sum(draw.active_mw) >= 0 else 0.0
    return [together, *(max(va, 0.0) for va in phases)]
