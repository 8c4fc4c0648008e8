"""The locks hold every package by version and hash, and say nothing about where it comes from."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BORROWED = {"pydantic-core": "pydantic"}
"""pydantic pins its core exactly and hands out error types from it: one requirement serves both."""
LOCKS = ("requirements.lock", "requirements-dev.lock")
OURS = {"core", "tui", "project_template"}
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<marker> ;[^\\]+)?$")
HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")


def plain(requirement: str) -> str:
    """The normalised name in a requirement: `Jinja2>=3.1,<4` to `jinja2`."""
    name = re.split(r"[\s<>=!~;\[(]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@cache
def entries(lock: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """{name: (version, hash options)}. Asserts that there is nothing else in the file."""
    lines = [line for line in (ROOT / lock).read_text("utf-8").splitlines() if not line.startswith("#")]
    found = {}
    for statement in "\n".join(lines).replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+(?=--)", statement.strip())
        match = ENTRY.match(requirement.strip())
        assert match, f"{lock} holds something that is not name==version: {statement[:80]}"
        assert hashes, f"{lock}: {requirement} has no hash"
        assert all(HASH.match(part) for part in hashes), (
            f"{lock}: {requirement} has an option that is no hash"
        )
        assert plain(match["name"]) not in found, f"{lock} pins {match['name']} twice"
        found[plain(match["name"])] = (match["version"], tuple(hashes))
    return found


def needed(lock: str) -> list[str]:
    runtime: list[str] = project()["project"]["dependencies"] + project()["build-system"]["requires"]
    dev: list[str] = project()["project"]["optional-dependencies"]["dev"]
    return runtime + dev if lock == "requirements-dev.lock" else runtime


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    assert not [requirement for requirement in needed(lock) if plain(requirement) not in entries(lock)]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "//" not in text
    assert " @ " not in text


def test_an_exact_pin_is_the_locked_version() -> None:
    exact = [requirement.split("==") for requirement in needed(LOCKS[1]) if "==" in requirement]
    assert exact
    assert all(entries(LOCKS[0])[plain(name)][0] == version for name, version in exact)


def test_the_dev_lock_holds_the_runtime_lock_whole() -> None:
    runtime, dev = (entries(lock) for lock in LOCKS)
    assert {name: dev.get(name) for name in runtime} == runtime


def imported() -> set[str]:
    """Top-level names that our packages import, wherever the import stands."""
    found: set[str] = set()
    for path in (path for folder in OURS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def test_everything_imported_is_declared() -> None:
    declared = {plain(requirement) for requirement in project()["project"]["dependencies"]}
    owners = metadata.packages_distributions()
    foreign = imported() - OURS - set(sys.stdlib_module_names)
    names = {name: {plain(owner) for owner in owners.get(name, [name])} for name in foreign}
    missing = [
        name for name, by in names.items() if not declared & {BORROWED.get(owner, owner) for owner in by}
    ]
    assert not missing


def test_every_dependency_has_its_reason_written_down() -> None:
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    rows = {match.lower() for match in re.findall(r"^\| `([A-Za-z0-9._-]+)` \|", page, re.MULTILINE)}
    assert not {plain(requirement) for requirement in needed(LOCKS[1])} - rows
