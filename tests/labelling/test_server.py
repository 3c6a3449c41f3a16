"""The client against a server on this machine that fails in every way, and pulls that are killed."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ner.errors import NerError
from ner.labelling.server import Connection, Server, connection, read_settings
from ner.labelling.sources import find_source

from .fake_label_studio import TOKEN, FakeLabelStudio, annotation, task

ROOT = Path(__file__).resolve().parents[2]
TEXT = "😀\r\n松溪县新建8所公办幼儿园。"


@pytest.fixture
def fake(sdk: None) -> Iterator[FakeLabelStudio]:
    server = FakeLabelStudio(
        [task(n, f"{n}：{TEXT}", annotation(1, f"{n}：{TEXT}", ("松溪县", "region"))) for n in range(1, 251)]
    )
    yield server
    server.close()


def at(fake: FakeLabelStudio, key: str = TOKEN) -> Server:
    return Server(Connection(fake.url, key))


def test_all_pages_are_read(fake: FakeLabelStudio) -> None:
    source = find_source(at(fake), "ner")
    assert [head.id for head in source.heads()] == list(range(1, 251))
    found = source.fetch([3, 200])
    assert {number: t.annotations[0].by for number, t in found.items()} == {
        3: "anna@example.com",
        200: "anna@example.com",
    }


def test_a_listing_cut_short_by_404_is_an_error_and_no_end(fake: FakeLabelStudio) -> None:
    source = find_source(at(fake), "ner")
    fake.fail["/api/tasks"] = 404
    with pytest.raises(NerError, match="not found"):
        source.heads()


def test_two_projects_of_one_name_and_none(fake: FakeLabelStudio) -> None:
    with pytest.raises(NerError, match=r"label_studio\.project=other: no such project"):
        find_source(at(fake), "other")
    fake.titles = ["ner", "ner"]
    with pytest.raises(NerError, match=r"2 projects are called 'ner' \(1, 2\); rename"):
        find_source(at(fake), "ner")


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "refuses the token"), (403, "not allowed"), (404, "not found"), (400, "error 400 no")]
)
def test_refusals_are_one_line_with_the_fix(fake: FakeLabelStudio, status: int, reason: str) -> None:
    fake.fail["/api/projects"] = status
    with pytest.raises(NerError, match=re.escape(fake.url)) as caught:
        find_source(at(fake), "ner")
    assert reason in str(caught.value)


def test_a_server_that_hangs_up_or_is_not_there(fake: FakeLabelStudio) -> None:
    fake.fail["/api/tasks"] = None
    source = find_source(at(fake), "ner")
    with pytest.raises(NerError, match="is Label Studio running there"):
        source.heads()
    with pytest.raises(NerError, match=r"http://127\.0\.0\.1:9: projects: .*refused.*LABEL_STUDIO_URL"):
        find_source(Server(Connection("http://127.0.0.1:9", TOKEN)), "ner")


def test_an_import_is_never_repeated(fake: FakeLabelStudio) -> None:
    """The server may have stored the tasks before it failed; a second request would double them."""
    fake.fail["/api/projects/1/import"] = 503
    with pytest.raises(NerError, match="error 503"):
        at(fake).import_tasks(1, [{"data": {"text": TEXT}}])
    assert [request for request in fake.requests if request.startswith("POST")] == ["POST /api/projects/1/import"]


def test_the_token_is_never_shown(
    fake: FakeLabelStudio, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "f" * 40
    server = at(fake, wrong)
    with pytest.raises(NerError) as caught:  # this server repeats the header in its answer
        find_source(server, "ner")
    find_source(at(fake), "ner")
    with pytest.raises(NerError) as numeric:
        read_settings({"project": "ner", "interface": "x.xml", "api_key": 12345678, "url": 5})
    shown = f"{caught.value}{numeric.value}{server!r}{Connection(fake.url, wrong)!r}{caplog.text}{capsys.readouterr()}"
    assert wrong not in shown
    assert TOKEN not in shown
    assert "12345678" not in shown
    assert "refuses the token" in str(caught.value)


def test_settings_come_before_the_environment() -> None:
    there = {"LABEL_STUDIO_URL": "http://a:8080/", "LABEL_STUDIO_API_KEY": "one"}
    assert connection(environment=there) == Connection("http://a:8080", "one")
    assert connection("https://b/ls", "two", there) == Connection("https://b/ls", "two")


@pytest.mark.parametrize(
    ("url", "key", "reason"),
    [
        (None, "k", "LABEL_STUDIO_URL: not set"),
        ("localhost:8080", "k", "LABEL_STUDIO_URL: no http"),
        ("http://anna:geheim@a", "k", "leave name and password out"),
        ("http://a", None, "LABEL_STUDIO_API_KEY: not set; copy a token from http://a/user/account"),
        ("http://a", "Token geheim", "LABEL_STUDIO_API_KEY: not a token"),
    ],
)
def test_a_bad_connection_is_one_line(url: str | None, key: str | None, reason: str) -> None:
    with pytest.raises(NerError, match=reason) as caught:
        connection(url, key, {})
    assert "geheim" not in str(caught.value)


def environment(fake: FakeLabelStudio) -> dict[str, str]:
    return {**os.environ, "LABEL_STUDIO_URL": fake.url, "LABEL_STUDIO_API_KEY": TOKEN}


def test_a_pull_killed_while_it_fetches_leaves_the_old_file(fake: FakeLabelStudio, tmp_path: Path) -> None:
    call = [sys.executable, str(ROOT / "scripts" / "pull.py"), "output=pulled.json", "collection=[]"]
    done = subprocess.run(call, cwd=tmp_path, env=environment(fake), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "250 added" in done.stdout
    before = (tmp_path / "pulled.json").read_bytes()
    for number, item in enumerate(fake.tasks):
        item["updated_at"] = f"2026-02-01T00:00:00.{number:06d}Z"
        item["annotations"][0] |= {"result": [], "updated_at": item["updated_at"]}
    fake.stall = True
    process = subprocess.Popen(call, cwd=tmp_path, env=environment(fake), stdout=subprocess.DEVNULL)
    assert fake.reached.wait(120)
    process.send_signal(signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL
    assert (tmp_path / "pulled.json").read_bytes() == before
    fake.stall = False
    done = subprocess.run(call, cwd=tmp_path, env=environment(fake), capture_output=True, text=True, check=False)
    assert "250 changed" in done.stdout, done.stderr


def test_a_pull_killed_while_it_writes_leaves_the_old_file(fake: FakeLabelStudio, tmp_path: Path) -> None:
    """Killed after the new file is written and before it takes the old one's place."""
    old = tmp_path / "pulled.json"
    old.write_text("[\n\n]\n", encoding="utf-8")
    code = (
        "import pathlib, time, sys\n"
        "from ner.labelling import local, server, sources, pull\n"
        "local._sync = lambda path: (pathlib.Path('reached').touch(), time.sleep(600))\n"
        "source = sources.find_source(server.Server(server.connection()), 'ner')\n"
        "pull.pull(source, pathlib.Path('pulled.json'))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment(fake))
    while not (tmp_path / "reached").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    assert old.read_text(encoding="utf-8") == "[\n\n]\n"
    assert len(list(tmp_path.glob(".pulled.json.*.new"))) == 1


def test_a_server_gone_in_the_middle_leaves_the_old_file(fake: FakeLabelStudio, tmp_path: Path) -> None:
    call = [sys.executable, str(ROOT / "scripts" / "pull.py"), "output=pulled.json", "collection=[]"]
    (tmp_path / "pulled.json").write_text("[\n\n]\n", encoding="utf-8")
    fake.fail["/api/users"] = None  # after the listing
    done = subprocess.run(call, cwd=tmp_path, env=environment(fake), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {fake.url}: users: ")
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "pulled.json").read_text(encoding="utf-8") == "[\n\n]\n"
