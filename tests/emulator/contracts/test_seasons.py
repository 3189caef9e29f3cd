# SPDX-License-Identifier: Apache-2.0
"""Hours and calendars that are others at another time of the year, and mobile peaks of any calendar."""

from datetime import date, time
from typing import Any

import pytest

from xky.emulator import Linky, Peak
from xky.emulator.contracts import YearSeason, hc, tempo, weekend
from xky.emulator.legal_time import SECOND_US, parse_at
from xky.emulator.meter_file.contract_table import ContractTable
from xky.protocol import Frame, decode
from xky.protocol.status import Status

WINTER = ((time(22, 30), time(6, 30)),)
SUMMER = ((time(2), time(7)), (time(13), time(16)))
SIX = {
    "name": "calendar",
    "ngtf": "ZEN FLEX",
    "ltarf": {1: "HC ETE", 2: "HP ETE", 3: "HC HIVER", 4: "HP HIVER", 5: "HC SOBRIETE", 6: "HP SOBRIETE"},
    "days": ["0000C001 06008002 2200C001", "0000C003 06008004 2200C003"],
    "seasons": [{"begins": "04-01", "week": [0] * 7}, {"begins": "11-01", "week": [1] * 7}],
    "peaks": {2: "0000C005 06008006 2200C005"},
}


def six(**more: Any) -> Any:
    return ContractTable.model_validate(SIX | more).contract()


def at(contract: Any, moment: str) -> dict[str, str]:
    return {group.label: group.value for group in Linky(contract=contract, at=moment).groups()}


def padded(text: str) -> str:
    return " ".join([*text.split(), *["NONUTILE"] * (11 - len(text.split()))])


@pytest.mark.parametrize(
    ("moment", "index", "day", "tomorrow", "distributor"),
    [
        ("2027-03-31T22:30", 1, 0, 1, 3),
        ("2027-03-31T23:59:59", 1, 0, 1, 3),
        ("2027-04-01T00:00", 2, 1, 1, 2),
        ("2027-04-01T02:00", 1, 1, 1, 1),
        ("2027-07-06T12:59:59", 2, 1, 1, 2),
        ("2027-07-06T13:00", 1, 1, 1, 1),
        ("2027-07-06T16:00", 2, 1, 1, 2),
        ("2027-10-31T23:00", 2, 1, 0, 2),
        ("2027-11-01T00:00", 1, 0, 0, 3),
        ("2027-01-01T12:00", 2, 0, 0, 4),
    ],
)
def test_off_peak_hours_by_season(moment: str, index: int, day: int, tomorrow: int, distributor: int) -> None:
    frame = at(hc.contract(WINTER, SUMMER), moment)
    assert (frame["NTARF"], frame["NJOURF"], frame["NJOURF+1"]) == (f"{index:02}", f"{day:02}", f"{tomorrow:02}")
    status = Status.parse(frame["STGE"])
    assert (status.distributor_index, status.dry_contact_open) == (distributor, index == 2)


def test_a_season_is_told_on_its_eve_or_not() -> None:
    summer, winter = padded("00008002 0200C001 07008002 1300C001 16008002"), padded("0000C001 06308002 2230C001")
    for told, eve, number in ((True, summer, "01"), (False, winter, "00")):
        contract = hc.contract(WINTER, SUMMER, tells_season=told)
        frame = at(contract, "2027-03-31T18:00")
        assert (frame["PJOURF+1"], frame["NJOURF+1"]) == (eve, number)
        frame = at(contract, "2027-04-01T00:00")
        assert (frame["PJOURF+1"], frame["NJOURF+1"], frame["NJOURF"]) == (summer, "01", "01")


def test_a_weekend_keeps_its_index_in_every_season() -> None:
    contract = weekend.contract(WINTER, SUMMER)
    shown = [at(contract, moment)["NTARF"] for moment in ("2027-07-06T13:00", "2027-07-10T13:00", "2027-01-09T13:00")]
    assert shown == ["01", "03", "03"]


@pytest.mark.parametrize(
    ("moment", "index"),
    [
        ("2027-01-05T06:00", 6),  # red
        ("2027-01-05T22:30", 5),
        ("2027-07-06T13:00", 3),  # white
        ("2027-07-06T16:00", 4),
        ("2027-07-07T05:00", 3),
        ("2027-07-07T06:00", 1),  # blue from 06:00 on, whatever the hours
        ("2027-07-07T07:00", 2),
    ],
)
def test_tempo_with_hours_of_its_own_by_season(moment: str, index: int) -> None:
    colours = {date(2027, 1, 5): "red", date(2027, 7, 6): "white"}
    frame = at(tempo.contract(0, colours, others_blue=True, off_peak=((time(22, 30), time(6)),), summer=SUMMER), moment)
    assert frame["NTARF"] == f"{index:02}"


def test_the_profile_of_a_white_day_is_that_of_its_season() -> None:
    contract = tempo.contract(0, {date(2027, 7, 6): "white"}, others_blue=True, summer=SUMMER)
    assert at(contract, "2027-07-05T18:00")["PPOINTE"] == padded("00004004 02004003 07004004 13004003 16004004")


def test_a_calendar_of_six_registers_with_seasons_and_a_red_day() -> None:
    contract = six(peak_dates={"2027-01-05": 2})
    seen = [
        (frame["NTARF"], frame["LTARF"].strip(), status.peak_notice, status.peak_running)
        for moment in ("2026-10-31T12:00", "2026-11-01T12:00", "2027-01-04T20:00", "2027-01-05T06:00",
                       "2027-01-05T23:00", "2027-01-06T06:00")
        for frame in [at(contract, moment)] for status in [Status.parse(frame["STGE"])]
    ]  # fmt: skip
    assert seen == [
        ("02", "HP ETE", 0, 0),
        ("04", "HP HIVER", 0, 0),
        ("04", "HP HIVER", 2, 0),
        ("06", "HP SOBRIETE", 0, 2),
        ("05", "HC SOBRIETE", 0, 2),
        ("04", "HP HIVER", 0, 0),
    ]
    assert at(contract, "2027-01-04T18:00")["PPOINTE"] == padded("0000C005 06008006 2200C005")


def test_a_peak_that_a_scenario_tells_runs_the_profile_of_the_calendar() -> None:
    meter = Linky(contract=six(), at="2027-01-05T12:00")
    start_us = meter.now_us + 3600 * SECOND_US
    meter.peaks = {2: Peak(start_us, start_us + 3600 * SECOND_US, meter.now_us)}
    frame = {group.label: group.value for group in meter.groups()}
    assert frame["PPOINTE"] == padded("0000C005 06008006 2200C005")
    meter.wait(3600)
    frame = {group.label: group.value for group in meter.groups()}
    assert (frame["NTARF"], Status.parse(frame["STGE"]).peak_running) == ("06", 2)


def test_hours_of_the_peaks_of_a_calendar() -> None:
    contract = six(peak_dates={"2027-01-05": 2}, peak_hours="18:00-20:00")
    shown = [at(contract, f"2027-01-05T{wall}")["NTARF"] for wall in ("17:59", "18:00", "19:59", "20:00")]
    assert shown == ["04", "06", "06", "04"]


def test_the_contact_of_tempo_means_nothing_to_another_calendar_with_peaks() -> None:
    contract = six(days=["0000C001 06004002", "0000C001 06004002"])
    assert at(contract, "2027-01-05T12:00")["RELAIS"] == "001"  # kept closed


@pytest.mark.parametrize("moment", ["2027-01-05T12:00", "2027-01-04T08:00"])
def test_a_notice_of_a_calendar_that_is_not_called_tempo_comes_out_of_its_frame(moment: str) -> None:
    meter = Linky(contract=six(), at=moment)
    start_us, end_us = parse_at("2027-01-06T06:00"), parse_at("2027-01-07T06:00")
    meter.peaks = {2: Peak(start_us, end_us, meter.now_us)}
    (frame,) = decode(meter.frame_bytes())
    assert isinstance(frame, Frame)
    again = Linky.from_frame(frame)
    assert again.frame_bytes() == meter.frame_bytes()
    again.wait((start_us - meter.now_us) / SECOND_US)
    shown = {group.label: group.value for group in again.groups()}
    assert (shown["NTARF"], Status.parse(shown["STGE"]).peak_running) == ("06", 2)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"seasons": [{"begins": "02-29", "week": [0] * 7}]}, "seasons: begins = '02-29': write month and day"),
        ({"seasons": [{"begins": "04-01", "week": [0] * 6}]}, "week has 7 numbers of day profiles"),
        ({"seasons": [{"begins": "04-01", "week": [0] * 7}] * 2}, "seasons must begin on different days, in order"),
        ({"peaks": {1: "0600C001"}}, "peaks: of peak 1: a profile must begin at 00:00"),
        ({"peaks": {1: "2500C001"}}, "peaks: of peak 1, "),
        ({"peaks": {4: "0000C001"}}, "less than or equal to 3"),
        ({"peak_dates": {"2027-01-05": 1}}, "peak_dates: 2027-01-05 is peak 1, and peaks has no profile for it"),
        ({"peaks": {}, "peak_dates": {"2027-01-05": 1}}, "nothing says what runs"),
        ({"peak_hours": "18"}, "peak_hours '18': write a span such as"),
        ({"seasons": [], "tells_season": False}, "tells_season: the calendar has no seasons"),
        ({"name": "hc", "tells_season": False}, "ngtf: hc has no such setting"),
    ],
)
def test_what_a_calendar_cannot_have_is_told(more: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        six(**more)


def test_seasons_that_nobody_has_are_refused() -> None:
    with pytest.raises(ValueError, match="tells_season: there is no other season; write summer_off_peak too"):
        ContractTable.model_validate({"name": "hc", "tells_season": False})
    with pytest.raises(ValueError, match="summer_off_peak: empty"):
        ContractTable.model_validate({"name": "hc", "summer_off_peak": []})
    assert ContractTable.model_validate(
        {"name": "hc", "summer_off_peak": ["13:00-16:00"], "tells_season": False}
    ).contract().seasons == (YearSeason((4, 1), (1,) * 7), YearSeason((11, 1), (0,) * 7))
