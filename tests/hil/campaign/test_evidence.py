# SPDX-License-Identifier: Apache-2.0
"""The evidence of a run: read back it is the run's record, and gives the run's verdicts again, by itself."""

import gzip
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import board_named, board_names, known_defects
from xky.boards.power.event_simulation import PowerEvent, PowerEventKind
from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.emulator.outputs import PortSettings
from xky.emulator.runner import Late
from xky.emulator.supply import Supply
from xky.hil.bench.number import scale_of
from xky.hil.bench.reading import Reading, Remark, Said, reading_from_json
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.defect_matrix import DEFAULT_BOARD, sound_boards
from xky.hil.campaign.evidence import read_record, read_records, write_record
from xky.hil.campaign.evidence.lines import line_of
from xky.hil.campaign.evidence.reading_lines import read_said, write_said
from xky.hil.campaign.evidence.sent_lines import _Frame, _Piece, _plain, _SharedPieces, _texts
from xky.hil.campaign.judge_again import judge_again
from xky.hil.campaign.oracle.replayed import truth_of
from xky.hil.campaign.power_record import CutOut, LoadStretch, PowerRecord, Trial
from xky.hil.campaign.record import Outage, ProbeRecord, Record
from xky.hil.campaign.verdict import Verdict
from xky.hil.ends.end import EndEvent
from xky.protocol import Burst, Group, InputError, Mode
from xky.protocol.uart import CharacterDefect

SLOW = ("loky", "winky-c6-tasmota", "winky-lab")  # gateways that sleep
SOUND = [  # all of it at night
    name for name in sound_boards() if name not in SLOW and not board_named(name).power
]
DEFECTIVE = [(one.board or DEFAULT_BOARD, id_) for id_, one in known_defects().items()]
SPREAD = [  # over what there is in evidence: power, port, silence, damage, age, modes
    ("winky-c6", "believes-its-converter", Mode.HISTORIC),  # standard mode has four times the frames
    ("generic", "masks-the-parity-bit", None),
    ("generic", "opens-at-the-other-rate", None),
    ("generic", "ignores-checksum", None),
    ("generic", "keeps-stale-values", None),
    ("generic", "reports-half-groups", None),
    ("auto", "looks-for-the-mode-once", None),
]


@pytest.fixture
def no_simulation(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called on, nothing can be simulated."""

    def forbid() -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a simulation began")

        monkeypatch.setattr(simpy.Environment, "__init__", refuse)

    return forbid


def check_run(
    folder: Path, board: str, defect: str | None, forbid: Callable[[], None], mode: Mode | None = None
) -> None:
    """What is read back is what was recorded, and concludes what the run concluded."""
    campaign = Campaign(Options(f"sim:{board}", defect=defect, mode=mode))
    certify(campaign, folder)
    records = read_records(folder / "evidence")
    assert list(records) == list(campaign.modes)
    for of, record in records.items():
        check_equal(record, campaign.records[of])
    forbid()
    again = judge_again(records)
    assert len(again) == len(campaign.conclusions) > 60
    for one, run in zip(again, campaign.conclusions, strict=True):
        assert one == run


def check_equal(read: Record, written: Record) -> None:
    """Field by field, so that a failure tells which."""
    for one in fields(Record):
        assert getattr(read, one.name) == getattr(written, one.name), one.name


@pytest.mark.nightly
@pytest.mark.parametrize(("board", "defect", "mode"), [*((name, None, None) for name in SOUND), *SPREAD])
def test_verdicts_of_evidence_read_back_are_those_of_the_run(
    board: str, defect: str | None, mode: Mode | None, tmp_path: Path, no_simulation: Callable[[], None]
) -> None:
    check_run(tmp_path, board, defect, no_simulation, mode)


@pytest.mark.nightly
@pytest.mark.parametrize(("board", "defect"), [*((name, None) for name in sound_boards()), *DEFECTIVE])
def test_verdicts_of_evidence_read_back_are_those_of_the_run_for_every_defect(
    board: str, defect: str | None, tmp_path: Path, no_simulation: Callable[[], None]
) -> None:
    check_run(tmp_path, board, defect, no_simulation)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Of a run of a device with defects in plenty on its line."""
    campaign = Campaign(Options("sim:generic", mode=Mode.HISTORIC, defect="ignores-checksum"))
    certify(campaign, tmp_path_factory.mktemp("run"))
    return campaign.records[Mode.HISTORIC]


def _of_a_program(record: Record) -> dict[str, Any]:
    """What only a program in real time brings about."""
    line = '{"ADCO": 31, "wifi_rssi": -61, "PAPP": {"value": "00420", "timestamp": null}}'
    spoken = reading_from_json(record.readings[-1].at_s, line)
    assert spoken is not None
    return {"readings": [*record.readings, spoken], "remarks": [Remark(0.1 + 0.2, "boot: α\r\x85")]}


@pytest.mark.nightly
@pytest.mark.parametrize(
    "changes",
    [
        {"readings": [], "silent": True},
        {"readings": [], "remarks": [Remark(1.0, "no JSON")]},
        {"ended": "exit status 1", "ended_s": 80.1, "last_words": "Traceback", "stderr": b"\xff\n", "overruns": 3},
        {"late": [Late(at_s, 0.1 + 0.2) for at_s in range(0, 900, 2)]},
        {"claims": frozenset({"BASE", "PAPP"}), "notes": ("a note",), "dropped": 7, "speed": 8.0},
        {"port_settings": (PortSettings(0.5, 1200, 8, "N", 1.5, without_parity=True), PortSettings(0.7))},
        _of_a_program,
    ],
)
def test_what_only_other_devices_bring_about_is_judged_alike_too(
    record: Record, changes: Any, tmp_path: Path, no_simulation: Callable[[], None]
) -> None:
    changed = replace(record, **(changes(record) if callable(changes) else changes))
    write_record(tmp_path / "historic", changed)
    no_simulation()
    read = read_records(tmp_path)
    check_equal(read[Mode.HISTORIC], changed)
    again = judge_again(read)
    assert again == judge_again({Mode.HISTORIC: changed})
    assert {one.verdict for one in again} & {Verdict.FAIL, Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("name", board_names())
def test_the_description_of_every_board_is_read_back_as_it_was(name: str, tmp_path: Path) -> None:
    bare = Record(Mode.STANDARD, board_named(name), 1.0, None, Truth(), [], [])
    write_record(tmp_path, bare)
    check_equal(read_record(tmp_path), bare)


def test_a_recording_that_was_sent_again_keeps_when_each_piece_came(tmp_path: Path) -> None:
    frame = b"\x02\nADCO 031664001852 ;\r\nPAPP 00390 ,\r\x03"
    bursts = [Burst(0.1, 1 / 120, frame[:20]), Burst(0.1 + 0.2, 1 / 110, frame[20:])]
    replayed = Record(Mode.HISTORIC, board_named("generic"), 1.0, None, truth_of(bursts), [], [])
    assert len(replayed.truth) == 1
    write_record(tmp_path, replayed)
    read = read_record(tmp_path)
    check_equal(read, replayed)
    assert [one.groups for one in read.truth] == [one.groups for one in replayed.truth]


seconds = st.floats(0, 1e6)
volts = st.floats(-1, 20)
texts = st.text(max_size=12)
groups = st.builds(Group, texts, texts, st.none() | texts)
places = st.integers(0, 30)
pieces = st.builds(
    Piece,
    st.binary(max_size=30),
    st.none() | groups,
    st.sampled_from(Expect),
    st.none() | texts,
    st.dictionaries(places, st.sampled_from(CharacterDefect), max_size=3).map(lambda found: tuple(found.items())),
    st.lists(st.tuples(places, seconds), max_size=3).map(tuple),
    st.floats(0.5, 2.0),
)
frames = st.builds(
    SentFrame, st.just(0), st.sampled_from(Mode), seconds, st.floats(1e-4, 0.1),
    st.lists(pieces, max_size=4).map(tuple), st.booleans(), texts,
)  # fmt: skip
said = st.dictionaries(texts, st.builds(Said, texts | st.integers(), st.none() | texts), max_size=4)
ports = st.builds(
    PortSettings, seconds, st.none() | st.integers(), st.none() | st.integers(5, 8),
    st.none() | st.sampled_from("EONMS"), st.none() | st.sampled_from((1.0, 1.5, 2.0)), st.booleans(),
)  # fmt: skip
stretches = st.builds(LoadStretch, seconds, seconds, texts, volts, volts)
events = st.builds(PowerEvent, seconds, st.sampled_from(PowerEventKind), volts, volts)
trials = st.builds(
    Trial, st.builds(Supply, texts, volts, seconds, seconds), st.lists(seconds, max_size=3).map(tuple),
    st.lists(events, max_size=3).map(tuple), st.lists(stretches, max_size=3).map(tuple), seconds,
)  # fmt: skip
cuts = st.builds(CutOut, seconds, seconds, volts, st.none() | seconds)
powers = st.builds(
    PowerRecord, trials, st.none() | trials, st.lists(cuts, max_size=3).map(tuple), trials, st.none() | trials,
    st.none() | trials,
)  # fmt: skip


def journal(sent: list[SentFrame]) -> Truth:
    truth = Truth()
    for number, frame in enumerate(sent):
        truth.append(replace(frame, number=number))
    return truth


facts = st.dictionaries(texts, st.none() | st.booleans() | st.integers(-9, 9) | texts, max_size=2)
end_events = st.builds(EndEvent, seconds, texts, texts, facts)
labels = st.none() | st.frozensets(texts, max_size=3)
probes = st.lists(
    st.builds(ProbeRecord, texts, labels, st.lists(end_events, max_size=2).map(tuple)),
    min_size=1, max_size=2, unique_by=lambda probe: probe.spec,
).map(tuple)  # fmt: skip
outages = st.lists(st.builds(Outage, texts, texts, seconds, seconds), max_size=2).map(tuple)
records = st.builds(
    Record,
    mode=st.sampled_from(Mode),
    board=st.sampled_from([board_named(name) for name in board_names()]),
    speed=st.floats(0.1, 100),
    claims=st.none() | st.frozensets(texts, max_size=3),
    truth=st.lists(frames, max_size=3).map(journal),
    readings=st.lists(st.builds(Reading, seconds, said, texts, texts, texts), max_size=3),
    remarks=st.lists(st.builds(Remark, seconds, texts, texts), max_size=2),
    disturbed=st.sets(texts, max_size=3),
    silent=st.booleans(),
    ended=st.none() | texts,
    ended_s=st.none() | seconds,
    last_words=texts,
    stderr=st.binary(max_size=30),
    overruns=st.integers(0, 9),
    port_settings=st.lists(ports, max_size=3).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
    dropped=st.integers(0, 9),
    late=st.lists(st.builds(Late, seconds, seconds), max_size=2),
    duration_s=seconds,
    power=st.none() | powers,
    probes=probes,
    outages=outages,
)


OTHERS = st.sampled_from(["", '"', "\\", "\t", "\0", "{", "é", "A", "0", "-", "e", ", "])
FRAME = "evidence/sent.jsonl.gz:1"


def read_either_way(read: Callable[[], Piece | SentFrame | None]) -> Piece | SentFrame | str | None:
    """A piece or a frame, or that it is none."""
    try:
        return read()
    except ValueError:
        return "wrong"


def but_for_one(text: str, data: st.DataObject) -> str:
    """Another character in the place of one."""
    at = data.draw(st.integers(0, len(text)))
    return text[:at] + data.draw(OTHERS) + text[at + 1 :]


@given(st.builds(Piece, st.binary(max_size=4), groups, st.sampled_from(Expect), st.none() | texts), st.data())
def test_a_plain_piece_is_read_as_the_model_reads_it(piece: Piece, data: st.DataObject) -> None:
    part = but_for_one(_Piece.text(piece).removeprefix('{"data": "').removesuffix("}"), data)
    quick = read_either_way(lambda: _plain(part))
    assert quick is None or quick == read_either_way(lambda: line_of("", f'{{"data": "{part}}}', _Piece).piece)


@given(frames, st.data())
def test_a_plain_frame_is_read_as_the_model_reads_it_or_not_at_all(frame: SentFrame, data: st.DataObject) -> None:
    (written,) = _texts([frame])  # type: ignore[arg-type]  # a truth has no more to say of frames
    assert _SharedPieces().frame(0, FRAME, written) == frame
    text = but_for_one(written, data)
    by_model = read_either_way(lambda: line_of(FRAME, text, _Frame).frame(0))
    assert read_either_way(lambda: _SharedPieces().frame(0, FRAME, text)) in ("wrong", by_model)


@pytest.mark.nightly
@given(records)
def test_what_is_written_is_read_back_field_by_field(tmp_path_factory: pytest.TempPathFactory, record: Record) -> None:
    folder = tmp_path_factory.mktemp("evidence")
    write_record(folder, record)
    read = read_record(folder)
    check_equal(read, record)
    assert read == record
    kinds = [[type(one.value) for one in reading.said.values()] for reading in record.readings]
    assert [[type(one.value) for one in reading.said.values()] for reading in read.readings] == kinds
    assert [[*reading.said] for reading in read.readings] == [[*reading.said] for reading in record.readings]


MEMBERS = ("run.json", "sent.jsonl.gz", "readings.jsonl.gz", "port.jsonl.gz", "power.jsonl.gz", "stderr.txt")


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A folder with two lines in each file, at least."""
    trial = Trial(
        Supply("min_spec", 12.0, 274.0), (1.5,), (PowerEvent(1.0, PowerEventKind.POWER_ON, 3.0, 3.0),),
        (LoadStretch(0.0, 1.0, "off", 0.0, 3.0),), 2.0,
    )  # fmt: skip
    sent = [SentFrame(n, Mode.STANDARD, float(n), 0.001, (Piece(b"\x02"), Piece(b"\x03")), True, "a") for n in range(2)]
    write_record(
        tmp_path,
        Record(
            Mode.STANDARD, board_named("winky-c6"), 1.0, None, journal(sent),
            [Reading(0.5, {"EAST": Said(1)}), Reading(1.5, {"EAST": Said("2", "E")})], [Remark(2.0, "?")],
            stderr=b"one\ntwo\n", port_settings=(PortSettings(0.1), PortSettings(0.2)),
            power=PowerRecord(trial, None, (CutOut(1.0, 2.0, 3.0, None),), trial),
        ),
    )  # fmt: skip
    return tmp_path


def complaint(folder: Path) -> str:
    """What is complained of, in one line."""
    with pytest.raises(InputError) as caught:
        read_record(folder)
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith(str(folder))
    assert told.endswith("; take the evidence as the run wrote it")
    return told.removeprefix(f"{folder}/").removesuffix("; take the evidence as the run wrote it")


MAPPED = Reading(
    1.5, {"EAST": Said("2188.83", None, scale_of("1000", "10")), "SMAXSN": Said(9, "2027-01-05T21:55:00", None, "iso")},
    "{}", "mqtt://broker/home/#", "home/x",
)  # fmt: skip


def test_a_reading_through_a_mapping_is_the_same_when_it_was_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "readings.jsonl.gz"
    plain = Reading(0.5, {"EAST": Said(1)})
    assert read_said(path, write_said(path, [plain, MAPPED], [])) == ([plain, MAPPED], [])
    first, second = (json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines())
    assert first == {"at_s": 0.5, "said": {"EAST": {"value": 1, "timestamp": None}}}
    assert second == {
        "at_s": 1.5,
        "said": {
            "EAST": {"value": "2188.83", "timestamp": None, "scale": "1000", "step": "10"},
            "SMAXSN": {"value": 9, "timestamp": "2027-01-05T21:55:00", "form": "iso"},
        },
        "message": "{}", "probe": "mqtt://broker/home/#", "source": "home/x",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"), [("scale", "1e9999"), ("scale", "x"), ("step", "1/0"), ("value", "many"), ("form", "odd")]
)
def test_a_number_in_the_evidence_that_no_run_writes_is_told(tmp_path: Path, key: str, value: str) -> None:
    path = tmp_path / "readings.jsonl.gz"
    said = {"value": "1", "timestamp": None, "scale": "10", "step": "1"} | {key: value}
    path.write_bytes(gzip.compress(json.dumps({"at_s": 1.0, "said": {"EAST": said}}).encode() + b"\n"))
    with pytest.raises(InputError, match=r"readings\.jsonl\.gz:1: said\.EAST.*; take the evidence") as caught:
        read_said(path, 1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_file_that_is_missing_is_named(evidence: Path, name: str) -> None:
    (evidence / name).unlink()
    assert complaint(evidence) == f"{name}: cannot be read (No such file or directory)"


@pytest.mark.parametrize("name", MEMBERS)
def test_a_file_that_was_cut_is_named_with_the_line(evidence: Path, name: str) -> None:
    whole = (evidence / name).read_bytes()
    for length in (0, len(whole) // 2, len(whole) - 2):
        (evidence / name).write_bytes(whole[:length])
        assert complaint(evidence).startswith(f"{name}:")
        assert complaint(evidence).split(": ")[0].rpartition(":")[2].isdecimal()


@pytest.mark.parametrize(
    ("name", "line", "lines"),
    [("sent", 1, 1), ("readings", 2, 2), ("port", 1, 1), ("power", 6, 6)],
)
def test_lines_that_are_missing_are_missed(evidence: Path, name: str, line: int, lines: int) -> None:
    path = evidence / f"{name}.jsonl.gz"
    kept = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(kept[:-1])))
    assert complaint(evidence) == f"{name}.jsonl.gz:{line}: ends after {lines} lines; expected {len(kept)}"


@pytest.mark.parametrize(
    ("name", "was", "is_now", "told"),
    [
        ("sent", b'"data": "03"', b'"data": "0"', "1: pieces: non-hexadecimal number found in fromhex()"),
        ("sent", b'"at_s": 1.0', b'"at_s": "1.0"', "2: at_s: Input should be a valid number"),
        ("sent", b'"step": "a", ', b"", "1: step: Field required"),
        ("sent", b'"mode": "standard"}\n{', b'"mode": "standard"}\n[', "2: Invalid JSON"),
        ("sent", b'"mode": "standard"', b'"mode": "quick"', "1: mode: Input should be 'historic' or 'standard'"),
        ("readings", b'{"value": "2"', b'{"value": [2]', "2: said.EAST.value.str: Input should be a valid string"),
        ("readings", b'"line": "?"', b'"lime": "?"', "3: "),
        ("port", b'"at_s": 0.2', b'"at_s": 0.2, "more": 1', "2: more: Extra inputs are not permitted"),
        ("power", b'"trial": "cold", "supply"', b'"trial": "hot", "supply"', "1: trial 'hot': did not begin; known: "),
        ("power", b'"what": "power on"', b'"what": "powder on"', "2: what: Input should be 'power on', "),
    ],
)
def test_a_line_that_is_wrong_is_named(evidence: Path, name: str, was: bytes, is_now: bytes, told: str) -> None:
    path = evidence / f"{name}.jsonl.gz"
    text = gzip.decompress(path.read_bytes())
    assert was in text
    path.write_bytes(gzip.compress(text.replace(was, is_now, 1)))
    assert complaint(evidence).startswith(f"{name}.jsonl.gz:{told}")


@pytest.mark.parametrize(
    ("was", "is_now", "told"),
    [
        ('"xky-record/1"', '"xky-record/9"', "2: schema: Input should be 'xky-record/1'"),
        ('"silent": false', '"silent": "no"', "7: silent: Input should be a valid boolean"),
        ('"silent": false,', "", "1: silent: Field required"),
        ('"duration_s": 0.0,', '"duration_s": 0.0', "16: is no JSON (Expecting ',' delimiter)"),
        ('"sleep_s": 30.0', '"sleep_s": "long"', "50: board.wake.sleep_s: Input should be a valid number"),
    ],
)
def test_what_is_wrong_in_the_file_of_the_run_is_named(evidence: Path, was: str, is_now: str, told: str) -> None:
    path = evidence / "run.json"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, is_now, 1), encoding="utf-8")
    assert complaint(evidence).startswith(f"run.json:{told}")


def test_a_folder_without_evidence_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no historic and no standard"):
        read_records(tmp_path)


@pytest.mark.nightly
def test_evidence_of_a_run_before_is_not_taken_for_that_of_this_one(tmp_path: Path) -> None:
    certify(Campaign(Options("sim:generic")), tmp_path)
    certify(Campaign(Options("sim:generic", mode=Mode.HISTORIC)), tmp_path)
    assert list(read_records(tmp_path / "evidence")) == [Mode.HISTORIC]


def test_a_line_that_a_few_bytes_stand_for_is_not_kept_in_memory(evidence: Path) -> None:
    (evidence / "sent.jsonl.gz").write_bytes(gzip.compress(b" " * 20_000_000 + b"\n"))
    assert complaint(evidence) == "sent.jsonl.gz:1: is longer than 16 MiB"


def test_a_file_of_the_run_with_more_digits_than_any_is_named(evidence: Path) -> None:
    path = evidence / "run.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"overruns": 0', f'"overruns": 1{"0" * 5000}'), "utf-8")
    assert complaint(evidence).startswith("run.json:1: cannot be read (")
