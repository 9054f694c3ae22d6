"""Stage `source` says in one line which module of a network of the user's own it cannot find or look into."""

from pathlib import Path

import pytest

from mode_connectivity.stages.source import _model

PACKAGES = {
    "raising": "raise KeyError('a')",
    "leaving": "raise SystemExit(0)",
    "generating": "raise GeneratorExit",
    "plain": "",
}


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("raising.inner", "importing 'raising.inner' raised KeyError: 'a'"),
        ("leaving.inner", "importing 'leaving.inner' raised SystemExit: 0"),
        ("generating.inner", "importing 'generating.inner' raised GeneratorExit: "),
        ("plain.inner", "cannot find the module 'plain.inner'; "),
        ("..relative", "cannot find the module '..relative'; "),
        ("sys", "cannot find the module 'sys'; "),
        ("", "cannot find the module ''; "),
    ],
)
def test_it_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, message: str) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in PACKAGES.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    with pytest.raises(ValueError, match=f"^model.name: {message}"):
        _model(f"{place}:network", "model")
