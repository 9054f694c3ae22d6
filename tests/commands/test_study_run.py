"""A study is run from its own params file: what is handed to DVC makes params.yaml that file."""

import subprocess
from pathlib import Path

import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from mode_connectivity.commands import main, study
from mode_connectivity.params import Params
from support.code_imports import ROOT

STUDIES = sorted(path.parent.name for path in (ROOT / "reports/studies").glob("*/params.yaml"))


@pytest.mark.parametrize("name", STUDIES)
def test_every_committed_study_is_run_with_params_that_stages_accept(name: str, tmp_path: Path) -> None:
    ours = yaml.safe_load((ROOT / "params.yaml").read_text())
    file = ROOT / f"reports/studies/{name}/params.yaml"
    theirs = yaml.safe_load(file.read_text())
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(ours))
    apply_overrides(tmp_path / "params.yaml", list(study.overrides(ours, theirs, str(file))))
    params = Params.load(tmp_path / "params.yaml")
    assert list(params.seeds) == theirs["seeds"]
    made = study._leaves(yaml.safe_load((tmp_path / "params.yaml").read_text()))
    asked = study._leaves(theirs)
    assert {key for key, value in asked.items() if made.get(key) != value} <= {*study.GONE, "restricted.epochs"}


def test_what_an_older_file_lacks_or_alone_has_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("a: {b: 1, c: 2}\nlocality: {margin: 0.1}\n")
    Path("older.yaml").write_text("a: {b: 3}\nlocality: {margin: 0.1, primary: slices}\n")
    main.main(["study", "mine", "--params", "older.yaml", "--dry"])
    said = capsys.readouterr()
    assert said.out == "dvc exp run --temp --name mine -S a.b=3\n"
    assert "left out, since only an older version has it: locality.primary\n" in said.err
    assert "lacks, so that params.yaml decides: a.c\n" in said.err


def test_a_name_that_an_experiment_has_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("a: 1\n")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "state"], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(["git", "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/mine", head], check=True)
    with pytest.raises(SystemExit, match=r"^error: there is an experiment mine .*`dvc exp remove mine` first$"):
        main.main(["study", "mine", "--params", "params.yaml"])
