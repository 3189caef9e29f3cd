# SPDX-License-Identifier: Apache-2.0
"""One thing, one file: each is put into a copy of the tree, and nothing else of it is edited."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = Path(__file__).parent / "outside" / "xky_outside"
CAPTURE = ROOT / "fixtures" / "captures" / "std_1p_base_hallard.txt"
LICENCE = "# SPDX-License-Identifier: Apache-2.0\n"

REQUIREMENT = '''
"""Greetings: what a meter says for fun."""

from dataclasses import replace

from xky.emulator import Linky
from xky.hil.campaign.condition import claims_one_of
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance.stimuli.meters import HOUSE, STANDARD


def _greet(meter: Linky) -> None:
    meter.msg1 = "BONJOUR"


def _be_silent(meter: Linky) -> None:
    meter.msg1 = "PAS DE MESSAGE"


GREETING = replace(HOUSE, name="greeting", french="message", modes=STANDARD, before=_greet, after=_be_silent)

CND_99 = Requirement(
    "TIC-CND-99", clause="54E §6.2.2", text="A greeting of the distributor is reported.", modes=STANDARD,
    french="Un message du distributeur est restitué.", why="Nobody reads what the distributor has to say.",
    why_french="Personne ne lit ce que le distributeur a à dire.", where=(claims_one_of("MSG1"),),
    may_fail_with=frozenset({"drops-empty-data"}),
)


@purpose(CND_99, "bonjour", GREETING)
def test_a_greeting_is_reported(case: Case) -> None:
    case.label_is_reported("MSG1")
'''

DEFECT = '''
"""Never says hello."""

from xky.protocol import Frame, Group

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _NeverGreets(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return None if group.value.startswith("BONJOUR") else group


DEFECT = Defect(
    title="never says hello",
    source="made up for a test",
    must_fail=frozenset({"TIC-CND-99"}),
    parser=_NeverGreets,
)
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the five folders, importable as ``xky`` by PYTHONPATH."""
    for folder in ("protocol", "emulator", "boards", "hil", "fixtures"):
        shutil.copytree(
            ROOT / folder, tmp_path / "xky" / folder, ignore=shutil.ignore_patterns("__pycache__", "captures")
        )
    return tmp_path


def write(tree: Path, name: str, text: str) -> None:
    """A new file of the copy."""
    path = tree / "xky" / name
    assert not path.exists()
    path.write_text(LICENCE * name.endswith(".py") + text.lstrip("\n"), encoding="utf-8")


def python(tree: Path, code: str, *arguments: str) -> str:
    """What a program prints that finds the copy before the package."""
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr + run.stdout
    return run.stdout


XKY = "from xky.hil.start import main; main()"


@pytest.mark.nightly
def test_a_label_is_a_row(tree: Path) -> None:
    row = 'Label("MOTD", 4, Kind.CODE, None, "word of the day", "none", text="ABCD"),'
    for mode in ("historic", "standard"):
        table = tree / "xky" / "protocol" / "labels" / f"{mode}.py"
        text, end = re.subn(r"\)  # fmt: skip\n\Z", f"    {row}\n)  # fmt: skip\n", table.read_text(encoding="utf-8"))
        assert end == 1
        table.write_text(text, encoding="utf-8")
    code = """
import sys
from xky.emulator import Linky
from xky.protocol import Frame, Group, decode, encode_frame
for mode in ("historic", "standard"):
    (frame,) = decode(Linky(mode=mode).frame_bytes())
    assert frame.values["MOTD"] == "ABCD"
    other = encode_frame([*frame.good[:-1], Group("MOTD", "WXYZ")], mode)
    twin = Linky.from_frame(decode(other)[0])
    assert twin.frame_bytes() == other
    twin.wait(86_400)
    assert decode(twin.frame_bytes())[0].values["MOTD"] == "WXYZ"
events = decode(open(sys.argv[1], "rb").read())
captured = next(event for event in events if isinstance(event, Frame) and event.complete)
twin = Linky.from_frame(captured)
assert twin.frame_bytes() == encode_frame(captured)
"""
    python(tree, code, str(CAPTURE))
    python(tree, XKY, "certify", "sim:generic", "--mode", "historic")
    code = """
from xky.boards import known_defects
from xky.hil import certify
report = certify("sim:generic", mode="historic", defect="loses-last-group")
failed = {one["id"] for one in report["requirements"] if one["verdict"] == "fail"}
defect = known_defects()["loses-last-group"]
assert defect.must_fail <= failed <= defect.must_fail | defect.may_fail, failed
"""
    python(tree, code)


@pytest.mark.nightly
def test_a_fault_is_a_file(tree: Path) -> None:
    text = (OUTSIDE / "mirrored_value.py").read_text(encoding="utf-8").removeprefix(LICENCE)
    write(tree, "emulator/faults/mirrored_value.py", text + '\n\n__all__ = ["MirroredValue"]\n')
    code = """
from xky.emulator.fault_strategies import fault
from xky.emulator.faults import known_faults, made_fault
assert made_fault("mirrored_value", label="EAST").name == "mirrored_value"
assert known_faults()["mirrored_value"].__doc__.startswith("The value of")
fault("mirrored_value", ["EAST"]).validate()
import json
from xky.hil.campaign.wording import Wording
from xky.hil.live.assets import asset
assert Wording("fr").say("mirrored value") == "valeur à l'envers"
told = json.loads(asset("words/faults.json").data)["mirrored_value"]
assert told["name"] == "valeur à l'envers"
assert told["about"].endswith("au début\\N{NO-BREAK SPACE}; le checksum, une somme, reste juste.")
"""
    python(tree, code)


@pytest.mark.nightly
def test_a_board_is_a_file(tree: Path) -> None:
    text = (OUTSIDE / "desk-clock.toml").read_text(encoding="utf-8")
    write(tree, "boards/desk-clock.toml", text.replace("\n\n", '\nfirmware = "reader"\n\n', 1))
    assert "desk-clock" in python(tree, XKY, "boards")
    python(tree, XKY, "certify", "sim:desk-clock", "--mode", "standard")


@pytest.mark.nightly
def test_a_kind_of_device_is_a_file(tree: Path) -> None:
    text = (OUTSIDE / "clerk.py").read_text(encoding="utf-8").removeprefix(LICENCE)
    text = text.replace("from xky.hil import", "from .device import") + "\n\nKIND = Clerk\n"
    write(tree, "hil/bench/devices/clerk.py", text)
    python(tree, XKY, "certify", "clerk:", "--mode", "standard")


@pytest.mark.nightly
def test_a_requirement_with_its_stimulus_is_a_file_and_the_defect_that_proves_it_another(tree: Path) -> None:
    write(tree, "hil/conformance/test_greetings.py", REQUIREMENT)
    write(tree, "boards/defects/never_greets.py", DEFECT)
    code = """
from xky.hil import certify
def failed(**options):
    report = certify("sim:generic", **options)
    assert "TIC-CND-99" in {one["id"] for one in report["requirements"]}
    return [one["id"] for one in report["requirements"] if one["verdict"] == "fail"]
assert failed() == []
assert failed(defect="never-greets") == ["TIC-CND-99"]
from xky.hil.campaign.wording import Wording
assert Wording("fr").say("greeting") == "message"
"""
    python(tree, code)
    assert all(word in python(tree, XKY, "requirements", "TIC-CND-99") for word in ("Nobody reads", "never-greets"))
