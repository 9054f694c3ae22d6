"""Keeps the state of a training under a digest of all that decides its bits."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from mode_connectivity.foundations.stopping import STOPPING, afterwards
from mode_connectivity.training.progress import Diverged
from mode_connectivity.training.states import States

OURS = ("mode_connectivity", "__main__")


@contextmanager
def kept(states: States) -> Iterator[States]:
    """Keep the state of one training on disk until the process has ended well and its results are safe."""
    try:
        with STOPPING.between_steps():
            yield states
    except Diverged:
        states.forget()
        raise
    afterwards(states.forget)


def training_key(training: str, provenance: Mapping[str, Any], inputs: Sequence[Path], device: torch.device) -> str:
    """Return a digest of all that decides the bits of a training.

    `training` names it, `provenance` holds its params, `inputs` are the files it is made from.
    """
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
    """Return the files of our own modules that this process has imported, its main program included."""
    modules = list(sys.modules.items())  # a copy, as another thread may be importing
    files = {name: getattr(module, "__file__", None) for name, module in modules if name.partition(".")[0] in OURS}
    return {name: Path(file) for name, file in sorted(files.items()) if file}


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
