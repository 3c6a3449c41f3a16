"""A real Label Studio for the tests: in a virtual environment of its own, on SQLite, on 127.0.0.1.

``python tests/label_studio_server.py`` prepares all that the tests marked ``labelstudio`` need and says what it found.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = Path(os.environ.get("NER_LABEL_STUDIO_VENV") or ROOT / ".cache" / "label-studio")
REQUIREMENT = "label-studio==1.23.*"
CHROMIUM = "/usr/bin/chromium"
#: What pip says where it reaches no registry, or one that has nothing at all.
_NO_REGISTRY = ("Could not find a version", "No matching distribution", "Max retries", "Connection", "timed out")


class NoRegistryError(Exception):
    """The server is not installed and cannot be, as no package registry answers."""


@dataclass(frozen=True)
class Running:
    """A server that is up; ``token`` is the legacy token of its one user."""

    url: str
    user: str
    password: str
    token: str


def install_server() -> Path:
    """The server's command, installed first if need be: some three minutes and 1 GB."""
    command = VENV / "bin" / "label-studio"
    ready = VENV / "ready"
    if ready.exists() and ready.read_text() == REQUIREMENT and command.exists():
        return command
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    _pip(str(VENV / "bin" / "python"), REQUIREMENT)
    ready.write_text(REQUIREMENT)
    return command


def install_client() -> None:
    """The SDK and Playwright for this Python; the project's extra brings the one, only the browser test the other."""
    if missing := [name for name in ("label_studio_sdk", "playwright") if importlib.util.find_spec(name) is None]:
        known = {"label_studio_sdk": "label-studio-sdk>=2,<3", "playwright": "playwright>=1.45"}
        _pip(sys.executable, *(known[name] for name in missing))


def _pip(python: str, *requirements: str) -> None:
    call = ["nice", "-n", "10", python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode and any(sign in done.stderr for sign in _NO_REGISTRY):
        raise NoRegistryError(
            f"pip install {' '.join(requirements)}: no package registry: {done.stderr.strip()[-200:]}"
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """Start a fresh server with its data in ``folder``; stop it at the end. Analytics and Sentry are off."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Running(f"http://127.0.0.1:{port}", "anna@example.com", secrets.token_hex(12), secrets.token_hex(20))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LABEL_STUDIO_")}
    environment |= {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_USERNAME": server.user,
        "LABEL_STUDIO_PASSWORD": server.password,
        "LABEL_STUDIO_USER_TOKEN": server.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LATEST_VERSION_CHECK": "false",
    }
    command = [str(install_server()), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["nice", "-n", "10", *command],
            env=environment,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await(server.url, process, log)
            yield server
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"Label Studio ended:\n{log.read_text(errors='replace')[-3000:]}")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError(f"Label Studio did not come up:\n{log.read_text(errors='replace')[-3000:]}")


if __name__ == "__main__":
    try:
        install_client()
        print(f"Label Studio: {install_server()}")
    except NoRegistryError as error:
        print(f"the Label Studio tests will be skipped: {error}")
    print(f"browser: {shutil.which(CHROMIUM) or 'none; apt-get install chromium'}")
