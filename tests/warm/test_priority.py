"""What a command of low priority starts in sessions of its own has that priority too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OWN = Path("/proc/self/autogroup")
pytestmark = pytest.mark.skipif(not os.access(OWN, os.W_OK), reason="this system does not group by sessions")

ALONE = ["setsid", "--wait"]  # in a session whose group has no niceness
HERE = os.getpriority(os.PRIO_PROCESS, 0)  # of the tests themselves
SHOW = "print(open('/proc/self/autogroup').read().split()[-1], flush=True)"
STARTS = {
    "DVC on a cluster": f"run_told([sys.executable, '-c', {SHOW!r}], Told())",
    "DVC here": "work_told(lambda: print(open('/proc/self/autogroup').read().split()[-1]) or 0, Told(), Path('log'));"
    "print(Path('log').read_text())",
    "ready processes": "context = ready_processes(['tracking']); context.__enter__();"
    "(server,) = psutil.Process().children();"
    "print(Path(f'/proc/{server.pid}/autogroup').read_text().split()[-1]); context.__exit__(None, None, None)",
}
IMPORTS = """\
import sys
from pathlib import Path
import psutil
from mode_connectivity.executors.supervised import Told, run_told, work_told
from mode_connectivity.warm.servers import ready_processes
"""


def started(command: list[str], start: str, folder: Path) -> int:
    """The niceness of the session that is started."""
    words = [*command, sys.executable, "-c", IMPORTS + start]
    return int(subprocess.run(words, capture_output=True, text=True, check=True, cwd=folder).stdout)


@pytest.mark.parametrize("what", STARTS)
def test_a_session_has_the_niceness_of_who_started_it(tmp_path: Path, what: str) -> None:
    assert started([*ALONE, "nice", "-n", "3"], STARTS[what], tmp_path) == min(19, HERE + 3)


def test_a_session_has_the_niceness_of_the_session_that_started_it(tmp_path: Path) -> None:
    niced = [*ALONE, "sh", "-c", f'echo {min(19, HERE + 2)} > /proc/self/autogroup; exec "$@"', "sh"]
    assert started(niced, STARTS["DVC on a cluster"], tmp_path) == min(19, HERE + 2)


def test_without_one_nothing_changes(tmp_path: Path) -> None:
    assert started(ALONE, STARTS["DVC on a cluster"], tmp_path) == HERE
