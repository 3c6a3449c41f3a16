from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from transformers import BertTokenizer

from ner.data.audit import AuditSettings, audit
from ner.data.collection import Collection, expand, load_collection, select_documents
from ner.errors import NerError
from ner.formats.inline import parse_inline
from ner.formats.label_studio import write_tasks
from ner.model.windows import WindowEncoder, WindowSettings
from ner.spans import AnnotatedDocument, Span
from ner.text.cleaner import Cleaner

LONG = "今年松溪县把十二件实事一件一件办好，群众看得见也摸得着，大家都说这样的事要多办几件。"


def collection_of(**texts: str) -> Collection:
    """One document for each keyword: ``split_name=markup``."""
    collection = Collection()
    for key, markup in texts.items():
        split = key.split("_")[0]
        collection.documents[key] = AnnotatedDocument(key, *parse_inline(markup))
        collection.splits.setdefault(split, []).append(key)
    return collection


def findings(collection: Collection, encoder: WindowEncoder | None = None) -> dict[str, tuple[str, ...]]:
    result = audit(collection, Cleaner(), encoder, AuditSettings())
    return {finding.check: finding.lines for finding in result.findings}


OTHER = "去年，{region:乙镇}拿出{money:5元}修好{count:9里}{project:机耕路}，占{percent:三成}。"
ALL = "{region:甲县}{count:2件}{project:民生实事}{money:3元}{percent:4%}"


def test_clean_collection_has_no_findings() -> None:
    assert findings(collection_of(train_1=ALL, dev_1=OTHER)) == {}


def test_counts_and_text() -> None:
    result = audit(collection_of(train_1=ALL, dev_1=OTHER), Cleaner(), None, AuditSettings())
    assert result.counts["train"]["spans"] == 5
    assert result.counts["train"]["characters"] == 12
    assert "0 errors, 0 doubts" in result.as_text(5)


def test_missing_label_is_an_error() -> None:
    found = findings(collection_of(train_1=ALL, dev_1="{region:甲县}"))
    assert "dev: no money" in found["labels missing in a split"]


@pytest.mark.parametrize("markup", ["{region:甲县，}", "{count: 2件}", "{project:“民生实事}", "{project:食堂（一期}"])
def test_bad_edges_are_errors(markup: str) -> None:
    found = findings(collection_of(train_1=ALL + markup))
    assert len(found["spans that begin or end with a blank or punctuation"]) == 1


def test_balanced_brackets_at_the_edge_are_fine() -> None:
    assert findings(collection_of(train_1=ALL + "{project:“双满意”工程（二期）}")) == {}


def test_near_duplicates_across_splits_but_not_within() -> None:
    check = "near-duplicate articles across splits"
    assert check in findings(collection_of(train_1=ALL + LONG, dev_1=ALL + LONG))
    assert check not in findings(collection_of(train_1=ALL + LONG, train_2=ALL + LONG))


def test_template_run_in_too_many_articles() -> None:
    texts = {f"train_{n}": ALL.replace("甲", name) + LONG for n, name in enumerate("甲乙丙丁")}
    assert "runs of 16 characters in more than 3 articles" in findings(collection_of(**texts))
    del texts["train_3"]
    assert "runs of 16 characters in more than 3 articles" not in findings(collection_of(**texts))


def test_words_labelled_two_ways_and_bare_are_doubts() -> None:
    collection = collection_of(train_1=ALL + "，{project:甲县}，又见甲县")
    result = audit(collection, Cleaner(), None, AuditSettings())
    assert {finding.check: finding.is_error for finding in result.findings} == {
        "the same words labelled two ways": False,
        "words labelled in one place and bare in another of the same article": False,
    }
    assert result.errors == 0


def test_spans_no_token_reaches(tokenizer: BertTokenizer) -> None:
    collection = collection_of(train_1=ALL)
    document = AnnotatedDocument("train_2", "镇上\u200b的人", (Span(0, 3, "region"),))
    collection.documents["train_2"] = document
    collection.splits["train"].append("train_2")
    found = findings(collection, WindowEncoder(tokenizer, WindowSettings(40, 8)))
    assert "altered" in found["spans that cleaning, tokens or windows put out of reach"][0]


def test_other_types_than_ours(tokenizer: BertTokenizer) -> None:
    collection = Collection({"a": AnnotatedDocument("a", "甲县", (Span(0, 2, "spot"),))}, {"train": ["a"]})
    encoder = WindowEncoder(tokenizer, WindowSettings())
    result = audit(collection, Cleaner(), encoder, AuditSettings(), ("spot", "name"))
    assert [line for finding in result.findings for line in finding.lines] == ["train: no name"]
    assert result.as_text(3).splitlines()[0].split() == ["articles", "characters", "spot", "name", "spans"]


def test_loading_reports_ids_that_do_not_fit(tmp_path: Path) -> None:
    documents = [AnnotatedDocument(key, "甲县" + key, ()) for key in ("a", "b", "c")]
    write_tasks(documents, tmp_path / "one.json")
    write_tasks(documents[:1], tmp_path / "two.json")
    (tmp_path / "splits.yml").write_text(yaml.safe_dump({"train": ["a", "x"], "dev": ["b"]}), encoding="utf-8")
    collection = load_collection([f"{tmp_path}/*.json"], str(tmp_path / "splits.yml"))
    assert [r.reason for r in collection.refusals] == ["this id was read before"]
    assert "1 ids without an annotation, e.g. x" in collection.notes[0]
    assert "1 documents in no split, e.g. c" in collection.notes[1]
    assert [d.id for d in collection.split("train")] == ["a"]
    with pytest.raises(NerError, match=r"data\.split=test"):
        collection.split("test")
    chosen, problems = select_documents([f"{tmp_path}/two.json"], [], "", "dev")
    assert ([d.id for d in chosen], problems) == (["a"], [])


def test_further_articles_are_trained_on_unless_the_collection_has_them(tmp_path: Path) -> None:
    ours = [AnnotatedDocument(key, "甲县" + key, ()) for key in ("a", "b")]
    write_tasks(ours, tmp_path / "ours.json")
    (tmp_path / "splits.yaml").write_text(yaml.safe_dump({"train": ["a"], "dev": ["b"]}), encoding="utf-8")
    new = AnnotatedDocument("c", "乙县", ())
    renamed = AnnotatedDocument("d", ours[1].text, ())
    write_tasks([new, renamed, AnnotatedDocument("b", "丙县", ())], tmp_path / "mine.json")
    collection = load_collection(
        [str(tmp_path / "ours.json")], str(tmp_path / "splits.yaml"), [str(tmp_path / "mine.json")]
    )
    assert [d.id for d in collection.split("train")] == ["a", "c"]
    assert collection.split("dev") == ours[1:]
    assert [(r.task, r.reason) for r in collection.refusals] == [
        ("d", "the collection has this text"),
        ("b", "the collection has this id"),
    ]
    assert collection.notes == []


def test_bad_split_files(tmp_path: Path) -> None:
    write_tasks([AnnotatedDocument("a", "甲", ())], tmp_path / "one.json")
    path = tmp_path / "splits.yaml"
    for content, reason in (
        ("- a", "mapping"),
        ("train: [a]\ndev: [a]", "more than one place"),
        ("a: [", "splits.yaml"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(NerError, match=reason):
            load_collection([str(tmp_path / "one.json")], str(path))
    with pytest.raises(NerError, match="no such file"):
        expand([str(tmp_path / "*.jsonx")])


def test_the_shipped_collection_reads_without_a_refusal() -> None:
    root = Path(__file__).resolve().parents[1] / "annotations"
    collection = load_collection([f"{root}/*.json"], str(root / "splits.yaml"))
    assert collection.refusals == []
    assert collection.notes == []
    assert len(collection.split("train")) >= 240
    assert len(collection.split("dev")) >= 40
    assert len(collection.split("test")) >= 40
