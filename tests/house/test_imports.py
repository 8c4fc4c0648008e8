"""Nobody looks up: the contracts of pyproject.toml hold, and light modules stay light.

A contract sees the imports that are written; a fresh interpreter sees those that happen.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

EVERY_MODULE = """
import importlib, pkgutil, sys, core
for module in pkgutil.walk_packages(core.__path__, "core."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(*sorted(sys.modules), sep="\\n")
"""


def loaded(code: str) -> set[str]:
    """Top-level names in `sys.modules` after `code` ran in a fresh interpreter."""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    return {name.split(".")[0] for name in ran.stdout.split()}


def test_every_import_contract_is_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_core_loads_neither_textual_nor_the_tui() -> None:
    names = loaded(EVERY_MODULE)
    assert "core" in names
    assert not names & {"textual", "tui"}


@pytest.mark.parametrize("module", ["core.studio.rows", "core.film.signature"])
def test_what_stands_before_the_first_paint_is_light(module: str) -> None:
    names = loaded(f"import {module}, sys; print(*sys.modules)")
    assert "core" in names
    assert not names & {"pydantic", "sqlmodel", "sqlalchemy", "numpy", "rtoml", "textual", "rich"}
