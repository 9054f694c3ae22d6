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
        ("    t_clip: 0.5", "    t_clip: 2.0", "finetune.cbft: t_mean, t_spread and t_clip let t run from -0.5 to 1.5"),
        ("    level: 1.5", "    level: 0", "finetune.cbft.level: input should be greater than 0"),
        ("    barrier: true", "    barier: true", "finetune.cbft.barier: unknown key; did you mean barrier?"),
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
    kept = ("momentum", "weight_decay", "schedule", "clip_norm")
    for asked, published in (
        (finetune.naive, NAIVE),
        (finetune.llrt, LLRT),
        (finetune.lpft.head, LLRT),
        (finetune.lpft, NAIVE),
        (finetune.naive_large, replace(NAIVE, learning_rate=0.1)),
        (finetune.cbft, replace(CBFT, schedule="constant")),
    ):
        assert [getattr(asked, name) for name in kept] == [getattr(published, name) for name in kept]
    assert finetune.naive_large == finetune.naive.model_copy(update={"learning_rate": 0.1})
    for section in (finetune.naive, finetune.lpft, finetune.cbft):
        assert section.learning_rate == 0.01
    assert (finetune.lpft.head, finetune.llrt) == (finetune.llrt, finetune.lpft.head)
