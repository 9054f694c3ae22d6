"""Deletes DVC's list of who reads and writes which file where an interruption left it cut; DVC refuses to run then."""

import json
from pathlib import Path

LIST = Path(".dvc/tmp/rwlock")


def mend_readers(root: Path) -> str | None:
    """Delete a list that is no JSON in the repository in `root`; its processes are gone, or write it anew.

    Returns:
        A line that says so; None where nothing was to do.
    """
    file = root / LIST
    if _is_whole(file):
        return None
    from dvc.lock import make_lock
    from dvc.rwlock import RWLOCK_LOCK

    with make_lock(
        str(file.with_name(RWLOCK_LOCK)), tmp_dir=str(file.parent), wait=True
    ):  # DVC writes it under this lock
        if _is_whole(file):
            return None
        file.unlink()
    return f"{LIST} was cut, as an interruption leaves it: deleted"


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except FileNotFoundError:
        return True
    except ValueError:
        return False
    return True
