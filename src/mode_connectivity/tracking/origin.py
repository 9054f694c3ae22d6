"""Says where a run comes from: commit, stage, study, processor, and the command that a person gave."""

import hashlib
import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mode_connectivity.foundations.secrets import without_secrets

COMMANDS = ("make", "dvc", "mode-connectivity")
SYNC = ("make sync", "mode-connectivity sync")  # which log results that another command made
STUDY = "MODE_CONNECTIVITY_STUDY"  # names the study that runs in a folder of its own
EXPERIMENT = "DVC_EXP_NAME"
COMMAND = "MODE_CONNECTIVITY_COMMAND"  # holds the command for stages whose ancestors are on another machine
INTERPRETERS = ("python", "sh", "bash")
CPU_INFO = Path("/proc/cpuinfo")
CAPABILITIES = ("amx_bf16", "avx512_bf16", "avx512f", "avx2", "asimd")  # what torch's kernels choose between


def study_name(params: Mapping[str, Any]) -> str:
    """Return the name of the study or DVC experiment that runs this stage; of neither, one made from the params."""
    named = os.environ.get(STUDY) or os.environ.get(EXPERIMENT)
    return named or f"params {hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()[:6]}"


def provenance_tags() -> dict[str, str]:
    """Return Python's version, the commit and the command, and within a stage its name and the processor it ran on."""
    tags = {"python": sys.version.split()[0]}
    for tag, variable in (("dvc.stage", "DVC_STAGE"), ("dvc.experiment", EXPERIMENT)):
        if os.environ.get(variable):
            tags[tag] = os.environ[variable]
    if "dvc.stage" in tags:  # what `make sync` logs may have run on another machine
        tags |= machine_tags()
    if given := command():
        tags["command"] = given
    if commit := _output("git", "rev-parse", "HEAD"):
        tags |= {"git.commit": commit, "mlflow.source.git.commit": commit}
        tags["git.dirty"] = str(bool(_output("git", "status", "--porcelain", "--untracked-files=no"))).lower()
    return tags


def command() -> str:
    """Return the command of the outermost make, dvc or mode-connectivity that this process descends from."""
    command, process = os.environ.get(COMMAND, ""), os.getpid()
    for _ in range(0 if command else 20):
        parent, _, words = _output("ps", "-ww", "-o", "ppid=,command=", "-p", str(process)).strip().partition(" ")
        if not parent.isdigit():
            break
        command = _named(words.split()) or command
        process = int(parent)
    return "" if command in SYNC else without_secrets(command)


def machine_tags(cpu_info: Path = CPU_INFO) -> dict[str, str]:
    """Return the model of the CPU, its vector instructions and its cores: bits differ between types of CPU."""
    fields = _fields(cpu_info)
    flags = fields.get("flags", fields.get("Features", "")).split()
    return {
        "cpu.model": fields.get("model name") or platform.processor() or platform.machine(),
        "cpu.capability": " ".join(name for name in CAPABILITIES if name in flags) or platform.machine(),
        "cpu.cores": str(os.cpu_count()),
    }


def _fields(cpu_info: Path) -> dict[str, str]:
    """Return the fields of the first processor in Linux's list; none elsewhere."""
    if not cpu_info.is_file():
        return {}
    first = cpu_info.read_text(errors="replace").partition("\n\n")[0]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}


def _named(words: list[str]) -> str:
    """Return the command in the words of a process, if it is one of ours; an interpreter may stand before it."""
    if words and Path(words[0]).name.startswith(INTERPRETERS):
        words = words[1:]
    if not words or Path(words[0]).name not in COMMANDS:
        return ""
    if "queue-worker" in words:
        return "dvc queue start"
    return shlex.join([Path(words[0]).name, *words[1:]])


def _output(*arguments: str) -> str:
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
