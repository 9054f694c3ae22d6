"""Scores are those of the plain network; statistics belong to their point; barriers are measured from the chord."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from mode_connectivity.data.sets import Images, Scaling, ScoringBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures import Profile, barrier, defined, has_statistics, recalibrate, score, sweep
from mode_connectivity.paths import Bezier, Linear
from support.small_networks import small_net, state_of, stripes

IMAGES = stripes()
SCALING = Scaling.of(IMAGES)
BATCHES = ScoringBatches(IMAGES, SCALING, 512)


def batches_of(sets: dict[str, Images]) -> dict[str, ScoringBatches]:
    return {name: ScoringBatches(images, SCALING) for name, images in sets.items()}


def test_score_is_that_of_the_plain_network_in_eval_mode() -> None:
    model = small_net(3, batch_norm=True).eval()
    with torch.no_grad():
        logits = model(SCALING.apply(IMAGES.pixels))
    found = score(small_net(0, batch_norm=True), state_of(model), BATCHES, Precision())
    assert found.loss == pytest.approx(float(cross_entropy(logits, IMAGES.labels)), rel=1e-6)
    assert found.accuracy == float((logits.argmax(1) == IMAGES.labels).double().mean())
    assert found.error == 1 - found.accuracy


def test_bf16_scores_are_near_those_of_fp32() -> None:
    model = small_net(3)
    full, half = (score(model, state_of(model), BATCHES, Precision(name)).loss for name in ("fp32", "bf16"))
    assert full != half
    assert half == pytest.approx(full, rel=0.02)


def test_recalibrated_statistics_are_the_moments_of_the_layer() -> None:
    model = small_net(1, batch_norm=True)
    state = state_of(model)
    fresh = recalibrate(model, state, ScoringBatches(IMAGES, SCALING, len(IMAGES)))
    with torch.no_grad():
        inputs = model[0](SCALING.apply(IMAGES.pixels))
    assert torch.allclose(fresh["1.running_mean"], inputs.mean((0, 2, 3)), atol=1e-6)
    assert torch.allclose(fresh["1.running_var"], inputs.var((0, 2, 3)), rtol=1e-5)
    assert torch.equal(state["1.running_mean"], torch.zeros(6))
    assert model[1].momentum == 0.1
    assert model.training


def test_recalibration_weighs_batches_equally_and_forgets_the_past() -> None:
    model = small_net(1, batch_norm=True)
    once = recalibrate(model, state_of(model), ScoringBatches(IMAGES, SCALING, 32))
    again = recalibrate(model, once, ScoringBatches(IMAGES, SCALING, 32))
    assert torch.equal(once["1.running_var"], again["1.running_var"])
    assert once["1.num_batches_tracked"] == 3


def test_sweep_visits_every_point_and_every_probe_set() -> None:
    model = small_net()
    path = Linear(state_of(small_net(0)), state_of(small_net(1)))
    probes = {"train": IMAGES, "test": stripes(40, seed=1)}
    ts = np.linspace(0, 1, 5)
    profiles = sweep(model, path, ts, batches_of(probes))
    for name, images in probes.items():
        direct = [score(model, path.at(t), ScoringBatches(images, SCALING), Precision()) for t in ts]
        assert profiles[name].loss.tolist() == [each.loss for each in direct]
        assert defined(profiles[name].error).tolist() == [each.error for each in direct]


def test_points_are_made_once_and_scored_in_large_batches_without_autograd_or_recalibration() -> None:
    """Every probe set at one visit of a point; without batch norm no other pass runs, at the ends neither."""
    model, seen, visits = small_net(), list[tuple[int, bool]](), list[float]()
    model.register_forward_hook(lambda _, inputs, __: seen.append((len(inputs[0]), torch.is_inference_mode_enabled())))
    path = Linear(state_of(small_net(0)), state_of(small_net(1)))

    def at(t: float) -> dict[str, torch.Tensor]:
        visits.append(t)
        return path.at(t)

    probes = {"train": stripes(1100), "test": stripes(40, seed=1)}
    sweep(model, at, [0.0, 0.5, 1.0], batches_of(probes), recalibration=BATCHES)
    assert visits == [0.0, 0.5, 1.0]
    assert sum(count for count, _ in seen) == 3 * 1140
    assert [count for count, _ in seen] == 3 * [*8 * [128], 1100 - 8 * 128, 40]
    assert all(inference for _, inference in seen)


def test_sweep_recomputes_statistics_at_the_ends_too() -> None:
    model = small_net(0, batch_norm=True)
    path = Bezier([state_of(small_net(seed, batch_norm=True)) for seed in range(3)])
    assert has_statistics(model)
    with pytest.raises(ValueError, match="statistics"):
        sweep(model, path, [0.0], {"test": BATCHES})
    found = sweep(model, path, [0.0, 0.5], {"train": BATCHES})["train"]
    for t, loss in zip((0.0, 0.5), found.loss, strict=True):
        fresh = recalibrate(model, path.at(t), BATCHES)
        assert loss == score(model, fresh, BATCHES, Precision()).loss
        assert loss != score(model, path.at(t), BATCHES, Precision()).loss


def test_barrier_is_measured_from_the_line_between_the_ends() -> None:
    ts = np.linspace(0, 1, 11)
    assert barrier(ts, 2 + 3 * ts) == pytest.approx(0, abs=1e-12)
    assert barrier(ts, 2 + 3 * ts + ts * (1 - ts)) == pytest.approx(0.25)
    assert barrier(ts, 1 - ts * (1 - ts)) == 0


def test_a_standing_profile_repeats_its_value() -> None:
    profile = Profile(np.array([0.5]), np.array([0.9])).repeated(np.linspace(0, 1, 3))
    assert profile.loss.tolist() == [0.5] * 3
    assert defined(profile.error).tolist() == [1 - 0.9] * 3


def test_paths_with_the_same_ends_have_the_same_end_values_to_the_bit() -> None:
    """So the ends of the second path need no scoring."""
    images = stripes()
    scored = {"train": ScoringBatches(images, Scaling.of(images))}
    start, middle, end = (state_of(small_net(seed)) for seed in range(3))
    ts = np.linspace(0, 1, 4)
    curve, whole, inner = (
        sweep(small_net(), path, at, scored)["train"]
        for path, at in ((Bezier([start, middle, end]), ts), (Linear(start, end), ts), (Linear(start, end), ts[1:-1]))
    )
    composed = inner.between_ends_of(curve)
    assert np.array_equal(composed.loss, whole.loss)
    assert np.array_equal(defined(composed.accuracy), defined(whole.accuracy))
