"""Other engines under a SentenceTransformer: its transformer exported once, kept, and run by them."""

from __future__ import annotations

import hashlib
import importlib
import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock

from recall_datasets.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Run = Callable[[Mapping[str, NDArray[np.int64]]], NDArray[np.float32]]

Backend = Literal["torch", "onnx", "openvino"]
Precision = Literal["fp32", "bf16", "int8"]

PRECISIONS: Mapping[Backend, Sequence[Precision]] = {
    "torch": ("fp32",),
    "onnx": ("fp32", "int8"),
    "openvino": ("fp32", "bf16"),
}
_NEEDS: Mapping[Backend, Sequence[str]] = {
    "torch": (),
    "onnx": ("onnx", "onnxruntime"),
    "openvino": ("onnx", "openvino"),
}
_INPUTS = ("input_ids", "token_type_ids", "attention_mask")


def check(backend: Backend, precision: Precision) -> None:
    """Raise ConfigError where a backend does not offer a precision or is not installed."""
    if precision not in PRECISIONS[backend]:
        allowed = ", ".join(PRECISIONS[backend])
        raise ConfigError(f"embedder.precision: '{precision}' with backend '{backend}'; allowed: {allowed}")
    for package in _NEEDS[backend]:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise ConfigError(
                f"embedder.backend: '{backend}' needs {package}; pip install \"recallbench[{backend}]\""
            ) from error


def backend_key(backend: Backend, precision: Precision) -> str:
    """Name what changes a vector beside the weights; empty for the reference, torch in fp32."""
    if backend == "torch":
        return ""
    return " ".join([f" {backend} {precision}", *(f"{name}=={version(name)}" for name in _NEEDS[backend])])


def batches(texts: Sequence[str], tokenizer: Any, backend: Backend) -> list[list[int]]:
    """Split the places of ``texts`` so that no text's vector depends on what is embedded with it.

    OpenVINO gives the same bits for a text alone and among others of its length, not among padded ones.
    """
    if backend != "openvino":
        return [list(range(len(texts)))]
    groups: dict[int, list[int]] = {}
    for place, ids in enumerate(tokenizer(list(texts), truncation=True)["input_ids"]):
        groups.setdefault(len(ids), []).append(place)
    return [groups[length] for length in sorted(groups)]


def batch_size(wanted: int, precision: Precision) -> int:
    """Return 1 for dynamic int8, whose scales are those of the whole batch, else ``wanted``."""
    return 1 if precision == "int8" else wanted


def attach(model: Any, backend: Backend, precision: Precision, key: str, folder: Path) -> None:
    """Let ``backend`` run the transformer of ``model``; tokenising, pooling and normalising stay as they are.

    Args:
        model: A SentenceTransformer whose first module is a transformer.
        backend: Not ``torch``.
        precision: One that the backend offers.
        key: Names the weights.
        folder: Exported models are kept below it.

    Raises:
        ConfigError: The model cannot be exported.
    """
    import torch

    module = model[0]
    transformer = module.auto_model.eval()
    names = [name for name in _INPUTS if name in module.tokenizer.model_input_names]
    stamp = f"{key} torch=={version('torch')} transformers=={version('transformers')}"
    kept = folder / "models" / hashlib.sha256(stamp.encode()).hexdigest()[:16]
    try:
        path = _kept(kept / "fp32.onnx", lambda target: _export_onnx(transformer, names, target))
        run = (_openvino if backend == "openvino" else _onnx)(path, precision)
    except (RuntimeError, TypeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(f"embedder.backend: '{backend}' cannot run this model: {reason}") from error

    def forward(features: dict[str, Any], **_: Any) -> dict[str, Any]:
        inputs = {name: features[name].cpu().numpy() for name in names}
        return {
            **features,
            "token_embeddings": torch.from_numpy(run(inputs)).to(features["input_ids"].device),
        }

    module.forward = forward


def _onnx(path: Path, precision: Precision) -> Run:
    import onnxruntime

    if precision == "int8":
        path = _kept(path.with_name("int8.onnx"), lambda target: _quantise(path, target))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, dict(inputs))[0]


def _openvino(path: Path, precision: Precision) -> Run:
    import numpy as np
    import openvino

    hint = {"INFERENCE_PRECISION_HINT": "f32" if precision == "fp32" else "bf16"}
    compiled = openvino.Core().compile_model(path, "CPU", hint)
    return lambda inputs: np.array(compiled(dict(inputs))[0])


def _export_onnx(transformer: Any, names: Sequence[str], target: Path) -> None:
    import torch

    class Named(torch.nn.Module):
        """Passes the inputs by name, which the exporter does not."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *inputs: Any) -> Any:
            return self.transformer(**dict(zip(names, inputs, strict=True))).last_hidden_state

    example = tuple(torch.ones((2, 8), dtype=torch.long) for _ in names)
    axes = {name: {0: "batch", 1: "length"} for name in (*names, "token_embeddings")}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Named(),
            example,
            str(target),
            input_names=list(names),
            output_names=["token_embeddings"],
            dynamic_axes=axes,
            dynamo=False,
        )


def _quantise(source: Path, target: Path) -> None:
    from onnxruntime.quantization import quantize_dynamic

    logging.disable(logging.WARNING)  # it advises pre-processing, which changes nothing here
    try:
        quantize_dynamic(source, target, per_channel=True)
    finally:
        logging.disable(logging.NOTSET)


def _kept(path: Path, make: Callable[[Path], None]) -> Path:
    """Return a file of the cache, made under another name first where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            made = path.with_name(f"part-{path.name}")
            make(made)
            made.replace(path)
    return path
