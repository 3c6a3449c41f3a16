"""Shared fixtures: a random 2-layer BERT with a character vocabulary, all offline and tiny."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import transformers
import yaml
from hydra.core.global_hydra import GlobalHydra
from hypothesis import HealthCheck, settings
from transformers import BertConfig, BertForTokenClassification, BertModel, BertTokenizer

from ner.formats.inline import parse_inline
from ner.formats.label_studio import write_tasks
from ner.model.checkpoint import Checkpoint, TextSettings, save_checkpoint
from ner.model.windows import WindowSettings
from ner.spans import AnnotatedDocument
from ner.tags import TagSet

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

os.environ.setdefault("HF_HUB_OFFLINE", "1")
transformers.utils.logging.disable_progress_bar()
# CI tries the same examples every time, so that it fails for a change and not by chance; developers try new ones.
settings.register_profile(
    "default", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("default")

MARKUP = (
    "{region:松溪县}完成{count:12件}{project:民生实事}\n去年，{region:松溪县}投入{money:3.2亿元}，"
    "新建{count:8所}{project:公办幼儿园}，完成率{percent:96%}。\n镇上的人都说好。\n",
    "{region:青禾镇}改造{project:农村旱厕}{count:96500座}，惠及65岁以上老人{count:300名}。\n"
    "投资{money:1,200万元}，占{percent:三成}。\n",
    "{region:江北区}发放{project:稳岗补贴}{money:640万元}，惠及{count:5万户}。{percent:七成}企业受益。\n",
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real captures, which a clone need not have."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def documents() -> list[AnnotatedDocument]:
    found = []
    for number, markup in enumerate(MARKUP):
        text, spans = parse_inline(markup)
        found.append(AnnotatedDocument(f"doc-{number}", text, spans))
    return found


@pytest.fixture(scope="session")
def tokenizer(documents: list[AnnotatedDocument]) -> BertTokenizer:
    characters = sorted({char for document in documents for char in document.text if not char.isspace()})
    characters += [char for char in ",%()。abc0123456789" if char not in characters]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{digit}" for digit in range(10))]
    return BertTokenizer(vocab={token: index for index, token in enumerate(tokens)}, do_lower_case=False)


@pytest.fixture(scope="session")
def tiny_config(tokenizer: BertTokenizer) -> BertConfig:
    return BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: BertTokenizer, tiny_config: BertConfig) -> Path:
    """A bare encoder, as one would name in ``model.path`` for training."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("encoder")
    BertModel(tiny_config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: BertTokenizer, tiny_config: BertConfig) -> Path:
    """An untrained token classifier with all its settings; its weights make it predict spans of every type."""
    torch.manual_seed(1)
    tags = TagSet()
    config = BertConfig(**{**tiny_config.to_dict(), "id2label": dict(enumerate(tags.names))})
    config.label2id = {name: index for index, name in enumerate(tags.names)}
    model = BertForTokenClassification(config)
    torch.nn.init.normal_(model.classifier.weight, std=2.0)
    folder = tmp_path_factory.mktemp("model")
    settings_ = TextSettings(window=WindowSettings(size=64, overlap=16))
    save_checkpoint(Checkpoint(model, tokenizer, tags, settings_), folder)
    return folder


@dataclass
class Outcome:
    code: int
    out: str
    err: str


Script = Callable[..., Outcome]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Script:
    """Run a script in an empty folder; returns exit code and output."""
    monkeypatch.chdir(tmp_path)

    def call(name: str, *arguments: str) -> Outcome:
        GlobalHydra.instance().clear()
        monkeypatch.setattr(sys, "argv", [f"scripts/{name}.py", *arguments])
        code = 0
        try:
            runpy.run_path(str(ROOT / "scripts" / f"{name}.py"), run_name="__main__")
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def collection(tmp_path: Path, documents: list[AnnotatedDocument]) -> list[str]:
    """Overrides that put a tiny collection in place of the shipped one."""
    write_tasks(documents, tmp_path / "tasks.json")
    splits = {"train": ["doc-0", "doc-1"], "dev": ["doc-2"]}
    (tmp_path / "splits.yaml").write_text(yaml.safe_dump(splits), encoding="utf-8")
    return [f"data.collection=[{tmp_path}/tasks.json]", f"data.splits={tmp_path}/splits.yaml"]
