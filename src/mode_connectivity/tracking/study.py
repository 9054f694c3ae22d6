"""Keeps one run a study or experiment: the parent of its stages, with the answer, headline figures and the command.

The client of the store comes from `runs`, which alone imports MLflow.
"""

import hashlib
from pathlib import Path
from typing import Any

from mode_connectivity.foundations.project import project_root
from mode_connectivity.tracking.origin import command, provenance_tags
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.secrets import without_secrets

STUDY = "source"  # the stage whose record begins a study: it runs each time, first and alone
PARENT = "mlflow.parentRunId"
NOTE = "mlflow.note.content"
ANSWER = "answer."


def find_study(client: Any, experiment: str, key: str) -> Any:
    """Return the run of the study with this key, or None."""
    if not key:
        return None
    parents = client.search_runs([experiment], f"tags.study = '{key}' and tags.stage = 'study'", max_results=1)
    return parents[0] if parents else None


def begin_study(client: Any, experiment: str, execution: Execution) -> str | None:
    """Make the run of a study and return its id, or None where it is there; it ends anew with each of its stages."""
    if find_study(client, experiment, execution.study) is not None:
        return None
    tags = {"stage": "study", "study": execution.study, "command": command(), **provenance_tags()}
    name = execution.experiment or f"study {execution.study[:6]}"
    begun = round(1000 * execution.started) if execution.started else None
    run = client.create_run(experiment, start_time=begun, run_name=name, tags=tags | {NOTE: _note(tags)})
    run_id: str = run.info.run_id
    client.set_terminated(run_id, "FINISHED", run.info.start_time)
    return run_id


def adopt(client: Any, experiment: str, key: str, parent: str) -> None:
    """Put the stages of a study that were logged while its own run could not be below it."""
    for run in client.search_runs([experiment], f"tags.study = '{key}' and tags.stage != 'study'", max_results=1000):
        if PARENT not in run.data.tags:
            client.set_tag(run.info.run_id, PARENT, parent)


def tell_study(client: Any, run: Any, record: Record, execution: Execution, ended: int) -> None:
    """Have the run of a study show what one of its stages found, and end as that stage did."""
    run_id = run.info.run_id
    for key, value in record.headlines.items():
        client.log_metric(run_id, key, float(value))
    if record.answer:
        client.set_tag(run_id, f"{ANSWER}{record.stage}", record.answer)
        client.set_tag(run_id, NOTE, _note(client.get_run(run_id).data.tags))
    client.set_terminated(run_id, execution.status, ended)


def told(run: Any, record: Record) -> bool:
    """Return whether the run of a study shows what `record` has for it."""
    answered = not record.answer or run.data.tags.get(f"{ANSWER}{record.stage}") == record.answer
    return answered and all(run.data.metrics.get(key) == value for key, value in record.headlines.items())


def _note(tags: dict[str, str]) -> str:
    """Return the description of a study: what its reports answer, then the command."""
    answers = [text for tag, text in sorted(tags.items()) if tag.startswith(ANSWER)]
    made = [f"Made by `{tags['command']}`."] if tags.get("command") else []
    return "\n\n".join([*answers, *made])


def begun_in(store: str, study: str) -> bool:
    """Return whether this clone began `study` in `store` already, so that nothing need be asked of the store."""
    file = _mark(study)
    return file.is_file() and file.read_text() == _digest(store)


def note_begun(store: str, study: str) -> None:
    """Note that `study` was begun in `store`."""
    _mark(study).parent.mkdir(parents=True, exist_ok=True)
    _mark(study).write_text(_digest(store))


def _mark(study: str) -> Path:
    return project_root() / ".state" / "studies" / study


def _digest(store: str) -> str:
    return hashlib.sha256(without_secrets(store).encode()).hexdigest()
