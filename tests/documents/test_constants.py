"""Every number at the level of a module says what it is of."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for folder in ("sim", "analysis") for path in (ROOT / folder).rglob("*.py"))


def silent(text: str) -> list[str]:
    """Return constants that are numbers, and have no docstring or comment beside them."""
    found, lines, body = [], text.splitlines(), ast.parse(text).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name, value = node.targets[0].id, node.value
        number = isinstance(value, ast.Constant) and isinstance(value.value, int | float)
        computed = isinstance(value, ast.BinOp | ast.UnaryOp)
        documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if (number or computed) and name.lstrip("_").isupper() and not documented:
            beside = (lines[node.lineno - 2], lines[node.end_lineno - 1])
            if not (beside[0].startswith("#") or "#" in beside[1]):
                found.append(name)
    return found


def test_the_search_finds_what_is_silent():
    assert silent('_A = 3\n_B = 4\n"""Of something."""\n_C = 2 * 5\n') == ["_A", "_C"]


def test_numbers_say_what_they_are_of():
    assert {
        str(path): names for path in MODULES if (names := silent(path.read_text("utf-8")))
    } == {}
