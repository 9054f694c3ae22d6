"""What does not fit is refused in one line that names the key."""

from pathlib import Path

import pytest

from mode_connectivity.params import Params, ParamsError
from support.code_imports import ROOT

DEFAULT = (ROOT / "params.yaml").read_text()


def load(tmp_path: Path, text: str) -> Params:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    return Params.load(path)


def test_default_params_are_valid_and_frozen(tmp_path: Path) -> None:
    params = load(tmp_path, DEFAULT)
    assert params.seeds == (0, 1)
    with pytest.raises(ValueError, match="frozen"):
        params.swap.pairs = 3


def test_numbers_are_read_as_dvc_reads_them(tmp_path: Path) -> None:
    params = load(tmp_path, DEFAULT.replace("weight_decay: 0.0005", "weight_decay: 5e-4").replace("full ", "off "))
    assert params.endpoint.weight_decay == 0.0005
    assert params.swap.verify == "off"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  pairs: null", "  paris: 1", "swap.paris: unknown key; did you mean pairs"),
        ("  pairs: null", "  pairs: 0", "swap.pairs: input should be greater than or equal to 1, got 0"),
        ("  pairs: null", "  pairs: one", "swap.pairs: input should be a valid integer, got 'one'"),
        ("  width: 0.125", "  width: .nan", "model.width: input should be a finite number"),
        ("  width: 0.125", "  width: 1e308", "model.width: input should be less than or equal to 1024"),
        ("  flip: false", "  flip: 0", "augmentation.flip: input should be a valid boolean, got 0"),
        ("[control, early", "[control, eary", "variants: unknown variant 'eary'; did you mean early?"),
        ("seeds: [0, 1]", "seeds: [1, 1]", "seeds: an item stands twice"),
        ("seeds: [0, 1]", "seeds: [-1]", "seeds: seeds are not negative"),
        ("seeds: [0, 1]", "seeds: []", "seeds: "),
        ("source: digits", "source: image_folder", "dataset: image_folder needs dataset.root"),
        ("source: digits", "source: mnist", "dataset.source: input should be 'digits'"),
        ("  fps: 10", "", "analysis.fps: missing"),
        ("seeds: [0, 1]", "seeds: [0, 1", "not YAML"),
        ("  layers: {mid_pair: mid}", "  layers: {Deep: features.28}", "swap.layers: 'Deep' cannot name a variant"),
        (
            "  layers: {mid_pair: mid}",
            "  layers: {control: features.28}",
            "swap.layers: 'control' cannot name a variant",
        ),
        ("  given: null", "  given: [[1, 2, 3]]", "swap.given.0"),
        (
            "  amounts: {mid_pair: 1}",
            "  amounts: {mid: 0}",
            "swap.amounts.mid: input should be greater than or equal to 1, got 0",
        ),
        ("  amounts: {mid_pair: 1}", "  amounts: {mirror: 5}", "swap.amounts: 'mirror' is no variant that swaps pairs"),
        ("  amounts: {mid_pair: 1}", "  amounts: {deep: 5}", "swap.amounts: 'deep' is no variant that swaps pairs"),
        ("  bends: 1", "  bends: 0", "curve.bends: input should be greater than or equal to 1"),
        ("  given: null", "  given: []", "swap.given: an empty list swaps nothing"),
        ("seeds: [0, 1]", "seeds: [0, 1]\nseeds: [2]", "a key stands twice in its section"),
        ("  noise: 0.5", "  noise: 0.5\n  noise: 2", "a key stands twice in its section"),
        ("  imported: null", "  imported: 'seed{x}.pt'", "endpoint.imported: {x} is not filled in"),
        ("  imported: null", "  imported: 'seed{seed.real}.pt'", "endpoint.imported: {seed.real} is not filled in"),
        ("  imported: null", "  imported: 'seed{seed:999999999d}.pt'", "endpoint.imported: {seed} is not filled in"),
        ("  imported: null", "  imported: 'seed{.pt'", "endpoint.imported: not the template of a path"),
        ("  model: null", "  model: '{}.pt'", "finetune.model: {} is not filled in"),
        ("  noise: 0.5", "  noise: &a [*a]", "not YAML of params"),
        ("  noise: 0.5", "  ? [1, 2]\n  : 1", "not YAML of params"),
        ("  noise: 0.5", f"  noise: {'9' * 5000}", "not YAML of params"),
        ("  noise: 0.5", f"  noise: {'[' * 3000}", "not YAML of params"),
        ("  noise: 0.5", f"  noise: {'x' * 100_000}", "(100002 characters)"),
        ("  noise: 0.5", f"  ? {'x' * 100_000}\n  : 1", "characters)"),
    ],
)
def test_misfits_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in DEFAULT
    with pytest.raises(ParamsError) as caught:
        load(tmp_path, DEFAULT.replace(old, new, 1))
    assert message in str(caught.value)
    assert "params.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_an_alias_that_repeats_itself_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    levels = [f"l{k}: &l{k} [{', '.join([f'*l{k - 1}'] * 10)}]" for k in range(1, 12)]
    with pytest.raises(ParamsError, match="more than 10000 values"):
        load(tmp_path, "\n".join(["l0: &l0 [0]", *levels]))


def test_bytes_that_are_no_text_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes(DEFAULT.encode() + b"\xff\xfe")
    with pytest.raises(ParamsError, match=r"params\.yaml: not YAML of params"):
        Params.load(tmp_path / "params.yaml")


@pytest.mark.parametrize("text", ["010", "0o10", "0x10", "1_0", "10"])
def test_seeds_are_read_as_dvc_reads_them(tmp_path: Path, text: str) -> None:
    from dvc.utils.serialize import loads_yaml

    text_of_params = DEFAULT.replace("  seeds: [0]", "  seeds: []").replace("seeds: [0, 1]", f"seeds: [{text}]", 1)
    params = load(tmp_path, text_of_params)
    assert list(params.seeds) == loads_yaml(f"seeds: [{text}]")["seeds"]


@pytest.mark.parametrize("template", ["seed{seed}.pt", "seed{seed:03d}.pt", "one.pt", "{{{seed}}}.pt"])
def test_templates_of_paths_hold_the_seed(tmp_path: Path, template: str) -> None:
    params = load(tmp_path, DEFAULT.replace("  imported: null", f"  imported: '{template}'", 1))
    assert params.endpoint.imported == template


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"nowhere\.yaml"):
        Params.load(tmp_path / "nowhere.yaml")
