"""Runs each method of the finetune stage, on the same clean images in the same order."""

from torch import Tensor

from mode_connectivity.data.sets import Images, TrainingBatches
from mode_connectivity.finetuning import Barrier, Losses, Watch, cbft, draw, llrt, lpft, naive, scratch
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.params.finetuning import Connectivity
from mode_connectivity.studies.mechanisms.cue_study import CueStudy
from mode_connectivity.studies.shared.recipes import recipe_of
from mode_connectivity.training import Epoch, Keeper, Recipe

State = dict[str, Tensor]


def tune(
    study: CueStudy, method: str, seed: int, pretrained: State, watch: Watch, keepers: tuple[Keeper, Keeper]
) -> tuple[State, list[Epoch]]:
    """Return the network that `method` makes of `pretrained`, and its history.

    `keepers` keep the state of the head that LPFT trains first, and that of every method's own training.
    """
    section = getattr(study.params.finetune, method)
    clean = clean_images(study, seed)
    model, recipe, precision = study.model(), recipe_of(study.params.finetune.recipe(method)), study.precision
    batches = _batches(study, clean, recipe, seed, "fine-tuning")
    title, (_, keeper) = f"{method} seed {seed}", keepers
    match method:
        case "naive" | "naive_large":
            return naive(model, pretrained, batches, recipe, precision, watch=watch, keeper=keeper, title=title)
        case "scratch":
            fresh = study.model(seed, "fine-tuning from scratch").state_dict()
            return scratch(model, fresh, batches, recipe, precision, watch=watch, keeper=keeper, title=title)
        case "cbft":
            cue = study.batches_of(cue_images(study, seed), section.cue_batch_size, seed, "fine-tuning cue")
            t = named_generator(seed, "fine-tuning t")
            losses = _losses(section)
            return cbft(
                model, pretrained, batches, cue, losses, recipe, precision, t, watch=watch, keeper=keeper, title=title
            )
    initialisation = named_generator(seed, "fine-tuning head initialisation")
    probing = recipe_of(section.head.of(study.params.finetune.training)) if method == "lpft" else recipe
    rows = _batches(study, clean, probing, seed, "fine-tuning head")
    if method == "llrt":
        return llrt(
            model, pretrained, rows, probing, precision, initialisation, watch=watch, keeper=keeper, title=title
        )
    both, recipes = (rows, batches), (probing, recipe)
    return lpft(model, pretrained, both, recipes, precision, initialisation, watch=watch, keepers=keepers, title=title)


def clean_images(study: CueStudy, seed: int) -> Images:
    """Return `finetune.n_clean` of the held-out images, without a cue, drawn without replacement.

    Raises:
        ValueError: none are held out, or fewer than were asked for.
    """
    return _drawn(study.cues.clean, study.params.finetune.n_clean, seed, "clean", "n_clean", "cue.held_out")


def cue_images(study: CueStudy, seed: int) -> Images:
    """Return `finetune.n_cue` of the pretraining images with the cues they carry; errors as `clean_images`."""
    return _drawn(study.cues.training, study.params.finetune.n_cue, seed, "cue", "n_cue", "dataset.train_size")


def _drawn(images: Images, amount: float | None, seed: int, kind: str, key: str, source: str) -> Images:
    try:
        chosen = draw(len(images), amount, named_generator(seed, f"fine-tuning {kind} images"))
    except ValueError as error:
        raise ValueError(f"finetune.{key}: {error}; lower it or raise {source}") from error
    return images.take(chosen.to(images.labels.device))


def _batches(study: CueStudy, images: Images, recipe: Recipe, seed: int, purpose: str) -> TrainingBatches:
    return study.batches_of(images, recipe.batch_size, seed, purpose)


def _losses(section: Connectivity) -> Losses:
    return Losses(None if section.level is None else Barrier(section.level), section.warm_up)
