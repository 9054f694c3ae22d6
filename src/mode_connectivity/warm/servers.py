"""Starts the servers of ready processes for a run of the graph, and names the commands that use them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

FOLDER = "MODE_CONNECTIVITY_WARM"  # where the sockets lie; src/scripts/stage reads it as well
CLIENT = Path(__file__).with_name("client.py")
# What each kind of process imports: stages, tracking, and DVC itself.
KINDS: Mapping[str, tuple[str, ...]] = {
    "stages": (
        "matplotlib.pyplot",
        "pydantic",
        "safetensors.torch",
        "scipy.optimize",
        "sklearn.datasets",
        "torchvision",
        "tqdm",
        "yaml",
    ),
    "tracking": ("mode_connectivity.tracking.ready",),
    "dvc": ("dvc.cli", "dvc.commands.repro", "dvc.repo.reproduce", "dvc.stage.run", "ruamel.yaml"),
}
COMPUTING = ("stages", "tracking")  # a stage starts its tracking
PASSIVE = {"OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY") or "passive"}  # as src/scripts/stage sets it


def command(kind: str, module: str) -> list[str]:
    """Return the command that runs `module` in a ready process of this kind, or in a new one where there are none."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return [sys.executable, "-m", module]
    return [sys.executable, "-IS", str(CLIENT), str(Path(folder, kind)), module]


@contextmanager
def ready_processes() -> Iterator[None]:
    """Have ready processes of all kinds while the block runs; they end with this process, whatever ends it.

    On Linux alone: elsewhere a process that has loaded such libraries does not survive a fork.
    """
    if sys.platform != "linux":
        yield
        return
    with tempfile.TemporaryDirectory(prefix="ready-") as folder, ExitStack() as servers:
        for kind, modules in KINDS.items():
            server = subprocess.Popen(
                [sys.executable, "-m", "mode_connectivity.warm.server", str(Path(folder, kind)), *modules],
                stdin=subprocess.PIPE,
                start_new_session=True,
                env=os.environ | (PASSIVE if kind in COMPUTING else {}),
            )
            servers.enter_context(server)
            servers.callback(server.kill)
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]
