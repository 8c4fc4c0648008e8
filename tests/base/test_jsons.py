"""JSON that anybody may have put there: an object, or None."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.base.jsons import read_json


def test_an_object_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": 1.5}')
    assert read_json(tmp_path / "a.json") == {"a": 1.5}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        "[1]",
        "{",
        '{"a": "' + "x" * 100 + '"}',
    ],
    ids=["deep", "nan", "infinity", "overflow", "list", "half", "long"],
)
def test_anything_else_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert read_json(tmp_path / "a.json", 60 if "xxx" in text else 1 << 20) is None


def test_a_missing_file_a_link_a_pipe_and_a_folder_are_none(tmp_path: Path) -> None:
    (tmp_path / "there.json").write_text("{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "there.json")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    for name in ("gone", "link", "pipe", "folder"):
        assert read_json(tmp_path / f"{name}.json") is None
