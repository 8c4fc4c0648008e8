"""No module over 350 lines, no function over 60: the file that got away is always the one without a cap."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("core", "tui", "project_template", "benchmarks")
MODULE_LINES = 350
FUNCTION_LINES = 60


def modules() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def long_functions(source: str, limit: int = FUNCTION_LINES) -> list[tuple[str, int]]:
    """(name, lines) of every function, nested and async ones included, longer than `limit`."""
    return [
        (node.name, lines)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > limit
    ]


def test_no_module_is_longer_than_350_lines() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert lengths, "the walk found no module"
    too_long = {str(path.relative_to(ROOT)): count for path, count in lengths.items() if count > MODULE_LINES}
    assert not too_long


def test_no_function_is_longer_than_60_lines() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}: {name} has {lines} lines"
        for path in modules()
        for name, lines in long_functions(path.read_text("utf-8"))
    ]
    assert not too_long


def test_a_long_function_is_seen_wherever_it_stands() -> None:
    body = "\n        ".join(["pass"] * 60)
    source = f"class Shot:\n    async def take(self):\n        {body}\n"
    assert long_functions(source) == [("take", 61)]
    assert long_functions(source.replace("pass\n        ", "", 1)) == []
