"""Runs the studies of a params file in parts that end in time and resume, on one machine, without DVC and tracking."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mode_connectivity import layout
from mode_connectivity.executors.small_results import is_kept, keep_small
from mode_connectivity.executors.study_tasks import tasks_of
from mode_connectivity.executors.tasks import Task, only, seed_by_seed
from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.params import Params
from mode_connectivity.warm.priority import start_session

GOES_ON = 75  # the status of a part that ran out of time: the same command goes on
GRACE_SECONDS = 30.0  # for a training to end its step and keep its state
LOOK_SECONDS = 0.2
RECORDS = Path(".state/parts")


def run_part(folder: Path, params: str, jobs: int, seconds: float, *, results: Path, stages: Sequence[str] = ()) -> int:
    """Run a part of the studies of `params`, the text of a params file, in `folder`; return its status.

    `stages` limits it to these and what they need, without records that an earlier folder left in `results`. What is
    small goes there after every stage.

    Raises:
        ValueError: no job, an unknown stage, or a folder that holds a study of other params.
        ParamsError: unusable params.
    """
    if jobs < 1:
        raise ValueError(f"--jobs: at least one stage at a time, got {jobs}")
    file = folder / layout.PARAMS
    if file.exists() and file.read_text() != params:
        raise ValueError(f"{file}: the folder holds a study of other params; take another folder, or the same params")
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as beside:  # unusable params leave no file, so that mended ones can follow
        beside.write_text(params)
        tasks = seed_by_seed(tasks_of(Params.load(beside)))
    if stages:
        tasks = only(tasks, stages, without={task.name for task in tasks if is_kept(task, folder, results)})
    return Part(folder, tasks, jobs, seconds, results).run()


class Part:
    """Runs tasks in `folder`, up to `jobs` at a time, until all are done or `seconds` are over.

    What is small is copied to `results` after each.
    """

    def __init__(self, folder: Path, tasks: Sequence[Task], jobs: int, seconds: float, results: Path) -> None:
        self._folder, self._tasks, self._jobs, self._results = folder, tasks, jobs, results
        self._records = folder / RECORDS
        self._records.mkdir(parents=True, exist_ok=True)
        self._deadline = time.monotonic() + seconds
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._failed: list[str] = []
        self._told = False

    def run(self) -> int:
        """Run what is not done; return 0 where all is, `GOES_ON` where time or a signal ended the part, else 1."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._over():
            for task in self._ready()[: self._jobs - len(self._running)]:
                self._start(task)
            if not self._running:
                break
            time.sleep(LOOK_SECONDS)
            self._look()
        self._end()
        return self._status()

    def done(self) -> set[str]:
        """Return the names of the tasks that have ended well, in this part or an earlier one."""
        return {task.name for task in self._tasks if self._record(task.name).exists()}

    def _over(self) -> bool:
        return self._told or time.monotonic() >= self._deadline

    def _stop(self, _number: int, _frame: object) -> None:
        self._told = True

    def _ready(self) -> list[Task]:
        done, busy = self.done(), {*self._running, *self._failed}
        return [task for task in self._tasks if task.name not in done | busy and done.issuperset(task.needs)]

    def _start(self, task: Task) -> None:
        print(f"{len(self.done()) + len(self._running) + 1} of {len(self._tasks)}: {task.name}", flush=True)
        command = [sys.executable, "-m", "mode_connectivity.stages", "--untracked", *task.arguments]
        with (self._records / f"{task.name}.log").open("ab") as log:
            process = start_session(command, cwd=self._folder, env=environment(), stdout=log, stderr=log)
        self._running[task.name] = process

    def _look(self) -> None:
        for name, process in list(self._running.items()):
            status = process.poll()
            if status is None:
                continue
            del self._running[name]
            if status == 0:
                self._record(name).touch()
                keep_small(self._folder, self._results)
            elif not self._over():
                self._failed.append(name)
                last = (self._records / f"{name}.log").read_text(errors="replace").splitlines()[-1:]
                print(f"{name} failed: {' '.join(last)}", file=sys.stderr, flush=True)

    def _end(self) -> None:
        for process in self._running.values():
            process.terminate()
        patience = time.monotonic() + GRACE_SECONDS
        while self._running and time.monotonic() < patience:
            time.sleep(LOOK_SECONDS)
            self._look()
        for process in self._running.values():
            process.kill()
            process.wait()

    def _status(self) -> int:
        done = len(self.done())
        print(f"{done} of {len(self._tasks)} stages are done", flush=True)
        if self._failed:
            return 1
        return 0 if done == len(self._tasks) else GOES_ON

    def _record(self, name: str) -> Path:
        return self._records / f"{name}.done"


def environment() -> Mapping[str, str]:
    """Return the environment of a stage: the code that runs now, and no repository of DVC's."""
    ours = {key: value for key, value in os.environ.items() if key != "DVC_ROOT"}
    package = Path(__file__).resolve().parents[2]
    return ours | {
        "PYTHONPATH": os.pathsep.join([str(package), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "passive"),
    }
