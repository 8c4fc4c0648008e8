"""A newcomer types two commands; both exist, and the gate runs the second."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tui.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
SETUP = ("make demo", "make test")
TARGETS = ("demo", "test", "check", "fix", "bench", "soak", "lock", "clean")


def makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def shell_lines(name: str) -> list[str]:
    """Lines of the fenced blocks of a page."""
    text = (ROOT / name).read_text("utf-8")
    return [
        line.strip()
        for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]


@pytest.mark.parametrize("command", SETUP)
def test_the_readme_gives_the_command_and_the_makefile_has_it(command: str) -> None:
    assert any(line.split("#")[0].strip() == command for line in shell_lines("README.md"))
    assert re.search(rf"^{command.removeprefix('make ')}:", makefile(), re.MULTILINE)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_phony_and_there(target: str) -> None:
    assert re.search(rf"^{target}:", makefile(), re.MULTILINE)
    assert re.search(rf"^\.PHONY:.*\b{target}\b", makefile(), re.MULTILINE)


def test_every_make_command_in_the_pages_is_a_target() -> None:
    pages = [path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))]
    named = {
        target for page in pages for target in re.findall(r"`make ([a-z]+)", (ROOT / page).read_text("utf-8"))
    }
    assert named >= {"check", "lock"}
    assert not {target for target in named if not re.search(rf"^{target}:", makefile(), re.MULTILINE)}


def test_the_gate_runs_the_tests_of_the_readme_in_a_new_environment() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert "set -euo pipefail" in script
    assert "make test" in script.splitlines()
    assert re.search(r'^export VENV="\$fresh/', script, re.MULTILINE)


def test_a_python_that_is_too_old_is_refused_in_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    said = subprocess.run(
        ["make", "--no-print-directory", "demo", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert said.returncode != 0
    assert "Rushes needs Python 3.11 or newer" in said.stderr
    assert not (tmp_path / "venv").exists()


def named_commands() -> list[str]:
    """First words in the first column of the README's table of commands."""
    table = (ROOT / "README.md").read_text("utf-8").split("## Commands")[1].split("## Keys")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`([a-z]+)", cell)]


def test_the_readme_names_the_commands_that_exist_and_no_others() -> None:
    assert sorted(named_commands()) == sorted(COMMANDS)


@pytest.mark.parametrize("command", named_commands())
def test_every_command_of_the_readme_answers_for_help(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert not done.value.code
    assert command in capsys.readouterr().out
