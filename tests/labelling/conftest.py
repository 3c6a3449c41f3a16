"""What the labelling tests share: articles with every kind of trouble, and the server where one can be had."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import label_studio_server
import pytest
from label_studio_server import NoRegistryError, Running

#: An emoji, a tab, CRLF, blank lines, a no-break blank and glosses before the spans.
TROUBLED = "😀 \t松溪县12件民生实事\r\n\r\n\u3000項(xiàng)目\u00a0：松溪县新建8所😀公办幼儿园，投入3.2亿元。\r\n 尾  "


@pytest.fixture
def sdk() -> None:
    if importlib.util.find_spec("label_studio_sdk") is None:
        pytest.skip("label-studio-sdk is not installed (pip install '.[labelstudio]')")


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A fresh server for the session; tests use projects of their own."""
    try:
        label_studio_server.install_server()
    except NoRegistryError as error:
        pytest.skip(str(error))
    if importlib.util.find_spec("label_studio_sdk") is None:
        pytest.skip("label-studio-sdk is not installed; make label-studio-server found no package registry")
    with label_studio_server.running(tmp_path_factory.mktemp("label-studio")) as server:
        yield server


@pytest.fixture
def at_server(label_studio: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """The server, with the environment pointing at it."""
    monkeypatch.setenv("LABEL_STUDIO_URL", label_studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)
    return label_studio


@pytest.fixture
def troubled_articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(TROUBLED, encoding="utf-8", newline="")
    plain = "松溪县12件民生实事\n今年，松溪县新建8所公办幼儿园，投入3.2亿元，完成率96%。镇上的人都说好。\n"
    (folder / "b.txt").write_text(plain.replace("松溪", "青禾"), encoding="gb18030")
    (folder / "c.txt").write_text(plain.replace("8所", "18所") * 6, encoding="utf-8")
    (folder / "d.txt").write_text("镇上的人都说好。\n", encoding="utf-8")
    (folder / "twin.txt").write_text("镇上的人都说好。\n", encoding="utf-8")
    (folder / "nul.txt").write_text("松溪县\0完成" + "民生" * 200, encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    return folder
