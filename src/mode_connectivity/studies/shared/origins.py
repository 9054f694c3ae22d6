"""Makes endpoints: trained from a named initialisation, or read from a file of the user's own."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.checkpoints import CheckpointError
from mode_connectivity.foundations.randomness import named_seed
from mode_connectivity.models import adopt
from mode_connectivity.studies.shared.recipes import recipe_of
from mode_connectivity.studies.shared.scoring import score_images
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.training import Epoch, train_endpoint


def trained(study: Study, seed: int, role: str, title: str) -> tuple[dict[str, Tensor], list[Epoch]]:
    """Return a network trained by the endpoint recipe, and its history; draws are named after `role`.

    `role` is "endpoint" or "twin"; `title` names the training, whose state is kept under that name.
    """
    model = study.model(seed, role)
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    torch.manual_seed(named_seed(seed, f"{role} dropout"))
    section = study.params.endpoint
    recipe = recipe_of(section)
    batches = study.batches(section.batch_size, seed, role)
    with study.keeping(title, study.provenance("augmentation", "endpoint", seed=seed)) as keeper:
        return train_endpoint(model, start, batches, recipe, study.precision, keeper=keeper, title=title)


def imported(study: Study, path: Path, key: str = "endpoint.imported") -> dict[str, Tensor]:
    """Return the weights in a safetensors or .pt file, as the study's network holds them. No pickle is executed.

    Raises:
        CheckpointError: the file is missing, unreadable, or does not fit the network; the message names it and the
            `key` of the params that asked for it.
    """
    try:
        weights = checkpoints.foreign(path)
    except CheckpointError as error:
        raise CheckpointError(f"{key}: {error}") from error
    try:
        state = adopt(study.model(), weights)
    except ValueError as error:
        raise CheckpointError(f"{key}: {path}: {error}") from error
    try:
        checkpoints.real({name: tensor for name, tensor in state.items() if tensor.is_floating_point()}, path)
    except CheckpointError as error:
        raise CheckpointError(f"{key}: {error}") from error
    return {name: tensor.to(study.device) for name, tensor in state.items()}


def scores_of(study: Study, state: dict[str, Tensor]) -> dict[str, Any]:
    """Return loss and accuracy on the train and the test set."""
    return {split: score_images(study, state, getattr(study.dataset, split)).record() for split in ("train", "test")}
