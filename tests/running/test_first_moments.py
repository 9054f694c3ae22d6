"""A stage that is told to stop before it has imported torch ends in one line, and so does its tracker."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.code_imports import SRC

STAGE = [sys.executable, "-m", "mode_connectivity.stages", "source"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_among_the_imports_is_one_line_and_its_status(tmp_path: Path, number: signal.Signals) -> None:
    """An import of the stage that takes long stands for torch's."""
    (tmp_path / "pydantic.py").write_text(
        "import pathlib, time\n"
        "pathlib.Path('importing').touch()\n"
        "try:\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    raise ImportError('as some extensions do') from None\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{SRC}"}
    process = subprocess.Popen(STAGE, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "importing").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate()
    assert errors == "interrupted\n"
    assert process.returncode == 128 + number


WHOLE = '[{"stage": "x", "item": {}, "params": {}, "files": []}, {}, "FINISHED"]\n'


@pytest.mark.parametrize("message", ['["half a mess', pytest.param(WHOLE, marks=pytest.mark.slow)])
def test_a_tracker_whose_stage_is_gone_says_nothing(tmp_path: Path, message: str) -> None:
    """The stage was killed while it wrote, or before it read the answer."""
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'a.db'}", "PYTHONPATH": str(SRC)}
    command = [sys.executable, "-m", "mode_connectivity.tracking.process"]
    reading, writing = os.pipe()
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | store,
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(reading)
    os.close(writing)
    _, errors = process.communicate(message)
    assert "Traceback" not in errors, errors
