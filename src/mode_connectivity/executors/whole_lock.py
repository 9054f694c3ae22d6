"""Keeps dvc.lock whole: DVC writes it beside its place and renames it, and a damaged one is put back from a good copy.

DVC empties the file and then dumps it, for about a second in a study of 60 stages; a signal in that second leaves it
empty or cut, and a cut one can still be valid.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from mode_connectivity.foundations.atomic import whole_file

LOCK = "dvc.lock"
COPY = Path(".dvc/tmp/last_good_dvc.lock")  # DVC keeps this folder out of Git
DAMAGED = Path(".dvc/tmp/damaged_dvc.lock")


def write_whole() -> None:
    """Have DVC, in this process, write its YAML files beside their place first, and keep a copy of dvc.lock."""
    from dvc.utils.serialize import _common, _yaml

    if _common._dump_data.__module__ == __name__:
        return
    plain = _common._dump_data

    def dump(path: Any, data: Any, dumper: Any, fs: Any = None, **options: Any) -> None:
        if fs is not None and fs.protocol != "local":
            plain(path, data, dumper, fs=fs, **options)
            return
        file = Path(path).resolve()
        with whole_file(file) as partial:
            plain(str(partial), data, dumper, **options)
        if file.name == LOCK:
            keep(file.parent)

    _common._dump_data = _yaml._dump_data = dump


def keep(root: Path) -> None:
    """Copy the lock file of the repository in `root`, which is whole, to where `mend` finds it."""
    with whole_file(root / COPY) as partial:
        shutil.copyfile(root / LOCK, partial)


def mend(root: Path) -> str | None:
    """Put a lock file that an interruption left empty, cut or shortened back from the last good copy.

    The copy is the one that `keep` made, or else Git's. What lies there is set aside. A file with the marks of a merge
    conflict, or one that Git holds as it is, is left alone.

    Returns:
        A line that says what was done; None where nothing was to do.
    """
    lock = root / LOCK
    if not (root / ".dvc").is_dir() or not lock.is_file():
        return None
    text = lock.read_bytes()
    kept = (root / COPY).read_bytes() if (root / COPY).is_file() else None
    if text == kept or b"<<<<<<<" in text:
        return None
    entries = _entries(text)
    committed = _committed(root)
    if entries is not None and text == committed:
        keep(root)
        return None
    for origin, copy in (("the last good copy", kept), ("Git's copy", committed)):
        known = None if copy is None else _entries(copy)
        if copy is None or known is None:
            continue
        if entries is not None and not _shortened(text, entries, copy, known):
            continue
        with whole_file(root / DAMAGED) as partial:
            partial.write_bytes(text)
        with whole_file(lock) as partial:
            partial.write_bytes(copy)
        damage = f"has {len(entries)} of {len(known)} stages" if entries is not None else "is empty or cut"
        return f"{LOCK} {damage}, as an interruption leaves it: put back from {origin} (it lies in {DAMAGED})"
    if entries is not None:
        keep(root)
    return None


def stages_of(text: bytes) -> dict[str, dict[str, Any]] | None:
    """Return stage -> its entry, in order; None where the text is no whole lock file."""
    import yaml

    if not text.endswith(b"\n"):
        return None
    try:
        values = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    if not isinstance(values, dict) or not isinstance(values.get("stages"), dict):
        return None
    stages: dict[str, dict[str, Any]] = values["stages"]
    return stages if all(isinstance(entry, dict) and "cmd" in entry for entry in stages.values()) else None


def _entries(text: bytes) -> list[str] | None:
    stages = stages_of(text)
    return None if stages is None else list(stages)


def _shortened(text: bytes, entries: list[str], copy: bytes, known: list[str]) -> bool:
    """Return whether a lock file is the first part of another, by its bytes or by its stages."""
    return copy.startswith(text) or (len(entries) < len(known) and entries == known[: len(entries)])


def _committed(root: Path) -> bytes | None:
    done = subprocess.run(["git", "show", f"HEAD:./{LOCK}"], cwd=root, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
