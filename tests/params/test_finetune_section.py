"""What does not fit in the finetune section is refused in one line that names the key."""

from dataclasses import replace
from pathlib import Path

import pytest

from mode_connectivity.finetuning import CBFT, LLRT, NAIVE
from mode_connectivity.params import Params, ParamsError
from support.code_imports import ROOT

DEFAULT = (ROOT / "params.yaml").read_text()


def load(tmp_path: Path, text: str) -> Params:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    return Params.load(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  methods: [naive, naive_large",
            "  methods: [naive, last_layer",
            "finetune.methods.1: input should be 'naive'",
        ),
        ("  methods: [naive, naive_large", "  methods: [naive, naive", "finetune.methods: an item stands twice"),
        ("  n_clean: null", "  n_clean: 1.5", "finetune.n_clean: a count, a share between 0 and 1, or null for all"),
        ("  n_cue: null", "  n_cue: 0", "finetune.n_cue: a count, a share between 0 and 1, or null for all; got 0"),
        ("    level: 1.5", "    level: 0", "finetune.cbft.level: input should be greater than 0"),
        ("    warm_up: 1", "    warm_upp: 1", "finetune.cbft.warm_upp: unknown key; did you mean warm_up?"),
    ],
)
def test_misfits_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in DEFAULT
    with pytest.raises(ParamsError) as caught:
        load(tmp_path, DEFAULT.replace(old, new, 1))
    assert message in str(caught.value)


def test_counts_shares_and_no_methods_are_read(tmp_path: Path) -> None:
    text = DEFAULT.replace("  n_clean: null", "  n_clean: 0.05").replace("  n_cue: null", "  n_cue: 500")
    text = text.replace("methods: [naive, naive_large, llrt, lpft, cbft, scratch]", "methods: []")
    finetune = load(tmp_path, text).finetune
    assert (finetune.n_clean, finetune.n_cue, finetune.methods) == (0.05, 500, ())


def test_defaults_are_the_published_values_where_they_do_not_hang_on_the_number_of_images(tmp_path: Path) -> None:
    """Epochs, batches and the rate of heads are scaled to the default study; params.yaml names what was published."""
    finetune = load(tmp_path, DEFAULT).finetune
    head = finetune.lpft.head.of(finetune.training)
    kept = ("weight_decay", "schedule", "clip_norm")
    for asked, published in (
        (finetune.recipe("naive"), NAIVE),
        (finetune.recipe("llrt"), LLRT),
        (head, LLRT),
        (finetune.recipe("lpft"), NAIVE),
        (finetune.recipe("naive_large"), NAIVE),
        (finetune.recipe("cbft"), replace(CBFT, schedule="constant")),
    ):
        assert [getattr(asked, name) for name in kept] == [getattr(published, name) for name in kept]
    rates = {method: finetune.recipe(method).learning_rate for method in ("naive", "lpft", "cbft", "naive_large")}
    assert rates == {"naive": 0.01, "lpft": 0.01, "cbft": 0.01, "naive_large": 0.1}
    assert finetune.recipe("llrt") == head


def test_a_method_changes_the_shared_training_by_the_keys_it_names(tmp_path: Path) -> None:
    finetune = load(tmp_path, DEFAULT.replace("  naive: {}", "  naive: {epochs: 3, clip_norm: 2.0}")).finetune
    changed = finetune.training.model_copy(update={"epochs": 3, "clip_norm": 2.0})
    assert finetune.recipe("naive") == changed
    assert finetune.own("naive") == changed.model_dump()
    assert finetune.recipe("lpft") == finetune.training
    assert {"level", "warm_up", "cue_batch_size"} < set(finetune.own("cbft"))
