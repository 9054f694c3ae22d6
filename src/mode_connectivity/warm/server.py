"""Imports modules once, when a client needs them, and forks a process for each that asks, until its own input ends.

python -m mode_connectivity.warm.server SOCKET COLD MODULE [MODULE ...]

The first COLD clients run their modules themselves: a run that has no more of them needs no imports here. What a
client runs is imported from the client's own PYTHONPATH, other than the modules that stand ready.
"""

import ctypes
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mode_connectivity.warm.client import COLD, RELAYED

# Read by libraries when they are loaded: a client with other values cannot have ours.
AT_IMPORT = ("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "ATEN_", "TORCH_", "PYTORCH_", "CUDA_", "LD_", "PYTHON")
SEARCHED = "PYTHONPATH"
STARTED = dict(os.environ)  # imports add to it
OURS = "mode_connectivity"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Request:
    """Says what a client asks for: a module with its arguments, in a folder and an environment, on three files."""

    module: str
    arguments: list[str]
    folder: str
    environment: dict[str, str]
    files: list[int]


def serve(address: str, cold: int, modules: list[str]) -> Request | None:
    """Return in each forked process what it was asked to run, and None in the server when its input has ended."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        for number in (signal.SIGINT, signal.SIGTERM):  # those who are served decide; the end of input ends the server
            signal.signal(number, signal.SIG_IGN)
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return _loop(listener, woken, cold, modules)


def _loop(listener: socket.socket, woken: int, cold: int, modules: list[str]) -> Request | None:
    clients: dict[int, socket.socket] = {}  # by the process that runs for them
    open_input = True
    while open_input or clients:
        watched: list[Any] = [listener, woken, *clients.values(), *([sys.stdin.fileno()] if open_input else [])]
        for ready in select.select(watched, [], [])[0]:
            if ready is listener:
                client, _ = listener.accept()
                request = _receive(client, cold > 0)
                if request is None:
                    client.close()
                    cold -= 1
                    continue
                for module in modules:
                    with suppress(Exception):  # a process that needs it meets the same error and says so
                        importlib.import_module(module)
                signal.pthread_sigmask(signal.SIG_BLOCK, RELAYED)  # until the process no longer ignores what we do
                process = os.fork()
                if process == 0:
                    _leave(listener, client, *clients.values())
                    return request
                signal.pthread_sigmask(signal.SIG_UNBLOCK, RELAYED)
                with suppress(OSError):  # the process has set it already, and may have ended
                    os.setpgid(process, process)
                for file in request.files:
                    os.close(file)
                clients[process] = client
            elif ready == woken:
                os.read(woken, 4096)
                _reap(clients)
            elif ready == sys.stdin.fileno():
                open_input = bool(os.read(ready, 4096))
            else:
                _relay(ready, clients)
    return None


def _receive(client: socket.socket, refused: bool) -> Request | None:
    """Return the request; None where the client went away, or was told to run the module itself."""
    try:
        size, files, _, _ = socket.recv_fds(client, 4, 3)
        text = client.recv(struct.unpack("!i", size)[0], socket.MSG_WAITALL)
        request = Request(**json.loads(text), files=files)
    except (OSError, ValueError, struct.error):
        return None
    if not refused and _can_have_ours(request):
        return request
    with suppress(OSError):  # the client may be gone
        client.sendall(struct.pack("!i", COLD))
    for file in files:
        os.close(file)
    return None


def _can_have_ours(request: Request) -> bool:
    """Return whether the client's environment would load the same libraries, with the same settings."""
    here, there = ({k: v for k, v in e.items() if k.startswith(AT_IMPORT)} for e in (STARTED, request.environment))
    mine = _searched(here, str(Path.cwd()))
    libraries = [f for f in _searched(there, request.folder) if f not in mine and not Path(f, OURS).is_dir()]
    return not libraries and (here | {SEARCHED: ""}) == (there | {SEARCHED: ""})


def _searched(environment: Mapping[str, str], folder: str) -> list[str]:
    """Return the folders of PYTHONPATH as seen from `folder`."""
    return [os.path.realpath(Path(folder, each)) for each in environment.get(SEARCHED, "").split(os.pathsep) if each]


def _reap(clients: dict[int, socket.socket]) -> None:
    while clients:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process == 0:
            return
        with clients.pop(process) as client:
            try:
                client.sendall(struct.pack("!i", os.waitstatus_to_exitcode(status)))
            except OSError:
                continue  # nobody waits for it any more


def _relay(client: Any, clients: dict[int, socket.socket]) -> None:
    """Pass the client's signals on to its process and those of its group; where the client was killed, kill them."""
    process = next((process for process, each in clients.items() if each is client), None)
    if process is None:
        return
    try:
        numbers = client.recv(16)
    except OSError:
        numbers = b""
    for number in numbers or [signal.SIGKILL]:
        with suppress(ProcessLookupError):
            os.killpg(process, number)
    if not numbers:
        os.waitpid(process, 0)
        clients.pop(process).close()


def _leave(*sockets: socket.socket) -> None:
    """Make the forked process forget that it was part of a server; it dies with the server, if killed."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in sockets:
        each.close()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def become(request: Request) -> None:
    """Run the module of `request` as if this process had been started for it."""
    for file, standard in zip(request.files, (0, 1, 2), strict=True):
        os.dup2(file, standard)
        os.close(file)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, RELAYED)
    ours = {os.path.realpath(Path.cwd()), *_searched(STARTED, str(Path.cwd()))}
    libraries = [folder for folder in sys.path if os.path.realpath(folder) not in ours]
    os.environ.clear()
    os.environ.update(request.environment)
    os.chdir(request.folder)
    sys.path[:] = [request.folder, *_searched(os.environ, request.folder), *libraries]
    for name in [name for name in sys.modules if name.partition(".")[0] == OURS]:
        del sys.modules[name]
    sys.argv = [request.module, *request.arguments]
    runpy.run_module(request.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    requested = serve(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
    if requested is not None:
        become(requested)
