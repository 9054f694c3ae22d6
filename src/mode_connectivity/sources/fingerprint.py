"""Computes fingerprints of files that DVC cannot follow itself."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from mode_connectivity.sources.request import Fingerprint


def fingerprint(root: Path, files: Iterable[Path]) -> Fingerprint:
    """Return the number of files, their bytes, and SHA-256 over each file's path below `root`, length and content.

    It changes when the data change and not when they move.
    """
    digest = hashlib.sha256()
    count = size = 0
    for path in files:
        content = path.read_bytes()
        digest.update(os.fsencode(path.relative_to(root).as_posix()) + f"\0{len(content)}\0".encode())
        digest.update(content)
        count += 1
        size += len(content)
    return {"files": count, "bytes": size, "sha256": digest.hexdigest()}
