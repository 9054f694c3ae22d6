"""Reads a stage's matrix items, such as the variant and the seed, from the command line."""

import argparse
from collections.abc import Sequence

from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS


def read_items(params: Params, names: Sequence[str], arguments: Sequence[str] | None = None) -> list[str | int]:
    """Return the value of each item in `names`; one that the params do not list ends the process with a usage line."""
    known: dict[str, tuple[str, ...] | tuple[int, ...]] = {
        "variant": (*params.variants, *RESEEDS),
        "pattern": params.mechanism.patterns,
        "method": params.finetune.methods,
        "seed": (*params.seeds, *params.cue_endpoint.seeds),
        "replicate": params.curve.replicates,
        "restrict": params.restricted.kinds,
        "effort": params.restricted.efforts,
        "ends": params.plane.endpoints,
    }
    parser = argparse.ArgumentParser()
    for name in names:
        kind = int if name in ("seed", "replicate", "effort") else str
        parser.add_argument(f"--{name}", type=kind, choices=known[name], required=True)
    given = vars(parser.parse_args(arguments))
    return [given[name] for name in names]
