from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from conftest import Script
from transformers import AutoModel, BertTokenizer

from ner.errors import NerError
from ner.model.examples import IGNORED
from ner.pretraining.corpus import Corpus, CorpusSettings
from ner.pretraining.objectives import MaskSettings, WordTags
from ner.pretraining.pretraining import PackedSequences, PretrainingSettings, last_whole_checkpoint, pretrain
from ner.spans import AnnotatedDocument


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory, documents: list[AnnotatedDocument]) -> Path:
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_text("\n".join(line for document in documents for line in document.text.splitlines()), encoding="utf-8")
    return path


def settings(**values: object) -> PretrainingSettings:
    small = {"tokens": 32 * 2 * 6, "length": 32, "batch_size": 2, "save_every": 2, "log_every": 1}
    return PretrainingSettings(**{**small, "half_weights": False, **values})  # type: ignore[arg-type]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(AutoModel.from_pretrained(folder, add_pooling_layer=False).state_dict())


def test_packed_sequences_lose_nothing(text: Path, tokenizer: BertTokenizer) -> None:
    def letters(line: str) -> list[tuple[str, str]]:
        return [(char, "n") for char in line]

    plain = CorpusSettings((str(text),), shortest=1, traditional=0.0, half_width=0.0)
    stream = iter(PackedSequences(Corpus(plain, 1), tokenizer, WordTags(letters), 16))
    rows = [next(stream) for _ in range(12)]
    assert all(len(row[key]) == 16 for row in rows for key in ("input_ids", "attention_mask", "labels"))
    tokens = [token for row in rows for token in row["input_ids"][1:]]
    read = iter(Corpus(plain, 1))
    expected: list[int] = []
    while len(expected) < len(tokens):
        expected += [*tokenizer.convert_tokens_to_ids(list(next(read).text)), tokenizer.sep_token_id]
    assert tokens == expected[: len(tokens)]
    for row in rows:
        assert row["input_ids"][0] == tokenizer.cls_token_id
        assert [label == IGNORED for label in row["labels"]] == [
            token in (tokenizer.cls_token_id, tokenizer.sep_token_id) for token in row["input_ids"]
        ]


@pytest.mark.parametrize("objective", ["tags", "mlm"])
def test_a_run_that_was_cut_off_ends_as_one_that_was_not(
    text: Path, encoder_folder: Path, tmp_path: Path, objective: str
) -> None:
    corpus = CorpusSettings((str(text),), shortest=4)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    history = pretrain(str(encoder_folder), corpus, settings(objective=objective), MaskSettings(), whole)
    assert [entry["step"] for entry in history if "loss" in entry] == [1, 2, 3, 4, 5, 6]
    assert json.loads((whole / "history.json").read_text()) == history
    shutil.copytree(whole / "checkpoints", cut / "checkpoints")
    shutil.rmtree(cut / "checkpoints" / "checkpoint-6")
    (cut / "checkpoints" / "checkpoint-5").mkdir()  # what a full disk left behind
    resumed = settings(objective=objective, resume=True)
    pretrain(str(encoder_folder), corpus, resumed, MaskSettings(), cut)
    start, expected, found = weights(encoder_folder), weights(whole), weights(cut)
    assert any(not torch.equal(start[name], expected[name]) for name in expected)
    for name in expected:
        assert torch.allclose(expected[name], found[name], atol=1e-5), name


def test_no_whole_checkpoint_is_no_checkpoint(tmp_path: Path) -> None:
    assert last_whole_checkpoint(tmp_path / "none") is None
    (tmp_path / "checkpoint-20").mkdir()
    assert last_whole_checkpoint(tmp_path) is None


def test_weights_come_in_shards_of_float16(text: Path, encoder_folder: Path, tmp_path: Path) -> None:
    corpus = CorpusSettings((str(text),), shortest=4)
    values = settings(tokens=64, half_weights=True, shard_size="20KB")
    pretrain(str(encoder_folder), corpus, values, MaskSettings(), tmp_path)
    shards = list(tmp_path.glob("model-*.safetensors"))
    assert len(shards) > 1
    assert all(value.dtype == torch.float16 for value in weights(tmp_path).values() if value.is_floating_point())


def test_the_script_writes_its_record_and_names_bad_input(
    script: Script, text: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    options = [
        f"model.path={encoder_folder}",
        f"output.dir={tmp_path / 'run'}",
        "trainer.tokens=64",
        "trainer.length=32",
    ]
    done = script("pretrain", str(text), *options, "trainer.batch_size=2", "trainer.log_every=1", "corpus.shortest=4")
    assert done.code == 0, done.err
    assert "step 1/1  loss" in done.out
    assert {"config.yaml", "versions.json", "history.json", "config.json"} <= {
        p.name for p in (tmp_path / "run").iterdir()
    }
    bad = script("pretrain", *options)
    assert (bad.code, bad.err.count("\n")) == (2, 1)
    assert "corpus.files: no text given" in bad.err


def test_an_empty_vocabulary_is_named(text: Path, encoder_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    shutil.copytree(encoder_folder, folder)
    BertTokenizer(
        vocab={token: i for i, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])}
    ).save_pretrained(folder)
    with pytest.raises(NerError, match="its vocabulary is empty"):
        pretrain(str(folder), CorpusSettings((str(text),), shortest=4), settings(), MaskSettings(), tmp_path / "out")
