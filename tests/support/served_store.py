"""A server of MLflow, with all that it keeps and prints in one folder."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

QUIET = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}


@contextmanager
def served(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Have it answer at a port of this machine, in a process group of its own; it asks nobody who they are."""
    words = ["mlflow", "server", "--workers", "1", "--port", str(port), "--backend-store-uri", "sqlite:///mlflow.db"]
    words += ["--artifacts-destination", str(folder / "artifacts")]
    with (
        (folder / "server.log").open("ab") as log,
        subprocess.Popen(
            words, stdout=log, stderr=log, cwd=folder, env=os.environ | QUIET, start_new_session=True
        ) as process,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/health")
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a server that a test has stopped hears nothing else


def wait_for(address: str) -> None:
    """Return when the address answers."""
    for _ in range(240):
        try:
            urlopen(address, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"nothing answers at {address}")
