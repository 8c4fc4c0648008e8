"""Keeps the developer's own settings, keys and terminal out of every test."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

KEYS = ("OPENROUTER_API_KEY", "REPLICATE_API_TOKEN", "FAL_KEY", "ARK_API_KEY", "GEMINI_API_KEY")


@pytest.fixture(scope="session")
def _users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("users")


@pytest.fixture(autouse=True)
def _alone(_users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(tempfile.mkdtemp(dir=_users))  # pytest's own numbering reads the whole folder each time
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("USER", "tester")
    addresses = [name for name in os.environ if name.endswith("_BASE_URL")]
    for name in (*KEYS, *addresses, "RUSHES_CRASH_AT", "RUSHES_FFMPEG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (home / "gitconfig").write_text("[user]\n\tname = A Director\n")


@pytest.fixture
def film_root(tmp_path: Path) -> Path:
    """An empty folder for a film."""
    root = tmp_path / "film"
    root.mkdir()
    return root
