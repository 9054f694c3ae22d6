"""Which of our own modules a module imports, read from the source and not by importing it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
PACKAGE = SRC / "mode_connectivity"


def source_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def imports_of(file: Path) -> frozenset[Path]:
    """Files of our package that the file imports anywhere, the packages on the way included."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE.name:
                for length in range(1, len(parts) + 1):
                    base = SRC.joinpath(*parts[:length])
                    found |= {path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()}
    return frozenset(found)


def closure(file: Path) -> frozenset[Path]:
    """All files of our package that importing the file can run, itself included."""
    seen: set[Path] = set()
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting.extend(imports_of(path))
    return frozenset(seen)


def room(file: Path) -> str:
    """The room, or the module beside the rooms, to which a file belongs; a stage's file stands for itself."""
    parts = file.relative_to(PACKAGE).parts
    return "/".join(parts) if parts[0] == "stages" else parts[0]
