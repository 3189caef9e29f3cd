# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from xky.hil.panel import layout, publishing
from xky.hil.panel.publishing import Publication, check_public, document_of, publish
from xky.hil.panel.publishing.exported_panel import exported_panel
from xky.protocol import InputError
from xky.protocol.pseudonym import Pseudonyms

from ....schema import require_schema
from ..fixture_panel import traits_of, write_panel

KEY, OTHER_KEY = b"0123456789abcdef", b"another key, as long"
SCHEMA = json.loads((Path(publishing.__file__).parent / "publication.schema.json").read_text())


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_panel(tmp_path_factory.mktemp("panel") / "p", homes=24, days=2)


@pytest.fixture(scope="module")
def published(panel: Path) -> tuple[Publication, Path]:
    out = panel.parent / "published"
    return publish(panel, Pseudonyms(KEY), out), out


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_panel(tmp_path_factory.mktemp("few") / "p", homes=5)


def everything(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def test_the_attempt_fails_on_the_public_set_and_succeeds_on_the_pseudonymised_one(
    published: tuple[Publication, Path],
) -> None:
    tried = published[0].tried
    assert tried.linked_records == 1.0
    assert tried.is_worth_something
    assert tried.named_homes <= tried.named_chance <= 1 / 5
    assert tried.told_apart <= 0.65
    assert tried.fails


def test_the_public_set_holds_groups_of_k_homes_and_their_mean_days(published: tuple[Publication, Path]) -> None:
    done, out = published
    groups = rows(out / "public" / "groups.csv")
    assert sum(int(row[-1]) for row in groups) == done.homes == 24
    assert min(int(row[-1]) for row in groups) == done.smallest >= 5
    curves = rows(out / "public" / "curves.csv")
    assert len(curves) == len(groups) * 1440 // done.minutes  # two weekdays
    assert {row[1] for row in curves} == {"weekday"}
    assert 200 < np.mean([int(row[4]) for row in curves]) < 3000
    assert check_public(out / "public", 5) == []


def test_no_address_no_prm_no_index_and_no_start_is_in_any_file_or_name(
    panel: Path, published: tuple[Publication, Path]
) -> None:
    personal = [str(traits_of(number)[key]) for number in range(1, 25) for key in ("address", "prm")]
    for path in published[1].rglob("*"):
        text = path.read_text() if path.is_file() else ""
        assert not [each for each in personal if each in text or each in path.name]
        if path.is_file() and path.parent.name == "public":
            assert "2026-01-15" not in text
            assert not re.search(r"[0-9]{7,}", re.sub(r"\b[0-9a-f]{64}\b", "", text))


def test_the_same_key_and_folder_give_the_same_bytes(panel: Path, published: tuple[Publication, Path]) -> None:
    again = panel.parent / "again"
    publish(panel, Pseudonyms(KEY), again)
    assert everything(again) == everything(published[1])


def test_another_key_gives_other_pseudonyms_and_another_order(panel: Path, published: tuple[Publication, Path]) -> None:
    other = panel.parent / "other"
    publish(panel, Pseudonyms(OTHER_KEY), other)
    mine, theirs = (rows(out / "trusted" / "homes.csv") for out in (published[1], other))
    assert not {row[0] for row in mine} & {row[0] for row in theirs}
    assert [row[1:] for row in mine] != [row[1:] for row in theirs]
    assert sorted(row[1:] for row in mine) == sorted(row[1:] for row in theirs)


def test_the_pseudonymised_half_hours_are_those_that_the_household_drew(published: tuple[Publication, Path]) -> None:
    curves = rows(published[1] / "trusted" / "curves.csv")
    assert len(curves) == 24 * 96
    assert curves[0][1] == "2026-01-15T00:30:00+01:00"
    assert all(float(row[2]) >= 0 for row in curves)


@pytest.mark.nightly
def test_what_publish_prints_is_as_its_schema_says(published: tuple[Publication, Path]) -> None:
    require_schema(document_of(published[0]), SCHEMA)


def test_each_set_has_a_dictionary_of_each_column_and_its_provenance(published: tuple[Publication, Path]) -> None:
    for product in ("public", "trusted"):
        folder = published[1] / product
        told = json.loads((folder / "dictionary.json").read_text())
        page = (folder / "dictionary.md").read_text()
        for table in told["files"]:
            head = (folder / table["file"]).read_text().splitlines()[0].split(",")
            assert [column["name"] for column in table["columns"]] == head
            assert all(f"`{name}`" in page for name in head)
        provenance = told["provenance"]
        assert provenance["seed"] == 1
        assert provenance["k"] == 5
        assert re.fullmatch("[0-9a-f]{64}", provenance["inputs_sha256"])
        assert provenance["inputs_sha256"] in page
        assert all(step in page for step in provenance["steps"])


def changed(folder: Path, copy: Path, file: str, was: str, now: str) -> Path:
    copy.mkdir()
    for path in folder.iterdir():
        text = path.read_text()
        copy.joinpath(path.name).write_text(re.sub(was, now, text, count=1) if path.name == file else text)
    return copy


@pytest.mark.parametrize(
    ("file", "was", "now", "complaint"),
    [
        ("groups.csv", r"[0-9]+\n\Z", "4\n", "4 homes; at least 5"),
        ("groups.csv", r"\Z", "all,any,any,any,24\n", "may have homes in common"),
        ("curves.csv", r"([0-9])0,\n", r"\g<1>3,\n", "is not to 10 W"),
        ("curves.csv", r"0,\n", "0,10\n", "injected by group g1 may be that of one home"),
        ("curves.csv", r"0,\n", "0\n", "a row has not 6 values"),
        ("curves.csv", r",([0-9]+),[0-9]*,\n", r",half,\1,\n", "is no span of a mean day"),
        ("curves.csv", r"0,\n", "0.5,\n", "is not to 10 W"),
        ("groups.csv", r"[0-9]+\n\Z", "many\n", "many homes; at least 5"),
        ("groups.csv", r"\Z", '"', "is no CSV"),
        ("dictionary.json", r"(?s).*", "[]", "has no provenance"),
        ("dictionary.json", r"\Z", "x", "has no provenance"),
        ("curves.csv", r"(g1,weekday,00:00.*\n)", r"\1\1", "does not have each span"),
        ("curves.csv", r"begins", "at", "columns are"),
        ("dictionary.md", r"\Z", "021861000101", "an address, an index or an instant"),
        ("dictionary.json", r'"k": 5', '"k": 3', "k is 3"),
    ],
)
def test_the_check_finds_what_must_not_be_published(
    published: tuple[Publication, Path], tmp_path: Path, file: str, was: str, now: str, complaint: str
) -> None:
    folder = changed(published[1] / "public", tmp_path / "changed", file, was, now)
    assert [one for one in check_public(folder, 5) if complaint in one]


def test_the_check_finds_a_file_that_has_no_place_there(published: tuple[Publication, Path], tmp_path: Path) -> None:
    folder = changed(published[1] / "public", tmp_path / "more", "", "", "")
    (folder / "home-0001.csv").write_text("")
    assert check_public(folder, 5) == ["home-0001.csv: is no file of a public set"]
    (folder / "home-0001.csv").unlink()
    (folder / "groups.csv").write_bytes(b"\xff")
    assert check_public(folder, 5) == ["groups.csv: is no file of UTF-8 text"]
    (folder / "groups.csv").unlink()
    (folder / "groups.csv").mkdir()
    assert check_public(folder, 5) == ["groups.csv: is no file of UTF-8 text"]
    assert check_public(tmp_path / "nowhere", 5)[0] == "curves.csv: is missing"


def test_one_home_with_more_than_half_of_the_energy_is_not_published_as_a_mean(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "p", homes=5)
    for number in range(2, 6):  # four homes that draw nothing
        _flatten(panel / "homes" / f"{number:04}")
    with pytest.raises(InputError, match="one home draws more than half"):
        publish(panel, Pseudonyms(KEY), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_injection_of_few_producers_among_others_is_not_published(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "p", homes=12)  # one is a producer: the mean by twelve would be its curve
    assert publish(panel, Pseudonyms(KEY), tmp_path / "out").groups == 1
    assert {row[5] for row in rows(tmp_path / "out" / "public" / "curves.csv")} == {""}


def values_of(homes_w: Sequence[Sequence[float]], producer: str, k: int = 3) -> list[float]:
    from xky.hil.panel.publishing.cells import Cell
    from xky.hil.panel.publishing.mean_days import MeanDays
    from xky.hil.panel.publishing.values import public_values

    days = MeanDays(range(len(homes_w)), 30, np.zeros(1, int), np.zeros(1, int), np.array(homes_w, float))
    cell = Cell({"contract": "any", "producer": producer, "phases": "any"}, tuple(range(len(homes_w))))
    return [float(value) for value in public_values(days, [cell], k)[0]]


def test_a_value_of_which_one_home_has_more_than_half_is_withheld() -> None:
    assert np.isnan(values_of([[7000, 0], [200, 0], [300, 0], [100, 0]], "no")).tolist() == [True, False]
    assert values_of([[300, 0], [200, 0], [100, 0]], "no") == [200, 0]
    assert np.isnan(values_of([[300, 900], [200, 100], [100, 100]], "yes")).tolist() == [False, True]
    assert values_of([[300, 200], [200, 100], [100, 100]], "yes") == [200, 130]


def test_a_value_by_which_the_second_largest_learns_the_largest_is_withheld() -> None:
    assert np.isnan(values_of([[490, 0], [480, 0], [10, 0], [10, 0], [10, 0]], "no")).tolist() == [True, False]
    assert values_of([[490, 0], [480, 0], [20, 0], [20, 0], [10, 0]], "no") == [200, 0]


def test_injection_is_told_of_groups_of_producers_alone_of_which_k_inject() -> None:
    mixed = [[300, 200], [200, 100], [100, 100], [100, 0]]
    assert np.isnan(values_of(mixed, "any")).tolist() == [False, True]
    assert np.isnan(values_of(mixed, "no")).tolist() == [False, True]  # said to be none, and some inject
    assert np.isnan(values_of(mixed, "yes", 4)).tolist() == [False, True]
    assert values_of(mixed, "yes") == [180, 100]


def test_the_pseudonymised_set_is_for_its_owner_alone_to_read(published: tuple[Publication, Path]) -> None:
    assert (published[1] / "trusted").stat().st_mode & 0o777 == 0o700
    assert (published[1]).stat().st_mode & 0o777 == 0o755


def test_a_set_says_that_simulated_homes_can_be_made_again(published: tuple[Publication, Path]) -> None:
    for product in ("public", "trusted"):
        provenance = json.loads((published[1] / product / "dictionary.json").read_text())["provenance"]
        assert provenance["simulated"]
        assert provenance["note"].startswith("simulated: nobody lives in these homes; whoever has tool, panel file")


def _flatten(home: Path) -> None:
    import pyarrow as arrow

    for path in home.glob("days/*/readings.parquet"):
        table = parquet.read_table(path)
        steady = arrow.array([1000] * len(table), arrow.int64())
        parquet.write_table(table.set_column(table.schema.get_field_index("EAST"), "EAST", steady), path)


def test_one_wrong_reading_changes_no_half_hour(tmp_path: Path) -> None:
    import pyarrow as arrow

    sound = write_panel(tmp_path / "sound", homes=5)
    wrong = write_panel(tmp_path / "wrong", homes=5)
    path = wrong / "homes" / "0003" / "days" / "2026-01-15" / layout.READINGS
    table = parquet.read_table(path)
    values = table["EAST"].to_pylist()
    values[100] *= 10
    parquet.write_table(table.set_column(table.schema.get_field_index("EAST"), "EAST", arrow.array(values)), path)
    found = []
    for panel in (sound, wrong):
        publish(panel, Pseudonyms(KEY), panel.parent / f"{panel.name}-out", 5)
        found.append((panel.parent / f"{panel.name}-out" / "trusted" / "curves.csv").read_text().splitlines())
    differ = [(one, other) for one, other in zip(*found, strict=True) if one != other]
    assert len(differ) <= 2  # at most the place next to it, by a watt-hour
    assert all(abs(float(one.split(",")[2]) - float(other.split(",")[2])) < 200 for one, other in differ)


@pytest.mark.parametrize(("first", "points"), [(date(2026, 10, 25), 50), (date(2026, 3, 29), 46)])
def test_a_day_of_a_clock_change_has_its_own_number_of_half_hours(tmp_path: Path, first: date, points: int) -> None:
    panel = write_panel(tmp_path / "p", homes=6, first=first)
    done = publish(panel, Pseudonyms(KEY), tmp_path / "out")
    assert done.is_published
    assert len(rows(tmp_path / "out" / "trusted" / "curves.csv")) == 6 * points


def exported(panel: Path, folder: Path, more: Callable[[int], str]) -> Path:
    """The readings of a made panel as exports of a real one; ``more`` are lines of a home's table."""
    folder.mkdir()
    text = ['schema = "xky-exports/1"', 'name = "hill"']
    for home in sorted((panel / "homes").glob("*")):
        tables = [parquet.read_table(path).to_pylist() for path in sorted(home.glob("days/*/readings.parquet"))]
        head = [name for name in tables[0][0] if name in ("EAST", "EAIT")]
        lines = [",".join(["time", *head])]
        lines += [",".join(str(row[name]) for name in ("arrived_us", *head)) for table in tables for row in table]
        (folder / f"{home.name}.csv").write_text("\n".join(lines))
        text += ["[[home]]", f'id = "{home.name}"', f'readings = "{home.name}.csv"', more(int(home.name))]
    (folder / "panel.toml").write_text("\n".join(text))
    return folder


def as_told(number: int) -> str:
    told = traits_of(number)
    return f'contract = "{told["contract"]}"\nphases = {told["phases"]}'


def test_a_real_panel_s_exports_are_published_as_the_same_readings_of_a_run_are(
    panel: Path, published: tuple[Publication, Path], tmp_path: Path
) -> None:
    hill = exported(panel, tmp_path / "hill", as_told)
    done = publish(hill, Pseudonyms(KEY), tmp_path / "out")
    assert done.is_published
    for name in ("groups.csv", "curves.csv"):
        assert (tmp_path / "out" / "public" / name).read_text() == (published[1] / "public" / name).read_text()
    curves = [
        sorted(row[1:] for row in rows(out / "trusted" / "curves.csv")) for out in (tmp_path / "out", published[1])
    ]
    assert curves[0] == curves[1]
    told = json.loads((tmp_path / "out" / "public" / "dictionary.json").read_text())["provenance"]
    assert (told["panel"], told["simulated"], told["seed"]) == ("hill", False, None)
    assert (told["from_month"], told["until_month"]) == ("2026-01", "2026-01")
    assert done.tried.fails
    assert done.tried.is_worth_something


def begun_anew(home: Path) -> None:
    """Let each index of a home begin anew behind nine digits, in the middle of its days."""
    tables = {path: parquet.read_table(path) for path in sorted(home.glob("days/*/readings.parquet"))}
    for label in ("EAST", "EAIT"):
        said = [one for table in tables.values() if label in table.column_names for one in table[label].to_pylist()]
        for path, table in tables.items():
            if label in table.column_names:
                column = [(one - said[len(said) // 2 + 7]) % 10**9 for one in table[label].to_pylist()]
                tables[path] = table.set_column(table.column_names.index(label), label, [column])
    for path, table in tables.items():
        parquet.write_table(table, path)


@pytest.mark.nightly
@pytest.mark.parametrize("is_real", [False, True], ids=["a run", "exports"])
def test_indexes_that_begin_anew_behind_nine_digits_change_nothing_of_a_set(
    is_real: bool, panel: Path, published: tuple[Publication, Path], tmp_path: Path
) -> None:
    again = Path(shutil.copytree(panel, tmp_path / "panel"))
    for home in (again / "homes").iterdir():
        begun_anew(home)
    if is_real:
        again = exported(again, tmp_path / "hill", as_told)
    assert publish(again, Pseudonyms(KEY), tmp_path / "out").is_published
    for name in ("groups.csv", "curves.csv"):
        assert (tmp_path / "out" / "public" / name).read_text() == (published[1] / "public" / name).read_text()
    curves = [
        sorted(row[1:] for row in rows(out / "trusted" / "curves.csv")) for out in (tmp_path / "out", published[1])
    ]
    assert curves[0] == curves[1]


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        ("EAST,NGTF,IRMS1", "{wh},      BASE      ,003", ("BASE", 1, False, "standard")),
        ("EAST,NGTF,IRMS1,IRMS2,EAIT", "{wh},H PLEINE-CREUSE,003,001,{wh}", ("H PLEINE-CREUSE", 3, True, "standard")),
        ("HCHC,HCHP,OPTARIF,IINST", "{wh},7,HC..,002", ("HC", 1, False, "historic")),
    ],
)
def test_what_a_home_is_its_readings_tell(columns: str, row: str, expected: tuple[Any, ...], tmp_path: Path) -> None:
    lines = [f"{1_768_434_000 + 60 * at},{row.format(wh=5 + at)}" for at in range(100)]
    (tmp_path / "a.csv").write_text("\n".join([f"time,{columns}", *lines]))
    text = 'schema = "xky-exports/1"\n[[home]]\nid = "a"\nreadings = "a.csv"\n'
    (tmp_path / "panel.toml").write_text(text)
    (home,) = exported_panel(tmp_path).homes
    assert (home.contract, home.phases, home.producer, home.mode) == expected
    (tmp_path / "panel.toml").write_text(text + 'contract = "night"\nphases = 3\nproducer = true')
    (home,) = exported_panel(tmp_path).homes
    assert (home.contract, home.phases, home.producer) == ("night", 3, True)


@pytest.mark.parametrize(
    ("readings", "more", "told"),
    [
        ("time,EAST,IRMS1\n1768434000,5,3", "", "home a: its readings do not tell its contract (NGTF, OPTARIF); write"),
        ("time,EAST,NGTF\n1768434000,5,BASE", "", "home a: its readings do not tell its phases (IRMS1, IINST); write"),
        ("time,HCHC\n1768434000,5", 'contract = "x"\nphases = 1', "home a: its readings say no index of all"),
        ("time,EAST\n1768434000,5", 'contract = "other"\nphases = 1', "contract 'other' is a word of the public set"),
        ("nothing", 'contract = "x"\nphases = 1', "has no column of time"),
        ("time,EAST\n1768434000,5", 'contract = "x"\nphases = 1\nreadings = ["a.csv", "b.csv"]', "b.csv"),
    ],
)
def test_exports_of_which_a_home_cannot_be_told_or_read_are_refused_in_a_line(
    readings: str, more: str, told: str, tmp_path: Path
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "a.csv").write_text(readings)
    of_files = "" if "readings =" in more else 'readings = "a.csv"\n'
    (folder / "panel.toml").write_text(f'schema = "xky-exports/1"\n[[home]]\nid = "a"\n{of_files}{more}')
    assert told in refused(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def refused(panel: Path, out: Path, k: int = 5) -> str:
    with pytest.raises(InputError) as told:
        publish(panel, Pseudonyms(KEY), out, k)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_what_cannot_be_published_is_told_in_a_line_and_nothing_is_written(panel: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "24 homes, and a group has 25 at least" in refused(panel, out, 25)
    assert "a group of one" in refused(panel, out, 1)
    assert "no panel.json" in refused(tmp_path / "nowhere", out)
    assert "is not finished" in refused(write_panel(tmp_path / "half", homes=5, whole=False), out)
    assert not out.exists()
    assert "is in the folder of the panel itself" in refused(panel, panel / "out")
    out.mkdir()
    assert "is there already" in refused(panel, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half", "out"]


def test_a_home_without_readings_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "p", homes=11)
    path = panel / "homes" / "0004" / "days" / "2026-01-15" / layout.READINGS
    _keep(path, 60)
    done = publish(panel, Pseudonyms(KEY), tmp_path / "out")
    assert (done.homes, done.left_out) == (10, 1)


def _keep(path: Path, count: int) -> None:
    parquet.write_table(parquet.read_table(path).slice(0, count), path)


def test_a_long_seed_and_a_name_with_a_day_keep_nothing_from_being_published(panel: Path, tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(panel, tmp_path / "p")
    head = json.loads((copy / layout.PANEL).read_text())
    (copy / layout.PANEL).write_text(json.dumps(head | {"seed": 2878781150, "name": "panel-2026-01-15"}))
    assert publish(copy, Pseudonyms(KEY), tmp_path / "out").is_published
    assert "2026-01-15" not in (tmp_path / "out" / "public" / "dictionary.md").read_text()


@pytest.mark.parametrize(
    ("file", "said", "complaint"),
    [
        ("panel.json", {"homes": "24"}, "homes: "),
        ("panel.json", {"whole": "no"}, "whole: "),
        ("panel.json", {"seed": [1]}, "seed: "),
        ("panel.json", {"from": "January"}, "from: "),
        ("panel.json", {"from": 5}, "from: "),
        ("panel.json", {"until": None}, "until: "),
        ("homes/0003/home.json", {"phases": "x"}, "phases: "),
        ("homes/0003/home.json", {"phases": None}, "phases: "),
        ("homes/0003/home.json", {"producer": "no"}, "producer: "),
        ("homes/0003/home.json", {"contract": "any"}, "contract: "),
        ("homes/0003/home.json", {"contract": "a\nb"}, "contract: "),
        ("homes/0003/home.json", {"address": 5}, "address: "),
        ("homes/0003/home.json", {"address": "", "prm": None, "id": None}, "says no address"),
    ],
)
def test_a_wrong_type_in_a_file_of_the_panel_is_named_in_a_line(
    few: Path, tmp_path: Path, file: str, said: dict[str, object], complaint: str
) -> None:
    path = few / file
    before = path.read_bytes()
    path.write_text(json.dumps(json.loads(before) | said))
    try:
        told = refused(few, tmp_path / "out")
    finally:
        path.write_bytes(before)
    assert told.startswith(f"{path}: {complaint}")


def test_the_last_month_of_a_set_is_that_of_its_last_day(tmp_path: Path) -> None:
    from xky.hil.panel.publishing.finished_panel import finished_panel

    panel = finished_panel(write_panel(tmp_path / "p", homes=1, days=2, first=date(2026, 1, 30)))
    assert (panel.first_month, panel.last_month) == ("2026-01", "2026-01")


def test_a_name_of_a_panel_stays_on_its_line(few: Path, tmp_path: Path) -> None:
    path = few / layout.PANEL
    before = path.read_bytes()
    path.write_text(json.dumps(json.loads(before) | {"name": "a\n# b\x1b[31m|c"}))
    try:
        publish(few, Pseudonyms(KEY), tmp_path / "out")
    finally:
        path.write_bytes(before)
    page = (tmp_path / "out" / "public" / "dictionary.md").read_text()
    assert "| panel | a\\x0a# b\\x1b[31m\\|c |" in page.splitlines()


def test_the_attempt_succeeds_on_groups_that_are_too_small(panel: Path) -> None:
    from xky.hil.panel.publishing.attempt import Attacker
    from xky.hil.panel.publishing.cells import Cell
    from xky.hil.panel.publishing.half_hours import half_hours_of
    from xky.hil.panel.publishing.mean_days import HomeDays, mean_days, rounded

    homes = [HomeDays() for _ in range(24)]
    for number, home in enumerate(homes, 1):
        for day in half_hours_of(layout.home_folder(panel, number)):
            home.add(day)
    days = mean_days(homes)
    pairs = [Cell({}, (place, place + 1)) for place in range(0, 24, 2)]
    curves = rounded(np.array([days.mean_w[list(cell.members)].mean(axis=0) for cell in pairs]))
    tried = Attacker(homes, days.places).on(days, pairs, curves, 5)
    assert not tried.fails
    assert tried.named_homes > 1 / 5
    assert tried.told_apart > 0.65


def test_the_attempt_tells_who_took_part_by_one_value_alone_where_homes_differ_much() -> None:
    from xky.hil.panel.publishing.attempt import Attacker
    from xky.hil.panel.publishing.cells import Cell
    from xky.hil.panel.publishing.mean_days import HomeDays, mean_days, rounded

    drawn_w = [114.0, 113.0, 114.0, 944.0, 999.0, 112.0, 113.0, 112.0, 916.0, 114.0]
    homes = [HomeDays(known=[(0, np.array([0]), np.array([power]))]) for power in drawn_w]
    for home, power in zip(homes, drawn_w, strict=True):
        home.sums[:, 0, 0], home.counts[:, 0, 0] = (power, 0.0), 1
    days = mean_days(homes)
    everybody = Cell({"contract": "any", "producer": "no", "phases": "any"}, tuple(range(10)))
    tried = Attacker(homes, days.places).on(days, [everybody], rounded(days.mean_w.mean(axis=0))[None, :], 5)
    assert tried.told_apart > 0.65
    assert not tried.fails


@pytest.mark.parametrize("damage", ["gone", "cut", "text", "no times"])
def test_readings_that_cannot_be_read_are_named_in_a_line(tmp_path: Path, damage: str) -> None:
    import pyarrow as arrow

    panel = write_panel(tmp_path / "p", homes=5)
    path = panel / "homes" / "0003" / "days" / "2026-01-15" / layout.READINGS
    table = parquet.read_table(path)
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "text":
        texts = arrow.array(["x"] * len(table))
        parquet.write_table(table.set_column(table.schema.get_field_index("EAST"), "EAST", texts), path)
    else:
        parquet.write_table(table.drop_columns([layout.ARRIVED_US]), path)
    told = refused(panel, tmp_path / "out")
    assert told.startswith(f"{path}: cannot be read (")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["p"]


def group_of(members: Sequence[str]) -> list[tuple[dict[str, str], int]]:
    from xky.hil.panel.publishing.cells import Traits, cells_of

    homes = [Traits(dict(zip(("contract", "producer", "phases"), one.split(), strict=True)), 1.0) for one in members]
    return [(dict(cell.values), len(cell.members)) for cell in cells_of(homes, 5)]


def test_groups_that_are_too_small_are_put_together_and_never_stand_alone() -> None:
    found = group_of(["BASE no 1"] * 8 + ["HC no 1"] * 6 + ["TEMPO no 1"] * 2)
    assert [(values["contract"], size) for values, size in found] == [("BASE", 8), ("other", 8)]
    assert group_of(["BASE no 1"] * 6 + ["TEMPO yes 3"]) == [
        ({"contract": "any", "producer": "any", "phases": "any"}, 7)
    ]
    assert group_of(["BASE no 1"] * 4) == []


def test_homes_are_split_first_by_the_trait_that_gives_the_most_groups() -> None:
    homes = []
    for producer, phases, base in (("yes", 1, 1), ("yes", 3, 2), ("no", 1, 2), ("no", 3, 1)):
        homes += [f"BASE {producer} {phases}"] * base + [f"HC {producer} {phases}"] * (5 - base)
    assert group_of(homes) == [  # by tariff first there would be three
        ({"contract": "any", "producer": producer, "phases": phases}, 5)
        for producer in ("no", "yes") for phases in ("1", "3")
    ]  # fmt: skip


@pytest.mark.parametrize(("k", "is_told"), [(4, True), (5, False)])
def test_a_k_below_five_is_told_in_what_is_printed_and_in_where_the_set_comes_from(
    k: int, is_told: bool, few: Path, tmp_path: Path
) -> None:
    done = publish(few, Pseudonyms(KEY), tmp_path / "out", k)
    document = document_of(done)
    require_schema(document, SCHEMA)
    assert done.is_published
    assert (document["remarks"] != []) is is_told
    for name in ("dictionary.json", "dictionary.md"):
        text = (tmp_path / "out" / "public" / name).read_text()
        assert ("k 4 is below 5: groups of so few homes are taken to be disclosive" in text) is is_told
