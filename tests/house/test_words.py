"""What no file of the project may hold.

The words are put together from halves, so that this file does not hold them either.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = {".git", "build", "dist", "demo-film", "__pycache__", "node_modules"}
TEXT = {".py", ".toml", ".md", ".json", ".tcss", ".lock", ".txt", ".cfg", ".yml", ".yaml", ".sql", ".j2", ""}
START = r"(?<![\w.$}{~<>*)/-])"
"""A path that begins here: `tests/work` and `$HOME/work` are not paths of a machine."""

PLACES = [
    START + "/" + folder + "/" for folder in ("wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers", "o" + "pt")
]
HOSTS = ["py" + r"pi\.org", "python" + "hosted", "--index" + "-url", "--find" + "-links", "artifact" + "ory"]
UNFINISHED = [
    r"\bTO" + r"DO\b",
    r"\bFIX" + r"ME\b",
    r"\bXX" + r"X\b",
    r"\bHA" + r"CK\b",
    "NotImplemented" + "Error",
]
MAKERS = [
    "(?i)" + word
    for word in (
        r"\bclau" + r"de\b",
        r"\bchat" + r"gpt\b",
        r"\bcopi" + r"lot\b",
        r"\bsub-?" + r"agents?\b",
        r"\bcoding " + r"(agent|assistant)s?\b",
        r"\bas an a" + r"i\b",
        "co-auth" + "ored-by",
        r"\bthis sess" + r"ion('s)? (brief|work)",
    )
]
FORBIDDEN = [*PLACES, *HOSTS, *UNFINISHED, *MAKERS]


def texts() -> dict[str, str]:
    """Every text file of the project by its relative path; what tools leave behind is left out."""
    found: dict[str, str] = {}
    for folder, below, names in os.walk(ROOT):
        here = Path(folder)
        below[:] = [
            name
            for name in below
            if name not in SKIPPED
            and not name.endswith(("_cache", ".egg-info"))
            and not (here / name / "pyvenv.cfg").exists()
            and (not name.startswith(".") or name == ".ci")
        ]
        for path in (here / name for name in names):
            if path.suffix in TEXT and path.is_file():
                found[str(path.relative_to(ROOT))] = path.read_text("utf-8", errors="replace")
    return found


@pytest.fixture(scope="module")
def project() -> dict[str, str]:
    found = texts()
    assert {"README.md", "Makefile", ".ci/run", "pyproject.toml", "requirements.lock"} <= found.keys()
    return found


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_file_holds_a_forbidden_word(project: dict[str, str], pattern: str) -> None:
    # `make lock` has to tell uv to leave addresses out, and those switches carry the names of two of them.
    excused = {"Makefile"} if pattern in HOSTS[2:4] else set()
    compiled = re.compile(pattern)
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in project.items()
        if name not in excused and compiled.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if compiled.search(line)
    ]
    assert not found


def test_a_path_of_a_machine_is_told_from_a_path_of_the_project() -> None:
    machine = re.compile(PLACES[0])
    assert machine.search("see /wo" + "rk/main")
    assert not machine.search("tests/wo" + "rk/main and $FILM/wo" + "rk/main")
