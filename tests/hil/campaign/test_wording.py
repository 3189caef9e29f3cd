# SPDX-License-Identifier: Apache-2.0
"""A report in French: every text of the code has one, by the same holes, and nothing is left in English."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from xky.boards import known_defects
from xky.emulator.faults import known_faults
from xky.hil.campaign import condition
from xky.hil.campaign import wording as wording_module
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.defect_matrix import DEFAULT_BOARD
from xky.hil.campaign.report.page import ABOUT, page, summary
from xky.hil.campaign.suite import declared_purposes
from xky.hil.campaign.verdict import Level, Verdict
from xky.hil.campaign.wording import LANGUAGES, Wording, catalogue, holes_of, is_sentence, wording
from xky.protocol import InputError
from xky.protocol.uplinks.line_rules import RULES

FRENCH = Wording("fr")
CHECKS = Wording("fr", checks=True)
CAMPAIGN = Path(str(resources.files("xky.hil.campaign")))
CHECKED_BY = [
    *sorted((CAMPAIGN.parent / "verification").glob("*.py")), CAMPAIGN.parent / "archive" / "comparison.py",
    CAMPAIGN.parent / "archive" / "manifest.py", CAMPAIGN.parent / "dispute" / "print_dispute.py",
    CAMPAIGN.parent / "dispute" / "slices.py", CAMPAIGN.parent / "dispute" / "members.py",
    CAMPAIGN.parent / "dispute" / "judged_pack.py",
]  # fmt: skip
TOLD_BY = [
    *sorted((CAMPAIGN / "oracle").glob("*.py")), CAMPAIGN / "report" / "document.py", CAMPAIGN / "headline_notes.py",
    CAMPAIGN / "firmware.py", CAMPAIGN / "declared_meters.py", CAMPAIGN / "carried.py",
    CAMPAIGN / "bench_trials.py", CAMPAIGN / "dead_server_trials.py",
]  # fmt: skip
NO_MESSAGES = {  # what in these files people never read as a sentence
    "Enedis-NOI-CPT_54E v3 (2018-06-01); ERDF-NOI-CPT_02E v4 (2010-07-01)", "xky-hil 3",
    "3: cannot be read (3); let it be read, or give another", "3 3",
}  # fmt: skip
QUICK = (
    "partial: standard: --quick skipped all 3 purposes: clean frames at both ends take 3 s, of 3 s; no step has room"
)
SAY_ONLY = (
    "by the statement payloads at lorawan say only these data, so no others were asked for: IINST ≤ 254; BASE (PTEC 3)"
)
RESUMED = "resumed: the run was cut between modes; 3 purposes were settled by then, the others were asked anew"
BROWN_OUT = "3 mV decide whether it browns out; the model knows no better"
UNSENT = "3 s: IMAX = '3' was never sent under that label"
CHANGES = "the light changes 3 s behind the last good frame"
LIT = "the light is lit for 3 s; 3 s to 3 s say that frames are good"
OHMS = "1200 Ω at 3 V peak; 3 Ω to 3 Ω allowed"
LEVEL = "3 V peak in a 0, 3 V in a 1, 3 kHz"
PARTS = {  # of messages that are put together, and one that has it
    "≤ 3": SAY_ONLY,
    "(3 3)": SAY_ONLY,
    "said instead: 3": "EAST sent intact and never reported; said instead: EAST = '3' (3.40 s)",
    "3 = 3 (3 s)": "EAST = '3' (3.40 s)",
    LEVEL: f"nothing was read at {LEVEL}",
    "nothing was read at 3": f"nothing was read at {LEVEL}",
    "nothing was read at 3: within the uncertainty of the limit": f"nothing was read at {LEVEL}: within the "
    "uncertainty of the limit",
    "read at 3: within the uncertainty of the limit, or not up to it": f"read at {LEVEL}: within the uncertainty of "
    "the limit, or not up to it",
    "3 readings at 3, of 3 at a sound carrier": f"3 readings at {LEVEL}, of 3 at a sound carrier",
    "3: 3 readings in 3 s, of 3 at a sound carrier": f"{LEVEL}: 3 readings in 3 s, of 3 at a sound carrier",
    "3: within the uncertainty": f"{OHMS}: within the uncertainty",
    "3 µS 3 at 3 V peak; 3 µS allowed": "3 µS capacitive at 3 V peak; 3 µS allowed",
    "3; not before 3 s": f"{CHANGES}; not before 3 s",
    "3; 3 s to 3 s allowed: too near to tell": f"{CHANGES}; 3 s to 3 s allowed: too near to tell",
    "3: within the 3 ms that the eye can know": f"{LIT}: within the 3 ms that the eye can know",
    "longest time 3": "longest time lit",
    "shortest time 3": "shortest time lit",
    "not played:": "not played: the device was silent",
    "messages at 3 said no label": "standard: 3 messages at mqtt said no label; at 1.00 s: x",
    "lines were no JSON object": "standard: 3 lines were no JSON object; at 1.00 s: x",
    "s until the first reading": "3 s until the first reading; 2 allowed",
    "s until it reads again": "3 s until it reads again; 2 allowed",
    "s until it is heard again": "3 s until it is heard again; 2 allowed",
    ", a single 0 held 3 µs and a 1 3 µs": f"nothing was read at {LEVEL}, a single 0 held 3 µs and a 1 3 µs",
    "3, 3 % of harmonics": f"read at {LEVEL}, 3 % of harmonics: within the uncertainty of the limit, or not up to it",
    "s between two readings": "3 s between two readings; 2 allowed",
    "3: 3, 3": "3 V: part, input voltage, V; 2 allowed",
    "3; 3 allowed": "3 mW; 3 allowed",
    "3 3; 3 allowed": "3 mW; 3 allowed",
    "3: 3: 3": "diode: input voltage, V: 3",
    "needs a load that empties the capacitor": "needs a load that empties the capacitor: 3 V are left",
    "needs the bench to be its 3: --probe 3:ADDRESS:PORT": "needs the bench to be its broker: --probe mqtt:ADDRESS:"
    "PORT",
    "3: 3 V are left": "needs a load that empties the capacitor: 3 V are left",
    "3: 3: 3 measured": "diode: input voltage, V: 3 measured",
    "3: 3: 3 by the board's file": "diode: input voltage, V: 3 by the board's file",
    "3: 3: 3 at the most": "diode: input voltage, V: 3 at the most",
    "3 readings and 3 brown-outs": "no reading, 3 readings and 3 brown-outs in 5 s",
    "3, 3 in 3 s": "no reading, 3 readings and 3 brown-outs in 5 s",
    "3 s: 3 = '3' 3": "3 s: EAST = '3' repeats a damaged group",
    "3 s: 3 = 3 3": "3 s: EAST = '3' repeats a damaged group",
    "3 s: 3": "3 s: EAST",
    "3; sent 3 s before": "3 s: EAST = '3' is older than a reading may be; sent 3 s before",
    "33 = 3": "3 s: EAST = 3",
    " (3)": "3 s: EAST→3→A (wrong checksum)",
    "3: 3": "3 s: EAST = '3' repeats a damaged group: it broke off",
    "3 s: 33": "3 s: EAST",
    "3: it is that of a group with spoilt characters, whose checksum fits all the same": f"{UNSENT}: it is that of a "
    "group with spoilt characters, whose checksum fits all the same",
    ": 3 was 3": f"{UNSENT}: SINSTS was 3",
    ": it is 3 times what was sent, 3": f"{UNSENT}: it is 3 times what was sent, 3",
    ": sent as 3": f"{UNSENT}: sent as 3",
    ": sent without a horodate": f"{UNSENT}: sent without a horodate",
    ": its horodate was 3": f"{UNSENT}: its horodate was 3",
    "3 of what failed 3 waived by the statement": "3 of what failed are waived by the statement",
    "the statement claims no meter of 3 phase3": "the statement claims no meter of 3 phases",
    "3 at 3 s": "standard at 3 s",
    "was cut in 3": "resumed: the run was cut in standard at 3 s; 3 purposes were settled by then, the others were "
    "asked anew",
    "was cut between modes": "resumed: the run was cut between modes; 3 purposes were settled by then, the others were "
    "asked anew",
    "partial: 3: --quick skipped all 3 purposes: 3": "partial: standard: --quick skipped all 3 purposes: clean frames "
    "at both ends take 3 s, of 40 s; no step has room",
    "meters of 3 phase3": "meters of 3 phases",
    "the damaged 3 3 not reported": "the damaged EAST, SINSTS are not reported",
    "needs 3; xky requirements 3 tells the steps": "needs a scope; xky requirements TIC-INP-1 tells the steps",
    "3 decide whether it starts; the model knows no better": "3 mV decide whether it starts; the model knows no better",
    "3 decide whether it browns out; the model knows no better": BROWN_OUT,
    "; it last said on standard error: 3": "the device ended at 3 s (x); it last said on standard error: x",
    "; keys: 3": "3 JSON objects, none with a label of the TIC; keys: X",
    "resumed: the run 3; 3 were settled by then, the others were asked anew": RESUMED,
    "clean frames at both ends take 3 s, of 3 s; no step has room": QUICK,
    "3 mode": "not claimed by the statement, and not tested: standard mode, meters of producers",
    "3: 3 3; at 3 s: 3": "standard: 3 lines were no JSON object; at 3 s: x",
    "3 mV": "3 mV decide whether it starts; the model knows no better",
    "a reading 3 s later": "3 s: back after 3 s at 3 V, a reading 3 s later",
    "the device ended at 3 s (3)3": "the device ended at 3 s (exit status 3); it last said on standard error: x",
}


NO_LINES = {  # what in what checks reports is put together with others, or is an error of the command
    "3 (3)", "3 3…", "3 (3, 3)", "333, 333", "3, 3", "3, 333 (3)", "  3 3", "report.json: 3 is ", "3: 3",
    "3: part is no number",
    "keys that are no labels, ignored: ", "the bench was lost: ", "bench before: ", "partial: historic: --quick ",
    "partial: standard: --quick ", "contested of 3", "3 of 3", "again of 3", "xky dispute --judge 3", ": 3",
    "3: is of another version (3), and this one reads 3; verify it with the xky-hil that its manifest names",
    "--judge 3: is no pack of xky dispute (3); ask for it again", "3 s  33\n", "3 s  3  3\n", "    <- 3",
    "    33\n", "3 = 3", "xky-hil 3", ", cut",
    "xky verify --replay 3",
    "--judge 3: cannot be read (3); give a pack of xky dispute",
}  # fmt: skip
JOINED = {  # messages of these that are put together, and one that has it
    "3 in 3 mode: 3": "TIC-CHK-1/x in standard mode: 3",
    "3 is 3 in the report, 3 by the evidence": "x: verdict is 3 in the report, 3 by the evidence",
    "; the report is by 3": "not known to xky-hil 3; the report is by 3",
    "is a 3 in the report, a 3 in the suite": "x: is a must in the report, a should in the suite",
    "3 is none of ours3": "dispute.json is none of ours: x",
    "is no JSON (3)": "manifest.json: is no JSON (3)",
    "members: 3: has other keys": "manifest.json: members: 3: has other keys",
}  # fmt: skip


ENGLISH = re.compile(r"\b(the|was|were|is|of|and|with|not|from|within|after|that|its|by|nobody|more)\b")
QUOTED = re.compile(r"'.*?'|\".*?\"")


def messages(path: Path) -> Iterator[str]:
    """The texts of a module that hold several words, with 3 in each hole, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            passed.update(id(part) for part in node.values)
            passed.update(id(part.format_spec) for part in node.values if isinstance(part, ast.FormattedValue))
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(_part(one) for one in node.values)
        else:
            continue
        if " " in text.strip():
            yield text


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return "'3'" if part.conversion == ord("r") else "3"


def is_told(text: str) -> bool:
    """Whether the French of a text is another one; of what is put behind others, with something before it."""
    whole = PARTS.get(text, f"3{text}" if text[0] in " ;:" else text)
    return FRENCH.say(whole) != whole


@pytest.mark.parametrize("path", TOLD_BY, ids=lambda path: path.name)
def test_every_message_of_the_oracle_and_the_report_has_its_french(path: Path) -> None:
    missing = [text for text in messages(path) if text not in NO_MESSAGES and not is_told(text)]
    assert missing == []


@pytest.mark.parametrize("path", CHECKED_BY, ids=lambda path: path.name)
def test_every_message_of_what_checks_a_report_has_its_french(path: Path) -> None:
    manifest = "manifest.json: " if path.name == "manifest.py" else ""  # as a note has it
    told = {text: JOINED.get(text, text if text in catalogue() else f"{manifest}{text}") for text in messages(path)}
    missing = [text for text, whole in told.items() if text not in NO_LINES
               and whole not in catalogue() and CHECKS.say(whole) == whole]  # fmt: skip
    assert missing == []


def test_what_a_device_says_is_not_taken_for_a_line_of_a_check() -> None:
    for said in ("sensor: is missing", "firmware v2", "changed: SSID", "EAST: cannot be read", "signed", "whole"):
        line = f"standard: 3 lines were no JSON object; at 1.00 s: {said}"
        assert FRENCH.say(line).endswith(f": {said}")


def test_both_sides_of_the_catalogue_have_the_same_holes() -> None:
    assert [english for english, french in catalogue().items() if holes_of(english) != holes_of(french)] == []


@pytest.mark.parametrize("name", ["page.html", "moment.html"])
def test_every_text_of_a_page_is_in_the_catalogue(name: str) -> None:
    text = (CAMPAIGN / "report" / name).read_text(encoding="utf-8")
    calls = Environment().parse(text).find_all(nodes.Call)
    told = [call.args[0].value for call in calls if isinstance(call.node, nodes.Name) and call.node.name == "_"
            and isinstance(call.args[0], nodes.Const)]  # fmt: skip
    assert len(told) > 3
    assert [one for one in told if one not in catalogue()] == []


def test_names_of_steps_faults_groups_and_verdicts_are_in_the_catalogue() -> None:
    steps = {
        one.name for purpose in declared_purposes() for one in purpose.stimuli if purpose.requirement.id != "FOUND"
    }
    faults = {name.replace("_", " ") for name in known_faults()}
    words = {*faults, *ABOUT.values(), *Verdict, *Level}
    assert {one for one in words if str(one) not in catalogue()} == set()
    assert {one for one in steps if FRENCH.say(one) == one and not re.search(r"\d", one)} == set()


def test_a_step_may_bring_its_own_french(monkeypatch: pytest.MonkeyPatch) -> None:
    some = next(one for one in declared_purposes() if one.stimuli)
    greeting = replace(some, stimuli=(replace(some.stimulus, name="greeting", french="message"),))
    monkeypatch.setattr(wording_module, "declared_purposes", lambda: (greeting,))
    monkeypatch.setattr(wording_module, "_known", wording_module._known.__wrapped__)  # anew
    monkeypatch.setattr(wording_module, "_french", wording_module._french.__wrapped__)
    assert [FRENCH.say(line) for line in ("greeting", "greeting, after")] == ["message", "message, après"]


def test_every_group_of_requirements_says_what_it_is_about() -> None:
    groups = {purpose.requirement.id.rpartition("-")[0] for purpose in declared_purposes()}
    assert groups - {""} == set(ABOUT)


def test_what_a_line_of_a_database_may_have_wrong_is_in_the_catalogue() -> None:
    assert [rule.says for rule in RULES.values() if rule.says not in catalogue()] == []


def test_what_instruments_show_and_what_decides_whom_it_concerns_has_its_french() -> None:
    procedures = [one.requirement.procedure for one in declared_purposes() if one.requirement.procedure is not None]
    limits = {limit for one in procedures for limit in one.limits}
    why_not = {one.otherwise for one in vars(condition).values() if isinstance(one, condition.Condition)}
    assert limits
    assert why_not
    assert {one for one in limits | why_not if FRENCH.say(one) == one and one != "50 %"} == set()


def test_what_a_run_comes_to_is_in_the_catalogue() -> None:
    musts = [{"id": "A-1", "level": "must", "verdict": verdict} for verdict in ("fail", "inconclusive", "pass")]
    shoulds = [{"id": "A-2", "level": "should", "verdict": "fail"}]
    for verdict in ("fail", "inconclusive", "pass"):
        for asked in (musts, musts[1:], musts[2:], shoulds, musts[2:] + shoulds):
            for template, values in summary({"verdict": verdict, "requirements": asked}):
                assert FRENCH.fill(template, **values) != Wording().fill(template, **values)


@pytest.mark.parametrize(("english", "french"), [
    ("PAPP = 0184O was reported", "PAPP = 0184O a été restitué"),
    ("IRMS1 = '' was reported", "IRMS1 = '' a été restitué"),
    ("SINSTS = '00933' at e261015183016 was reported", "SINSTS = '00933' à e261015183016 a été restitué"),
    ("1.50 s: EAST = '' at 003204361 is older than a reading may be; sent 9.0 s before",
     "1,50 s : EAST = '' à 003204361 date de trop longtemps ; envoyé 9,0 s auparavant"),
    ("no value that repeats a damaged group or is older than a reading may be",
     "aucune valeur qui répète un groupe altéré ou date de trop longtemps"),
    ("a sound reading within 2.4 s after them", "un relevé juste en 2,4 s après elles"),
    ("a sound reading within 2.4 s after the frame in which it was started",
     "un relevé juste en 2,4 s après la trame dans laquelle il a démarré"),
    ("the damaged SMAXSN, UMOY1 are not reported", "ce qui est altéré n'est pas restitué : SMAXSN, UMOY1"),
    (f"1.00 s: PRM→{'0' * 9000}→A (overlong value)", f"1,00 s : PRM→{'0' * 9000}→A (donnée trop longue)"),
    ("1.00 s: started inside a frame; of it came ST→HCHP␣01",
     "1,00 s : démarré dans une trame ; il en est venu ST→HCHP␣01"),
    ("7.12 s: HCHP 014860127 ! (wrong checksum)", "7,12 s : HCHP 014860127 ! (checksum faux)"),
    ("7.12 s: NGTF→ H (PLEINE) →(", "7,12 s : NGTF→ H (PLEINE) →("),
    ("EAST, SINSTS sent intact and never reported; too late: DATE after 3.1 s, 2.5 s allowed",
     "EAST, SINSTS : envoyé intact et jamais restitué ; trop tard : DATE après 3,1 s, 2,5 s permises"),
    ("IRMS1 sent intact and never reported; said instead: IRMS1 = '232' (3.40 s)",
     "IRMS1 : envoyé intact et jamais restitué ; restitué à la place : IRMS1 = '232' (3,40 s)"),
    ("EAST, NGTF sent intact and never reported; too late: DATE after 3.1 s, 2.5 s allowed; said instead: "
     "EAST = '5' (3.40 s), NGTF = 'a; b (c)' (4.00 s); 3 characters overran its buffer",
     "EAST, NGTF : envoyé intact et jamais restitué ; trop tard : DATE après 3,1 s, 2,5 s permises ; restitué à la "
     "place : EAST = '5' (3,40 s), NGTF = 'a; b (c)' (4,00 s) ; 3 caractères ont débordé son tampon"),
    ("never reported: EAST; never reported with a value that was sent: IRMS1, STGE",
     "jamais restitué : EAST ; jamais restitué avec une valeur émise : IRMS1, STGE"),
    ('1.50 s: HCHP = \'0148\' repeats a damaged group: checksum is " " (0x20), computed "4" (0x34) (and 1 more)',
     "1,50 s : HCHP = '0148' répète un groupe altéré : le checksum est «   » (0x20), calculé « 4 » (0x34) "
     "(et 1 de plus)"),
    ("1.85 s: SINSTS = '26060' was never sent under that label: it is 10 times what was sent, 02606 (and 420 more)",
     "1,85 s : SINSTS = '26060' n'a jamais été envoyé sous cette étiquette : c'est 10 fois ce qui a été envoyé, 02606 "
     "(et 420 de plus)"),
    ("the bench was late between 1.00 s and 2.00 s; else: never reported: EAST",
     "le banc était en retard entre 1,00 s et 2,00 s ; sinon : jamais restitué : EAST"),
    ("behind 'broker away': no sound reading came; 38.4 s allowed",
     "derrière « broker absent » : aucun relevé juste n'est venu ; 38,4 s permises"),
    ("the device never reports NTARF with a value that was sent; see TIC-LBL-1",
     "l'appareil ne restitue jamais NTARF avec une valeur émise ; voir TIC-LBL-1"),
])  # fmt: skip
def test_a_line_is_told_with_what_it_holds(english: str, french: str) -> None:
    assert FRENCH.say(english) == french


def test_clauses_are_told_in_french_but_for_the_names_of_places_in_a_text() -> None:
    clauses = {one.requirement.clause for one in declared_purposes()}
    told = {FRENCH.clause(clause) for clause in clauses}
    assert {one for one in told if re.search(r"\b(?:annex|to|table|xKy:|as|the|of|data)\b|\w[;:] ", one)} == set()
    assert "xKy : compteurs du terrain ; 54E §6.1.1" in told
    assert Wording().clause("54E §5.3.4; 02E §1.3.3") == "54E §5.3.4; 02E §1.3.3"


def test_a_line_of_words_is_told_from_characters_of_a_group() -> None:
    assert is_sentence("9.05 s: the first whole frame since it was started, without them")
    assert is_sentence("9.05 s: supply fails for 3 s, back at 12.05 s")
    assert not any(map(is_sentence, ("9.05 s: HCHP 014860127 !", "9.05 s: pTEC HP..  ", "9.05 s: NGTF→ a (b) →(")))


def test_words_that_no_catalogue_knows_stay_as_they_are() -> None:
    for said in ("Every value reported was sent under that label!", "EAST→018037233→N", "{n}", "", "x" * 100_000):
        assert FRENCH.say(said) == said


def test_english_is_what_was_written() -> None:
    assert Wording().say("1.50 s: heard") == "1.50 s: heard"
    assert LANGUAGES == ("en", "fr")
    with pytest.raises(InputError, match="--lang de: no such language; known: en, fr"):
        wording("de")


def left_in_english(board: str, defect: str | None, only: Sequence[str] = ()) -> set[str]:
    """The reasons and lines of a whole run that have no French."""
    report = certify(f"sim:{board}", defect=defect, only=only)
    purposes = [purpose for one in report["requirements"] for purpose in one["purposes"]]
    lines = {line for one in purposes for line in (one["reason"], *one["sent"], *one["expected"], *one["seen"])}
    told = {line for line in [*lines, *report["remarks"]] if " " in line}
    return {line for line in told if FRENCH.say(line) == line or ENGLISH.search(QUOTED.sub("", FRENCH.say(line)))}


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("board", "defect", "only"), [
    ("generic", "loses-last-group", ()),
    ("loky", "reuses-dev-nonce", ("XKY-LRW-1",)),
    ("winky-c6", None, ("XKY-PWR-1", "XKY-PWR-3", "XKY-PWR-5")),
])  # fmt: skip
def test_no_line_of_a_run_is_left_in_english(board: str, defect: str | None, only: Sequence[str]) -> None:
    assert left_in_english(board, defect, only) == set()


@pytest.mark.nightly
@pytest.mark.parametrize("defect", sorted(known_defects()))
def test_no_line_of_any_defect_is_left_in_english(defect: str) -> None:
    assert left_in_english(known_defects()[defect].board or DEFAULT_BOARD, defect) == set()


def test_the_page_is_french_and_report_json_is_not(tmp_path: Path) -> None:
    report = certify("sim:generic", defect="ignores-checksum", only=["TIC-CHK-1"], out=tmp_path, lang="fr")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in text
    assert "L&#39;appareil enfreint 1 des 1 exigences obligatoires." in text
    assert "répète un groupe altéré\N{NO-BREAK SPACE}: " in text
    assert "repeats a damaged group" not in text
    assert "repeats a damaged group" in (tmp_path / "report.json").read_text(encoding="utf-8")
    assert page(report, FRENCH).count("répète un groupe altéré") > 10  # a report that was read back, too
