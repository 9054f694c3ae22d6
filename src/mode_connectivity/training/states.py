"""Writes and reads snapshots of a training: two generations, so that one is whole whatever happens to the other."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.stopping import STOPPING, Stopped
from mode_connectivity.training.state import Snapshot

EVERY = "MODE_CONNECTIVITY_STATE_SECONDS"
SECONDS = 30.0
SHARE = 0.02  # of the time at most goes into keeping states


class States:
    """Keeps snapshots in a folder, for the training that `key` stands for and no other."""

    def __init__(self, folder: Path, key: str, title: str) -> None:
        self._files = (folder / "even.safetensors", folder / "odd.safetensors")
        self._folder, self._key, self._title = folder, key, title
        self._kept = 0
        self._every = float(os.environ.get(EVERY) or SECONDS)
        self._next = time.monotonic() + self._every
        self._warned = False

    def restore(self) -> Snapshot | None:
        """Return the newest snapshot that is whole and of this training, or None."""
        states = [state for file in self._files if (state := self._read(file)) is not None]
        if not states:
            return None
        newest = max(states, key=lambda state: state.count)
        self._kept = newest.count
        print(f"{self._title}: goes on {_where(newest.snapshot)}")
        return newest.snapshot

    def due(self) -> bool:
        """Return whether it is time for a snapshot, or the process was told to stop."""
        return STOPPING.signal is not None or time.monotonic() >= self._next

    def keep(self, snapshot: Snapshot) -> None:
        """Write the snapshot in place of the older one of the two.

        Raises:
            Stopped: the process was told to stop.
        """
        started = time.monotonic()
        safe = self._written(snapshot)
        ended = time.monotonic()
        self._next = ended + max(self._every, (ended - started) / SHARE)
        if STOPPING.signal is not None:
            then = "the same command goes on from there" if safe else "its state could not be kept"
            raise Stopped(f"stopped {self._title} {_where(snapshot)}; {then}")

    def forget(self) -> None:
        """Delete the snapshots: either the results are on disk, or the training diverged."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _written(self, snapshot: Snapshot) -> bool:
        count = self._kept + 1
        facts = {"key": self._key, "count": count, "position": snapshot.position}
        facts["sha256"] = _digest(snapshot.tensors, facts)
        try:
            checkpoints.save(self._files[count % 2], snapshot.tensors, facts, True)  # exact: training goes on
        except OSError as error:
            self._warn(f"its state could not be kept, training goes on ({error})")
            return False
        self._kept = count
        return True

    def _read(self, file: Path) -> "_State | None":
        if not file.exists():
            return None
        try:
            tensors, facts = checkpoints.load(file)
            digest = facts.pop("sha256")
            if facts["key"] == self._key and digest == _digest(tensors, facts):
                return _State(facts["count"], Snapshot(tensors, facts["position"]))
            reason = "it is damaged, or of another training"
        except (ValueError, KeyError, OSError) as error:
            reason = str(error)
        self._warn(f"one of its states is not used ({reason})")
        return None

    def _warn(self, text: str) -> None:
        if not self._warned:
            print(f"warning: {self._title}: {' '.join(text.split())}", file=sys.stderr)
        self._warned = True


@dataclass(frozen=True)
class _State:
    count: int
    snapshot: Snapshot


def _where(snapshot: Snapshot) -> str:
    return f"after epoch {snapshot.position['epoch']} and {snapshot.position['step']} steps"


def _digest(tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        values = tensor.detach().cpu().contiguous()
        digest.update(f"{name} {values.dtype} {tuple(values.shape)} ".encode())
        digest.update(values.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
