"""Turns errors that the user can mend into one line and an exit status."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

TRACEBACK = "MODE_CONNECTIVITY_TRACEBACK"


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turn a ValueError or an OSError (params, a file, a full disk) into one line on standard error and status 1.

    With `MODE_CONNECTIVITY_TRACEBACK` set the error is raised as it is.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        if os.environ.get(TRACEBACK):
            raise
        sys.exit(f"error: {' '.join(str(error).split())}")
