"""The order of a set of names differs between processes, so no result may come from walking one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.code_imports import SRC

# What they give does not depend on the order in which they are fed.
ORDERLESS = {"all", "any", "dict.fromkeys", "frozenset", "len", "max", "min", "set", "sorted"}
KEYS = ("keys", "items")
OF_SETS = ("union", "intersection", "difference", "symmetric_difference")


def is_set(node: ast.expr, names: set[str]) -> bool:
    """Return whether an expression is seen to be a set: by its form, or by a name that was given one."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name) and node.value.id in {"set", "frozenset"}
    if isinstance(node, ast.Call):
        made = node.func.value if isinstance(node.func, ast.Subscript) else node.func
        if isinstance(made, ast.Name):
            return made.id in {"set", "frozenset"}
        return isinstance(made, ast.Attribute) and made.attr in OF_SETS and is_set(made.value, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor | ast.Sub):
        return any(is_set(side, names) or _is_keys(side) for side in (node.left, node.right))
    return isinstance(node, ast.IfExp) and (is_set(node.body, names) or is_set(node.orelse, names))


def _is_keys(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KEYS


def sets_of(scope: ast.AST) -> set[str]:
    """Return the names that a function or file gives a set, by assignment or annotation."""
    names: set[str] = set()
    for _ in range(2):  # a name may be given by way of another one
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and is_set(node.value, names):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
                kind = node.annotation.value if isinstance(node.annotation, ast.Subscript) else node.annotation
                if isinstance(kind, ast.Name) and kind.id in {"set", "frozenset", "Set"}:
                    names.add(node.arg if isinstance(node, ast.arg) else ast.unparse(node.target))
    return names


def walked(scope: ast.AST) -> Iterator[ast.expr]:
    """Yield what is iterated where the order of the result would follow."""
    blind = set[int]()
    for node in ast.walk(scope):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ORDERLESS:
            blind |= {id(argument) for argument in node.args if isinstance(argument, ast.GeneratorExp)}
    for node in ast.walk(scope):
        if isinstance(node, ast.For | ast.AsyncFor):
            yield node.iter
        elif isinstance(node, ast.ListComp | ast.DictComp) or (
            isinstance(node, ast.GeneratorExp) and id(node) not in blind
        ):
            yield from (each.iter for each in node.generators)
        elif isinstance(node, ast.Starred):
            yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            named = ast.unparse(node.func)
            if named in {"list", "tuple", "iter", "enumerate", "zip", "map", "dict.fromkeys"} or named.endswith(
                ".join"
            ):
                yield from node.args


def iterated_sets(code: str) -> list[str]:
    tree = ast.parse(code)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    outside = ast.Module([node for node in tree.body if not isinstance(node, ast.ClassDef | ast.FunctionDef)], [])
    found = {
        (node.lineno, ast.unparse(node))
        for scope in (*functions, outside)
        for node in walked(scope)
        if is_set(node, sets_of(scope))
    }
    return [f"{line}: {text}" for line, text in sorted(found)]


@pytest.mark.parametrize(
    "code",
    [
        "for name in {axis for axis in axes}: use(name)",
        "rest = known - {1}\nfor each in sorted(rest) + list(set(all)): pass",
        "def f(names: set[str]):\n    return [name for name in names]",
        "def f():\n    a = set[str]()\n    b = a | other\n    return ', '.join(b)",
        "out = {name: 1 for name in first.keys() & second.keys()}",
        "use(*(keys if any else set()))",
    ],
)
def test_planted_walks_over_a_set_are_seen(code: str) -> None:
    assert len(iterated_sets(code)) == 1


@pytest.mark.parametrize(
    "code",
    ["for name in sorted({1, 2}): pass", "any(x in y for x in {1, 2})", "{x for x in {1, 2}}", "x in {*()}", "[*{}]"],
)
def test_what_has_no_order_or_is_put_in_one_is_let_pass(code: str) -> None:
    assert iterated_sets(code) == []


@pytest.mark.parametrize("file", sorted(SRC.rglob("*.py")), ids=lambda file: str(file.relative_to(SRC)))
def test_no_set_is_iterated(file: Path) -> None:
    assert iterated_sets(file.read_text()) == []
