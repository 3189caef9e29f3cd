# SPDX-License-Identifier: Apache-2.0
"""Pictures of runs: what they tell in words, that they are the same each time, and what is refused beforehand."""

import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from xky.emulator.legal_time import parse_at
from xky.emulator.scenario.timeline import Timeline, TimelineEntry, TimelineNote
from xky.hil.plot import check_plot, draw_run
from xky.protocol import InputError

from ...command import Ended, xky

START = "2027-01-05T05:50"
SECOND_US = 1_000_000


def moment(at: str | int = START, **changes: object) -> TimelineEntry:
    """A quiet one at a legal time."""
    at_us = parse_at(at) if isinstance(at, str) else at
    indexes_wh = (3_000_000,) * 6 + (0,) * 4
    plain = TimelineEntry(at_us, 800.0, 0.0, 6000.0, 3, "   HC  BLANC    ", "white", indexes_wh, False, True)
    return replace(plain, **changes)  # type: ignore[arg-type]


def gained(**by_index: int) -> tuple[int, ...]:
    """Indexes of ``moment`` with so many Wh more, as ``_3=500``."""
    return tuple(wh + by_index.get(f"_{number}", 0) for number, wh in enumerate(moment().indexes_wh, 1))


def red_morning() -> Timeline:
    """A white night that turns to a red day, and an event at that."""
    moments = [
        moment(),
        moment("2027-01-05T06:00", supplier_index=6, tariff="HP  ROUGE", colour="red", indexes_wh=gained(_3=133)),
        moment(
            "2027-01-05T06:10", supplier_index=6, tariff="HP  ROUGE", colour="red", indexes_wh=gained(_3=133, _6=250)
        ),
    ]
    return Timeline(moments, [TimelineNote(parse_at("2027-01-05T06:00"), "the red day begins")])


def drawn(timeline: Timeline, tmp_path: Path, title: str = "A run") -> list[str]:
    """The texts of its picture, in order."""
    path = tmp_path / "run.svg"
    draw_run(timeline, path, title)
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))
    return [text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("\xa0", " ") for text in texts]


# What it tells


def test_axes_have_names_and_units(tmp_path: Path) -> None:
    texts = drawn(red_morning(), tmp_path, "A morning of January")
    assert "A morning of January" in texts
    assert "apparent power (kVA)" in texts
    assert "energy since the start (kWh)" in texts
    assert "legal time (Europe/Paris), Tue 5 Jan 2027" in texts


def test_the_subscription_is_a_line_with_its_figure(tmp_path: Path) -> None:
    run = red_morning()
    run.moments[1] = replace(run.moments[1], limit_va=9000.0)
    texts = drawn(run, tmp_path)
    assert {"subscription (PREF)", "PREF 6 kVA", "PREF 9 kVA"} <= set(texts)


def test_tariff_and_colour_are_told_in_words(tmp_path: Path) -> None:
    texts = drawn(red_morning(), tmp_path)
    assert {"tariff", "3 HC BLANC", "6 HP ROUGE", "TEMPO", "white day", "red day"} <= set(texts)


@pytest.mark.nightly
def test_without_tempo_there_is_no_row_of_colours(tmp_path: Path) -> None:
    run = Timeline([moment(colour=""), moment("2027-01-05T06:10", colour="")])
    assert "TEMPO" not in drawn(run, tmp_path)


@pytest.mark.nightly
def test_the_legend_tells_what_each_index_gained(tmp_path: Path) -> None:
    texts = drawn(red_morning(), tmp_path)
    assert {"3 HC BLANC: +0.133 kWh", "6 HP ROUGE: +0.250 kWh"} <= set(texts)
    assert not any(text.startswith(("1 ", "5 ")) and "kWh" in text for text in texts)


def test_events_are_numbered_and_listed_with_their_time(tmp_path: Path) -> None:
    texts = drawn(red_morning(), tmp_path)
    assert "06:00:00  the red day begins" in texts
    assert texts[-4:] == ["1", "A run", "1", "06:00:00  the red day begins"]  # above the picture, and in the list


def test_events_too_close_for_numbers_of_their_own_share_one(tmp_path: Path) -> None:
    run = red_morning()
    run.remarks += [TimelineNote(parse_at("2027-01-05T06:05"), f"event {n}") for n in range(2, 12)]
    texts = drawn(run, tmp_path)
    assert "5–11" in texts
    assert all(f"06:05:00  event {n}" in texts for n in range(2, 12))


def test_a_long_remark_goes_on_in_the_next_line(tmp_path: Path) -> None:
    run = red_morning()
    run.remarks[0] = replace(run.remarks[0], text="a word and " * 20)
    assert max(map(len, drawn(run, tmp_path))) <= 80


@pytest.mark.nightly
def test_injection_outage_and_breaker_are_named_only_where_they_are(tmp_path: Path) -> None:
    names = {"injected (below 0)", "no supply (outage)", "breaker open"}
    assert not names & set(drawn(red_morning(), tmp_path))
    run = Timeline([
        moment(drawn_va=0.0, injected_va=900.0),
        moment("2027-01-05T05:55", drawn_va=0.0, powered=False),
        moment("2027-01-05T06:00", drawn_va=0.0, breaker_open=True),
        moment("2027-01-05T06:05"),
        moment("2027-01-05T06:10"),
    ])  # fmt: skip
    assert names <= set(drawn(run, tmp_path))


def test_signs_that_mean_something_elsewhere_are_only_text(tmp_path: Path) -> None:
    run = red_morning()
    run.remarks[0] = replace(run.remarks[0], text="5 $ & <b>\n\x07")
    texts = drawn(run, tmp_path, "$a_1$ < $b_2$")
    assert "$a_1$ < $b_2$" in texts
    assert any(text.startswith("06:00:00  5 $ & <b>") for text in texts)


# Indexes


def test_an_index_that_rolls_over_goes_on(tmp_path: Path) -> None:
    run = Timeline(
        [
            moment(indexes_wh=(0, 0, 999_999_990) + (0,) * 7),
            moment("2027-01-05T06:00", indexes_wh=(0, 0, 10) + (0,) * 7),
        ]
    )
    assert "3 HC BLANC: +0.020 kWh" in drawn(run, tmp_path)


def test_another_meter_and_a_register_that_was_set_are_no_consumption(tmp_path: Path) -> None:
    run = red_morning()
    last = run.moments[-1]
    minute_us = 60 * SECOND_US
    run.moments += [
        replace(last, at_us=last.at_us + minute_us, indexes_wh=(0,) * 10),
        replace(last, at_us=last.at_us + 2 * minute_us, indexes_wh=(0,) * 5 + (900_000_000,) + (0,) * 4),
        replace(last, at_us=last.at_us + 3 * minute_us, indexes_wh=(0,) * 5 + (900_000_050,) + (0,) * 4),
    ]
    assert "6 HP ROUGE: +0.300 kWh" in drawn(run, tmp_path)


# Time


def clock_texts(timeline: Timeline, tmp_path: Path) -> list[str]:
    """Times and zones of the axis."""
    return [text for text in drawn(timeline, tmp_path) if re.fullmatch(r"\d\d:\d\d(:\d\d)?|CES?T", text)]


def axis_texts(tmp_path: Path) -> list[str]:
    """The labels of the last picture's lowest time axis."""
    svg = (tmp_path / "run.svg").read_text(encoding="utf-8")
    lowest = svg.split('<g id="matplotlib.axis_5">')[1].split('<g id="matplotlib.axis_6">')[0]
    return re.findall(r"<text [^>]*>([^<]*)</text>", lowest)


def quiet(start: str, end: str) -> Timeline:
    """Nothing happens, noted every ten minutes."""
    first, last = parse_at(start), parse_at(end)
    return Timeline([moment(at) for at in range(first, last + 1, 600 * SECOND_US)] + [moment(last)])


def test_in_october_the_hour_from_two_is_there_twice(tmp_path: Path) -> None:
    run = quiet("2027-10-31T01:00", "2027-10-31T04:00")
    texts = clock_texts(run, tmp_path)
    in_summer, in_winter = ([at for at, zone in pairwise(texts) if zone == wanted] for wanted in ("CEST", "CET"))
    assert in_summer == ["01:00", "01:30", "02:00", "02:30"]
    assert in_winter == ["02:00", "02:30", "03:00", "03:30", "04:00"]
    assert "02:00:00 CET  legal time goes from 03:00 CEST back to 02:00 CET" in drawn(run, tmp_path)


def test_in_march_the_hour_from_two_is_missing(tmp_path: Path) -> None:
    run = quiet("2027-03-28T00:00", "2027-03-28T06:00")
    assert not any(text.startswith("02:") for text in clock_texts(run, tmp_path))
    assert "03:00:00 CEST  legal time goes from 02:00 CET on to 03:00 CEST" in drawn(run, tmp_path)


@pytest.mark.by_day(3)
@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2027-05-04T12:04", ["12:00:00", "12:00:30", "12:01:00"]),
        ("2027-05-04T12:15", ["12:00", "12:01", "12:02"]),
        ("2027-05-05T12:00", ["12:00", "Tue 4 May", "14:00", "16:00"]),
        ("2027-05-11T12:00", ["5 May", "6 May", "7 May"]),
        ("2027-05-06T12:00", ["12:00", "Tue 4 May", "18:00", "00:00", "Wed 5 May"]),
        ("2027-07-04T12:00", ["10 May", "17 May", "24 May"]),
        ("2028-05-04T12:00", ["Jun", "2027", "Jul", "2027"]),
    ],
)
def test_ticks_suit_the_length_of_the_run(tmp_path: Path, end: str, expected: list[str]) -> None:
    drawn(quiet("2027-05-04T12:00", end), tmp_path)
    assert axis_texts(tmp_path)[: len(expected)] == expected


def test_the_axis_is_cut_where_time_was_skipped(tmp_path: Path) -> None:
    skip = parse_at("2027-01-05T06:12")
    run = red_morning()
    run.moments += [moment("2027-03-09T12:00:01"), moment("2027-03-09T12:20")]
    run.remarks.append(TimelineNote(skip, "skip_to"))
    texts = drawn(run, tmp_path)
    assert "legal time (Europe/Paris), Tue 5 Jan 2027 to Tue 9 Mar 2027; cut where time was skipped" in texts
    assert {"12:00", "9 Mar", "05:50", "5 Jan"} <= set(texts)
    assert not any("skip_to" in text for text in texts)


def test_a_long_outage_is_no_cut(tmp_path: Path) -> None:
    run = Timeline([moment(powered=False), moment("2027-01-07T06:00"), moment("2027-01-07T06:10")])
    assert not any("cut where" in text for text in drawn(run, tmp_path))


@pytest.mark.parametrize("late_us", [0, SECOND_US // 2])  # half a second has no tick
def test_a_run_that_ended_at_once_is_drawn(tmp_path: Path, late_us: int) -> None:
    assert "apparent power (kVA)" in drawn(Timeline([moment(parse_at(START) + late_us)] * 2), tmp_path)


# Files


@pytest.mark.by_day(1)
@pytest.mark.parametrize("name", ["a.svg", "a.PNG"])
def test_the_same_run_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    draw_run(red_morning(), path, "A run")
    first = path.read_bytes()
    draw_run(red_morning(), path, "A run")
    assert path.read_bytes() == first
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_persons_own_settings_are_left_alone_and_change_nothing(tmp_path: Path) -> None:
    import matplotlib as mpl

    before = drawn(red_morning(), tmp_path)
    with mpl.rc_context({"font.size": 30.0, "svg.fonttype": "path"}):
        assert drawn(red_morning(), tmp_path) == before
        assert mpl.rcParams["font.size"] == 30.0


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--plot .*gone/a\.svg: cannot be written"):
        draw_run(red_morning(), tmp_path / "gone" / "a.svg", "A run")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("day.pdf", r"day\.pdf: unknown ending '\.pdf'; give a name that ends in \.svg or \.png"),
        ("day", r"day: unknown ending ''"),
        ("gone/day.svg", r"gone/day\.svg: there is no folder .*gone; make it, or give another name"),
        ("folder.svg", r"folder\.svg: is a folder; give the name of a file"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InputError, match=complaint) as caught:
        check_plot(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    with pytest.raises(InputError, match="cannot be written to; give another name"):
        check_plot(tmp_path / "day.svg")


def test_a_missing_matplotlib_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.hil.plot.file.find_spec", lambda name: None)
    with pytest.raises(InputError, match=re.escape("pip install 'xky-hil[plot]'")):
        check_plot(tmp_path / "day.svg")


def test_good_names_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("day.svg", "day.PNG", str(tmp_path / "day.png")):
        check_plot(Path(name))


def test_the_command_line_starts_without_matplotlib() -> None:
    code = "import sys, xky.hil.cli; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_emulate_draws_its_run(tmp_path: Path) -> None:
    run = xky("emulate", "--scenario", "overload", "--out", "x.bin", "--plot", "x.svg", cwd=tmp_path)
    assert run == Ended(0, "", "")
    svg = (tmp_path / "x.svg").read_text(encoding="utf-8")
    assert "the breaker opens" in svg
    assert "PREF 6 kVA" in svg
