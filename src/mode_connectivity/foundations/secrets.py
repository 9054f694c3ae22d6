"""Takes credentials out of text that goes into a log, a tag or a message."""

import os
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

ADDRESSES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_BACKEND_STORE_URI")
WORDS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
TELLING = re.compile(r"pass|secret|token|credential|key", re.IGNORECASE)
USER = re.compile(r"(?<=://)[^/\s?#'\"]*@")
QUERY = re.compile(r"(?<=[?&])([^=&\s]*(?:pass|secret|token|credential|key)[^=&\s]*)=[^&\s'\"]*", re.IGNORECASE)
SHORTEST = 4  # a password of fewer letters is found in an address, but not by itself


def without_secrets(text: str) -> str:
    """Return `text` without user and password of any address, and without those that the environment names."""
    text = QUERY.sub(r"\1=***", USER.sub("", text))
    for secret in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _secrets() -> Iterator[str]:
    for name in WORDS:
        if len(word := os.environ.get(name, "")) >= SHORTEST:
            yield word
    for name in ADDRESSES:
        parts = urlsplit(os.environ.get(name, ""))
        values = [value for key, value in parse_qsl(parts.query) if TELLING.search(key)]
        for secret in (parts.netloc.rpartition("@")[0].partition(":")[2], *values):
            if len(secret) >= SHORTEST:
                yield from {secret, unquote(secret)}
