"""A program that is told to stop among its imports says nothing or one line; a reader that goes away costs nothing."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.cheap_graph import CheapProject
from support.code_imports import ROOT, SRC

COMMAND = shutil.which("mode-connectivity", path=str(Path(sys.executable).parent)) or "mode-connectivity"
PROGRAMS = {  # and a module that each imports at some time
    "console script": ([COMMAND, "graph"], "dvc"),
    "console script, first": ([COMMAND, "--help"], "argparse"),
    "commands": ([sys.executable, "-m", "mode_connectivity.commands", "swap", "--help"], "argparse"),
    "stages": ([sys.executable, "-m", "mode_connectivity.stages", "source"], "pydantic"),
    "tracking": ([sys.executable, "-m", "mode_connectivity.tracking"], "sqlite3"),
    "benchmarks": ([sys.executable, "-m", "benchmarks", "--help"], "torch"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_ctrl_c_among_the_imports_is_one_line_or_none(name: str, tmp_path: Path) -> None:
    """A module of that name comes before the real one, tells the test, and waits."""
    words, module = PROGRAMS[name]
    (tmp_path / f"{module}.py").write_text("import os, time\nos.write(9, b'.')\ntime.sleep(60)\n")
    reading, writing = os.pipe()
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{SRC}"}
    with subprocess.Popen(
        ["bash", "-c", f'exec 9>&{writing}; exec "$@"', "-", *words],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        pass_fds=[writing],
    ) as process:
        os.close(writing)
        assert os.read(reading, 1) == b".", process.communicate()
        process.send_signal(signal.SIGINT)
        assert process.communicate()[1] in ("", "interrupted\n")
        assert process.returncode in (-signal.SIGINT, 128 + signal.SIGINT)
    os.close(reading)


def test_an_output_on_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([COMMAND, "graph"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == "error: [Errno 28] No space left on device: 'standard output'\n"
    assert done.returncode == 1


@pytest.fixture(scope="module")
def cheap(tmp_path_factory: pytest.TempPathFactory) -> CheapProject:
    return CheapProject(tmp_path_factory.mktemp("cheap"), columns=2)


@pytest.mark.parametrize("reader", ["true", "head -1"])
def test_a_run_goes_on_without_its_reader(reader: str, cheap: CheapProject) -> None:
    cheap.forget()
    assert behind("mode-connectivity repro --jobs 2", reader, cheap) == ("0 0\n", "")
    assert (cheap.root / "reports/all.txt").read_text() == "0\n1\n"


@pytest.mark.parametrize("words", ["--help", "graph", "graph --makefile", "swap --help"])
def test_what_is_shown_to_nobody_is_no_error(words: str, cheap: CheapProject) -> None:
    assert behind(f"mode-connectivity {words}", "true", cheap) == ("0 0\n", "")


def behind(command: str, reader: str, project: CheapProject) -> tuple[str, str]:
    """What both processes end with, and what the command says of it."""
    script = f"{command} | {reader} > reader.txt; echo ${{PIPESTATUS[@]}}"
    environment = {key: value for key, value in project.environment.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=project.root, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout, done.stderr
