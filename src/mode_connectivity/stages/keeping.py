"""A training whose state is kept on disk, known by all that decides its bits."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from mode_connectivity import layout, tracking
from mode_connectivity.stages.running import afterwards
from mode_connectivity.stages.states import States
from mode_connectivity.stages.stopping import STOPPING
from mode_connectivity.stages.study import Study
from mode_connectivity.training import Diverged

OURS = ("mode_connectivity", "__main__")


@contextmanager
def keeping(study: Study, training: str, provenance: Mapping[str, Any], inputs: Sequence[Path]) -> Iterator[States]:
    """Keep the state of one training while its results are not safe on disk, that is until the stage has ended well.

    `training` names it, `provenance` holds its params, `inputs` are the files it is made from beside the data.
    """
    key = _key(study, training, provenance, [*study.files, *inputs])
    states = States(tracking.project_root() / layout.state(training, key), key, training)
    try:
        with STOPPING.between_steps():
            yield states
    except Diverged:
        states.forget()
        raise
    afterwards(states.forget)


def _key(study: Study, training: str, provenance: Mapping[str, Any], inputs: Sequence[Path]) -> str:
    """A digest of all that decides the bits of a training."""
    gpu = torch.cuda.get_device_name(study.device) if study.device.type == "cuda" else None
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
    """Our own modules that this stage has imported, itself included."""
    modules = list(sys.modules.items())  # another thread may be importing
    files = {name: getattr(module, "__file__", None) for name, module in modules if name.partition(".")[0] in OURS}
    return {name: Path(file) for name, file in sorted(files.items()) if file}


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
