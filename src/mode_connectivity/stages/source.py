"""Writes fingerprints of what comes from outside: data sources, the device, and networks or weights of the user's own.

DVC can follow them where it cannot follow the files themselves.
"""

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from mode_connectivity.data.sources.registry import source
from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.checkpoints import CheckpointError, digest
from mode_connectivity.foundations.devices import resolved_device
from mode_connectivity.foundations.project import resolved
from mode_connectivity.params import Params
from mode_connectivity.studies.shared.sources import base_request, second_request


def main(params: Params) -> None:
    dataset, cue = params.dataset, params.cue
    device = resolved_device(params.compute.device)
    write_json(layout.SOURCE, {"source": dataset.source, **source(dataset.source).contents(base_request(params))})
    write_json(
        layout.IMPORTS,
        {
            "device": device,
            "model": _model(params.model.name, "model"),
            "endpoints": _weights(params.endpoint.imported, params.seeds, "endpoint.imported"),
        },
    )
    second = source(cue.second).contents(second_request(params)) if cue.kind == "dominoes" else None
    of_network = {
        "device": device,
        "model": _model(params.cue_model.name, "cue_model"),
        "pretrained": _weights(params.cue_endpoint.pretrained, params.cue_endpoint.seeds, "cue_endpoint.pretrained"),
    }
    write_json(layout.CUE_SOURCE, {**of_network, "second": second})
    write_json(layout.PRETRAINED, _weights(params.finetune.model, params.cue_endpoint.seeds, "finetune.model"))


def _model(name: str, section: str) -> str | None:
    place, colon, _ = name.partition(":")
    if not colon:
        return None
    try:
        spec = find_spec(place) if place else None
    except ImportError:
        spec = None
    except (Exception, SystemExit, GeneratorExit) as error:  # whatever a package of the user's own raises around it
        raise ValueError(f"{section}.name: importing {place!r} raised {type(error).__name__}: {error}") from error
    if spec is None or not spec.origin or not Path(spec.origin).is_file():
        raise ValueError(f"{section}.name: cannot find the module {place!r}; put it under src or on PYTHONPATH")
    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()


def _weights(template: str | None, seeds: Iterable[int], key: str) -> dict[str, str]:
    if template is None:
        return {}
    digests = {}
    for seed in seeds:
        try:
            digests[str(seed)] = digest(resolved(template.format(seed=seed)))
        except CheckpointError as error:
            raise ValueError(f"{key}: {error}") from error
    return digests
