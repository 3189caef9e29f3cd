# SPDX-License-Identifier: Apache-2.0
"""``certify --anonymise``: nothing personal is left in what is written, and it verifies and is judged the same."""

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from xky.boards import known_defects
from xky.boards.description.board import board_file
from xky.emulator import Linky
from xky.hil import verify
from xky.hil.archive.seal import Seal
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign import certify as module
from xky.hil.campaign.anonymised.anonymised_board import LEFT_OUT
from xky.hil.campaign.anonymised.anonymised_record import anonymised_records
from xky.hil.campaign.anonymised.personal_values import PersonalValues
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.comparison import Baseline
from xky.hil.campaign.defect_matrix import DEFAULT_BOARD, sound_boards
from xky.hil.campaign.oracle import Oracle
from xky.hil.campaign.oracle.careless_reader import careless
from xky.hil.campaign.suite import run_suite
from xky.protocol import Mode
from xky.protocol.pseudonym import Pseudonyms

from ...command import xky
from .small_report import new_signer

KEY = b"0123456789abcdef0123"
PSEUDONYMS = Pseudonyms(KEY)


def addresses(mode: Mode) -> dict[str, str]:
    """Of the suite's household."""
    groups = Linky(mode=mode, contract="hc", seed=0).groups()
    return {one.label: one.value for one in groups if one.label in ("ADCO", "ADSC", "PRM")}


def texts(folder: Path) -> str:
    """All that was written, the bytes of the line as they are."""
    told = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "manifest.sig":
            data = path.read_bytes()
            text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
            if path.name == "sent.jsonl.gz":
                for line in text.splitlines():
                    told += [bytes.fromhex(one["data"]).decode("latin-1") for one in json.loads(line)["pieces"]]
            told.append(text)
    return "\n".join(told)


def certified(options: Options, folder: Path) -> tuple[dict[str, str], str]:
    """Verdict of each purpose of an anonymised run that verifies and is judged again; and all that it wrote."""
    campaign, before = Campaign(options), {}
    original = module.anonymise

    def anonymise(of: Campaign, pseudonyms: Pseudonyms, junit: Path) -> None:
        before.update({f"{one.purpose.id} {one.mode} {one.asked.probe}": one.verdict.value for one in of.conclusions})
        original(of, pseudonyms, junit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "anonymise", anonymise)
        report = certify(campaign, folder / "report", seal=Seal(new_signer(folder / "lab"), folder / "a.xky"),
                         pseudonyms=PSEUDONYMS)  # fmt: skip
    after = {f"{one['id']} {one['mode']} {one['probe']}": one["verdict"]
             for requirement in report["requirements"] for one in requirement["purposes"]}  # fmt: skip
    assert after == before
    assert report["anonymised"] is True and any("anonymised: " in one for one in report["remarks"])
    found = verify(folder / "a.xky", replay=True)
    assert found.stands and found.replayed is not None and found.replayed.same == len(after)
    return before, texts(folder / "report")


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("defect", "mode"),
    [(None, Mode.STANDARD), ("ignores-checksum", Mode.HISTORIC), ("reports-half-groups", Mode.HISTORIC)],
)
def test_no_address_and_no_index_is_left_and_each_verdict_is_the_same(
    defect: str | None, mode: Mode, tmp_path: Path
) -> None:
    verdicts, text = certified(Options("sim:generic", defect=defect, mode=mode), tmp_path)
    assert ("fail" in verdicts.values()) == (defect is not None)
    for label, value in addresses(mode).items():
        assert value not in text and PSEUDONYMS.of(label, value) in text
    assert 'hostname="' not in text
    campaign = Campaign(Options("sim:generic", defect=defect, mode=mode, only=("TIC-VAL-1",)))
    certify(campaign, tmp_path / "as-it-is")
    sent = {piece.group.value for record in campaign.records.values() for frame in record.truth
            for piece in frame.pieces if piece.group and piece.group.label in ("EAST", "EASF02", "HCHP")}  # fmt: skip
    left = {one for one in sent if one in text} - {"000000000", "999999999"}  # the suite's own limits
    assert len(sent) > 3 and not left


def test_numbers_of_a_statement_are_replaced_within_their_steps(tmp_path: Path) -> None:
    certified(Options("sim:winky-c6-tasmota", probes=("mqtt",), mode="historic", only=("TIC-SND-1", "TIC-FRS-1")),
              tmp_path)  # fmt: skip


@pytest.mark.nightly
@pytest.mark.parametrize(("board", "defect"), [
    *((name, None) for name in sound_boards()),
    *((one.board or DEFAULT_BOARD, id_) for id_, one in known_defects().items()),
])  # fmt: skip
def test_each_verdict_is_the_same_for_every_defect(board: str, defect: str | None, tmp_path: Path) -> None:
    certified(Options(f"sim:{board}", defect=defect), tmp_path)


def test_a_pseudonym_keeps_what_is_equal_what_differs_and_where_it_broke_off() -> None:
    values = PersonalValues(PSEUDONYMS)
    address, index = "021861000101", "018005926"
    values.add("ADSC", address)
    values.add("EAST", index)
    assert values.of("ADSC", address) == PSEUDONYMS.of("ADSC", address) != address
    stands = values.of("EAST", index)
    assert stands != index and values.of("EAST", index[:5]) == stands[:5]
    assert values.of_number("EAST", 18005926) == int(stands)
    flipped = values.of("ADSC", "021861000103")
    assert flipped[:-1] == PSEUDONYMS.of("ADSC", address)[:-1] and flipped != PSEUDONYMS.of("ADSC", address)
    assert len({values.of("EAST", f"{number:09}") for number in range(18005900, 18006100)}) == 200
    assert values.of("SINSTS", "00750") == "00750"
    assert index not in values.in_text(f"tele/{address}/{index} and 18005926")
    values.add_alias("EASV", "EAST")
    assert values.of("EASV", index) == stands


def test_values_that_need_another_pseudonym_for_their_checksum_stay_apart() -> None:
    values, sent = PersonalValues(PSEUDONYMS), [f"{18000000 + 999 * number:09}" for number in range(500)]
    for one in sent:
        values.add("EAST", one)
    for one in sent[::7]:  # as where a checksum is a space: it rests on the sum of the digits
        values.choose("EAST", one, lambda text, one=one: sum(map(int, text)) % 64 == sum(map(int, one)) % 64)  # type: ignore[misc]
    stand = [values.of("EAST", one) for one in sent]
    assert len(set(stand)) == len(sent)
    assert all(sum(map(int, a)) % 64 == sum(map(int, b)) % 64 for a, b in zip(sent[::7], stand[::7], strict=True))


def test_programs_and_texts_of_a_person_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "lab.key").write_bytes(KEY)
    (tmp_path / "fw.py").write_text(
        "import json, sys, os\n"
        "print(json.dumps({'ssid': 'Livebox-1234', 'EAST': 1}), flush=True)\n"
        "print('joined Livebox-1234', flush=True)\n"
        "print('password hush', file=sys.stderr, flush=True)\n"
        "import time; time.sleep(60)\n"
    )
    run = xky("certify", "exec:python3 fw.py {port} Livebox-1234", "--mode", "standard", "--only", "TIC-CHK-1",
              "--speed", "50", "--anonymise", "--key", "lab.key", cwd=tmp_path)  # fmt: skip
    assert run.returncode in (1, 3) and (tmp_path / "report/report.json").exists(), run.stderr
    text = texts(tmp_path / "report")
    assert "Livebox" not in text and "hush" not in text
    assert json.loads((tmp_path / "report/report.json").read_text())["device"] == "exec:python3 …"


@pytest.mark.nightly
@pytest.mark.parametrize("mode", list(Mode))
def test_who_prints_whatever_is_on_the_line_is_not_said_to_print_keys_that_are_no_labels(mode: Mode) -> None:
    """Labels of small groups that fill a frame, and labels that were hit, are what they are on the line."""
    campaign = Campaign(Options("sim:generic", mode=mode))
    run_suite(campaign)
    record, readings, met = campaign.records[mode], [], set()
    for frame in record.truth:
        for place, piece in enumerate(frame.pieces):
            if piece.group is not None and id(piece) not in met:
                met.add(id(piece))
                emitted = frame.emitted(place)
                seen = careless(emitted, frame.mode)
                readings.append(Reading(emitted.end_s + 0.1, {seen.label: Said(seen.value, seen.timestamp)}))
    chatty = replace(record, readings=readings)
    made, _ = anonymised_records({mode: chatty}, campaign.board, PSEUDONYMS)
    ignored = Oracle(chatty).ignored_keys
    assert any(label.startswith("X0") for reading in readings for label in reading.said)
    assert Oracle(made[mode]).ignored_keys == ignored
    sent = {piece.group.label for frame in made[mode].truth for piece in frame.pieces if piece.group}
    assert {"X0000", "X0010"} <= sent & {label for reading in made[mode].readings for label in reading.said}


STATEMENT = """\
title = "Linky de Mme Durand"
[uplink]
device = "mine"
[uplink.mqtt]
topic = "house"
username = "durand"
password = "hush"
[[waiver]]
requirement = "TIC-PRT-1"
reason = "chez Mme Durand, {address}"
until = 2999-12-31
[[reading]]
probe = "mqtt"
from = "tele/{address}/SENSOR"
labels = {{ EAST = "total" }}
"""


def test_what_a_person_wrote_and_how_files_are_named_is_left_out(tmp_path: Path) -> None:
    address = addresses(Mode.STANDARD)["ADSC"]
    file = tmp_path / "durand.toml"
    file.write_text(STATEMENT.format(address=address), encoding="utf-8")
    options = Options("sim:generic", mode="standard", statement=file, only=("TIC-PRT-1", "TIC-CHK-1"),
                      contested=(f"TIC-PRT-1/rate=Mme Durand, {address}, does not agree",))  # fmt: skip
    _, text = certified(options, tmp_path)
    assert [one for one in ("urand", "hush", address, str(tmp_path)) if one in text] == []
    report = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))
    assert report["statement"]["title"] == LEFT_OUT
    waived, contested = ([one["waived"] for one in report["requirements"] if "waived" in one],
                         [of["contested"] for one in report["requirements"] for of in one["purposes"]
                          if "contested" in of])  # fmt: skip
    assert waived == [{"reason": LEFT_OUT, "until": "2999-12-31"}] and contested == [LEFT_OUT]
    (said,) = [one for one in report["remarks"] if one.startswith("anonymised: ")]
    assert "title, reasons of waivers" in said and "what was said to contested verdicts" in said
    plan = json.loads((tmp_path / "report/evidence/plan.json").read_text(encoding="utf-8"))
    assert plan["options"]["contested"] == [f"TIC-PRT-1/rate={LEFT_OUT}"]
    assert plan["options"]["statement"] == "statement.toml"


def test_files_of_board_and_bench_and_the_report_it_is_laid_beside_are_not_told_by_their_places(tmp_path: Path) -> None:
    _, text = board_file("generic")
    file = tmp_path / "durand.toml"
    file.write_text(re.sub("(?m)^title = .*$", 'title = "Linky de Mme Durand"', text), encoding="utf-8")
    bench = tmp_path / "bench-of-durand.toml"
    bench.write_text('[device]\nspec = "sim:generic"\n', encoding="utf-8")
    options = Options("sim:generic", mode="standard", board=str(file), bench=bench, only=("TIC-PRT-1",))
    certify(Campaign(options), tmp_path / "durand")
    campaign = Campaign(options, against=Baseline.read(tmp_path / "durand"))
    report = certify(campaign, tmp_path / "report", pseudonyms=PSEUDONYMS)
    assert report["against"]["report"] == LEFT_OUT and report["bench"]["file"] == "bench.toml"
    written = texts(tmp_path / "report")
    assert "urand" not in written and str(tmp_path) not in written


@pytest.mark.parametrize(("arguments", "told"), [
    (("--key", "lab.key"), "--key lab.key: is for --anonymise; add that, or leave the key out"),
    (("--anonymise",), "--anonymise: needs a key; give --key FILE or set XKY_KEY"),
    (("--anonymise", "--key", "none"), "--key none: cannot be read"),
    (("--anonymise", "--key", "short"), "--key short: has 5 characters; a key has 16 at least"),
    (("--anonymise", "--key", "signer"), "--key signer: signs reports (--sign), and is no key of pseudonyms"),
])  # fmt: skip
def test_a_key_of_pseudonyms_that_is_none_is_refused_before_the_run(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "short").write_text("short")
    xky("keys", "new", "signer", cwd=tmp_path)
    run = xky("certify", "sim:generic", *arguments, cwd=tmp_path)
    assert run.returncode == 2 and told in run.stderr and run.stderr.count("\n") == 1
    assert not (tmp_path / "report").exists()
