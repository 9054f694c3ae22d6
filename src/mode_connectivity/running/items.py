"""Reads a stage's matrix items, such as the variant and the seed, from the command line."""

import argparse
from collections.abc import Sequence

from mode_connectivity.params import Params


def read_items(params: Params, names: Sequence[str], arguments: Sequence[str] | None = None) -> list[str | int]:
    """Return the value of each item in `names`; one that the params do not list ends the process with a usage line."""
    known: dict[str, tuple[str, ...] | tuple[int, ...]] = {
        "variant": params.variants,
        "pattern": params.mechanism.patterns,
        "method": params.finetune.methods,
        "seed": (*params.seeds, *params.cue_endpoint.seeds),
        "of": params.plane.of,
    }
    parser = argparse.ArgumentParser()
    for name in names:
        parser.add_argument(f"--{name}", type=int if name == "seed" else str, choices=known[name], required=True)
    given = vars(parser.parse_args(arguments))
    return [given[name] for name in names]
