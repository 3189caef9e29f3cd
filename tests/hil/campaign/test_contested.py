# SPDX-License-Identifier: Apache-2.0
"""What a supplier does not accept is marked, and changes nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.contested import contested_lines
from xky.hil.campaign.print_verdicts import print_verdicts
from xky.protocol import InputError

from ...schema import require_schema

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
SAID = "TIC-PRT-1/rate=Our UART is set by hand."


def report_of(folder: Path, *contested: str) -> dict[str, Any]:
    options = Options("sim:generic", mode="standard", only=("TIC-PRT-1",), contested=contested)
    return certify(Campaign(options), folder)


def test_a_contested_purpose_is_marked_and_its_verdict_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, marked = report_of(tmp_path / "plain"), report_of(tmp_path / "marked", SAID)
    require_schema(marked, SCHEMA)
    (requirement,) = marked["requirements"]
    said = {one["id"]: one.pop("contested", None) for one in requirement["purposes"]}
    assert said == {"TIC-PRT-1/rate": "Our UART is set by hand.", "TIC-PRT-1/format": None}
    assert requirement["purposes"] == plain["requirements"][0]["purposes"]
    assert (marked["verdict"], marked["decided"]) == (plain["verdict"], plain["decided"])
    page = (tmp_path / "marked" / "index.html").read_text(encoding="utf-8")
    assert "contested" in page
    assert "Our UART is set by hand." in page
    print_verdicts(json.loads((tmp_path / "marked" / "report.json").read_text(encoding="utf-8")), None)
    assert "contested: TIC-PRT-1/rate:" in capsys.readouterr().out


def test_a_line_tells_each_contested_purpose_once() -> None:
    purposes = [{"id": "A/b", "contested": "no"}, {"id": "A/b", "contested": "no"}, {"id": "A/c"}]
    assert contested_lines({"purposes": purposes}) == ["contested: A/b: no"]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (["TIC-PRT-1/rat=no"], "no such purpose; .* Did you mean TIC-PRT-1/rate"),
        (["TIC-PRT-1=no"], "no such purpose"),
        (["TIC-PRT-1/rate"], "says nothing; write TIC-PRT-1/rate=TEXT"),
        (["TIC-PRT-1/rate="], "says nothing"),
        ([SAID, SAID], "is contested twice"),
        (["TIC-CHK-3/space-checksum=no"], "this run does not judge it"),
        (["TIC-LNK-1/recovers=no"], "this run does not judge it"),
    ],
)
def test_what_cannot_be_contested_is_told_in_a_line(said: list[str], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Campaign(Options("sim:generic", mode="standard", only=("TIC-PRT-1",), contested=tuple(said)))
