"""What is said of the packages is what is installed; an audit that finds no service says so in one line."""

import re
import subprocess
import sys
from importlib.metadata import distributions

from support.code_imports import ROOT


def script(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, f"src/scripts/{name}", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_installed_pin_has_a_row_in_the_table_of_licences() -> None:
    pins = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    installed = {re.sub(r"[-_.]+", "-", each.name).lower() for each in distributions()}
    rows = re.findall(r"^\| (\S+) \| \d", (ROOT / "docs" / "licences.md").read_text(), re.MULTILINE)
    assert pins & installed <= {re.sub(r"[-_.]+", "-", name).lower() for name in rows}


def test_an_audit_without_a_network_is_one_line() -> None:
    done = script("audit", "--offline")
    assert done.returncode == 2
    assert done.stderr.startswith("audit: nothing was looked up of 2")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_every_pin_has_a_hash() -> None:
    blocks = re.split(r"^(?=\S+==)", (ROOT / "requirements.txt").read_text(), flags=re.MULTILINE)[1:]
    assert len(blocks) > 200
    assert all("--hash=sha256:" in block for block in blocks)
