# SPDX-License-Identifier: Apache-2.0
"""What is shipped: every folder of code, every data file, and nothing with a generic name."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("protocol", "emulator", "boards", "hil", "fixtures")
DATA = (".toml", ".json", ".ini", ".html", ".c", ".h", ".js", ".yaml")


def shipped() -> set[str]:
    """Every file of the five folders that a user needs, as a path in the wheel."""
    return {
        f"xky/{path.relative_to(ROOT)}"
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if (path.suffix in (".py", *DATA) or path.name == "py.typed") and "captures" not in path.parts
    }


def test_every_folder_of_code_is_a_package_of_the_distribution() -> None:
    packages = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {Path(name).parent.as_posix().replace("/", ".") for name in shipped() if name.endswith(".py")}
    assert packages == folders


@pytest.mark.nightly
def test_the_wheel_holds_code_and_data(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert shipped() <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"xky"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_source_file_names_its_licence(folder: str) -> None:
    missing = [
        path
        for path in (ROOT / folder).rglob("*.py")
        if not path.read_text(encoding="utf-8").startswith("# SPDX-License-Identifier: Apache-2.0\n")
    ]
    assert not missing


@pytest.mark.nightly
def test_the_suite_runs_as_a_package_from_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    command += ["--pyargs", "xky.hil.conformance", "--xky-device", "sim:winky-c6", "-k", "last_group"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed" in run.stdout
