"""Runs DVC's command line with a lock file that no signal damages; the set-up makes it the environment's `dvc`.

python -m mode_connectivity.executors.dvc_command repro
"""

import sys
from pathlib import Path

from mode_connectivity.executors.whole_lock import mend, write_whole


def main(arguments: list[str]) -> int:
    """Run `dvc` with `arguments` and return its status; first put a damaged lock file back."""
    tell_mended()
    write_whole()
    from dvc.cli import main as dvc

    return int(dvc(arguments))


def tell_mended() -> None:
    """Put a damaged lock file of the repository around the current folder back, and say so."""
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".dvc").is_dir()), here)
    if line := mend(root):
        print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
