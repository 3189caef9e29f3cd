# SPDX-License-Identifier: Apache-2.0
"""Keys and passwords are in no file of a report, and its evidence gives the same verdicts."""

import gzip
import json
import sys
import zipfile
from pathlib import Path

from typer.testing import CliRunner

from xky.boards import board_named
from xky.boards.description.laid_over import board_with
from xky.hil.bench.reading import Reading, Remark, Said
from xky.hil.campaign.campaign import Options
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.hidden_secrets import masked_board, masked_toml, secrets_of_board, secrets_of_run
from xky.hil.campaign.resumption.identity import identity_of
from xky.hil.cli import app
from xky.hil.ends.end import EndEvent
from xky.hil.verification.verify import verify

KEY, PASSWORD, SHORT = "000102030405060708090a0b0c0d0e0f", "correct horse battery", "abc"


def told_by(folder: Path, archive: Path | None = None) -> dict[str, bytes]:
    """Every file of a report and every member of its archive, unpacked."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if archive is not None:
        with zipfile.ZipFile(archive) as opened:
            found |= {f"archive/{name}": opened.read(name) for name in opened.namelist()}
    return {name: gzip.decompress(data) if name.endswith(".gz") else data for name, data in found.items()}


def holders(found: dict[str, bytes], *secrets: str) -> list[str]:
    """The files in which one stands."""
    return [name for name, data in found.items() for one in secrets if one.encode() in data]


def test_a_key_of_lorawan_is_in_no_file_of_a_report(tmp_path: Path) -> None:
    statement, archive = tmp_path / "s.toml", tmp_path / "a.xky"
    statement.write_text(f'# the key is {KEY}\n[lorawan]\napp_key = "{KEY}"\n', encoding="utf-8")
    report = certify("sim:loky", statement=statement, mode="historic", only=["TIC-PRT-1"], out=tmp_path / "r",
                     archive=archive)  # fmt: skip
    assert report["decided"] == 1
    found = told_by(tmp_path / "r", archive)
    assert holders(found, KEY) == []
    assert b'app_key = "00000000000000000000000000000000"' in found["evidence/statement.toml"]
    checked = verify(archive, replay=True)
    assert checked.whole
    assert checked.replayed is not None
    assert checked.replayed.other == ()


def test_passwords_of_servers_are_in_no_file_of_a_report(tmp_path: Path) -> None:
    """Neither that of the description, nor the one that the device shows its broker, and publishes."""
    statement, archive = tmp_path / "s.toml", tmp_path / "a.xky"
    statement.write_text(f'[uplink.mqtt]\nusername = "me"\npassword = "{SHORT}"\n', encoding="utf-8")
    report = certify("sim:eky", defect="says-its-password", statement=statement, mode="standard", only=["XKY-UPL-4"],
                     out=tmp_path / "r", archive=archive)  # fmt: skip
    assert report["verdict"] == "fail"
    found = told_by(tmp_path / "r", archive)
    assert holders(found, PASSWORD, f'"{SHORT}"') == []
    assert json.loads(found["evidence/standard/run.json"])["board"]["uplink"]["mqtt"]["password"] == "***"
    checked = verify(archive, replay=True)
    assert checked.replayed is not None
    assert checked.replayed.other == ()


def test_what_a_command_was_given_is_in_no_file_whatever_the_program_says_of_it(tmp_path: Path) -> None:
    (tmp_path / "fw.py").write_text(
        "import json, sys, time\n"
        "port = open(sys.argv[1], 'rb')\n"
        "print(sys.argv, file=sys.stderr, flush=True)\n"
        "print(json.dumps({'wifi_password': sys.argv[3], 'EAST': 1}), flush=True)\n"
        "print('joined with', sys.argv[3], flush=True)\n"
        "time.sleep(0.7)\n"
    )
    archive = tmp_path / "a.xky"
    words = f"{sys.executable} {tmp_path / 'fw.py'} {{port}} --wifi-password S3cr3tWord mqtt://me:0therW0rd@host"
    run = CliRunner().invoke(
        app,
        ["certify", f"exec:{words}", "--mode", "historic", "--only", "TIC-CHK-1", "--speed", "50", "--out",
         str(tmp_path / "r"), "--archive", str(archive)],
        catch_exceptions=False,
    )  # fmt: skip
    assert run.exit_code in (1, 3)
    assert "S3cr3tWord" not in run.output and "0therW0rd" not in run.output
    found = told_by(tmp_path / "r", archive)
    assert holders(found, "S3cr3tWord", "0therW0rd") == []
    assert json.loads(found["report.json"])["device"].endswith("--wifi-password *** mqtt://***@host")
    assert b"joined with ***" in found["evidence/historic/readings.jsonl.gz"]
    checked = verify(archive, replay=True)
    assert checked.replayed is not None
    assert checked.replayed.other == ()


def test_what_a_run_that_was_cut_has_in_common_with_the_next_holds_no_secret(tmp_path: Path) -> None:
    def of(password: str, name: str = "a") -> dict[str, str]:
        options = Options(f"exec:true {{port}} --password {password}", reset=f"tool --pass {password} {name}",
                          line=f"serial:rfc2217://me:{password}@host:1")  # fmt: skip
        return identity_of(options, board_named("generic"), ())

    assert "S3cr3tWord" not in json.dumps(of("S3cr3tWord"))
    assert of("S3cr3tWord") == of("another")  # a hash would let it be guessed
    assert of("S3cr3tWord") != of("S3cr3tWord", "b")


def test_a_secret_that_the_board_says_openly_is_left_in_texts() -> None:
    """A password that is the topic's name, too: were it masked there, topics would be others."""
    board = board_named("eky")
    assert board.uplink is not None
    assert board.uplink.mqtt is not None
    open_word = board.uplink.mqtt.topic.split("/")[0]
    mqtt = board.uplink.mqtt.model_copy(update={"username": "me", "password": open_word})
    told = board.model_copy(update={"uplink": board.uplink.model_copy(update={"mqtt": mqtt})})
    hidden = secrets_of_board(told)
    assert hidden.text(f"{open_word}/state") == f"{open_word}/state"
    masked = masked_board(told)
    assert masked.uplink is not None
    assert masked.uplink.mqtt is not None
    assert masked.uplink.mqtt.password == "***"


def test_texts_of_all_kinds_are_cleared_and_labels_keep_their_values() -> None:
    given = Options("exec:x {port} --password 'a\"b c12'", probes=("mqtt://u:w0rds@h:1",))
    hidden = secrets_of_run(board_named("generic"), given)
    assert hidden.text('say a"b c12, "a\\"b c12", a%22b%20c12, w0rds') == 'say ***, "***", ***, ***'
    digits = secrets_of_run(board_named("generic"), Options("exec:x {port} --pin 1 --token 12345"))
    assert digits.text("EAST 000012345") == "EAST 000012345"
    reading = Reading(1.0, {"EAST": Said("w0rds"), "wifi": Said("w0rds")}, "w0rds", "", "w0rds/x")
    cleared = hidden._reading(reading)
    assert (cleared.said["EAST"].value, cleared.said["wifi"].value) == ("w0rds", "***")
    assert (cleared.line, cleared.source) == ("***", "***/x")
    event = hidden._event(EndEvent(1.0, "retained", "w0rds", {"payload": "w0rds", "of": ["w0rds", 1]}))
    assert (event.text, event.facts) == ("***", {"payload": "***", "of": ["***", 1]})
    assert hidden.text(Remark(1.0, "none").text) == "none"


def test_a_file_of_a_board_is_masked_where_its_secrets_stand(tmp_path: Path) -> None:
    text = (
        "[uplink.mqtt]\nusername = 'me'\npassword = 'its'\n"
        + '[uplink.influx]\nversion = 2\norg = "o"\nbucket = "b"\ntoken = "a\\"b"  # said\n'
        + f'[lorawan]\napp_key = """{KEY}"""\n'
    )
    masked = masked_toml(text)
    for secret in ("its", 'a\\"b', KEY):
        assert secret not in masked
    assert masked.count('"***"') == 2
    assert masked_toml(masked) == masked
    given = text.partition("[lorawan]")[0]
    for name, one in (("plain.toml", given), ("masked.toml", masked_toml(given))):
        (tmp_path / name).write_text(one, encoding="utf-8")
    plain, again = (board_with(board_named("eky"), tmp_path / name) for name in ("plain.toml", "masked.toml"))
    assert masked_board(plain) == masked_board(again) == again
