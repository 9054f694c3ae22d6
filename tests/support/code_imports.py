"""Which of our own modules a module imports, read from the source and not by importing it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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


def place(file: Path) -> str:
    """The file's path below the package."""
    return file.relative_to(PACKAGE).as_posix()


def room(file: Path) -> str:
    """The room, or the module beside the rooms, to which a file belongs."""
    return place(file).split("/")[0]


def modules_of(file: Path) -> frozenset[Path]:
    """Files whose own definitions the file imports: the packages on the way do not count."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE.name:
            base = SRC.joinpath(*node.module.split("."))
            for alias in node.names:
                inner = [base / f"{alias.name}.py", base / alias.name / "__init__.py"]
                whole = [base.with_suffix(".py"), base / "__init__.py"]
                found |= {next(path for path in (*inner, *whole) if path.is_file())}
    return frozenset(found)
