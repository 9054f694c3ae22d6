"""Stores tensors on disk: safetensors with the metadata as one header key of sorted JSON, whole or not at all.

safetensors writes several metadata keys in random order and loads tensors sorted by name; one key holding the JSON
and the order of the tensors makes the bytes repeat and the module's own order survive.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from mode_connectivity.foundations.atomic import finite_json, whole_file
from mode_connectivity.foundations.figures import rounded
from mode_connectivity.foundations.reading import FileError, Values, parse_json, read_json, values_of
from mode_connectivity.foundations.torchscript import is_script, script_conversion

HEADER = "mode_connectivity"
INDEX = ".index.json"
Value = TypeVar("Value")


class CheckpointError(FileError):
    """Reports a checkpoint that is missing, truncated or not ours; the message names the file."""


def save(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any], exact: bool = False) -> None:
    """Write `tensors` (moved to the CPU) and `metadata` (JSON values) to `path`.

    Figures of the metadata are `rounded` unless they must be `exact`, as where something goes on from them; tensors
    never are.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    header = finite_json(path, {"metadata": metadata if exact else rounded(metadata), "order": list(tensors)})
    with whole_file(path) as partial:
        try:
            save_file(_apart(tensors), partial, {HEADER: header})
        except SafetensorError as error:
            raise OSError(f"{path}: could not be written ({error}); is the disk full?") from error


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors, in the order in which they were saved, and the metadata.

    Raises:
        CheckpointError: the file is missing, truncated or was not written by `save`.
    """
    with _opened(path) as (file, header):
        return {name: file.get_tensor(name) for name in header["order"]}, header["metadata"]


def metadata(path: Path) -> dict[str, Any]:
    """Return the metadata alone; errors as `load`."""
    with _opened(path) as (_, header):
        values: dict[str, Any] = header["metadata"]
        return values


def foreign(path: Path) -> dict[str, object]:
    """Return what a safetensors or .pt file from anywhere holds, read as plain weights: no pickle is executed.

    A folder stands for the weights in it, whole or in parts (see `files_of`). "FILE:KEY" is what lies in FILE at KEY,
    several keys joined by dots. Tensors keep the order in which they were saved; where a safetensors file does not
    tell it, names are sorted as a reader would, 2 before 10.

    Raises:
        CheckpointError: the file is missing, unreadable, or holds no dict.
    """
    file, keys = _place(path)
    parts = [_foreign_file(part) for part in files_of(path)]
    weights = parts[0] if len(parts) == 1 else _sorted({name: value for part in parts for name, value in part.items()})
    for key in keys:
        inner = weights.get(key)
        if not isinstance(inner, dict):
            raise CheckpointError(
                f"{file}: holds no weights at {key!r}; there are {', '.join(map(str, weights))[:200]}"
            )
        weights = inner
    return weights


def files_of(path: Path) -> list[Path]:
    """Return the files in which the weights at `path` lie, as `foreign` takes it.

    Of a folder they are those that its index names, "model.safetensors.index.json" for instance, or the only
    safetensors or .bin file.

    Raises:
        CheckpointError: there is no such file, or a folder without weights or with several.
    """
    path, _ = _place(path)
    if path.is_file() and not path.name.endswith(INDEX):
        return [path]
    folder = path.parent if path.is_file() else path
    if not folder.is_dir():
        raise CheckpointError(f"{path}: no such file")
    for suffix in (".safetensors", ".bin"):
        index = [path] if path.is_file() else sorted(folder.glob(f"*{suffix}{INDEX}"))
        files = sorted(folder.glob(f"*{suffix}"))
        if index:
            return _named_in(index[0])
        if files and len(files) != 1:
            raise CheckpointError(f"{folder}: holds {len(files)} {suffix} files and no index of them; name one")
        if files:
            return files
    raise CheckpointError(f"{folder}: holds no .safetensors or .bin file of weights")


def digest(path: Path) -> str:
    """Return the SHA-256 of the files in which the weights at `path` lie, in hexadecimal; errors as `files_of`."""
    total = hashlib.sha256()
    for file in files_of(path):
        total.update(file.read_bytes())
    return total.hexdigest()


def _named_in(index: Path) -> list[Path]:
    """Return the files that an index names, each once; only such as lie beside it."""
    try:
        with values_of(index):
            names = [Path(name).name for name in dict.fromkeys(read_json(index)["weight_map"].values())]
    except FileError as error:
        raise CheckpointError(str(error)) from error
    for name in names:
        if not index.with_name(name).is_file():
            raise CheckpointError(f"{index}: names {name}, which is not beside it")
    return [index.with_name(name) for name in sorted(names)]


def _foreign_file(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    weights: object
    try:
        weights = _safetensors(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
    except Exception as error:  # torch and safetensors raise many kinds for a file that is not theirs
        reason = " ".join(str(error).split())[:120]
        if is_script(path):
            raise CheckpointError(
                f"{path}: a TorchScript archive; write its weights: {script_conversion(path)}"
            ) from error
        if isinstance(error, UnpicklingError):
            reason = f"if it needs pickle, which can run code, and you trust it: {_conversion(path)}"
        raise CheckpointError(f"{path}: not readable as plain weights ({reason})") from error
    if not isinstance(weights, dict):
        raise CheckpointError(f"{path}: holds {type(weights).__name__}, not a dict of tensors")
    return weights


def _place(path: Path) -> tuple[Path, list[str]]:
    """Return the file or folder in FILE:KEY, and the keys."""
    name, _, key = path.name.rpartition(":")
    return (path, []) if path.exists() or not name else (path.with_name(name), key.split("."))


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors on the CPU, each in memory of its own, as safetensors wants tied ones."""
    apart, seen = {}, set[int]()
    for name, tensor in tensors.items():
        plain = tensor.detach().cpu().contiguous()
        storage = plain.untyped_storage().data_ptr()
        apart[name] = plain.clone() if storage in seen else plain
        seen.add(storage)
    return apart


def real(state: dict[str, Tensor], file: Path) -> dict[str, Tensor]:
    """Return `state`, read from `file`, as it is.

    Raises:
        CheckpointError: a tensor that is not of floating-point numbers, or holds NaN or infinity; the message names it.
    """
    for name, tensor in state.items():
        if tensor.is_meta or tensor.layout != torch.strided:
            raise CheckpointError(f"{file}: {name} is sparse or holds no numbers; store it dense")
        if not tensor.is_floating_point():
            raise CheckpointError(f"{file}: {name} is {tensor.dtype}, no weights of real numbers")
        if not torch.isfinite(tensor).all():
            raise CheckpointError(f"{file}: {name} holds NaN or infinity")
    return state


def _conversion(path: Path) -> str:
    """Return a command that writes the tensors in a pickled state dict or module beside it, as plain weights."""
    plain = path.with_name(f"{path.stem}_plain.pt")
    return (
        f'python -c "import torch; w = torch.load({str(path)!r}, weights_only=False); '  # printed, not run
        "w = next((w[k] for k in ('model_state', 'model_state_dict', 'state_dict', 'model', 'net') if k in w), w) "
        "if isinstance(w, dict) else w; w = w.state_dict() if hasattr(w, 'state_dict') else w; "
        f'torch.save({{k: v for k, v in w.items() if torch.is_tensor(v)}}, {str(plain)!r})"'
    )


def _safetensors(path: Path) -> dict[str, Tensor]:
    with safe_open(path, framework="pt") as file:
        ours = HEADER in (file.metadata() or {})
    if ours:
        return load(path)[0]
    return _sorted(load_file(path))


def _sorted(tensors: Mapping[str, Value]) -> dict[str, Value]:
    return {name: tensors[name] for name in sorted(tensors, key=_natural)}


def _header(path: Path, text: str) -> Values:
    try:
        return parse_json(path, text)
    except FileError as error:
        raise CheckpointError(str(error)) from error


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    if not path.is_file():
        raise CheckpointError(f"{path}: no such checkpoint; `dvc repro` makes it, `dvc checkout` restores it")
    try:
        with safe_open(path, framework="pt") as file:
            header = _header(path, (file.metadata() or {})[HEADER])
            if set(header["order"]) != set(file.keys()) or not isinstance(header["metadata"], dict):
                raise KeyError("its tensors are not those that it names")
            yield file, header
    except (SafetensorError, KeyError, TypeError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"{path}: not a whole checkpoint of ours ({reason}); delete it and run again") from error
