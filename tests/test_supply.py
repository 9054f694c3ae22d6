"""What is said of the packages is what is installed; an audit that finds no service says so in one line."""

import platform
import re
import subprocess
import sys

import pytest

from support.code_imports import ROOT


def script(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, f"src/scripts/{name}", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.skipif(platform.system() != "Linux", reason="the table is that of Linux")
def test_the_table_of_licences_is_that_of_the_installed_packages() -> None:
    assert script("licences").stdout == (ROOT / "docs" / "licences.md").read_text()


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
