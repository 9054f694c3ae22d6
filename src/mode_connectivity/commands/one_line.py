"""How a command ends when something a person can mend is wrong."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mode_connectivity.stages.running import TRACEBACK


@contextmanager
def in_one_line() -> Iterator[None]:
    """What a person can mend (a file, an option, a disk) ends the process: one line on standard error, status 1."""
    try:
        yield
    except (ValueError, OSError) as error:
        if os.environ.get(TRACEBACK):
            raise
        sys.exit(f"error: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
