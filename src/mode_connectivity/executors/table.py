"""Tells the state of each stage of the newest run, of either engine, from the engine's own records."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import psutil

from mode_connectivity.executors.records import Records, clock
from mode_connectivity.executors.slurm import queue
from mode_connectivity.executors.slurm.folder import Submission

LOG_LINES = 5


@dataclass(frozen=True)
class Row:
    """What is known of a stage: done, running, waiting, failed, skipped or stopped, since when, in which job."""

    stage: str
    state: str
    seconds: float | None
    job: str


def rows_here(records: Records) -> list[Row]:
    """Return the stages of a run on this machine."""
    run = records.run()
    alive = psutil.pid_exists(run["process"])
    return [_row(records, stage, "", _state_here(records, stage, alive)) for stage in run["stages"]]


def _state_here(records: Records, stage: str, alive: bool) -> str:
    times = records.times(stage)
    for note, state in (("ended", "done"), ("failed", "failed"), ("stopped", "stopped")):
        if note in times:
            return state
    if "started" in times:
        return "running" if alive else "stopped"
    return "waiting" if alive else "skipped"


def rows_of_jobs(submission: Submission, known: Mapping[str, queue.Job]) -> list[Row]:
    """Return the stages of a submission; the queue tells of jobs that Slurm ended and that could note nothing."""
    jobs = submission.jobs
    return [
        _row(submission, stage, jobs.get(stage, ""), _state_of_job(submission, stage, known.get(jobs.get(stage, ""))))
        for stage in submission.facts["stages"]
    ]


def _state_of_job(submission: Submission, stage: str, job: queue.Job | None) -> str:
    times = submission.times(stage)
    if "ended" in times:
        return "done"
    if job is not None and job.goes_on:
        return "running" if job.state in ("RUNNING", "COMPLETING") else "waiting"
    if "failed" in times:
        return "failed"
    if job is not None and job.state == "CANCELLED":
        return "stopped" if "started" in times else "skipped"
    return "failed" if "started" in times else "skipped"


def _row(records: Records, stage: str, job: str, state: str) -> Row:
    times = records.times(stage)
    seconds = None
    if "started" in times and state != "waiting":
        ends = [times[note] for note in ("ended", "failed", "stopped") if note in times]
        seconds = (max(ends) if ends else time.time()) - times["started"]
    return Row(stage, state, seconds, job)


def with_stale(rows: Iterable[Row], stale: Iterable[str], uncollected: Collection[str]) -> list[Row]:
    """Return the rows, and what DVC finds `stale` now as such; what is done and not yet collected stays done."""
    listed = {row.stage: row for row in rows}
    for stage in stale:
        if stage not in listed or (listed[stage].state == "done" and stage not in uncollected):
            listed[stage] = Row(stage, "stale", None, "")
    return list(listed.values())


def text_of(rows: Iterable[Row]) -> str:
    """Return the table, and the counts below it."""
    listed = list(rows)
    width = max((len(row.stage) for row in listed), default=0)
    lines = []
    for row in listed:
        elapsed = "" if row.seconds is None else clock(row.seconds)
        lines.append(f"{row.stage:<{width}}  {row.state:<8} {elapsed:>12}  {row.job}".rstrip())
    states = [row.state for row in listed]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return "\n".join([*lines, counts or "nothing was run"])


def last_lines(records: Records, rows: Iterable[Row]) -> str:
    """Return the last lines of the log of each failed stage."""
    texts = []
    for row in rows:
        log = records.log(row.stage)
        if row.state == "failed" and log.exists():
            lines = log.read_text(errors="replace").strip().splitlines()[-LOG_LINES:]
            texts.append("\n".join([f"{row.stage} failed; {log} ends:", *(f"  {line}" for line in lines)]))
    return "\n".join(texts)
