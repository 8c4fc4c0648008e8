"""Hashes are remembered while a file's stat stands still, and never longer."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from core.desk import shas
from core.desk.shas import Shas


def sha(data: bytes) -> str:
    return sha256(data).hexdigest()


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as written long ago."""
    monkeypatch.setattr(shas, "FRESH_NS", -(10**18))


@pytest.mark.usefixtures("old")
def test_what_is_known_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"one")
    first = Shas(tmp_path)
    assert first.of(file) == sha(b"one")
    first.keep()
    monkeypatch.setattr(shas, "sha256_file", lambda _path: "read again")
    assert Shas(tmp_path).of(file) == sha(b"one")
    file.write_bytes(b"two")
    assert Shas(tmp_path).of(file) == "read again"


@pytest.mark.usefixtures("old")
def test_a_file_of_the_same_size_and_times_is_told_by_its_change_time(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"one")
    known = Shas(tmp_path)
    known.of(file)
    known.keep()
    before = file.stat()
    while file.stat().st_ctime_ns == before.st_ctime_ns:
        file.write_bytes(b"two")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert Shas(tmp_path).of(file) == sha(b"two")


def test_a_file_written_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"one")
    known = Shas(tmp_path)
    assert known.of(file) == sha(b"one")
    known.keep()
    assert not (tmp_path / ".rushes").exists()


def test_what_is_no_plain_file_has_no_hash(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("link")
    for name in ("pipe", "folder", "link", "nothing"):
        assert Shas(tmp_path).of(tmp_path / name) == ""


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize("text", ["", "[]", "{", '{"a.mp4": 1}', '{"a.mp4": [1, 2]}', "\x00"])
def test_a_damaged_cache_is_no_reason_to_stop(tmp_path: Path, text: str) -> None:
    cache = tmp_path / ".rushes" / "cache" / "shas.json"
    cache.parent.mkdir(parents=True)
    cache.write_text(text)
    (tmp_path / "a.mp4").write_bytes(b"one")
    known = Shas(tmp_path)
    assert known.of(tmp_path / "a.mp4") == sha(b"one")
    known.keep()
    assert Shas(tmp_path).of(tmp_path / "a.mp4") == sha(b"one")
