"""A sentence model of a few numbers, made here: BERT's shape, random weights, invented words."""

import json
from math import erf
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WIDTH, HEADS, LAYERS, PLACES = 16, 2, 2, 64
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "bee", "##s", "dance", "galaxy", "lens", ".")
EPSILON = 1e-12


def make_weights(seed: int = 7) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{n}" for n in range(LAYERS)):
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes[f"{layer}.attention.{part}.weight"] = (WIDTH, WIDTH)
        shapes[f"{layer}.intermediate.dense.weight"] = (4 * WIDTH, WIDTH)
        shapes[f"{layer}.output.dense.weight"] = (WIDTH, 4 * WIDTH)
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    weights = {name: dice.normal(0, 0.3, shape) for name, shape in shapes.items()}
    for name, shape in shapes.items():
        if not name.startswith("embeddings"):
            weights[name.replace(".weight", ".bias")] = dice.normal(0, 0.3, shape[0])
    for name in norms:
        weights[f"{name}.weight"] = dice.normal(1, 0.1, WIDTH)
        weights[f"{name}.bias"] = dice.normal(0, 0.1, WIDTH)
    return {name: value.astype(np.float32) for name, value in weights.items()}


def write_model(folder: Path, weights: dict[str, np.ndarray]) -> Path:
    """Write what a sentence model's folder holds: weights, sizes, tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {
        "hidden_size": WIDTH,
        "num_attention_heads": HEADS,
        "num_hidden_layers": LAYERS,
        "layer_norm_eps": EPSILON,
    }
    (folder / "config.json").write_text(json.dumps(sizes))
    (folder / "model.safetensors").write_bytes(_safetensors(weights))
    tokenizer = Tokenizer(
        models.WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _safetensors(weights: dict[str, np.ndarray]) -> bytes:
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in weights.items():
        raw = value.tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(value.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    head = json.dumps(header).encode()
    return len(head).to_bytes(8, "little") + head + data


def states(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """BERT's last states of one text, by numpy alone (arXiv:1810.04805)."""
    hidden = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    hidden = _normalised(weights, hidden, "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{n}" for n in range(LAYERS)):
        told = _attention(weights, f"{layer}.attention", hidden)
        hidden = _normalised(weights, hidden + told, f"{layer}.attention.output.LayerNorm")
        wide = _linear(weights, hidden, f"{layer}.intermediate.dense")
        wide = wide * (1 + np.vectorize(erf)(wide / np.sqrt(2))) / 2
        narrow = _linear(weights, wide, f"{layer}.output.dense")
        hidden = _normalised(weights, hidden + narrow, f"{layer}.output.LayerNorm")
    return hidden


def _attention(weights: dict[str, np.ndarray], name: str, hidden: np.ndarray) -> np.ndarray:
    parts = [_linear(weights, hidden, f"{name}.self.{p}") for p in ("query", "key", "value")]
    query, key, value = (np.split(part, HEADS, axis=1) for part in parts)
    seen = []
    for q, k, v in zip(query, key, value, strict=True):
        scores = np.exp(q @ k.T / np.sqrt(WIDTH // HEADS))
        seen.append(scores / scores.sum(axis=1, keepdims=True) @ v)
    return _linear(weights, np.concatenate(seen, axis=1), f"{name}.output.dense")


def _linear(weights: dict[str, np.ndarray], rows: np.ndarray, name: str) -> np.ndarray:
    return rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _normalised(weights: dict[str, np.ndarray], rows: np.ndarray, name: str) -> np.ndarray:
    middle, spread = rows.mean(axis=1, keepdims=True), rows.var(axis=1, keepdims=True)
    return (rows - middle) / np.sqrt(spread + EPSILON) * weights[f"{name}.weight"] + weights[
        f"{name}.bias"
    ]
