# SPDX-License-Identifier: Apache-2.0
"""Replay of a measured trace: it is the table, or it is refused with the line to mend."""

import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.legal_time import PARIS, SECOND_US, instant_us
from xky.emulator.load import Draw, Load, Signals, read_trace
from xky.protocol import InputError

OPEN = Signals()
START = datetime(2026, 1, 15, 12, tzinfo=PARIS)
START_US = instant_us(START)

# Steps in microseconds, with active and reactive power in mW and mVAr.
TABLES = st.lists(
    st.tuples(st.integers(1, 3600 * SECOND_US), st.integers(-(10**7), 10**7), st.integers(-(10**6), 10**6)),
    min_size=1,
    max_size=30,
)


def csv(folder: Path, *lines: str, name: str = "trace.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def milli(value: int) -> str:
    """A thousandth of it, exactly."""
    return f"{'-' if value < 0 else ''}{abs(value) // 1000}.{abs(value) % 1000:03}"


def energy(load: Load, start_us: int, end_us: int) -> int:
    """Milliwatts times microseconds between two instants, as a meter sums it up."""
    total = 0
    while start_us < end_us:
        power, until_us = load.draw(start_us, OPEN)
        until_us = end_us if until_us is None else min(until_us, end_us)
        assert until_us > start_us
        total += sum(power.active_mw) * (until_us - start_us)
        start_us = until_us
    return total


@given(TABLES, st.sampled_from(["dates", "seconds"]), st.sampled_from([",", ";", "\t"]))
def test_the_energy_of_a_trace_is_that_of_the_table(rows: list[tuple[int, int, int]], kind: str, comma: str) -> None:
    instants, now_us = [], START_US
    for step_us, _, _ in rows:
        instants.append(now_us)
        now_us += step_us

    def said(at_us: int) -> str:
        if kind == "seconds":
            return f"{at_us // SECOND_US}.{at_us % SECOND_US:06}"
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).isoformat()

    lines = [comma.join((said(at), milli(mw), milli(mvar))) for at, (_, mw, mvar) in zip(instants, rows, strict=True)]
    with TemporaryDirectory() as folder:
        path = csv(Path(folder), comma.join(("time", "power", "reactive")), *lines)
        load = read_trace(path, max_gap_s=3600)
    for at_us, (_, mw, mvar) in zip(instants, rows, strict=True):
        assert load.draw(at_us, OPEN)[0] == Draw((mw,), (mvar,))
    assert energy(load, START_US, now_us) == sum(step_us * mw for step_us, mw, _ in rows)


@pytest.mark.parametrize("header", ["power", "power_w", "active_w", " Power ", '"power"'])
def test_the_column_of_power_has_a_few_names(header: str, tmp_path: Path) -> None:
    load = read_trace(csv(tmp_path, f"time,remark,{header}", "2026-01-15T12:00,hello,1234.5"))
    assert load.draw(0, OPEN) == (Draw.of(1234.5), None)


def test_three_phases_have_a_column_each(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "time,power1,power2_w,active3_w,reactive1,reactive2_var,reactive3",
        "2026-01-15 12:00,1,-2,3.5,4,5,-6",
    )
    assert read_trace(path).draw(0, OPEN)[0] == Draw((1000, -2000, 3500), (4000, 5000, -6000))
    path = csv(tmp_path, "time,power1,power2,power3", "2026-01-15 12:00,1,2,3")
    assert read_trace(path).draw(0, OPEN)[0] == Draw.of(1, 2, 3)


def test_a_spreadsheet_of_a_french_computer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mesures.csv"
    path.write_bytes(b"\xef\xbb\xbftime;power\r\n2026-01-15 12:00:00;1234,5\r\n\r\n2026-01-15 12:00:10;0,25\r\n")
    load = read_trace(path)
    assert load.draw(START_US, OPEN) == (Draw.of(1234.5), START_US + 10 * SECOND_US)
    assert load.draw(START_US + 10 * SECOND_US, OPEN) == (Draw.of(0.25), None)


def test_a_trace_can_begin_at_another_time(tmp_path: Path) -> None:
    for first, second in (("0", "60"), ("2019-07-01T08:00Z", "2019-07-01T08:01Z"), ("-30", "30.0")):
        load = read_trace(csv(tmp_path, "time,power", f"{first},1", f"{second},2"), starts_us=START_US)
        assert load.draw(START_US, OPEN) == (Draw.of(1), START_US + 60 * SECOND_US)
        assert load.draw(START_US + 60 * SECOND_US, OPEN) == (Draw.of(2), None)


def test_a_repeated_trace_holds_its_last_sample_for_a_median_step(tmp_path: Path) -> None:
    path = csv(tmp_path, "time,power", "0,1", "10,2", "20,3", "70,4")
    load = read_trace(path, starts_us=START_US, repeat=True)
    assert load.draw(START_US + 79 * SECOND_US, OPEN) == (Draw.of(4), START_US + 80 * SECOND_US)
    assert load.draw(START_US + 80 * SECOND_US, OPEN) == (Draw.of(1), START_US + 90 * SECOND_US)
    one = read_trace(csv(tmp_path, "time,power", "0,1"), starts_us=START_US, repeat=True)
    assert one.draw(START_US + SECOND_US, OPEN) == (Draw.of(1), None)


def test_legal_time_without_an_offset_passes_both_clock_changes(tmp_path: Path) -> None:
    spring = csv(tmp_path, "time,power", "2026-03-29T01:30,1", "2026-03-29T03:00,2", "2026-03-29T03:30,3")
    autumn = csv(
        tmp_path,
        "time,power",
        *(f"2026-10-25T{wall},{k}" for k, wall in enumerate(["02:00", "02:30", "02:00", "02:30", "03:00"])),
        name="autumn.csv",
    )
    for path, samples in ((spring, 3), (autumn, 5)):
        load, instants = read_trace(path), []
        at_us = load.draw(0, OPEN)[1]
        while at_us is not None:
            instants.append(at_us)
            at_us = load.draw(at_us, OPEN)[1]
        assert len(instants) == samples - 1
        assert {after - before for before, after in pairwise(instants)} == {1800 * SECOND_US}


def test_a_regular_trace_of_long_steps_has_no_gap(tmp_path: Path) -> None:
    hours = [f"{3 * 3600 * k},{k}" for k in range(5)]
    assert read_trace(csv(tmp_path, "time,power", *hours), starts_us=0, max_gap_s=60)


def test_a_gap_can_be_allowed(tmp_path: Path) -> None:
    path = csv(tmp_path, "time,power", "0,1", "10,2", "20,2", "7220,3")
    with pytest.raises(InputError, match="7200 s after the row before is a gap; expected 3600 s at most"):
        read_trace(path, starts_us=0)
    assert read_trace(path, starts_us=0, max_gap_s=7200).draw(7220 * SECOND_US, OPEN)[0] == Draw.of(3)


T = "2026-01-15T12:00"
WRONG = {
    "no time": ("when,power\n1,2", "trace.csv: no column time in the header (when, power)"),
    "no power": ("time,kw\n1,2", "trace.csv: no column power or power_w or active_w in the header (time, kw)"),
    "many odd columns": ('"a\nb",' * 30 + "c", "trace.csv: no column time in the header (a b, a b,"),
    "no header": (f"{T},12", "trace.csv: no column time"),
    "one phase missing": ("time,power1,power3\n1,2,3", "trace.csv: no column power2"),
    "one reactive missing": ("time,power1,power2,power3,reactive1\n1,2,3,4,5", "trace.csv: no column reactive2"),
    "power twice": ("time,power,power_w\n1,2,3", "trace.csv: columns power and power_w say the same"),
    "sum and phases": ("time,power,power1,power2,power3\n1,2,3,4,5", "trace.csv: columns power and of single phases"),
    "not a number": (f"time,power\n{T},1\n\n{T}:10,much", "trace.csv:4: power 'much': not a number"),
    "no digits of Python": (f"time,power\n{T},1_000", "trace.csv:2: power '1_000': not a number"),
    "nan": (f"time,power\n{T},NaN", "trace.csv:2: power is 'NaN'; expected a number in watts: fill it in"),
    "infinite": (f"time,power\n{T},-inf", "trace.csv:2: power is '-inf'"),
    "empty cell": (f"time,power,reactive\n{T},1,", "trace.csv:2: reactive is empty; expected a number in VAr"),
    "another unit": (f"time,power\n{T},2200000", "trace.csv:2: power '2200000': more than 1000000; expected watts"),
    "cell missing": (f"time,power\n{T}", "trace.csv:2: 1 columns; expected 2 as in the header"),
    "decimal comma": (f"time,power\n{T},1,5", "trace.csv:2: 3 columns; expected 2 as in the header; a decimal comma"),
    "not a time": ("time,power\nnoon,1", "trace.csv:2: time 'noon': not a time; expected ISO 8601"),
    "empty time": ("time,power\n,1", "trace.csv:2: time '': not a time"),
    "dates and seconds": (f"time,power\n{T},1\n60,1", "trace.csv:3: time '60': not a time"),
    "seconds and dates": (f"time,power\n1768474800,1\n{T},1", f"trace.csv:3: time '{T}': not a number"),
    "back": (f"time,power\n{T},1\n2026-01-15T11:59,1", "trace.csv:3: time '2026-01-15T11:59': 60 s before"),
    "equal": (f"time,power\n{T},1\n{T},1", f"trace.csv:3: time '{T}': the same as in the row before"),
    "gap": (f"time,power\n{T},1\n{T}:10,1\n{T}:20,1\n2026-01-15T14:00,1", "trace.csv:5: time: 7180 s after"),
    "skipped hour": ("time,power\n2026-03-29T02:00,1", "trace.csv:2: time '2026-03-29T02:00': this hour"),
    "no day known": ("time,power\n0,1", "trace.csv:2: time '0': not of the years 2000 to 2099"),
    "another century": ("time,power\n1926-01-15,1", "trace.csv:2: time '1926-01-15': a meter's clock"),
    "header only": ("time,power\n", "trace.csv: no sample behind the header"),
    "empty": ("", "trace.csv: empty; expected a table with a header"),
    "blank": ("\n\n", "trace.csv: no column time in the header (none)"),
    "broken quotes": (f'time,power\n"{T},1\n', "trace.csv:2: not CSV: "),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_replayed_is_one_clear_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_trace(path)
    assert str(error.value).startswith(f"{tmp_path}/{message}")
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"time,power\n2026-01-15,\xe9", "not text in UTF-8"), (b"PAR1 and no more", "Parquet"), (None, "No such file")],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(data: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError) as error:
        read_trace(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_a_folder_is_no_trace(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_trace(tmp_path)


def test_a_missing_pyarrow_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "trace.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"pip install 'xky-hil\[parquet\]'"):
        read_trace(path)


# Parquet says the same as CSV


def parquet(folder: Path, **columns: Any) -> Path:
    arrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    from importlib import import_module

    path = folder / "trace.parquet"
    import_module("pyarrow.parquet").write_table(arrow.table(columns), path)
    return path


WALLS = [datetime(2026, 1, 15, 12), datetime(2026, 1, 15, 12, 0, 10)]


@pytest.mark.parametrize(
    "times",
    [
        WALLS,
        [wall.replace(tzinfo=PARIS) for wall in WALLS],
        [wall.isoformat() for wall in WALLS],
        [START_US // SECOND_US, START_US // SECOND_US + 10],
        [START_US / SECOND_US, START_US / SECOND_US + 10],
    ],
    ids=["legal time", "with an offset", "texts", "whole seconds", "seconds"],
)
def test_parquet_gives_the_same_load_as_csv(times: list[Any], tmp_path: Path) -> None:
    load = read_trace(parquet(tmp_path, time=times, power=[1234.5, -2.25], room=["a", None]))
    assert load.draw(START_US, OPEN) == (Draw.of(1234.5), START_US + 10 * SECOND_US)
    assert load.draw(START_US + 10 * SECOND_US, OPEN) == (Draw.of(-2.25), None)


def test_parquet_with_nanoseconds_is_read(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    nanoseconds = arrow.array([START_US * 1000 + 7, (START_US + SECOND_US) * 1000], arrow.timestamp("ns", "UTC"))
    load = read_trace(parquet(tmp_path, time=nanoseconds, power1=[1, 4], power2=[2, 5], power3=[3, 6]))
    assert load.draw(START_US, OPEN) == (Draw.of(1, 2, 3), START_US + SECOND_US)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"time": WALLS, "kw": [1, 2]}, ": no column power"),
        ({"time": WALLS, "power": [1.0, float("nan")]}, ": row 2: power is 'nan'"),
        ({"time": WALLS, "power": [1, None]}, ": row 2: power is empty"),
        ({"time": WALLS[::-1], "power": [1, 2]}, ": row 2: time '2026-01-15T12:00:00': 10 s before"),
        ({"time": [True, False], "power": [1, 2]}, ": row 1: time 'True': not a time"),
        ({"time": [], "power": []}, ": no sample"),
    ],
)
def test_parquet_that_cannot_be_replayed_is_one_clear_line(
    columns: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = parquet(tmp_path, **columns)
    with pytest.raises(InputError) as error:
        read_trace(path)
    assert str(error.value).startswith(f"{path}{message}")
    assert len(str(error.value).splitlines()) == 1


@given(cut=st.integers(4, 2000))
def test_a_damaged_parquet_file_is_one_clear_line(cut: int) -> None:
    with TemporaryDirectory() as folder:
        path = parquet(Path(folder), time=WALLS, power=[1, 2])
        data = path.read_bytes()
        path.write_bytes(data[: min(cut, len(data) - 1)])
        with pytest.raises(InputError) as error:
            read_trace(path)
    assert str(error.value).startswith(f"{path}: not Parquet that can be read: ")
    assert len(str(error.value).splitlines()) == 1
