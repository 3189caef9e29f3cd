# SPDX-License-Identifier: Apache-2.0
"""A bench file as a person writes it, and each complaint: file, line, key, how to mend it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xky.hil.bench_file import BenchFile, InstrumentTable, bench_file, options_over
from xky.hil.bench_file.plugged_in import FoundInstrument, bench_text, found_ports
from xky.hil.bench_file.quantity import QUANTITIES, limit_of
from xky.hil.bench_file.read import wrong_in
from xky.hil.campaign.bench_option import device_of
from xky.protocol import InputError

from ...command import xky

WHOLE = """
[line]
port = "serial:/dev/ttyUSB0"
[device]
spec = "serial:/dev/ttyUSB1@9600"
board = "winky-c6"
reset = "rts"
flash = "true {port}"
[[probe]]
spec = "mqtt:127.0.0.1:18830"
[[instrument]]
role = "supply"
resource = "TCPIP::127.0.0.1::1::SOCKET"
make = "rigol"
limits = { voltage = "5.5 V", current = "300 mA" }
[[instrument]]
role = "load"
resource = "TCPIP::127.0.0.1::2::SOCKET"
[safe]
order = ["load", "supply"]
"""


def read(folder: Path, text: str) -> BenchFile:
    file = folder / "bench.toml"
    file.write_text(text, encoding="utf-8")
    return bench_file(file)


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    file = read(tmp_path, WHOLE)
    assert file.by_role["supply"].limits_si == {"voltage_v": 5.5, "current_a": 0.3}
    assert list(file.safe_order) == ["load", "supply"]
    assert list(file.ports) == ["/dev/ttyUSB1", "/dev/ttyUSB0"]
    assert options_over({}, file) == {
        "device": "serial:/dev/ttyUSB1@9600", "board": "winky-c6", "line": "serial:/dev/ttyUSB0", "reset": "rts",
        "flash": "true {port}", "probes": ("mqtt:127.0.0.1:18830",), "parity": "strip",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "given", "takes"),
    [
        ('spec = "labgrid:winky"', "labgrid:winky-2", True),
        ('spec = "serial:/dev/ttyUSB1"', "serial:/dev/ttyUSB2", True),
        ('spec = "serial:/dev/ttyUSB1"', "labgrid:winky", False),
        ('spec = "serial:/dev/ttyUSB1"', "sim:winky-c6", False),
        ("", "labgrid:winky", True),
    ],
)
def test_a_board_that_is_given_takes_what_the_file_says_of_one_of_its_kind(
    tmp_path: Path, spec: str, given: str, takes: bool
) -> None:
    file = read(tmp_path, f'[line]\nport = "serial:/dev/ttyUSB0"\n[device]\n{spec}\nboard = "winky-c6"\n')
    options = options_over({"device": given}, file)
    assert (options["board"] == "winky-c6") is takes
    assert (options["line"] == "serial:/dev/ttyUSB0") is takes


def test_the_parity_that_an_adapter_makes_is_of_the_files_line_alone(tmp_path: Path) -> None:
    text = '[line]\nport = "serial:/dev/ttyUSB0"\nparity = "adapter"\n[device]\nspec = "serial:/dev/ttyUSB1"\n'
    file = read(tmp_path, text)
    assert options_over({"parity": "strip"}, file)["parity"] == "adapter"
    assert options_over({"device": "sim:winky-c6", "parity": "strip"}, file)["parity"] == "strip"
    with pytest.raises(InputError, match=r"bench.toml:3: line.parity: expected adapter, or leave it out"):
        read(tmp_path, text.replace("adapter", "keep"))


def test_the_file_of_the_page_is_a_right_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "bench.md").read_text(encoding="utf-8")
    text = page.split("```toml\n")[1].split("```")[0]
    assert read(tmp_path, text.replace("esptool", "true")).by_role["supply"].limits_si["voltage_v"] == 13.0


def test_a_run_without_a_bench_file_imports_none() -> None:
    code = "import sys, xky.hil.cli.certify; print([m for m in sys.modules if 'bench_file' in m or 'visa' in m])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("TCPIP::192.168.1.5::INSTR", "TCPIP0::192.168.1.5::inst0::INSTR"),
        ("TCPIP0::192.168.1.5::inst0::INSTR", "TCPIP0::192.168.1.5::inst0::INSTR"),
        ("ASRL/dev/ttyUSB3::INSTR", "/dev/ttyUSB3"),
        ("nonsense", "nonsense"),
    ],
)
def test_an_instrument_has_one_name_however_it_is_written(written: str, name: str) -> None:
    assert InstrumentTable(role="supply", resource=written).one_name == name


def test_what_stands_before_terminal_a_is_known_where_it_is_written(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE).source_ohm is None
    assert read(tmp_path, WHOLE.replace('make = "rigol"', 'behind = "0.274 kΩ"')).source_ohm == 274.0


def test_a_path_of_a_board_starts_from_the_files_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('id = "mine"\ntitle = "Mine"\n', encoding="utf-8")
    file = read(tmp_path, WHOLE.replace('"winky-c6"', '"mine.toml"'))
    assert file.device.board == str(tmp_path / "mine.toml")


def test_who_is_not_in_the_order_is_made_safe_behind_what_draws_before_what_feeds(tmp_path: Path) -> None:
    assert list(read(tmp_path, WHOLE.split("[safe]", maxsplit=1)[0]).safe_order) == ["load", "supply"]
    assert list(read(tmp_path, WHOLE.replace('["load", "supply"]', '["supply"]')).safe_order) == ["supply", "load"]


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ('voltage = "5.5 V"', 'voltage = "5.5"', 15, "voltage = '5.5': has no unit; write \"5.5 V\""),
        ('voltage = "5.5 V"', "voltage = 5.5", 15, "has no unit"),
        ('voltage = "5.5 V"', 'voltage = "5.5 A"', 15, "'A' is no unit of it; write one of V or mV"),
        ('voltage = "5.5 V"', 'voltage = "0 V"', 15, "is a limit of nothing"),
        ('voltage = "5.5 V"', 'voltage = "much"', 15, "expected a number and its unit"),
        ('voltage = "5.5 V"', 'tension = "5.5 V"', 15, "tension: no quantity with a limit; known: voltage"),
        ('role = "load"', 'role = "load"\nbehind = "274 ohm"', 18, "which a supply feeds; a load has none"),
        ('make = "rigol"', 'behind = "274"', 14, "'274': has no unit; write \"274 ohm\""),
        ('make = "rigol"', 'behind = "274 V"', 14, "'V' is no unit of it; write one of ohm"),
        ('role = "supply"', 'role = "suply"', 12, "role = 'suply': unknown; known: supply, capacitor"),
        ('role = "supply"', 'role = "suply"', 12, "Did you mean supply?"),
        ('role = "load"', 'role = "supply"', 17, "is played by TCPIP::127.0.0.1::1::SOCKET already"),
        ('make = "rigol"', 'make = "acme"', 14, "no such make of a supply; known: rigol, siglent"),
        ('["load", "supply"]', '["load", "scope"]', 20, "order names 'scope', which no [[instrument]] plays"),
        ('["load", "supply"]', '["load", "load"]', 20, "order names 'load' twice"),
        ('port = "serial:/dev/ttyUSB0"', 'port = "/dev/ttyUSB0"', 3, "expected serial:PATH"),
        ('port = "serial:/dev/ttyUSB0"', 'port = "serial:/dev/ttyUSB1"', 5, "is the port of the board's console"),
        ('board = "winky-c6"', 'board = "winky-c7"', 6, "Did you mean winky-c6?"),
        ('spec = "serial:/dev/ttyUSB1@9600"', 'spec = "serail:/dev/ttyUSB1"', 5, "Did you mean serial:?"),
        ('spec = "serial:/dev/ttyUSB1@9600"', 'spce = "serial:/dev/ttyUSB1"', 5, "no such key"),
        ('reset = "rts"', 'reset = "no-such-command"', 7, "not found"),
        ('flash = "true {port}"', 'flash = ""', 8, "is empty"),
        ('spec = "mqtt:127.0.0.1:18830"', 'spec = "mqqt"', 10, "no such probe"),
        ("[safe]", '[access_point]\noff = "true"\n[safe]', 19, "access_point.on: this key is missing; write it"),
        (
            "[safe]",
            '[access_point]\noff = "true"\non = "no-such-command"\n[safe]',
            21,
            "[access_point] on 'no-such-com",
        ),
        ('[line]\nport = "serial:/dev/ttyUSB0"', "\n", 5, 'a real board has a wire; write [line] port = "serial:PATH"'),
    ],
)
def test_a_complaint_names_file_line_key_and_mend_in_one_line(
    tmp_path: Path, before: str, after: str, line: int, told: str
) -> None:
    assert before in WHOLE
    with pytest.raises(InputError) as error:
        read(tmp_path, WHOLE.replace(before, after, 1))
    text = str(error.value)
    assert text.startswith(f"{tmp_path / 'bench.toml'}:{line}: "), text
    assert told in text
    assert "\n" not in text


@pytest.mark.parametrize(("name", "unit"), [(name, unit) for name, (_, units) in QUANTITIES.items() for unit in units])
def test_every_unit_is_read_with_a_blank_and_without(name: str, unit: str) -> None:
    key, units = QUANTITIES[name]
    for written in (f"2.5 {unit}", f"2.5{unit}", f" 25e-1 {unit} "):
        assert limit_of(name, written) == (key, pytest.approx(2.5 * units[unit]))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"board": "eky"}, {"board": "eky", "device": "serial:/dev/ttyUSB1@9600", "reset": "rts"}),
        ({"line": "serial:/dev/ttyUSB7"}, {"line": "serial:/dev/ttyUSB7"}),
        ({"probes": ["lines"]}, {"probes": ("lines",)}),
        ({"device": "serial:/dev/ttyUSB5"}, {"device": "serial:/dev/ttyUSB5", "reset": "rts", "board": "winky-c6"}),
        ({"device": "sim:eky"}, {"device": "sim:eky", "board": None, "reset": None, "line": "pty", "probes": ()}),
    ],
)
def test_the_command_line_wins_over_the_file(tmp_path: Path, given: dict[str, Any], told: dict[str, Any]) -> None:
    read(tmp_path, WHOLE)
    nothing = {"device": None, "board": None, "line": "pty", "probes": None, "reset": None, "flash": None}
    options = device_of(nothing | given, tmp_path / "bench.toml")
    assert {name: options[name] for name in told} == told


def test_a_file_without_a_device_needs_one_on_the_command_line(tmp_path: Path) -> None:
    read(tmp_path, '[device]\nboard = "winky-c6"\n')
    with pytest.raises(InputError, match=r"no DEVICE: .*bench.toml has no \[device\] spec"):
        device_of({"device": None}, tmp_path / "bench.toml")


@pytest.mark.parametrize("ports", [[], [("/dev/ttyUSB0", "FT232R")], [("/dev/ttyUSB0", "a\nb"), ("/dev/ttyUSB1", "b")]])
def test_a_new_file_is_a_right_one(tmp_path: Path, ports: list[tuple[str, str]]) -> None:
    found = [
        FoundInstrument("USB0::1::2::A::INSTR", "RIGOL TECHNOLOGIES,DP832,1,2", (("supply", "rigol"),)),
        FoundInstrument("USB0::1::2::B::INSTR", "ACME,1\n,1,2", ()),
    ]
    for instruments in ([], found[:1]):
        file = read(tmp_path, bench_text(ports, instruments))
        assert list(file.by_role) == ["supply"] * len(instruments)
        assert (file.device.spec is not None) == (len(ports) == 2)
    assert "ACME,1\\x0a,1,2" in bench_text(ports, found)


def test_looking_for_ports_opens_none() -> None:
    assert all(path and isinstance(what, str) for path, what in found_ports())


MANY = """
[line]
prt = "serial:/dev/ttyUSB0"
[device]
spec = "serial:/dev/ttyUSB1"
board = "winky-9"
[[probe]]
spec = "mqt"
[[instrument]]
role = "suply"
resource = "TCPIP::127.0.0.1::1::SOCKET"
[[instrument]]
role = "load"
resource = "TCPIP::127.0.0.1::2::SOCKET"
limits = { voltage = "5.5 bananas", current = "3" }
colour = "red"
[[instrument]]
role = "scope"
resource = 3
[[instrument]]
role = "generator"
resource = "TCPIP::127.0.0.1::3::SOCKET"
make = "nobody"
[safe]
order = ["load", "load", "suply"]
"""


def test_each_thing_that_is_wrong_in_a_bench_file_has_its_line_and_no_other_is_told(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(MANY, encoding="utf-8")
    told = []
    for one in wrong_in(tmp_path / "bench.toml"):
        place, key = str(one).removeprefix(f"{tmp_path}/bench.toml:").split()[:2]
        told.append((int(place.rstrip(":")), key.rstrip(":")))
    told.sort()
    assert told == [
        (3, "line.prt"), (6, "device.board"), (8, "probe.0.spec"), (10, "instrument.0.role"),
        (15, "instrument.1.limits.current"), (15, "instrument.1.limits.voltage"), (16, "instrument.1.colour"),
        (19, "instrument.2.resource"), (23, "instrument.3.make"), (25, "safe.order"),
    ]  # fmt: skip


def test_the_first_of_many_is_what_every_other_command_says(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(MANY, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        bench_file(tmp_path / "bench.toml")
    assert str(refused.value) == str(wrong_in(tmp_path / "bench.toml")[0])


@pytest.mark.parametrize("text", [WHOLE, "", '[device]\nspec = "sim:winky-c6"\n'])
def test_nothing_is_wrong_in_a_file_that_is_right(tmp_path: Path, text: str) -> None:
    (tmp_path / "bench.toml").write_text(text, encoding="utf-8")
    assert wrong_in(tmp_path / "bench.toml") == []


@pytest.mark.parametrize("text", [
    "line = 3\n", "instrument = 3\n", "instrument = [3]\n", "[instrument]\nrole = 1\n", "[[probe]]\n", "safe = []\n",
    "[safe]\norder = [1]\n", "device = 1\nx = 2\n", "[input]\n", "[[instrument]]\nlimits = 3\nx = 1\n",
])  # fmt: skip
def test_a_file_of_another_shape_is_told_in_lines(tmp_path: Path, text: str) -> None:
    (tmp_path / "bench.toml").write_text(text, encoding="utf-8")
    wrong = [str(one) for one in wrong_in(tmp_path / "bench.toml")]
    assert wrong
    assert len(set(wrong)) == len(wrong)


def test_bench_check_says_each_in_a_line_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(MANY, encoding="utf-8")
    done = xky("bench", "check", "bench.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == len(wrong_in(tmp_path / "bench.toml"))
