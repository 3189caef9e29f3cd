# SPDX-License-Identifier: Apache-2.0
"""The HTTP interface of a watched run: who may ask, what is answered, and that nothing can be changed."""

import shutil
from pathlib import Path

import pytest

from xky.hil.watch.kept_run import KeptRun

from .shown_run import Client

FAIL = {"id": "TIC-CHK-1/wrong-checksum", "mode": "historic"}
POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"}


@pytest.fixture
def client(kept: KeptRun) -> Client:
    return Client(kept)


@pytest.mark.by_day(8)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/events", "/line", "/verdict", "/report/index.html", "/state", "/load"])
def test_nothing_can_be_changed(client: Client, method: str, path: str) -> None:
    answer = client.get(path, method, headers={"content-type": "application/json"}, content=b"{}")
    assert answer.status_code in (404, 405)


@pytest.mark.parametrize("path", ["/", "/events", "/line?mode=historic&at_s=1", "/report/report.json"])
def test_the_page_of_another_site_reads_nothing(client: Client, path: str) -> None:
    assert client.get(path, headers={"origin": "http://evil.example"}).status_code == 403
    assert client.get(path, headers={"host": "evil.example"}).status_code == 403


def test_beyond_loopback_each_request_shows_the_token_but_for_the_page_itself(kept: KeptRun) -> None:
    client, shown = Client(kept, at="0.0.0.0:8081", token="secret"), {"authorization": "Bearer secret"}
    for path in ("/line?mode=historic&at_s=1", "/verdict?mode=historic&id=x", "/report/index.html", "/events"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"authorization": "Bearer other"}).status_code == 401
    assert client.get("/report/index.html", headers=shown).status_code == 200
    for path in ("/", "/live/js/watch/main.js", "/docs"):
        assert client.get(path).status_code == 200


def test_who_has_shown_the_token_follows_links_to_the_report_and_to_nothing_else(kept: KeptRun) -> None:
    client = Client(kept, at="0.0.0.0:8081", token="secret")
    client.feed.end()  # so that its answer ends
    answer = client.get("/events", headers={"authorization": "Bearer secret"})
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/report/"} <= set(cookie.split("; "))
    assert "secret" not in cookie
    shown = {"cookie": cookie.partition(";")[0]}
    assert client.get("/report/index.html", headers=shown).status_code == 200
    assert client.get("/line?mode=historic&at_s=1", headers=shown).status_code == 401
    assert client.get("/report/index.html", headers={**shown, "host": "evil.example"}).status_code == 403
    assert client.get("/report/index.html", headers={"cookie": "xky-report=other"}).status_code == 401
    assert "set-cookie" not in client.get("/events").headers


def test_the_files_of_the_report_are_there_and_nothing_beside_them(report: Path, tmp_path: Path) -> None:
    report = Path(shutil.copytree(report, tmp_path / "report"))  # other tests show it, too
    (report / "notes.txt").write_text("a person's own")
    (report / "evidence" / "link").symlink_to(tmp_path)
    client = Client(KeptRun(report))
    assert client.get("/report/").content == (report / "index.html").read_bytes()
    for name in ("report.json", "junit.xml", "manifest.json", "evidence/historic/sent.jsonl.gz"):
        assert client.get(f"/report/{name}").content == (report / name).read_bytes()
    for name in ("notes.txt", "../report.json", "%2e%2e/report.json", "evidence/link/x", "/etc/passwd", "evidence"):
        assert client.get(f"/report/{name}").status_code == 404


def test_a_report_runs_no_script_whoever_made_it(client: Client) -> None:
    answer = client.get("/report/index.html")
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert {"default-src 'none'", "sandbox"} <= set(policies[0].split("; "))
    assert client.get("/report/junit.xml").headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_may_load_what_its_own_server_sends_and_nothing_else(client: Client) -> None:
    assert set(client.get("/").headers["content-security-policy"].split("; ")) >= POLICY


def test_a_frame_is_told_piece_by_piece_with_what_befell_it(client: Client, kept: KeptRun) -> None:
    at_s = client.get("/verdict", params=FAIL).json()["groups_s"][0]
    frame = client.get(f"/line?mode=historic&at_s={at_s + 1e-4}").json()["frame"]
    piece = next(one for one in frame["pieces"] if one["start_s"] == at_s)
    assert (piece["fault"], piece["expect"]) == ("wrong checksum", "must not")
    assert piece["fault_text"]["fr"] == "checksum faux"
    assert frame["number"] == next(one.number for one in kept.parts[0].truth if one.end_s > at_s)
    assert client.get("/line?mode=historic&at_s=0").json()["frame"] is None or frame["number"] > 0


def test_a_verdict_tells_what_it_rests_on_in_the_language_that_was_asked_for(client: Client) -> None:
    english, french = (client.get("/verdict", params={**FAIL, "lang": lang}).json() for lang in ("en", "fr"))
    assert english["verdict"] == french["verdict"] == "fail"
    assert english["sent"][0].endswith("(wrong checksum)")
    assert french["sent"][0].endswith("(checksum faux)")
    assert english["moment"] == french["moment"]
    assert [one for one in english["moment"]["groups"] if one["is_asked"]]


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/line?mode=other&at_s=1", 422, "mode: "),
        ("/line?mode=historic", 422, "at_s: "),
        ("/line?mode=historic&at_s=nan", 422, "at_s: "),
        ("/line?mode=standard&at_s=1", 200, None),
        ("/verdict?id=TIC-CHK-1/none&mode=historic", 404, "verdict TIC-CHK-1/none"),
        ("/verdict?id=x&mode=historic&lang=de", 422, "lang: "),
        ("/elsewhere", 404, "path /elsewhere: not known"),
        ("/live/js/none.js", 404, "path /live/js/none.js: not known"),
        ("/live/../watch/app.py", 404, "path "),
    ],
)
def test_what_cannot_be_answered_is_complained_of_in_a_line(
    client: Client, path: str, status: int, told: str | None
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    if told is not None:
        assert answer.json()["detail"].startswith(told)
        assert "\n" not in answer.json()["detail"]
