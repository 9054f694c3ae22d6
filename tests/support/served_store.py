"""Waits for a server of MLflow."""

import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest


def wait_for(address: str) -> None:
    """Return when the address answers."""
    for _ in range(240):
        try:
            urlopen(address, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"nothing answers at {address}")
