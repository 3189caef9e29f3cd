# SPDX-License-Identifier: Apache-2.0
"""Every label of standard mode, in frame order (54E §6.2.2)."""

from .label import Kind, Label

__all__ = ["STANDARD"]

_CLAUSE = "54E §6.2.2"
_THREE = frozenset({3})


def _number(name: str, size: int, unit: str | None, content: str, *, clause: str = _CLAUSE, stamped: bool = False,
            three: bool = False, producer: bool = False, condition: str | None = None) -> Label:  # fmt: skip
    return Label(name, size, Kind.NUMBER, unit, content, clause, stamped=stamped,
                 phases=_THREE if three else frozenset({1, 3}), producer=producer, condition=condition)  # fmt: skip


def _by_phase(name: str, size: int, unit: str, content: str, *, clause: str, first: bool,
              suffix: str = "", stamped: bool = False) -> tuple[Label, ...]:  # fmt: skip
    """The labels of phases 1 to 3; ``first`` tells whether single-phase meters send that of phase 1."""
    return tuple(
        _number(f"{name}{n}{suffix}", size, unit, f"{content}, phase {n}", clause=clause, stamped=stamped,
                three=n > 1 or not first)
        for n in (1, 2, 3)
    )  # fmt: skip


_CURVE = "curve running and point ready (54E §6.2.3.12)"
_PEAK = "start and end of the peak known"

STANDARD: tuple[Label, ...] = (
    Label("ADSC", 12, Kind.CODE, None, "meter address ADS, its serial number", _CLAUSE),
    Label("VTIC", 2, Kind.CODE, None, "TIC version", _CLAUSE),
    Label("DATE", 0, Kind.EMPTY, None, "current date and time: a horodate, no data", "54E §6.2.3.3", stamped=True),
    Label("NGTF", 16, Kind.TEXT, None, "name of the supplier calendar", _CLAUSE, condition="programmed"),
    Label("LTARF", 16, Kind.TEXT, None, "name of the running supplier tariff", _CLAUSE, condition="programmed"),
    _number("EAST", 9, "Wh", "total active energy drawn"),
    *(_number(f"EASF{n:02}", 9, "Wh", f"active energy drawn, supplier index {n}") for n in range(1, 11)),
    *(_number(f"EASD{n:02}", 9, "Wh", f"active energy drawn, distributor index {n}") for n in range(1, 5)),
    _number("EAIT", 9, "Wh", "total active energy injected", producer=True),
    *(_number(f"ERQ{n}", 9, "VArh", f"reactive energy, quadrant {n}", producer=True) for n in range(1, 5)),
    *_by_phase("IRMS", 3, "A", "rms current over 1 s", clause="54E §6.2.3.7", first=True),
    *_by_phase("URMS", 3, "V", "rms voltage over 1 s", clause="54E §6.2.3.8", first=True),
    _number("PREF", 2, "kVA", "reference (subscribed) power"),
    _number("PCOUP", 2, "kVA", "cut-off power"),
    _number("SINSTS", 5, "VA", "apparent power drawn, now", clause="54E §6.2.3.9"),
    *_by_phase("SINSTS", 5, "VA", "apparent power drawn, now", clause="54E §6.2.3.9", first=False),
    _number("SMAXSN", 5, "VA", "highest filtered power drawn today", clause="54E §7", stamped=True),
    *_by_phase("SMAXSN", 5, "VA", "highest filtered power drawn today", clause="54E §7", first=False, stamped=True),
    _number("SMAXSN-1", 5, "VA", "highest filtered power drawn yesterday", clause="54E §7", stamped=True),
    *_by_phase("SMAXSN", 5, "VA", "highest filtered power drawn yesterday", clause="54E §7", first=False,
               suffix="-1", stamped=True),
    _number("SINSTI", 5, "VA", "apparent power injected, now", clause="54E §6.2.3.10", producer=True),
    _number("SMAXIN", 5, "VA", "highest filtered power injected today", clause="54E §7", stamped=True, producer=True),
    _number("SMAXIN-1", 5, "VA", "highest filtered power injected yesterday", clause="54E §7", stamped=True,
            producer=True),
    _number("CCASN", 5, "W", "mean active power drawn, last period", clause="54E §6.2.3.12", stamped=True,
            condition=_CURVE),
    _number("CCASN-1", 5, "W", "mean active power drawn, period before", clause="54E §6.2.3.12", stamped=True,
            condition=_CURVE),
    _number("CCAIN", 5, "W", "mean active power injected, last period", clause="54E §6.2.3.12", stamped=True,
            producer=True, condition=_CURVE),
    _number("CCAIN-1", 5, "W", "mean active power injected, period before", clause="54E §6.2.3.12", stamped=True,
            producer=True, condition=_CURVE),
    *_by_phase("UMOY", 3, "V", "mean voltage over 10 min", clause="54E §6.2.3.13", first=True, stamped=True),
    Label("STGE", 8, Kind.HEX, None, "status register", "54E §6.2.3.14"),
    # uncertain: 54E does not say what the two characters of DPMn and FPMn are; every capture has 00. It matters to
    # whoever reads a line that has others than digits there: such groups are refused.
    *(
        Label(f"{edge}{n}", 2, Kind.NUMBER, None, f"{name} of mobile peak {n}; blank season", "54E §6.2.3.15",
              stamped=True, condition=_PEAK)
        for n in (1, 2, 3)
        for edge, name in (("DPM", "start"), ("FPM", "end"))
    ),
    Label("MSG1", 32, Kind.TEXT, None, "short message", _CLAUSE),
    Label("MSG2", 16, Kind.TEXT, None, "ultra-short message", _CLAUSE, condition="in one single frame"),
    Label("PRM", 14, Kind.CODE, None, "delivery point number", _CLAUSE),
    _number("RELAIS", 3, None, "relay states, decimal sum of bits", clause="54E §6.2.3.19"),
    _number("NTARF", 2, None, "running supplier index", clause="54E §6.2.3.20"),
    _number("NJOURF", 2, None, "day profile today", clause="54E §6.2.3.21"),
    _number("NJOURF+1", 2, None, "day profile tomorrow", clause="54E §6.2.3.21"),
    Label("PJOURF+1", 98, Kind.CALENDAR, None, "profile of tomorrow", "54E §6.2.3.22"),
    Label("PPOINTE", 98, Kind.CALENDAR, None, "profile of the next peak day", "54E §6.2.3.22",
          condition="a mobile peak lies ahead"),
)  # fmt: skip
