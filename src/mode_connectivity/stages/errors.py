"""Turns errors that the user can mend into one line and an exit status."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.secrets import without_secrets

TRACEBACK = "MODE_CONNECTIVITY_TRACEBACK"
TOO_LARGE = (
    "cannot be converted to type",
    "Overflow when unpacking",
)  # numbers that torch should hold in 32 or 64 bits
NO_DEVICE = "device string"  # torch: "... at start of device string: x", "Invalid device string: 'y'"
OTHER_TORCH = "operator torchvision::"  # torchvision: "operator torchvision::nms does not exist"
NO_MEMORY = ("can't allocate memory", "out of memory", "Storage size calculation overflowed", "invalid size, too big")
PIPELINE = (
    "dvc",
    "jinja2",
    "mlflow",
    "pydantic",
    "ruamel",
    "sklearn",
    "torchvision",
    "yaml",
)  # their modules
LONGEST = 1500  # characters of a line


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turn an error that the user can mend into one line on standard error and status 1.

    Such are a ValueError or an OSError (params, a file, a full disk), numbers too large, no memory left, a device
    that torch does not know, a package of the pipeline that is not installed, and what DVC itself says of a repository
    that is not there, is busy or is broken.

    With `MODE_CONNECTIVITY_TRACEBACK` set the error is raised as it is.
    """
    try:
        yield
    except Exception as error:
        if os.environ.get(TRACEBACK) or not _can_be_mended(error):
            raise
        sys.exit(f"error: {_line(error)}")


def _line(error: Exception) -> str:
    text = without_secrets(str(error).partition("\nException raised from")[0])  # torch appends its frames in C++
    text = " ".join(text.split())
    if _out_of_memory(error):
        text = f"out of memory; make the network, the batches or the data smaller ({text or 'no memory left'})"
    elif _too_large(error):
        text = f"a number is too large ({text})"
    elif _no_device(error):
        kept = f"{layout.IMPORTS} and {layout.CUE_SOURCE}"
        text = f"no such device ({text}); with compute.device: auto it stands in {kept}: delete them and run again"
    elif _of_the_pipeline(error):
        text = f"{text}; the pipeline needs more than the library: pip install 'mode_connectivity[study]'"
    elif _other_torch(error):
        text = f"torchvision was made for another torch ({text}); install its file of the same kind beside torch's"
    return shortened(text)


def shortened(text: str) -> str:
    """Return a line without what is too long of it; a value of 100,000 characters is not repeated."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"


def _can_be_mended(error: Exception) -> bool:
    of_words = (
        _of_the_pipeline(error)
        or _too_large(error)
        or _out_of_memory(error)
        or _no_device(error)
        or _other_torch(error)
    )
    return of_words or isinstance(error, (ValueError, OSError)) or _is_of_dvc(error)


def _of_the_pipeline(error: Exception) -> bool:
    """Return whether a package is missing that the library alone does not need."""
    return isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in PIPELINE


def _is_of_dvc(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "dvc"


def _too_large(error: Exception) -> bool:
    """Return whether a number is too large for Python or torch; torch says so in words alone."""
    torch_says = isinstance(error, (RuntimeError, TypeError)) and any(words in str(error) for words in TOO_LARGE)
    return isinstance(error, OverflowError) or torch_says


def _no_device(error: Exception) -> bool:
    """Return whether torch was given a device that it does not know; it says so in words alone."""
    return isinstance(error, RuntimeError) and NO_DEVICE in str(error).lower()


def _other_torch(error: Exception) -> bool:
    """Return whether torchvision cannot be imported beside this torch, as beside a file of torch without CUDA."""
    return isinstance(error, RuntimeError) and OTHER_TORCH in str(error)


def _out_of_memory(error: Exception) -> bool:
    """Return whether Python or torch could not get memory; torch says so in words alone on a CPU."""
    torch_says = isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY)
    return isinstance(error, MemoryError) or torch_says
