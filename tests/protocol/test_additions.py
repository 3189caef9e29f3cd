# SPDX-License-Identifier: Apache-2.0
"""Entry points of packages outside: found by name, refused where a name is taken or the package does not work."""

from collections import OrderedDict
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from xky.protocol import InputError
from xky.protocol import additions as module
from xky.protocol.additions import added, added_class, added_file, load_added


def points(monkeypatch: pytest.MonkeyPatch, *told: tuple[str, str]) -> None:
    """The entry points that are installed."""
    found = [EntryPoint(name, value, "xky.faults") for name, value in told]
    module._group.cache_clear()
    monkeypatch.setattr(module, "entry_points", lambda group: found if group == "xky.faults" else [])


@pytest.fixture(autouse=True)
def forgets() -> None:
    module._group.cache_clear()


def test_what_is_added_is_found_by_its_name_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    points(monkeypatch, ("b", "json"), ("a", "os"))
    assert [(name, point.value) for name, point in added("xky.faults", ["c"]).items()] == [("a", "os"), ("b", "json")]
    assert added("xky.boards", ()) == {}


def test_one_that_is_told_twice_alike_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    points(monkeypatch, ("a", "os"), ("a", "os"))
    assert [*added("xky.faults", ())] == ["a"]


def test_a_name_that_is_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    points(monkeypatch, ("a", "os"), ("a", "json"))
    where = "package without a name, entry point a of xky.faults"
    with pytest.raises(InputError) as told:
        added("xky.faults", ())
    assert str(told.value) == f"{where}: without a name adds one of this name, too; uninstall one of them"
    with pytest.raises(InputError) as told:
        added("xky.faults", ["a"])
    assert str(told.value) == (
        f"{where}: this name has one that comes with xky-hil; rename it, or uninstall the package"
    )


def test_what_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_added(EntryPoint("a", "collections:OrderedDict", "xky.faults")) is OrderedDict
    with pytest.raises(InputError, match=r"cannot be loaded \(ModuleNotFoundError: No module named 'nowhere_at_all'\)"):
        load_added(EntryPoint("a", "nowhere_at_all", "xky.faults"))


def test_a_class_of_another_kind_is_refused() -> None:
    right = EntryPoint("a", "collections:OrderedDict", "xky.faults")
    assert added_class(right, dict) is OrderedDict
    for value in ("collections:OrderedDict", "collections:namedtuple", "collections"):
        with pytest.raises(InputError, match=f"{value} is no class derived from builtins.list; mend or uninstall"):
            added_class(EntryPoint("a", value, "xky.faults"), list)


def test_a_file_is_looked_for_in_the_folder_of_a_package_or_beside_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strange_folder").mkdir()
    for name in ("strange_folder/__init__.py", "strange_folder/inside.toml", "strange_module.py", "beside.toml"):
        (tmp_path / name).touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    folder, alone = (EntryPoint("a", value, "xky.boards") for value in ("strange_folder", "strange_module"))
    assert added_file(folder, "inside.toml").is_file()
    assert added_file(alone, "beside.toml").is_file()
    with pytest.raises(InputError, match=r"strange_folder has no file beside\.toml; put it there, or uninstall"):
        added_file(folder, "beside.toml")
    for value in ("sys", "collections:OrderedDict"):  # built in, and no module
        with pytest.raises(InputError, match=f"{value} is no module in a folder; name one, or uninstall the package"):
            added_file(EntryPoint("a", value, "xky.boards"), "beside.toml")
