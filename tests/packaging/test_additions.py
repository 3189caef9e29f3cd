# SPDX-License-Identifier: Apache-2.0
"""A package outside adds one of each kind by entry point; a name that is taken, or a package that does not work."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.emulator import Linky
from xky.emulator.faults import fault_class
from xky.emulator.outputs.port_choice import port_choice
from xky.hil.bench.devices import open_device
from xky.hil.bench.probes import open_probe
from xky.hil.instruments import make_names
from xky.protocol import InputError, additions

OUTSIDE = Path(__file__).parent / "outside"
PAGE = Path(__file__).parents[2] / "docs" / "additions.md"
SHOWN = re.compile(r"^```(?:python|toml)\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.xdist_group("additions")  # the package is installed once


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package outside is installed: a folder for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("site")
    source = shutil.copytree(OUTSIDE, tmp_path_factory.mktemp("source") / "outside")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation",
               "--target", str(folder), str(source)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return folder


def xky(folder: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command with a folder of packages beside those of the environment."""
    return subprocess.run(
        [sys.executable, "-c", "from xky.hil.start import main; main()", *arguments], cwd=cwd, text=True,
        capture_output=True, check=False, env=os.environ | {"PYTHONPATH": str(folder)},
    )  # fmt: skip


def package(folder: Path, *points: str, module: str = "") -> Path:
    """A package without code of note: its entry points as ``GROUP NAME = VALUE``."""
    told = folder / "strange-1.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1\n", encoding="utf-8")
    lines = [f"[{group}]\n{rest}\n" for group, _, rest in (point.partition(" ") for point in points)]
    (told / "entry_points.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "strange.py").write_text(module, encoding="utf-8")
    return folder


def test_the_page_shows_the_files_of_a_package_that_is_installed_here() -> None:
    shown = SHOWN.findall(PAGE.read_text(encoding="utf-8"))
    files = [path.read_text(encoding="utf-8") for path in OUTSIDE.rglob("*") if path.suffix in (".py", ".toml")]
    texts = [text.removeprefix("# SPDX-License-Identifier: Apache-2.0\n") for text in files]
    assert len(shown) >= 7
    assert [block for block in shown if not any(block in text for text in texts)] == []


@pytest.mark.nightly
def test_a_scenario_uses_its_contract_and_its_fault(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "played.toml").write_text(
        'at = "2026-01-15T12:00"\nend = "2026-01-15T12:00:10"\n[meter]\ncontract = "evergreen"\n'
        '[[event]]\nat = "12:00:05"\nfaults = [{ name = "mirrored_value", label = "PRM" }]\n',
        encoding="utf-8",
    )
    run = xky(installed, tmp_path, "emulate", "--scenario", "played.toml", "--out", "played.bin")
    assert run.returncode == 0, run.stderr
    frames = (tmp_path / "played.bin").read_bytes().split(b"\x03")
    assert b"\nNGTF\t   EVERGREEN    \t" in frames[0]
    right, mirrored = (re.findall(rb"\nPRM\t(\d+)\t", part) for part in (frames[0], frames[-2]))
    assert mirrored == [right[0][::-1]]


def test_emulate_brings_its_line_out_by_its_output(installed: Path, tmp_path: Path) -> None:
    run = xky(installed, tmp_path, "emulate", "--port", "hex:line.hex", "--frames", "2", "--speed", "100")
    assert (run.returncode, run.stdout) == (0, "hex:line.hex\n"), run.stderr
    heard = bytes.fromhex((tmp_path / "line.hex").read_text(encoding="ascii"))
    assert heard.startswith(b"\x02\nADSC\t")
    assert heard.count(b"\x03") == 2


def test_its_board_is_listed_and_shown(installed: Path, tmp_path: Path) -> None:
    boards = json.loads(xky(installed, tmp_path, "boards", "--json").stdout)
    assert "A clock that shows what the house draws" in [board["title"] for board in boards]
    shown = json.loads(xky(installed, tmp_path, "boards", "show", "desk-clock", "--json").stdout)
    assert [one["source"] for one in shown["values"] if one["key"] == "buffer_bytes"] == ["assumption"]


@pytest.mark.nightly
def test_its_device_is_certified_as_its_board_and_passes(installed: Path, tmp_path: Path) -> None:
    run = xky(installed, tmp_path, "certify", "clerk:", "--board", "desk-clock", "--json")
    report = json.loads(run.stdout)
    assert (run.returncode, report["verdict"]) == (0, "pass"), run.stderr
    assert (report["device"], report["board"], report["mode"]) == ("clerk:", "desk-clock", "both")
    assert report["decided"] == report["total"]


@pytest.mark.nightly
@pytest.mark.realtime
def test_its_probe_sees_what_a_program_writes_where_the_bench_does_not_look(installed: Path, tmp_path: Path) -> None:
    reader = Path(__file__).parents[2] / "docs/examples/reader.py"
    device = f"exec:sh -c '{sys.executable} {reader} {{port}} {{mode}} >>said.log'"
    asked = ("--mode", "standard", "--only", "TIC-CHK-1/wrong-checksum", "--speed", "10")
    run = xky(installed, tmp_path, "certify", device, "--probe", "log:said.log", *asked, "--json")
    report = json.loads(run.stdout)
    assert (run.returncode, report["verdict"], report["probes"]) == (0, "pass", ["log:said.log"]), run.stderr


def test_its_family_of_generators_is_listed(installed: Path, tmp_path: Path) -> None:
    run = xky(installed, tmp_path, "carrier", "--upload", "TCPIP::1.2.3.4::INSTR", "--family", "x")
    assert (run.returncode, run.stderr) == (
        2, "xky: family 'x': unknown; expected one of acme, keysight, rigol, siglent\n",
    )  # fmt: skip
    code = "from xky.hil.instruments import longest_record; print(longest_record('acme'))"
    told = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(installed)},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert told.stdout == "65536\n"


def test_its_make_of_a_supply_is_listed_in_its_role_alone(installed: Path) -> None:
    code = "from xky.hil.instruments import make_names; print(*map(make_names, ('supply', 'load')), sep=chr(10))"
    told = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(installed)},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert told.stdout == "('acme', 'rigol', 'siglent')\n('rigol', 'siglent')\n"


TAKEN = {
    "xky.faults noise": ("emulate", "--scenario", "faulty.toml", "--out", "x.bin"),
    "xky.contracts hc": ("emulate", "--contract", "unknown", "--out", "x.bin"),
    "xky.outputs tcp": ("emulate", "--port", "unknown:"),
    "xky.boards generic": ("boards",),
    "xky.devices sim": ("certify", "unknown:"),
    "xky.probes mqtt": ("certify", "sim:generic", "--probe", "unknown"),
    "xky.instruments supply.rigol": ("carrier", "--upload", "TCPIP::1.2.3.4::INSTR", "--family", "x"),
    "xky.instruments rigol": ("carrier", "--upload", "TCPIP::1.2.3.4::INSTR", "--family", "x"),
}


@pytest.mark.by_day(1)
@pytest.mark.parametrize("taken", TAKEN)
def test_a_name_that_is_taken_is_refused_in_one_line(tmp_path: Path, taken: str) -> None:
    group, name = taken.split()
    folder = package(tmp_path / "site", f"{taken} = strange")
    (tmp_path / "faulty.toml").write_text(
        'at = "2026-01-15T12:00"\nend = "2026-01-15T12:01"\n[[event]]\nat = "12:00:00"\nfaults = [{ name = "x" }]\n',
        encoding="utf-8",
    )
    run = xky(folder, tmp_path, *TAKEN[taken])
    assert run.returncode == 2, run.stderr
    (line,) = run.stderr.splitlines()
    assert f"package strange, entry point {name} of {group}: this name has one that comes with xky-hil" in line


@pytest.mark.parametrize(("group", "name", "asked"), [
    ("xky.faults", "noise", lambda: fault_class.__wrapped__("noise")),
    ("xky.contracts", "hc", lambda: Linky(contract="hc")),
    ("xky.outputs", "tcp", lambda: port_choice("tcp")),
    ("xky.boards", "generic", lambda: board_named("generic")),
    ("xky.devices", "sim", lambda: open_device("sim:generic")),
    ("xky.probes", "mqtt", lambda: open_probe("mqtt")),
    ("xky.instruments", "supply.rigol", lambda: make_names("supply")),
])  # fmt: skip
def test_a_name_that_is_taken_is_refused_where_ours_of_that_name_is_asked_for_too(
    monkeypatch: pytest.MonkeyPatch, group: str, name: str, asked: Callable[[], object]
) -> None:
    point = EntryPoint(name, "strange", group)
    monkeypatch.setattr(additions, "_group", lambda wanted: (point,) if wanted == group else ())
    with pytest.raises(InputError, match=f"entry point {name} of {group}: this name has one that comes with xky-hil"):
        asked()


WORKING = {
    "emulate --frames 1 --out x.bin": "",
    "boards": "xky: package strange, entry point odd of xky.boards: cannot be loaded (ImportError: no); mend or "
    "uninstall the package\n",
}
BROKEN = {
    "emulate --contract odd --out x.bin": "xky.contracts",
    "emulate --port odd:": "xky.outputs",
    "boards show odd": "xky.boards",
    "certify odd:": "xky.devices",
    "carrier --upload TCPIP::1.2.3.4::INSTR --family odd": "xky.instruments",
}


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A package that adds one of each kind and cannot be imported."""
    groups = ("faults", "contracts", "outputs", "boards", "devices", "instruments")
    points = (f"xky.{group} odd = strange:odd" if group != "boards" else "xky.boards odd = strange" for group in groups)
    return package(tmp_path / "site", *points, module="raise ImportError('no')\n")


def test_a_package_that_does_not_work_harms_nobody_who_does_not_use_it(strange: Path, tmp_path: Path) -> None:
    for command, told in WORKING.items():
        run = xky(strange, tmp_path, *command.split())
        assert (run.returncode, run.stderr) == (0, told)


@pytest.mark.by_day(1)
@pytest.mark.parametrize("command", BROKEN)
def test_who_uses_a_package_that_does_not_work_is_told_in_one_line(strange: Path, tmp_path: Path, command: str) -> None:
    run = xky(strange, tmp_path, *command.split())
    assert run.returncode == 2, run.stderr
    (line,) = run.stderr.splitlines()
    assert f"package strange, entry point odd of {BROKEN[command]}: cannot be loaded (ImportError: no)" in line
