"""Cue-trained networks and their twins can start from weights of the user's own."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.params import Params
from mode_connectivity.stages import cue_dataset, cue_endpoint, dataset, source
from mode_connectivity.studies.mechanisms.cue_study import CueStudy
from support.in_process import params_with


def twins(params: Params) -> list[dict[str, Tensor]]:
    source.main(params)
    cue_endpoint.main(params, 0)
    return [checkpoints.load(layout.cue_endpoint(kind, 0))[0] for kind in ("cue", "clean")]


def test_given_weights_are_the_start_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given what they would have been initialised to, nothing changes; given anything else, both do."""
    monkeypatch.chdir(tmp_path)
    small: dict[str, object] = {"cue_endpoint.seeds": [0], "dataset.train_size": 100}
    params = params_with(tmp_path, small)
    source.main(params)
    dataset.main(params)
    cue_dataset.main(params)
    own = twins(params)
    start = CueStudy.of_network(params, 0).model(0, "cue endpoint").state_dict()
    save_file(start, "start0.safetensors")
    given = params_with(tmp_path, small | {"cue_endpoint.pretrained": "start{seed}.safetensors"})
    for mine, theirs in zip(own, twins(given), strict=True):
        assert all(torch.equal(tensor, theirs[name]) for name, tensor in mine.items())
    assert len(checkpoints.metadata(layout.cue_endpoint("clean", 0))["pretrained_sha256"]) == 64
    save_file({name: tensor * 2 for name, tensor in start.items()}, "start0.safetensors")
    for mine, theirs in zip(own, twins(given), strict=True):
        assert not torch.equal(mine["classifier.weight"], theirs["classifier.weight"])
    nowhere = params_with(tmp_path, small | {"cue_endpoint.pretrained": "nowhere{seed}.pt"})
    with pytest.raises(ValueError, match=r"cue_endpoint\.pretrained: .*nowhere0\.pt: no such file"):
        source.main(nowhere)
