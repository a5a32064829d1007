"""Texts to unit vectors, each text once: the encoder of the pipeline behind a cache on disk."""

import hashlib
import importlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from digest.errors import ConfigError

CACHE = "DIGEST_BENCH_CACHE"  # the environment variable that names another folder
_FOLDER = Path(__file__).parent / ".cache"
_CHUNK = 512  # texts encoded between two writes of the cache


class EncoderMissing(Exception):  # noqa: N818 (named as what it tells)
    """There is nothing to encode with; the message says in one line what is missing."""


class Encoder(Protocol):
    """Anything that encodes: a module with a function `encode` will do."""

    def encode(self, texts: Sequence[str], /) -> Any:
        """Give a float32 array (texts, dimensions) of unit rows."""
        ...


def load_encoder() -> "CachedEncoder":
    """Take the encoder of the pipeline; `EncoderMissing` where it or its parts are not there."""
    try:
        # By name, because its parts are an extra.
        module: Any = importlib.import_module("digest.extras.embedding")
        encoder = module.SentenceEncoder(module.model_folder(None), kept=_folder())
    except (ImportError, ConfigError) as error:
        raise EncoderMissing(f"no encoder: {error}") from error
    return CachedEncoder(encoder, model=encoder.name)


def _folder() -> Path:
    return Path(os.environ.get(CACHE) or _FOLDER)


class CachedEncoder:
    """Encodes what it has not met before."""

    def __init__(self, encoder: Encoder, *, model: str, folder: Path | None = None) -> None:
        self._encoder = encoder
        self._file = (
            folder or _folder()
        ) / f"{hashlib.sha256(model.encode()).hexdigest()[:12]}.npz"
        self._vectors = self._read()

    def encode(self, texts: Sequence[str], /) -> Any:
        """Give a unit row a text, from the cache where it is known."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors
        }
        # Alike lengths together: a batch is padded to its longest text.
        todo = sorted(missing.items(), key=lambda item: len(item[1]))
        for first in range(0, len(todo), _CHUNK):
            self._learn(dict(todo[first : first + _CHUNK]))
        return np.array([self._vectors[key] for key in keys], dtype=np.float32)

    def pace(self, texts: Sequence[str]) -> float:
        """Measure the seconds a text, past the cache; so that its model is loaded, and counted."""
        begun = time.perf_counter()
        self._encoder.encode(list(texts))
        return (time.perf_counter() - begun) / len(texts)

    def _learn(self, texts: dict[str, str]) -> None:
        rows = np.asarray(self._encoder.encode(list(texts.values())), dtype=np.float32)
        self._vectors.update(zip(texts, rows, strict=True))
        self._write()

    def _read(self) -> dict[str, Any]:
        if not self._file.is_file():
            return {}
        with np.load(self._file) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def _write(self) -> None:
        """Replace the file whole: a run that is stopped leaves the last good one."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(f".{os.getpid()}.npz")
        vectors = np.array(list(self._vectors.values()), dtype=np.float32)
        np.savez(part, keys=np.array(list(self._vectors)), vectors=vectors)
        part.replace(self._file)
