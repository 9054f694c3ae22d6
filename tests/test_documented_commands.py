"""What the documents tell a user to type, set and open is there."""

import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from mode_connectivity.commands.main import COMMANDS, main
from mode_connectivity.params import Params
from mode_connectivity.params.changing import changed, read_values, written
from mode_connectivity.params.loading import load
from support.code_imports import ROOT

README = ROOT / "README.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [README, *PAGES, ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("reports/studies/*/README.md"))]
EXTENDING = ROOT / "docs" / "extending.md"  # tried on a copy to which its additions were made, in test_extending.py
README_LINES = 150

FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
VALUE = re.compile(r"-S ('[^']*'|[^\s`;]+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def text_of(file: Path) -> str:
    return file.read_text().replace("\\\n", " ")


def commands(file: Path) -> list[str]:
    """The commands of a document: those of its blocks without a comment, and what stands in backticks."""
    blocks = [block for language, block in FENCED.findall(text_of(file)) if language == "bash"]
    lines = [re.sub(r"(^|\s)#.*", "", line) for block in blocks for line in block.splitlines()]
    quoted = re.findall(r"`([^`\n]+)`", FENCED.sub("", text_of(file)))
    return [part.strip() for line in [*lines, *quoted] for part in re.split(r"&&|;|\||>", line) if part.strip()]


def documented_values() -> list[list[str]]:
    """What `-S` sets, a list for each line (and its continuations) of a document."""
    files = [file for file in [*DOCUMENTS, ROOT / "params.yaml"] if file != EXTENDING]
    lines = [line for file in files for line in text_of(file).splitlines()]
    found = [[shlex.split(value)[0] for value in VALUE.findall(line)] for line in lines if VALUE.search(line)]
    return [list(values) for values in dict.fromkeys(map(tuple, found))]


@pytest.mark.parametrize("overrides", documented_values(), ids=" ".join)
def test_a_setting_is_accepted(overrides: list[str], tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    written(changed(read_values(ROOT / "params.yaml"), {}, overrides), file)
    assert load(Params, file) != load(Params, ROOT / "params.yaml")


def make_targets(command: str) -> list[str]:
    """The targets of our makefile that a command names."""
    words = command.split()
    if words[0] != "make" or "-f" in words:
        return []
    named = []
    for word in words[1:]:
        if "=" in word:
            break
        named.append(word)
    return named


@pytest.mark.parametrize("file", [*DOCUMENTS, ROOT / "params.yaml"], ids=name)
def test_make_has_the_target(file: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {target for command in commands(file) for target in make_targets(command)} <= targets


@pytest.mark.parametrize("file", [*DOCUMENTS, ROOT / "params.yaml"], ids=name)
def test_the_command_has_subcommand_and_options(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in commands(file):
        first, *rest = command.split()
        if first != "mode-connectivity" or not rest:
            continue
        subcommand = [word for word in rest[:1] if not word.startswith("-")]
        assert set(subcommand) <= set(COMMANDS), command
        with pytest.raises(SystemExit) as ended:
            main([*subcommand, "--help"])
        assert ended.value.code == 0
        assert set(OPTION.findall(command)) <= set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out)), command


@pytest.mark.parametrize("file", DOCUMENTS, ids=name)
def test_what_it_links_to_is_there(file: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(FENCED.sub("", text_of(file)))]
    inside = [link for link in links if link and not re.match(r"\w+:", link)]
    assert [link for link in inside if not (file.parent / link).exists()] == []


def test_readme_links_to_every_page_and_is_short() -> None:
    linked = {(ROOT / link).resolve() for link in LINK.findall(text_of(README))}
    assert [name(page) for page in PAGES if page not in linked] == []
    assert len(README.read_text().splitlines()) <= README_LINES


@pytest.mark.parametrize("file", [*DOCUMENTS, ROOT / "params.yaml"], ids=name)
def test_it_calls_the_installed_command(file: Path) -> None:
    assert "PYTHONPATH=src python -m" not in file.read_text()


@pytest.mark.parametrize("file", [README, *(page for page in PAGES if page != EXTENDING)], ids=name)
def test_its_python_runs(file: Path) -> None:
    for language, block in FENCED.findall(file.read_text()):
        if language == "python":
            exec(compile(block, name(file), "exec"), {"__name__": name(file)})
