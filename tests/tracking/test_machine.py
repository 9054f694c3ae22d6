"""A run says on which processor it ran."""

from pathlib import Path

import pytest

from mode_connectivity.tracking.origin import machine_tags

X86 = "processor\t: 0\nmodel name\t: Some CPU 9\nflags\t\t: fpu avx2 avx512f avx512_bf16\n\nprocessor\t: 1\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd\n"


@pytest.mark.parametrize(
    ("text", "capability"),
    [(X86, "avx512_bf16 avx512f avx2"), (ARM, "asimd"), ("model name : a\nflags : avx2\n", "avx2")],
)
def test_the_processor_is_named(tmp_path: Path, text: str, capability: str) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    tags = machine_tags(tmp_path / "cpuinfo")
    assert tags["cpu.capability"] == capability
    assert tags["cpu.model"]
    assert int(tags["cpu.cores"]) >= 1
    assert set(machine_tags(tmp_path / "nowhere")) == set(tags)
