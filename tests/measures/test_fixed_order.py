"""Sums have one order on every type of processor, and figures that are written show no last digits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from mode_connectivity.foundations.atomic import write_arrays, write_json
from mode_connectivity.foundations.summation import tree_sum
from mode_connectivity.measures import energy, gram, rescaling
from support.code_imports import ROOT, SRC
from support.figures_of_sums import figures

# What decides which instructions sum: torch's vectors, MKL's and OpenBLAS's kernels.
PROCESSORS = (
    {"OPENBLAS_CORETYPE": "Nehalem", "MKL_CBWR": "COMPATIBLE", "ATEN_CPU_CAPABILITY": "default"},
    {"OPENBLAS_CORETYPE": "Haswell", "MKL_CBWR": "AVX2"},
)


def bits_on(processor: dict[str, str]) -> dict[str, list[str]]:
    """Return the bits of all figures, computed in a process of its own."""
    plain = {name: value for name, value in os.environ.items() if name != "ATEN_CPU_CAPABILITY"}
    environment = {**plain, **processor, "PYTHONPATH": f"{SRC}{os.pathsep}{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}
    code = "from support.figures_of_sums import bits, figures\nprint(bits(figures()))"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_figures_have_the_same_bits_whatever_sums_them() -> None:
    one, other = (bits_on(each) for each in PROCESSORS)
    assert {name for name, values in one.items() if values != other[name]} == set()


def test_a_summation_that_differs_in_the_last_digits_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = figures()
    for module in (energy, gram, rescaling):
        monkeypatch.setattr(module, "tree_sum", lambda values: tree_sum(values) * (1 + 4e-16))
    planted = figures()
    assert all(not np.array_equal(values, planted[name]) for name, values in plain.items())
    for name, found in {"plain": plain, "planted": planted}.items():
        write_json(tmp_path / f"{name}.json", {each: values.tolist() for each, values in found.items()})
        write_arrays(tmp_path / f"{name}.npz", found)
    for suffix in (".json", ".npz"):
        assert (tmp_path / f"plain{suffix}").read_bytes() == (tmp_path / f"planted{suffix}").read_bytes(), suffix


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 1000, 1023])
def test_a_tree_sum_is_the_sum(size: int) -> None:
    values = torch.rand(3, size, dtype=torch.float64, generator=torch.Generator().manual_seed(size))
    kept = values.clone()
    assert torch.allclose(tree_sum(values), values.sum(-1), rtol=1e-14, atol=0)
    assert torch.equal(values, kept)
    assert np.allclose(tree_sum(values.numpy()), values.numpy().sum(-1), rtol=1e-14, atol=0)
    assert torch.equal(tree_sum(torch.ones(size, dtype=torch.float64)), torch.tensor(float(size), dtype=torch.float64))


def test_a_tree_sum_loses_no_more_than_pairs_do() -> None:
    values = torch.full((10**6,), 0.1, dtype=torch.float64)
    assert abs(float(tree_sum(values)) - 1e5) < 1e-9
