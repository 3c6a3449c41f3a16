"""The e5 reader on a tiny file in the same format, written here with known weights."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from ner.errors import NerError
from ner.model.e5 import character_model, derive_encoder, full_model, read_e5

HIDDEN, LAYERS, FEED_FORWARD, POSITIONS = 32, 2, 64, 16
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "县", "▁市", "9", "a", "億", "多字", "<mask>"]


def quantise(weights: np.ndarray) -> bytes:
    """Blocks of 32 weights: an f16 scale and 32 nibbles, low ones first."""
    out = b""
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7 or 1)
        nibbles = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        out += scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).tobytes()
    return out


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {"emb.word": (len(PIECES), HIDDEN), "emb.pos": (POSITIONS, HIDDEN)}
    shapes |= {"emb.type": (2, HIDDEN), "emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)}
    for layer in range(LAYERS):
        for name, out, width in (
            ("q", HIDDEN, HIDDEN), ("k", HIDDEN, HIDDEN), ("v", HIDDEN, HIDDEN), ("ao", HIDDEN, HIDDEN),
            ("fi", FEED_FORWARD, HIDDEN), ("fo", HIDDEN, FEED_FORWARD),
        ):  # fmt: skip
            shapes[f"l{layer}.{name}.w"], shapes[f"l{layer}.{name}.b"] = (out, width), (out,)
        for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
            shapes[f"l{layer}.{name}"] = (HIDDEN,)
    text = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, text)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, 2, FEED_FORWARD, len(PIECES), POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, text))) + offsets.tobytes()
    head += (
        b"\0" * 4 * len(PIECES) + b"".join(text) + struct.pack("<iI", 0, 3) + b"abc" + struct.pack("<i", len(shapes))
    )
    start = len(head) + sum(2 + len(name) + 21 for name in shapes)
    body = b""
    for name, shape in shapes.items():
        weights = rng.normal(size=shape, scale=0.2).astype("<f4")
        is_matrix = name == "emb.word" or (name.endswith(".w") and len(shape) == 2)
        data = quantise(weights) if is_matrix else weights.tobytes()
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", int(is_matrix), weights.size, start + len(body), len(data))
        body += data
    path = tmp_path_factory.mktemp("e5") / "e5.bin"
    path.write_bytes(head + body)
    return path


def test_weights_are_read_within_a_quantisation_step(source: Path) -> None:
    e5 = read_e5(source)
    assert e5.pieces == PIECES
    expected = np.random.default_rng(0).normal(size=(len(PIECES), HIDDEN), scale=0.2).reshape(-1, 32)
    error = np.abs(e5.tensors["emb.word"].reshape(-1, 32) - expected)
    assert (error <= 0.51 * np.abs(expected).max(axis=1, keepdims=True) / 7 + 1e-3).all()


def test_characters_keep_the_rows_of_their_pieces(source: Path) -> None:
    e5 = read_e5(source)
    model, tokenizer = character_model(e5, 1)
    words = full_model(e5, 1).embeddings.word_embeddings.weight
    rows = model.embeddings.word_embeddings.weight
    ids = tokenizer.get_vocab()
    for token, piece in (("县", "县"), ("市", "▁市"), ("9", "9"), ("##9", "9"), ("[MASK]", "<mask>"), ("亿", "億")):
        assert torch.equal(rows[ids[token]], words[PIECES.index(piece)]), token
    assert "多字" not in ids
    assert tokenizer.tokenize("县99a") == ["县", "9", "##9", "##a"]
    assert "##县" not in ids


def test_derived_folder_loads_as_any_bert(source: Path, tmp_path: Path) -> None:
    assert derive_encoder(source, 2, tmp_path) > 0
    model = AutoModel.from_pretrained(tmp_path, dtype=torch.float32, add_pooling_layer=False)
    batch = AutoTokenizer.from_pretrained(tmp_path)("县市9", return_tensors="pt")
    direct, _ = character_model(read_e5(source), 2)
    with torch.inference_mode():
        found, expected = model(**batch).last_hidden_state, direct.eval()(**batch).last_hidden_state
    assert torch.allclose(found, expected, atol=0.02)


def test_bad_files_and_layers_are_named(source: Path, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"E5S1\0")
    for path in (tmp_path / "x.bin", tmp_path / "none.bin"):
        with pytest.raises(NerError, match=r"no e5-small-q4\.bin"):
            read_e5(path)
    with pytest.raises(NerError, match="layers=9"):
        full_model(read_e5(source), 9)
