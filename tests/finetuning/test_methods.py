"""Each method does what its name says, and a planted cue of one pixel tells which of them leave it."""

from dataclasses import replace
from functools import cache

import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.data.sets import Scaling, ScoringBatches, TrainingBatches
from mode_connectivity.finetuning import CBFT, LLRT, NAIVE, Barrier, Losses, Watch, cbft, llrt, lpft, naive, scratch
from mode_connectivity.finetuning.head import features_and_logits
from mode_connectivity.finetuning.losses import barrier_gradients, invariance_loss
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import defined, score
from mode_connectivity.training import Epoch, Keeper, Recipe, train_endpoint
from support.interruptions import Memory, until_done
from support.small_networks import joined, plain_batches, planted_cue, small_net, state_of

State = dict[str, Tensor]
Tuned = tuple[State, list[Epoch]]
CUED = joined(planted_cue(230, 0, "own"), planted_cue(26, 3, "none"))
CLEAN = planted_cue(128, 1, "none")
PROBES = {
    "no_cue": planted_cue(200, 2, "none"),
    "cue": planted_cue(200, 2, "own"),
    "other": planted_cue(200, 2, "other"),
}
SCALING, FP32 = Scaling.of(CUED), Precision()
MODEL = small_net(batch_norm=True)
HEAD = ("8.weight", "8.bias")


@cache
def cue_trained() -> State:
    recipe = Recipe(8, 32, 0.05, schedule="one_cycle")
    start = state_of(small_net(batch_norm=True))
    return train_endpoint(MODEL, start, plain_batches(CUED, 32, SCALING, 0, "pretraining"), recipe, FP32)[0]


def clean(purpose: str = "clean", batch_size: int = 32) -> TrainingBatches:
    return plain_batches(CLEAN, batch_size, SCALING, 0, purpose)


def cued() -> TrainingBatches:
    return plain_batches(CUED, 96, SCALING, 0, "cue")


def head(seed: int = 0) -> torch.Generator:
    return named_generator(seed, "head")


def short(recipe: Recipe, epochs: int = 3) -> Recipe:
    return replace(recipe, epochs=epochs, batch_size=32)


def run(
    method: str,
    watch: Watch | None = None,
    losses: Losses | None = None,
    epochs: int = 3,
    keepers: tuple[Keeper, Keeper] | None = None,
) -> Tuned:
    start, (_, keeper) = cue_trained(), keepers or (None, None)
    match method:
        case "naive":
            return naive(MODEL, start, clean(), short(NAIVE, epochs), FP32, watch=watch, keeper=keeper)
        case "llrt":
            return llrt(MODEL, start, clean("probing"), short(LLRT, epochs), FP32, head(), watch=watch, keeper=keeper)
        case "lpft":
            recipes = (short(LLRT, epochs), short(NAIVE, epochs))
            return lpft(MODEL, start, (clean("probing"), clean()), recipes, FP32, head(), watch=watch, keepers=keepers)
        case "scratch":
            initial = state_of(small_net(1, batch_norm=True))
            return scratch(MODEL, initial, clean(), short(NAIVE, epochs), FP32, watch=watch, keeper=keeper)
    recipe, t = replace(short(CBFT, epochs), schedule="constant"), named_generator(0, "t")
    losses = losses or Losses()
    return cbft(MODEL, start, clean(), cued(), losses, recipe, FP32, t, watch=watch, keeper=keeper)


METHODS = ("naive", "llrt", "lpft", "cbft", "scratch")


def accuracies(state: State) -> dict[str, float]:
    return {
        name: defined(score(MODEL, state, ScoringBatches(images, SCALING), FP32).accuracy)
        for name, images in PROBES.items()
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_method_repeats_to_the_bit_leaves_its_start_alone_and_shows_every_epoch(method: str) -> None:
    kept = {name: tensor.clone() for name, tensor in cue_trained().items()}
    watch = Watch(MODEL, PROBES, SCALING, FP32)
    first, history = run(method, watch)
    again, repeated = run(method)
    assert history == repeated
    assert all(torch.equal(tensor, again[name]) for name, tensor in first.items())
    assert all(torch.equal(tensor, kept[name]) for name, tensor in cue_trained().items())
    assert not any(tensor.requires_grad for tensor in first.values())
    assert list(first) == list(kept)
    assert len(history) == (6 if method == "lpft" else 3)
    assert {name: len(values) for name, values in watch.accuracy.items()} == dict.fromkeys(PROBES, len(history))
    assert {name: values[-1] for name, values in watch.accuracy.items()} == accuracies(first)


@pytest.mark.parametrize("stops", [{1}, {4, 6}, {3, 5, 8, 12}])
@pytest.mark.parametrize("method", METHODS)
def test_a_method_interrupted_anywhere_has_the_same_bits_and_readings(method: str, stops: set[int]) -> None:
    """Two of CBFT's passes over the cue images begin within a pass over the clean ones, and it has a warm-up."""
    whole, again = (Watch(MODEL, PROBES, SCALING, FP32) for _ in range(2))
    state, history = run(method, whole)
    keepers = (Memory(stops, every=2), Memory(stops, every=2))
    found, epochs = until_done(lambda: run(method, again, keepers=keepers))
    assert not keepers[1].stops
    assert keepers[0].stops == (set() if method == "lpft" else stops)
    assert epochs == history
    assert all(torch.equal(tensor, found[name]) for name, tensor in state.items())
    assert again.accuracy == whole.accuracy


def test_llrt_touches_the_head_alone_and_draws_it_anew() -> None:
    tuned, _ = run("llrt")
    start = cue_trained()
    assert {name for name in start if not torch.equal(start[name], tuned[name])} == set(HEAD)
    frozen, _ = llrt(MODEL, start, clean(), replace(LLRT, epochs=1, batch_size=128, learning_rate=1e-30), FP32, head())
    assert float(frozen[HEAD[0]].abs().max()) <= 1 / 7**0.5
    assert not torch.allclose(frozen[HEAD[0]], start[HEAD[0]], atol=0.1)
    other, _ = llrt(MODEL, start, clean(), short(LLRT), FP32, head(seed=1))
    assert not torch.equal(other[HEAD[0]], tuned[HEAD[0]])


def test_llrt_finds_the_least_loss_on_its_features() -> None:
    """The loss is convex in the head: long training by small steps ends where the gradient vanishes."""
    recipe = Recipe(1500, 128, 0.02, momentum=0.95, weight_decay=0.01, schedule="cosine")
    tuned, _ = llrt(MODEL, cue_trained(), clean(batch_size=128), recipe, FP32, head())
    leaves = [tuned[name].requires_grad_() for name in HEAD]
    MODEL.eval()
    loss = cross_entropy(functional_call(MODEL, tuned, (SCALING.apply(CLEAN.pixels),)), CLEAN.labels)
    loss = loss + 0.005 * sum((leaf.square().sum() for leaf in leaves), torch.zeros(()))
    assert all(float(gradient.abs().max()) < 1e-3 for gradient in torch.autograd.grad(loss, leaves))


def test_lpft_is_llrt_and_then_naive() -> None:
    probed, first = run("llrt")
    tuned, second = naive(MODEL, probed, clean(), short(NAIVE), FP32)
    found, history = run("lpft")
    assert history == first + second
    assert all(torch.equal(tensor, found[name]) for name, tensor in tuned.items())


def test_naive_is_the_training_of_endpoints_from_another_start() -> None:
    recipe = short(NAIVE)
    expected, _ = train_endpoint(MODEL, cue_trained(), clean(), recipe, FP32)
    assert all(torch.equal(tensor, run("naive")[0][name]) for name, tensor in expected.items())


def test_cbft_without_its_losses_is_naive() -> None:
    losses = Losses(barrier=None, invariance_from=None)
    plain, _ = naive(MODEL, cue_trained(), clean(), replace(short(CBFT), schedule="constant"), FP32)
    found, _ = run("cbft", losses=losses)
    assert all(torch.equal(tensor, found[name]) for name, tensor in plain.items())


def test_each_switch_of_cbft_matters_and_the_warm_up_counts_epochs() -> None:
    whole = run("cbft")[0]
    for losses in (
        Losses(barrier=None),
        Losses(invariance_from=None),
        Losses(Barrier(level=0.0)),
        Losses(Barrier(spread=0.1)),
        Losses(invariance_from=0),
    ):
        assert not torch.equal(run("cbft", losses=losses)[0][HEAD[0]], whole[HEAD[0]]), losses
    late, never = (run("cbft", losses=Losses(invariance_from=k))[0] for k in (3, None))
    assert all(torch.equal(tensor, never[name]) for name, tensor in late.items())


def test_one_batch_of_cbft_is_two_steps_with_one_momentum_by_hand() -> None:
    recipe = replace(CBFT, epochs=1, batch_size=128, weight_decay=0.01)
    start = cue_trained()
    found, _ = cbft(
        MODEL, start, clean(batch_size=128), cued(), Losses(invariance_from=0), recipe, FP32, named_generator(0, "t")
    )
    state = {name: tensor.clone() for name, tensor in start.items()}
    names = [name for name, _ in MODEL.named_parameters()]
    velocity = dict.fromkeys(names, torch.zeros(()))

    def move(gradients: list[Tensor] | tuple[Tensor, ...]) -> None:
        for name, gradient in zip(names, gradients, strict=True):
            velocity[name] = 0.9 * velocity[name] + gradient + 0.01 * state[name].detach()
            state[name] = state[name].detach() - 0.01 * velocity[name]

    MODEL.train()
    (images, labels), cue = next(iter(clean(batch_size=128))), next(iter(cued()))
    t = Barrier().draw(named_generator(0, "t"))
    move(barrier_gradients(MODEL, state, start, t, cue, 1.0, FP32)[0])
    leaves = [state[name].requires_grad_() for name in names]
    features, logits = features_and_logits(MODEL, state, images)
    cue_features, _ = features_and_logits(MODEL, state, cue[0])
    loss = cross_entropy(logits, labels) + invariance_loss(features, labels, cue_features, cue[1], 4)
    move(torch.autograd.grad(loss, leaves))
    for name in names:
        assert torch.allclose(found[name], state[name], atol=1e-6), name
    for name in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
        assert torch.equal(found[name], state[name])


def test_the_planted_pixel_is_kept_by_small_steps_and_left_by_cbft() -> None:
    before = accuracies(cue_trained())
    recipe = replace(NAIVE, epochs=20, batch_size=32, learning_rate=0.001)
    small = accuracies(naive(MODEL, cue_trained(), clean(), recipe, FP32)[0])
    left = accuracies(run("cbft", epochs=40)[0])
    for reads_it in (before, small):
        assert reads_it["cue"] > 0.95
        assert reads_it["cue"] - reads_it["no_cue"] > 0.2
        assert reads_it["other"] < 0.1
    assert left["no_cue"] > small["no_cue"]
    assert abs(left["cue"] - left["no_cue"]) < 0.15
    assert left["other"] > 0.2


def test_bf16_keeps_its_weights_in_fp32() -> None:
    tuned, _ = cbft(
        MODEL,
        cue_trained(),
        clean(),
        cued(),
        Losses(),
        replace(CBFT, epochs=2, batch_size=32),
        Precision("bf16"),
        named_generator(0, "t"),
    )
    assert {tensor.dtype for tensor in tuned.values() if tensor.is_floating_point()} == {torch.float32}
