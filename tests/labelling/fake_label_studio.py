"""A server on 127.0.0.1 that speaks as much of Label Studio's API as a pull and a push need, and fails on demand.

Its answers are shaped as those recorded from Label Studio 1.23.2.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

INTERFACE = (Path(__file__).parents[2] / "annotations" / "labeling_config.xml").read_text(encoding="utf-8")
TOKEN = "0123456789abcdef0123456789abcdef01234567"


class FakeLabelStudio(ThreadingHTTPServer):
    """One project, "ner", with ``tasks``; ``fail`` maps the beginning of a path to a status, None for a hang-up."""

    daemon_threads = True

    def __init__(self, tasks: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tasks = tasks
        self.titles = ["ner"]
        self.fail: dict[str, int | None] = {}
        self.requests: list[str] = []
        self.reached, self.release = threading.Event(), threading.Event()
        self.stall = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        self.release.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: FakeLabelStudio

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.server.requests.append(f"GET {parts.path} {query.get('page', '')}".strip())
        if self._failed(parts.path):
            return
        if parts.path.startswith("/api/projects"):
            items = [{"id": n, "title": t, "label_config": INTERFACE} for n, t in enumerate(self.server.titles, 1)]
            self._send(200, {"count": len(items), "next": None, "previous": None, "results": items})
        elif parts.path.startswith("/api/users"):
            self._send(200, [{"id": 1, "email": "anna@example.com", "username": "anna"}])
        elif parts.path.startswith("/api/tasks"):
            self._tasks(query)
        else:
            self._send(404, {"detail": "Not found."})

    def do_POST(self) -> None:
        self.server.requests.append(f"POST {self.path}")
        if not self._failed(urlsplit(self.path).path):
            self._send(404, {"detail": "Not found."})

    def _tasks(self, query: dict[str, str]) -> None:
        selected = json.loads(query["query"])["selectedItems"]["included"] if "query" in query else None
        if selected and self.server.stall:
            self.server.reached.set()
            self.server.release.wait(60)
        found = [task for task in self.server.tasks if selected is None or task["id"] in selected]
        size, page = int(query["page_size"]), int(query["page"])
        shown = found[(page - 1) * size : page * size]
        if not shown and page > 1:
            self._send(404, {"detail": "Invalid page."})
        else:
            self._send(200, {"total": len(found), "total_annotations": 0, "total_predictions": 0, "tasks": shown})

    def _failed(self, path: str) -> bool:
        if self.headers.get("Authorization") != f"Token {TOKEN}":
            self._send(401, {"detail": f"Invalid token. {self.headers.get('Authorization')}"})
            return True
        for start, status in self.server.fail.items():
            if path.startswith(start):
                if status is None:
                    self.connection.close()
                else:
                    self._send(status, {"detail": "no"})
                return True
        return False

    def _send(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def annotation(number: int, text: str, *marks: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """An annotation of the first occurrence of each stretch, by anna."""
    result = []
    for part, kind in marks:
        start = text.index(part)
        value = {"start": start, "end": start + len(part), "text": part, "labels": [kind]}
        result.append({"id": str(start), "from_name": "label", "to_name": "text", "type": "labels", "value": value})
    stamp = f"2026-01-{number:02d}T10:00:00.000001Z"
    own = {"completed_by": 1, "lead_time": 3.5, "created_at": stamp, "updated_at": stamp, "was_cancelled": False}
    return {"id": number, "result": result, "ground_truth": False, **own, **fields}


def task(number: int, text: str, *annotations: dict[str, Any], **data: Any) -> dict[str, Any]:
    """A task as the listing gives it."""
    cancelled = sum(bool(a["was_cancelled"]) for a in annotations)
    return {
        "id": number,
        "data": {"text": text, "source": f"news/{number}.txt", **data},
        "annotations": list(annotations),
        "predictions": [],
        "predictions_model_versions": "",
        "total_annotations": len(annotations) - cancelled,
        "cancelled_annotations": cancelled,
        "updated_at": max((a["updated_at"] for a in annotations), default="2026-01-01T00:00:00.000001Z"),
    }
