# SPDX-License-Identifier: Apache-2.0
"""The two gateways of the documentation pass, and each fault planted in one is named by the requirement it breaks."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.judgement import Asked
from xky.hil.campaign.suite import declared_purposes
from xky.protocol import Mode

from ...timely import certify_in_time

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
KINDS = ("mqtt", "influx")
Change = tuple[str, str]

SCALE_MQTT: list[Change] = [('_kwh"] = int(data) / 1000', '_kwh"] = int(data) / 100')]
SCALE_INFLUX: list[Change] = [("{int(data)}i", "{int(data) // 10}i")]
NEIGHBOUR_MQTT: list[Change] = [
    ('told[label.lower() + "_kwh"]', 'told[{"HCHP": "hchc"}.get(label, label.lower()) + "_kwh"]')
]
NEIGHBOUR_INFLUX: list[Change] = [('f"{label}={int', "f\"{dict(HCHP='HCHC').get(label, label)}={int")]
STALE_MQTT: list[Change] = [  # what was said last is said again on each return
    (
        "    if not reason.is_failure:\n",
        "    if not reason.is_failure:\n        for old in userdata:\n            client.publish(TOPIC, old)\n",
    ),
    ('"house-linky")', '"house-linky", userdata=(last := []))'),
    ("client.publish(TOPIC, json.dumps(payload(said)))",
     "last[:] = [json.dumps(payload(said))]\n            client.publish(TOPIC, last[0])"),
]  # fmt: skip
STALE_INFLUX: list[Change] = [  # nothing is thrown away
    ("self.point = point\n", "self.points.append(point)\n"),
    ("self.url, self.point,", "self.url, self.points,"), ('"/write?db=house", None,', '"/write?db=house", [],'),
    ("            self.there.wait()\n            self.there.clear()\n",
     "            while not self.points:\n                self.there.wait(0.1)\n"),
    ("self.point.encode()", "self.points[0].encode()"),
    (".close()\n", ".close()\n                self.points.pop(0)\n"),
]  # fmt: skip
DOUBLED_MQTT: list[Change] = [  # each return makes one publisher more
    ('"house-linky")', '"house-linky", userdata=(topics := []))'),
    ("    if not reason.is_failure:\n", "    if not reason.is_failure:\n        userdata.append(TOPIC)\n"),
    ("            client.publish(TOPIC, json", "            for topic in list(topics):\n"
     "                client.publish(topic, json"),
]  # fmt: skip
DOUBLED_INFLUX: list[Change] = [  # an error makes it write twice from then on
    ("        while True:\n", "        times = 1\n        while True:\n"),
    ("                urllib.request.urlopen(request, timeout=TIMEOUT_S).close()\n",
     "                for _ in range(times):\n"
     "                    urllib.request.urlopen(request, timeout=TIMEOUT_S).close()\n"),
    ("                print(error, file=sys.stderr)\n", "                times = 2\n"),
]  # fmt: skip
SILENT_MQTT: list[Change] = [  # a refusal is for ever
    ("    if not reason.is_failure:\n",
     "    if reason.is_failure:\n        client.reconnect_delay_set(86_400, 86_400)\n    else:\n"),
]  # fmt: skip
SILENT_INFLUX: list[Change] = [
    ("            except OSError as error:", "            except OSError as error:\n"
     "                if getattr(error, 'code', 0) == 401:\n                    return"),
]  # fmt: skip

PLANTED = {  # the fault, by gateway: what is changed, the requirement or purpose that is broken, its reason
    "wrong scale": {
        "mqtt": (SCALE_MQTT, "TIC-SND-1", "HCHC = '31567.21 × 1000' was never sent under that label: it is 10 times "
                                          "what was sent, 003156721"),
        "influx": (SCALE_INFLUX, "TIC-SND-1", "HCHC = '315672' was never sent under that label: it is 1/10 times "
                                              "what was sent, 003156721"),
    },
    "stale after reconnect": {
        "mqtt": (STALE_MQTT, "TIC-FRS-1", "is older than a reading may be; sent "),
        "influx": (STALE_INFLUX, "TIC-FRS-1", "is older than a reading may be; sent "),
    },
    "value under a neighbouring label": {
        "mqtt": (NEIGHBOUR_MQTT, "TIC-SND-1", "HCHC = '14849.205 × 1000' was never sent under that label: "
                                              "HCHP was '014849205'"),
        "influx": (NEIGHBOUR_INFLUX, "TIC-SND-1", "HCHC = '14849205' was never sent under that label: "
                                                  "HCHP was '014849205'"),
    },
    "doubled on restart": {
        "mqtt": (DOUBLED_MQTT, "XKY-UPL-2/doubled", "frames were told twice behind the outage"),
        "influx": (DOUBLED_INFLUX, "XKY-UPL-2/database-doubled", "frames were told twice behind the outage"),
    },
    "silent for ever after a refusal": {
        "mqtt": (SILENT_MQTT, "XKY-UPL-1/broker-refuses", "behind 'broker refuses': no sound reading came"),
        "influx": (SILENT_INFLUX, "XKY-UPL-1/database-refuses", "behind 'database answers 401': no sound reading came"),
    },
}  # fmt: skip
ALSO = {"stale after reconnect": {"mqtt": "XKY-UPL-1/broker-away", "influx": "XKY-UPL-1/database-away"}}
SOUND = {
    "mqtt": ("TIC-SND-1", "TIC-FRS-1/fresh", "XKY-UPL-1/broker-refuses", "XKY-UPL-5"),
    "influx": ("TIC-SND-1", "TIC-FRS-1/fresh", "XKY-UPL-1/database-refuses", "XKY-UPL-5"),
}


def planted(kind: str, changes: list[Change], folder: Path) -> Path:
    """The gateway with a fault, beside the reader that it imports."""
    text = (EXAMPLES / f"{kind}_gateway.py").read_text(encoding="utf-8")
    for there, instead in changes:
        assert text.count(there) == 1, there
        text = text.replace(there, instead)
    shutil.copy(EXAMPLES / "reader.py", folder)
    gateway = folder / f"{kind}_gateway.py"
    gateway.write_text(text, encoding="utf-8")
    return gateway


def certified(
    kind: str, gateway: Path, folder: Path, *only: str, mode: str | None = "historic", speed: float = 10.0
) -> dict[str, Any]:
    """A run; the pauses of a program between two tries are real seconds, so that few speeds are fair to it."""
    command = f"exec:{sys.executable} {gateway} {{port}} {{mode}} {{{kind}}}"
    board = str(EXAMPLES / f"{kind}-gateway.toml")
    return certify_in_time(
        Options(command, board=board, probes=(kind,), mode=mode, speed=speed, only=only), folder
    )  # fmt: skip


def failed(report: dict[str, Any]) -> dict[str, str]:
    """The purposes that failed, with their reasons."""
    return {
        purpose["id"]: purpose["reason"]
        for requirement in report["requirements"]
        for purpose in requirement["purposes"]
        if purpose["verdict"] == "fail"
    }


@pytest.mark.by_day(1)
@pytest.mark.realtime
@pytest.mark.parametrize("kind", KINDS)
def test_a_gateway_of_the_documentation_passes(kind: str, tmp_path: Path) -> None:
    report = certified(kind, EXAMPLES / f"{kind}_gateway.py", tmp_path, *SOUND[kind])
    assert (report["verdict"], failed(report)) == ("pass", {})
    assert report["decided"] == report["total"]


@pytest.mark.nightly
@pytest.mark.realtime
@pytest.mark.parametrize("kind", KINDS)
def test_a_gateway_of_the_documentation_passes_everything_in_both_modes(kind: str, tmp_path: Path) -> None:
    report = certified(kind, EXAMPLES / f"{kind}_gateway.py", tmp_path, mode=None)
    assert (report["verdict"], report["mode"], failed(report)) == ("pass", "both", {})
    assert report["decided"] >= 38


EACH = [  # by day each fault in one of them, in turn
    pytest.param(kind, fault, marks=() if (turn + place) % 2 else pytest.mark.nightly)
    for turn, kind in enumerate(KINDS)
    for place, fault in enumerate(PLANTED)
]


@pytest.mark.by_day(2)
@pytest.mark.realtime
@pytest.mark.parametrize(("kind", "fault"), EACH)
def test_a_planted_fault_is_named(kind: str, fault: str, tmp_path: Path) -> None:
    changes, broken, reason = PLANTED[fault][kind]
    also = ALSO.get(fault, {}).get(kind)
    only = (broken,) if also is None else (broken, also)
    speed = 10.0 if fault.startswith("silent") else 20.0
    report = certified(kind, planted(kind, changes, tmp_path), tmp_path / "report", *only, speed=speed)
    wrong = failed(report)
    assert report["verdict"] == "fail", report["requirements"]
    assert [id_.startswith(broken) for id_ in wrong] == [True]
    assert reason in next(iter(wrong.values()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_gateway_of_the_documentation_is_short(kind: str) -> None:
    lines = (EXAMPLES / f"{kind}_gateway.py").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 50


@pytest.mark.nightly
def test_the_time_that_a_run_takes_counts_what_befalls_its_servers() -> None:
    """Three at a broker, each with half a minute to come back in, at ten times true speed."""
    lasts_s = []
    for probe in ("lines", "mqtt:127.0.0.1:0"):
        campaign = Campaign(Options("exec:python x {port} {mqtt}", mode="historic", probes=(probe,), speed=10.0))
        asked = [one for one in declared_purposes() if Mode.HISTORIC in one.modes]
        campaign.select([Asked(one, Mode.HISTORIC, probe) for one in asked])
        lasts_s.append(campaign.lengths_s[Mode.HISTORIC])
    assert lasts_s[1] > lasts_s[0] + 3 * 30 / 10
