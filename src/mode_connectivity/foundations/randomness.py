"""Makes a generator of its own for every use of randomness, seeded from (seed, purpose).

The purpose never contains the variant: a swap and its control must share the order of the data and the draws of t,
or the comparison between them is unpaired.
"""

import hashlib

import torch


def named_seed(seed: int, purpose: str) -> int:
    """Return a 63-bit seed, the same in every process (unlike `hash`): the head of SHA-256 over "seed/purpose"."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def named_generator(seed: int, purpose: str) -> torch.Generator:
    """Return a CPU generator seeded with `named_seed`; on the CPU its draws are the same for every device."""
    return torch.Generator().manual_seed(named_seed(seed, purpose))
