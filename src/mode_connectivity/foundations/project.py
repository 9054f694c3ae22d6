"""Returns the repository that the user sees, and resolves paths from params against it."""

import os
from pathlib import Path


def project_root() -> Path:
    """Return the user's repository, also where DVC runs a stage in a temporary copy of it (`DVC_ROOT`)."""
    return Path(os.environ.get("DVC_ROOT") or ".").resolve()


def resolved(root: str) -> Path:
    """Return a path from params; a relative one starts at the user's repository, not at a temporary copy of it.

    Raises:
        ValueError: a "~user" whom this machine does not know.
    """
    try:
        return project_root() / Path(root).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{root}: no such user") from error
