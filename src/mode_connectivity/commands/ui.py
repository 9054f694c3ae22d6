"""Shows the tracked runs in a browser: prints where to look, and serves the MLflow UI on this machine alone."""

import argparse
import os
import socket

EXAMPLE = "  mode-connectivity ui --port 5000"
HOST = "127.0.0.1"
QUIET = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("--port", type=int, default=5000, help="of the server (default: 5000)")


def run(given: argparse.Namespace) -> None:
    """Print the address, then become the server; a store that has a server already is only told of."""
    from mode_connectivity.foundations.project import project_root
    from mode_connectivity.foundations.secrets import without_secrets
    from mode_connectivity.tracking import runs, store

    uri = store.tracking_uri()
    served = uri.startswith("http")
    if not served:
        _refuse_taken(given.port)
    try:
        address = runs.address_of_runs(without_secrets(uri).rstrip("/") if served else f"http://{HOST}:{given.port}")
    except store.NoExperiment:
        raise
    except Exception as error:
        raise ValueError(without_secrets(f"the store cannot be opened: {error}")) from error
    print(f"runs:\n  {address}\nthe analysed paths alone, in its search box:\n  tags.stage = 'analysis'", flush=True)
    if served:
        return
    # The address of the store may hold a password, so it goes by the environment; a command line is for all to see.
    artifacts = (project_root() / store.ARTIFACTS).as_uri()
    words = ["mlflow", "server", "--workers", "1", "--host", HOST, "--port", str(given.port)]
    words += ["--default-artifact-root", artifacts, "--artifacts-destination", artifacts]
    os.execvpe("mlflow", words, os.environ | QUIET | {"MLFLOW_BACKEND_STORE_URI": uri})


def _refuse_taken(port: int) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (")[0]
        raise ValueError(f"--port {port}: {reason}; take another port") from error
