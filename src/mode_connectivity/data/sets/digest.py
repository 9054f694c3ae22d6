"""Computes the digest of a data set."""

import hashlib
from collections.abc import Mapping

from torch import Tensor


def contents_sha256(tensors: Mapping[str, Tensor]) -> str:
    """Return SHA-256 over the values of all tensors, in the order of their names."""
    content = hashlib.sha256()
    for name in sorted(tensors):
        content.update(tensors[name].numpy().tobytes())
    return content.hexdigest()
