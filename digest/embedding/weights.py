"""Weights as Hugging Face's safetensors files hold them: a JSON header, then raw numbers."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read every tensor of a file as float32; ValueError for one of another kind.

    The format: eight bytes of length, a header with each tensor's type, shape and place, the data.
    """
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    found = {}
    for name, about in header.items():
        if about["dtype"] not in _TYPES:
            raise ValueError(f"{path}: tensor {name} is of type {about['dtype']}")
        start, end = (8 + length + place for place in about["data_offsets"])
        flat = np.frombuffer(content[start:end], dtype=_TYPES[about["dtype"]])
        found[name] = flat.reshape(about["shape"]).astype(np.float32)
    return found
