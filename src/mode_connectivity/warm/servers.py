"""Starts the servers of ready processes for a run of the graph, and names the commands that use them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mode_connectivity.warm.priority import start_session

FOLDER = "MODE_CONNECTIVITY_WARM"  # where the sockets lie; src/scripts/stage reads it as well
SERVER = "mode_connectivity.warm.server"
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
def ready_processes(kinds: Collection[str] = tuple(KINDS), cold: int = 0) -> Iterator[None]:
    """Have ready processes of these kinds while the block runs; they end with this process, whatever ends it.

    The first `cold` processes of each kind start as they would without. On Linux alone: elsewhere a process that has
    loaded such libraries does not survive a fork. Within another such block nothing is added.
    """
    if sys.platform != "linux" or os.environ.get(FOLDER):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="ready-") as folder, ExitStack() as servers:
        for kind in kinds:
            server = start_session(
                [sys.executable, "-m", SERVER, str(Path(folder, kind)), str(cold), *KINDS[kind]],
                stdin=subprocess.PIPE,
                env=os.environ | (PASSIVE if kind in COMPUTING else {}),
            )
            servers.enter_context(server)
            servers.callback(server.kill)
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]
