"""Loading from a hub: the real client against a server on 127.0.0.1 that speaks the hub's resolve API."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ner.extractor import Extractor
from ner.model.checkpoint import load_checkpoint, save_checkpoint

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TEXT = "松溪县完成12件民生实事，新建8所公办幼儿园。"
LOAD = """
import sys
from ner.errors import NerError
from ner.extractor import Extractor
try:
    extractor = Extractor.from_pretrained(sys.argv[1], revision=sys.argv[2] or None, device="cpu")
except NerError as error:
    print(f"error: {error}")
else:
    print([(e.type, e.start, e.end) for e in extractor.extract(sys.argv[3])])
"""


class Hub(ThreadingHTTPServer):
    """A hub with one repository, ``team/tiny``, at branch main and tag v1, private to one token."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *args: object) -> None:
        pass

    def _answer(self, body: bool) -> None:
        path = self.path.split("?")[0]
        self.server.requests.append(path)
        if self.headers.get("Authorization") != "Bearer secret":
            self._send(401, b"{}", {"X-Error-Code": "RepoNotFound"}, body)
            return
        api, resolve = "/api/models/team/tiny/revision/", "/team/tiny/resolve/"
        for revision in ("main", "v1", COMMIT):
            if path == api + revision:
                siblings = [{"rfilename": name} for name in self.server.files]
                record = {"id": "team/tiny", "modelId": "team/tiny", "sha": COMMIT, "siblings": siblings, "tags": []}
                self._send(200, json.dumps(record).encode(), {"Content-Type": "application/json"}, body)
                return
            name = path.removeprefix(f"{resolve}{revision}/")
            if name in self.server.files:
                content = self.server.files[name]
                etag = hashlib.sha256(content).hexdigest()
                self._send(200, content, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}, body)
                return
        if path == f"/api/models/team/tiny/tree/{COMMIT}":
            tree = [{"type": "file", "path": n, "size": len(c), "oid": "0"} for n, c in self.server.files.items()]
            self._send(200, json.dumps(tree).encode(), {"Content-Type": "application/json"}, body)
            return
        code = "RepoNotFound" if "team/tiny" not in path else "RevisionNotFound" if api in path else "EntryNotFound"
        self._send(404, b"{}", {"X-Error-Code": code}, body)

    def _send(self, status: int, content: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)


@pytest.fixture
def hub(model_folder: Path) -> Iterator[Hub]:
    server = Hub(model_folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def load(tmp_path: Path, name: str, endpoint: str, revision: str = "", **variables: str) -> str:
    """Load in a process of its own, since the hub client reads its environment once."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment |= {"HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1", **variables}
    call = [sys.executable, "-c", LOAD, name, revision, TEXT]
    done = subprocess.run(call, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_loads_by_name_then_from_the_cache_with_the_network_off(tmp_path: Path, hub: Hub, model_folder: Path) -> None:
    local = Extractor.from_pretrained(str(model_folder), device="cpu").extract(TEXT)
    expected = str([(e.type, e.start, e.end) for e in local])
    assert len(local) > 0
    assert load(tmp_path, "team/tiny", hub.url, HF_TOKEN="secret") == expected
    assert any(path.endswith("/model.safetensors") for path in hub.requests)
    assert any(path.endswith("/ner.json") for path in hub.requests)
    asked = len(hub.requests)
    assert load(tmp_path, "team/tiny", hub.url, HF_HUB_OFFLINE="1") == expected
    assert len(hub.requests) == asked


def test_revision_is_asked_for(tmp_path: Path, hub: Hub) -> None:
    assert load(tmp_path, "team/tiny", hub.url, "v1", HF_TOKEN="secret").startswith("[(")
    assert any("/revision/v1" in path for path in hub.requests)
    missing = load(tmp_path, "team/tiny", hub.url, "v9", HF_TOKEN="secret")
    assert missing.startswith("error: model.path=team/tiny at revision v9:")


def test_missing_private_and_unreachable_models_are_one_line(tmp_path: Path, hub: Hub) -> None:
    for name, endpoint, token in (
        ("team/none", hub.url, "secret"),
        ("team/tiny", hub.url, "wrong"),
        ("team/tiny", "http://127.0.0.1:9", "secret"),
    ):
        line = load(tmp_path, name, endpoint, HF_TOKEN=token)
        assert line.startswith(f"error: model.path={name}: no folder of that name here, and the hub gave")
        assert "offline, copy the model's folder here" in line


def test_pickles_and_code_are_never_fetched(tmp_path: Path, hub: Hub) -> None:
    hub.files |= {"pytorch_model.bin": b"x", "modeling_evil.py": b"raise SystemExit('run')"}
    assert load(tmp_path, "team/tiny", hub.url, HF_TOKEN="secret").startswith("[(")
    del hub.files["model.safetensors"]
    (tmp_path / "fresh").mkdir()
    line = load(tmp_path / "fresh", "team/tiny", hub.url, HF_TOKEN="secret")
    assert "no safetensors weights" in line
    assert not any(path.endswith((".bin", ".py")) for path in hub.requests)


def test_weights_in_shards_load_as_the_whole_do(tmp_path: Path, hub: Hub, model_folder: Path) -> None:
    whole = load(tmp_path, "team/tiny", hub.url, HF_TOKEN="secret")
    save_checkpoint(load_checkpoint(str(model_folder)), tmp_path / "shards", shard_size="20KB")
    hub.files = {path.name: path.read_bytes() for path in (tmp_path / "shards").iterdir()}
    assert "model.safetensors" not in hub.files
    (tmp_path / "fresh").mkdir()
    assert load(tmp_path / "fresh", "team/tiny", hub.url, HF_TOKEN="secret") == whole
    assert sum(path.endswith(".safetensors") for path in hub.requests) > 2
