"""Keeps the state of a training on disk, under a digest of all that decides its bits."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from mode_connectivity import layout
from mode_connectivity.foundations.project import project_root
from mode_connectivity.running.completion import afterwards
from mode_connectivity.running.states import States
from mode_connectivity.running.stopping import STOPPING
from mode_connectivity.training import Diverged

OURS = ("mode_connectivity", "__main__")


@contextmanager
def keeping(
    training: str, provenance: Mapping[str, Any], inputs: Sequence[Path], device: torch.device
) -> Iterator[States]:
    """Keep the state of one training on disk until the stage has ended well and its results are safe.

    `training` names it, `provenance` holds its params, `inputs` are the files it is made from.
    """
    key = _key(training, provenance, inputs, device)
    states = States(project_root() / layout.state(training, key), key, training)
    try:
        with STOPPING.between_steps():
            yield states
    except Diverged:
        states.forget()
        raise
    afterwards(states.forget)


def _key(training: str, provenance: Mapping[str, Any], inputs: Sequence[Path], device: torch.device) -> str:
    """Return a digest of all that decides the bits of a training."""
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    facts = {
        "training": training,
        "provenance": provenance,
        "inputs": [_file_digest(path) for path in inputs],
        "code": {name: _file_digest(path) for name, path in _code().items()},
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "device": [torch.backends.cpu.get_cpu_capability(), gpu],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _code() -> dict[str, Path]:
    """Return the files of our own modules that this stage has imported, itself included."""
    modules = list(sys.modules.items())  # a copy, as another thread may be importing
    files = {name: getattr(module, "__file__", None) for name, module in modules if name.partition(".")[0] in OURS}
    return {name: Path(file) for name, file in sorted(files.items()) if file}


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
