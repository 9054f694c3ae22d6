"""A process forked by a server stands for one that was started: arguments, folder, files, signals and status."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mode_connectivity.warm import servers
from mode_connectivity.warm.client import COLD, RELAYED
from mode_connectivity.warm.servers import CLIENT
from support.code_imports import SRC

MODULE = """
import os, sys, time
print(sys.argv[1:], os.getcwd(), os.environ["WHO"], "wave" in sys.modules, sys.stdin.read(), flush=True)
try:
    print("to the other file", file=sys.stderr, flush=True)
    time.sleep(60 * ("wait" in sys.argv))
except KeyboardInterrupt:
    sys.exit(7)
sys.exit(3)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("ready")
    (folder / "asked.py").write_text(MODULE)
    (folder / "setting.py").write_text("import os; os.environ.setdefault('KMP_INIT_AT_FORK', 'FALSE')")
    (folder / "broken.py").write_text("raise RuntimeError('as a torchvision made for another torch')")
    modules = ["wave", "broken", "setting"]
    command = [sys.executable, "-m", "mode_connectivity.warm.server", str(folder / "socket"), "0", *modules]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment(folder)) as server:
        while not (folder / "socket").exists():
            assert server.poll() is None
            time.sleep(0.01)
        yield folder / "socket"
    assert server.returncode == 0


def environment(folder: Path, **more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{SRC}:{folder}", "WHO": "me"} | more


def started(address: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-IS", str(CLIENT), str(address), "asked", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=address.parent,
        env=environment(address.parent, **more),
    )


def test_everything_passes_through(address: Path) -> None:
    with started(address, "a", "b c") as process:
        assert process.communicate("typed") == (
            f"['a', 'b c'] {address.parent} me True typed\n",
            "to the other file\n",
        )
    assert process.returncode == 3


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 7), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_reaches_the_process(address: Path, number: int, status: int) -> None:
    with started(address, "wait") as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.close()
        process.stderr.readline()
        process.send_signal(number)
        assert process.wait() == status


def test_the_process_dies_with_a_client_that_is_killed(address: Path) -> None:
    with started(address, "wait") as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.close()
        process.stderr.readline()
        process.kill()
        assert process.stderr.read() == ""  # returns when the last process that has this file open is gone


def handles(process: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
    return bool(caught >> (number - 1) & 1)


@pytest.mark.parametrize("number", RELAYED)
@pytest.mark.parametrize("gone", [False, True], ids=["the server listens", "the server is gone"])
def test_a_signal_that_meets_the_answer_to_run_cold_ends_the_process(address: Path, number: int, gone: bool) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("whoever started the tests has this signal ignored")
    with socket.socket(socket.AF_UNIX) as listener:
        place = address.with_name(f"{number}-{gone}")
        listener.bind(str(place))
        listener.listen()
        with started(place, "a") as process:
            server, _ = listener.accept()
            with server:
                for file in socket.recv_fds(server, 4, 3)[1]:
                    os.close(file)
                while not handles(process.pid, signal.SIGTERM):
                    time.sleep(0.01)
                process.send_signal(signal.SIGSTOP)  # so that answer and signal meet
                server.sendall(struct.pack("!i", COLD))
                if gone:
                    server.close()
                process.send_signal(number)
                process.send_signal(signal.SIGCONT)
                assert process.communicate("") == ("", "")
    assert process.returncode == -number


def test_a_signal_that_meets_the_fork_ends_the_process(address: Path) -> None:
    for _ in range(30):
        with socket.socket(socket.AF_UNIX) as server, Path(os.devnull).open("r+b") as null:
            server.connect(str(address))
            request = {
                "module": "asked",
                "arguments": ["wait"],
                "folder": str(address.parent),
                "environment": environment(address.parent),
            }
            text = json.dumps(request).encode()
            socket.send_fds(server, [struct.pack("!i", len(text))], 3 * [null.fileno()])
            server.sendall(text + bytes([signal.SIGTERM]))  # there before the process is
            assert server.recv(4, socket.MSG_WAITALL) == struct.pack("!i", -signal.SIGTERM)


@pytest.mark.parametrize("other", ["none listens", "libraries read their settings when they are loaded"])
def test_without_a_fitting_server_the_module_runs_in_a_new_process(address: Path, other: str) -> None:
    place, more = (address.with_name("nobody"), {}) if other == "none listens" else (address, {"OMP_NUM_THREADS": "7"})
    with started(place, "a", **more) as process:
        assert process.communicate("")[0] == f"['a'] {address.parent} me False \n"
    assert process.returncode == 3


def test_a_stage_of_any_copy_of_the_code_gets_a_ready_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script that runs a stage sets variables that its server has to have as well, or every stage starts anew."""
    code = tmp_path / "src/mode_connectivity"
    (code / "stages").mkdir(parents=True)
    (code / "__init__.py").touch()
    (code / "stages/__main__.py").write_text("import sys; print(__file__, 'wave' in sys.modules)")
    for file in ("scripts/stage", "mode_connectivity/warm/client.py"):
        (tmp_path / "src" / file).parent.mkdir(exist_ok=True)
        shutil.copy(SRC / file, tmp_path / "src" / file)
    monkeypatch.setattr(servers, "KINDS", {"stages": ("wave",)})
    monkeypatch.setenv("DVC_ROOT", str(Path(sys.prefix).parent))
    with servers.ready_processes(["stages"]):
        socket = Path(os.environ[servers.FOLDER], "stages")
        while not socket.exists():
            time.sleep(0.01)
        done = subprocess.run(
            ["sh", "src/scripts/stage", "swap"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
    assert done.stdout == f"{code.resolve() / 'stages/__main__.py'} True\n"
