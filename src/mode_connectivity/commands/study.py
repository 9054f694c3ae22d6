"""Runs a study from its own params file, as a DVC experiment in a temporary copy: params.yaml stays as it is."""

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

EXAMPLE = "  mode-connectivity study six-seeds\n  mode-connectivity study mine --params mine.yaml --queue"
FREE = ("swap.amounts", "swap.layers")  # params whose keys are the user's own
GONE = ("locality.primary", "locality.direction")  # of an older verdict: today's rule decides and cannot be chosen
FOLLOWS = {"cue_endpoint.seeds": "seeds"}  # a list of its own only since later: an older file has one for both


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.add_argument("name", help="names the experiment, and a folder of reports/studies that holds its params.yaml")
    parser.add_argument("--params", type=Path, help="the params file, where it is another")
    parser.add_argument("--queue", action="store_true", help="only put it into the queue, for `dvc queue start`")
    parser.add_argument("--dry", action="store_true", help="only print the command")


def run(given: argparse.Namespace) -> None:
    """Become `dvc exp run` with every param that differs from params.yaml."""
    from mode_connectivity import layout

    file = given.params or layout.STUDIES / given.name / layout.PARAMS
    ours, theirs = _read(layout.PARAMS), _read(file)
    values = list(overrides(ours, theirs, str(file)))
    _tell_differences(ours, theirs, file)
    how = "--queue" if given.queue else "--temp"
    words = ["dvc", "exp", "run", how, "--name", given.name, *(word for value in values for word in ("-S", value))]
    print(shlex.join(words), flush=True)
    if not given.dry:
        _refuse_if_there(given.name)
        print(f"its results, afterwards: dvc exp show, and into the workspace: dvc exp apply {given.name}", flush=True)
        os.execvp("dvc", words)


def overrides(ours: Mapping[str, Any], theirs: Mapping[str, Any], file: str) -> Iterator[str]:
    """Yield "key=value", as `dvc exp run -S` reads it, for each param of `theirs` that differs from `ours`.

    Params that `theirs` lacks keep our values.

    Raises:
        ValueError: `theirs` has a key that there is not.
    """
    known, wanted = _leaves(ours), _leaves(theirs)
    for key, other in FOLLOWS.items():
        if key in known and key not in wanted and other in wanted:
            wanted[key] = wanted[other]
    for key, value in wanted.items():
        if _outdated(key, value):
            continue
        if key not in known:
            raise ValueError(f"{file}: {key}: there is no such param (any more)")
        if value != known[key]:
            yield from _free(key, known[key], value) if key in FREE else [f"{key}={_written(value)}"]


def _outdated(key: str, value: Any) -> bool:
    """Return whether only older files have this: `restricted.epochs` was once a factor on the epochs of the curve."""
    return key in GONE or (key == "restricted.epochs" and isinstance(value, float))


def _tell_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], file: Path) -> None:
    """Say which params of an older file are left out, and which it lacks."""
    known, wanted = _leaves(ours), _leaves(theirs)
    left_out = [key for key, value in wanted.items() if _outdated(key, value)]
    lacking = [key for key in known if key not in wanted and key not in FOLLOWS]
    if left_out:
        print(f"{file}: left out, since only an older version has it: {', '.join(left_out)}", file=sys.stderr)
    if lacking:
        print(f"{file}: lacks, so that params.yaml decides: {', '.join(lacking)}", file=sys.stderr)


def _refuse_if_there(name: str) -> None:
    """Refuse a name that an experiment of this commit has: DVC would, and advise to run every stage again."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    kept = ["git", "show-ref", "--quiet", "--verify", f"refs/exps/{commit[:2]}/{commit[2:]}/{name}"]
    if subprocess.run(kept, check=False).returncode == 0:
        raise ValueError(f"there is an experiment {name} of this commit; `dvc exp remove {name}` first")


def _free(key: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    """Yield what turns one mapping of the user's own keys into another: ~ takes a key away, + adds one."""
    yield from (f"~{key}.{name}" for name in ours if name not in theirs)
    for name, value in theirs.items():
        if name not in ours or ours[name] != value:
            yield f"{'' if name in ours else '+'}{key}.{name}={_written(value)}"


def _leaves(sections: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for name, value in sections.items():
        key = prefix + name
        leaves |= _leaves(value, f"{key}.") if isinstance(value, dict) and key not in FREE else {key: value}
    return leaves


def _written(value: Any) -> str:
    """Return a value in the grammar of Hydra, which DVC takes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'") + "'"
    if isinstance(value, list):
        return "[" + ",".join(_written(each) for each in value) + "]"
    return repr(value)


def _read(path: Path) -> dict[str, Any]:
    from dvc.utils.serialize import load_yaml

    if not path.is_file():
        raise ValueError(f"{path}: no such file")
    values: dict[str, Any] = load_yaml(str(path))  # which reads 1e-3 as a number, as DVC will
    return values
