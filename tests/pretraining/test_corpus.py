from __future__ import annotations

import lzma
from itertools import islice
from pathlib import Path

import pytest

from ner.errors import NerError
from ner.pretraining.corpus import Corpus, CorpusSettings
from ner.settings import build

PLAIN = {"shortest": 4, "traditional": 0.0, "half_width": 0.0}
LINES = [f"第{number}段写的是养老服务，字数各有不同。" for number in range(30)]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("\n".join([*LINES, "短", ""]), encoding="utf-8")
    return path


def test_every_wanted_paragraph_comes_once_before_any_comes_again(text: Path) -> None:
    stream = iter(Corpus(CorpusSettings((str(text),), **PLAIN), 1))
    first = [paragraph.text for paragraph in islice(stream, len(LINES))]
    assert sorted(first) == sorted(LINES)
    assert next(stream).text in LINES


def test_same_seed_same_stream_and_another_seed_another(text: Path) -> None:
    def take(seed: int) -> list[str]:
        return [p.text for p in islice(Corpus(CorpusSettings((str(text),), **PLAIN), seed), 20)]

    assert take(1) == take(1)
    assert take(1) != take(2)


def test_compressed_files_and_folders_are_read_and_the_pattern_chooses(text: Path) -> None:
    with lzma.open(text.parent / "b.txt.xz", "wt", encoding="utf-8") as file:
        file.write("修好的路有十二公里长。\n今天天气很好很好。\n")
    settings = CorpusSettings((str(text.parent),), pattern="公里|第3段", **PLAIN)
    found = {p.text for p in islice(Corpus(settings, 1), 6)}
    assert found == {"修好的路有十二公里长。", LINES[3]}


def test_weights_say_how_often_a_file_is_drawn_from(text: Path) -> None:
    other = text.parent / "c.txt"
    other.write_text("另一个文件里的一段话。\n" * 5, encoding="utf-8")
    settings = CorpusSettings((str(text), str(other)), weights=(9, 1), **PLAIN)
    found = [p.text for p in islice(Corpus(settings, 1), 30)]
    assert 0 < sum(t.startswith("另一") for t in found) < 10


def test_forms_keep_the_length_and_the_source(text: Path) -> None:
    settings = CorpusSettings((str(text),), shortest=4, traditional=1.0, half_width=1.0)
    paragraph = next(iter(Corpus(settings, 1)))
    assert len(paragraph.text) == len(paragraph.source)
    assert "養老服務,字數" in paragraph.text
    assert "养老服务，字数" in paragraph.source


def test_bad_input_is_named(tmp_path: Path, text: Path) -> None:
    with pytest.raises(NerError, match=r"corpus\.files: no text given"):
        build(CorpusSettings, {"files": []}, "corpus")
    with pytest.raises(NerError, match=r"corpus\.weights"):
        build(CorpusSettings, {"files": ["a.txt"], "weights": [1, 2]}, "corpus")
    with pytest.raises(NerError, match="no regular expression"):
        build(CorpusSettings, {"files": ["a.txt"], "pattern": "("}, "corpus")
    with pytest.raises(NerError, match=r"none\.txt: no such file"):
        Corpus(CorpusSettings((str(tmp_path / "none.txt"),)), 1)
    (tmp_path / "page.html").write_text("<p>", encoding="utf-8")
    with pytest.raises(NerError, match=r"page\.html: neither"):
        Corpus(CorpusSettings((str(tmp_path / "page.html"),)), 1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NerError, match=r"no \.txt"):
        Corpus(CorpusSettings((str(tmp_path / "empty"),)), 1)
    with pytest.raises(NerError, match=r"no paragraph of 20 .* that matches corpus\.pattern=火星 in .*a\.txt"):
        next(iter(Corpus(CorpusSettings((str(text),), pattern="火星"), 1)))
    (tmp_path / "binary.txt").write_bytes(bytes(range(128, 256)) * 20)
    with pytest.raises(NerError, match=r"binary\.txt: no readable text"):
        next(iter(Corpus(CorpusSettings((str(tmp_path / "binary.txt"),)), 1)))
    (tmp_path / "cut.txt.xz").write_bytes(lzma.compress("一段很长很长的话。".encode() * 5000)[:60])
    with pytest.raises(NerError, match=r"cut\.txt\.xz"):
        next(iter(Corpus(CorpusSettings((str(tmp_path / "cut.txt.xz"),)), 1)))
