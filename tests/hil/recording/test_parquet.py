# SPDX-License-Identifier: Apache-2.0
"""``xky decode --parquet``: a row a frame, a column a label, and the hour that a horodate means."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from xky.hil.cli import app
from xky.hil.recording import parquet
from xky.protocol import LABELS, Frame, Group, InputError, Mode, Timestamp, decode, encode_frame
from xky.protocol.capture import CaptureWriter, Header, Run
from xky.protocol.labels import Kind

pytest.importorskip("pyarrow", reason="the extra parquet is not installed")

CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"
C_S = Mode.STANDARD.character_s


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["decode", *map(str, arguments)])


def parquet_of(source: Path, folder: Path, *options: str, status: int = 0) -> list[dict[str, Any]]:
    out = folder / "out.parquet"
    result = run(source, "--parquet", out, *options)
    assert result.exit_code == status, result.output
    assert not [path for path in folder.iterdir() if path.name.endswith(".partial")]
    rows: list[dict[str, Any]] = import_module("pyarrow.parquet").read_table(out).to_pylist()
    return rows


def rows_of(frames: bytes, folder: Path, *, status: int = 0) -> list[dict[str, Any]]:
    (folder / "line").write_bytes(frames)
    return parquet_of(folder / "line", folder, status=status)


def standard(*groups: Group) -> bytes:
    return encode_frame([Group("VTIC", "02"), *groups], Mode.STANDARD)


def test_offsets_are_those_of_a_file_saved_as_text(tmp_path: Path) -> None:
    raw = (CAPTURES / "std_3p_base_hallard.txt").read_bytes()
    path = tmp_path / "line.txt"
    path.write_bytes(text := raw.replace(b"\r\n", b"\n"))
    rows = parquet_of(path, tmp_path, status=0)
    assert len(rows) == raw.count(b"\x02")
    assert [row["offset"] for row in rows] == [place for place, code in enumerate(text) if code == 2]


@pytest.mark.parametrize(
    "name", ["std_3p_tempo_pm_lains.txt", "hist_1p_tempo_esciara.txt", "std_1p_producer_hc_raw_fmartinou.txt"]
)
def test_each_row_says_what_its_frame_says(name: str, tmp_path: Path) -> None:
    frames = [event for event in decode((CAPTURES / name).read_bytes()) if isinstance(event, Frame)]
    mode = frames[-1].mode
    rows = parquet_of(CAPTURES / name, tmp_path, status=run(CAPTURES / name).exit_code)
    assert [row["frame"] for row in rows] == [*range(1, len(frames) + 1)]
    for row, frame in zip(rows, frames, strict=True):
        assert (row["offset"], row["complete"]) == (frame.offset, frame.complete)
        assert row["damaged"] == len(frame.groups) - len(frame.good)
        assert row["received"] is None
        said = {group.label: group for group in frame.good}
        for label in LABELS[mode].values():
            group = said.get(label.name)
            if label.kind is not Kind.EMPTY:
                value = None if group is None else int(group.value) if label.kind is Kind.NUMBER else group.value
                assert row[label.name] == value
            if label.stamped:
                stamp = None if group is None else group.timestamp
                assert row[f"{label.name}_season"] == (stamp and stamp[0])
                instant = row["DATE" if label.kind is Kind.EMPTY else f"{label.name}_time"]
                if stamp is None:
                    assert instant is None
                elif stamp[0] != " ":
                    assert instant == Timestamp.parse(stamp).utc()


def test_types_are_those_of_the_table(tmp_path: Path) -> None:
    rows_of(standard(), tmp_path)
    schema = import_module("pyarrow.parquet").read_schema(tmp_path / "out.parquet")
    types = {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
    assert types["EAST"] == types["SMAXSN"] == types["frame"] == "int64"
    assert types["ADSC"] == types["STGE"] == types["SMAXSN_season"] == "string"
    assert types["SMAXSN_time"] == types["DATE"] == "timestamp[ms, tz=Europe/Paris]"
    assert types["received"] == "timestamp[us, tz=UTC]"


@pytest.mark.parametrize(
    ("stamp", "utc", "shown"),
    [
        ("H260115120000", datetime(2026, 1, 15, 11, tzinfo=UTC), 12),
        ("E260715120000", datetime(2026, 7, 15, 10, tzinfo=UTC), 12),
        ("E261025023000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2),  # the hour that comes twice
        ("H261025023000", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 2),
        ("e260715120000", datetime(2026, 7, 15, 10, tzinfo=UTC), 12),  # a degraded clock
        ("E260115120000", datetime(2026, 1, 15, 10, tzinfo=UTC), 11),  # a season that does not fit counts as said
    ],
)
def test_a_horodate_means_the_hour_of_its_season(stamp: str, utc: datetime, shown: int, tmp_path: Path) -> None:
    (row,) = rows_of(standard(Group("DATE", "", stamp)), tmp_path)
    assert row["DATE"].astimezone(UTC) == utc
    assert row["DATE"].hour == shown  # legal time
    assert row["DATE_season"] == stamp[0]


def test_a_blank_season_means_the_legal_time_of_the_day(tmp_path: Path) -> None:
    frames = standard(Group("DPM1", "00", " 260115060000"), Group("FPM1", "00", " 260715060000"))
    (row,) = rows_of(frames, tmp_path)
    assert row["DPM1_time"] == datetime(2026, 1, 15, 5, tzinfo=UTC)
    assert row["FPM1_time"] == datetime(2026, 7, 15, 4, tzinfo=UTC)
    assert (row["DPM1"], row["DPM1_season"]) == (0, " ")


@pytest.mark.parametrize("stamp", ["E260230120000", "H261301000000", "H260115240000", "H260100000000", "H260115006000"])
def test_an_hour_that_does_not_exist_is_null_and_its_letter_is_kept(stamp: str, tmp_path: Path) -> None:
    (row,) = rows_of(standard(Group("SMAXSN", "00042", stamp)), tmp_path)
    assert (row["SMAXSN"], row["SMAXSN_time"], row["SMAXSN_season"]) == (42, None, stamp[0])


def test_a_damaged_group_is_null_where_it_was_and_the_status_is_that_of_decode(tmp_path: Path) -> None:
    frame = standard(Group("PREF", "06"), Group("PCOUP", "09"))
    rows = rows_of(frame + frame.replace(b"PREF\t06", b"PREF\t07") + frame, tmp_path, status=1)
    assert [(row["PREF"], row["PCOUP"], row["damaged"]) for row in rows] == [(6, 9, 0), (None, 9, 1), (6, 9, 0)]


def test_received_is_when_the_first_character_of_a_frame_came(tmp_path: Path) -> None:
    frame = standard(Group("PREF", "06"))
    with (tmp_path / "line.xkyc").open("wb") as file:
        writer = CaptureWriter(file, Header("2026-03-29T00:59:59.500000Z", "serial", 9600))
        writer.add(Run(1.0, frame))
        writer.add(Run(2.0, frame[:5]))
        writer.add(Run(3.0, frame[5:] + frame))
        writer.close("the time was over", 3.0)
    rows = parquet_of(tmp_path / "line.xkyc", tmp_path)
    started = datetime(2026, 3, 29, 0, 59, 59, 500_000, tzinfo=UTC)
    expected_s = [1.0 - (len(frame) - 1) * C_S, 2.0 - 4 * C_S, 3.0 - (len(frame) - 1) * C_S]
    for row, at_s in zip(rows, expected_s, strict=True):
        assert abs(row["received"] - started - timedelta(seconds=at_s)) < timedelta(microseconds=2)


def test_portions_become_row_groups_and_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "line.xkyc"
    CliRunner().invoke(app, ["capture", str(CAPTURES / "std_1p_base_lains.txt"), "--out", str(source)])
    content = source.read_bytes()
    whole = parquet_of(source, tmp_path)
    monkeypatch.setattr(parquet, "_PORTION", 2000)
    assert source.read_bytes() == content
    assert parquet_of(source, tmp_path) == whole
    assert import_module("pyarrow.parquet").ParquetFile(tmp_path / "out.parquet").num_row_groups > 3


def test_times_of_portions_are_kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = standard(Group("PREF", "06"))
    with (tmp_path / "line.xkyc").open("wb") as file:
        writer = CaptureWriter(file, Header("2026-01-01T00:00:00Z", "serial", 9600))
        for second in range(1, 40):
            writer.add(Run(float(second), frame[-7:] + frame[:-7]))
        writer.close("the time was over", 39.0)
    monkeypatch.setattr(parquet, "_PORTION", 100)
    rows = parquet_of(tmp_path / "line.xkyc", tmp_path)
    began = [row["received"] for row in rows if row["complete"]]
    assert {after - before for before, after in pairwise(began)} == {timedelta(seconds=1)}


def test_labels_without_a_column_are_named(tmp_path: Path) -> None:
    (tmp_path / "line").write_bytes(standard(Group("NEW", "1")) * 3)
    result = run(tmp_path / "line", "--parquet", tmp_path / "out")
    assert result.stderr == "xky: labels of no table have no column: NEW (3)\n"
    assert result.stdout == f"3 frames, 6 good groups, 0 refused: {tmp_path / 'out'}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["/dev/ttyNONE0", "--parquet", "out"], "is a port; give a capture file (xky capture /dev/ttyNONE0 --out FILE"),
        (["line", "--parquet", "out", "--json"], "--json and --parquet: only one form of output at a time"),
        (["line", "--parquet", "no/out"], "--parquet no/out: there is no folder no"),
        (["line", "--parquet", "."], "--parquet .: is a folder"),
        (["nothing", "--parquet", "out"], "nothing: no TIC in it"),
        (["nowhere", "--parquet", "out"], "nowhere: no such file"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line").write_bytes(standard())
    (tmp_path / "nothing").write_bytes(b"nothing at all")
    error = run(*arguments).exception
    assert isinstance(error, InputError)
    assert told in str(error)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["line", "nothing"]


def test_a_missing_pyarrow_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs pyarrow; install it with: pip install 'xky-hil\[parquet\]'"):
        parquet.check_parquet(tmp_path / "out")


def test_a_recorded_carrier_becomes_columns_too(tmp_path: Path) -> None:
    pytest.importorskip("numpy", reason="the extra carrier is not installed")
    wave = tmp_path / "line.wav"
    assert CliRunner().invoke(app, ["carrier", "--out", str(wave)]).exit_code == 0
    (row,) = parquet_of(wave, tmp_path)
    assert (row["complete"], row["damaged"], row["VTIC"]) == (True, 0, "02")
