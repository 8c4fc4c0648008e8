"""The signature changes when a plan file does, and only then."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from core.film.signature import plan_files, signature

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Film


def test_plan_files_are_those_the_loader_reads(film: Film) -> None:
    film.board().write("script.md", "+++\n+++\n").write("notes.txt", "x").write("takes/S101/x.mp4", "x")
    film.write("shots/.harbour.toml.12.part", "x").write("shots/old.toml~", "x").write(
        "board/deep/x.jpg", "x"
    )
    assert plan_files(film.root) == [
        "blocks/cameras/slow.md",
        "blocks/characters/ada.md",
        "blocks/environments/harbour.md",
        "blocks/style/film.md",
        "board/board.toml",
        "board/deep/x.jpg",
        "board/harbour.jpg",
        "film.json",
        "script.md",
        "shots/harbour.toml",
    ]


def test_the_same_folder_has_the_same_signature(film: Film) -> None:
    assert signature(film.root) == signature(str(film.root))


@pytest.mark.parametrize(
    "path", ["film.json", "shots/harbour.toml", "blocks/style/film.md", "prices.toml", "board/x.jpg"]
)
def test_a_written_plan_file_changes_the_signature(film: Film, path: str) -> None:
    before = signature(film.root)
    film.write(path, "something else")
    assert signature(film.root) != before


def test_a_save_of_equal_length_is_seen_by_its_time(film: Film) -> None:
    before, file = signature(film.root), film.root / "film.json"
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert signature(film.root) != before


def test_a_save_by_rename_is_seen_by_its_inode(film: Film) -> None:
    before, file = signature(film.root), film.root / "film.json"
    stat, other = file.stat(), film.root / "other"
    other.write_bytes(file.read_bytes())
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(file)
    assert signature(film.root) != before


def test_removing_and_renaming_are_seen(film: Film) -> None:
    first = signature(film.root)
    (film.root / "shots/harbour.toml").rename(film.root / "shots/port.toml")
    second = signature(film.root)
    (film.root / "shots/port.toml").unlink()
    assert len({first, second, signature(film.root)}) == 3


def test_takes_and_references_are_not_in_it(film: Film) -> None:
    before = signature(film.root)
    film.write("takes/S101/a.mp4", "x").write("refs/new.png", "x").write(".rushes/ledger.db", "x")
    assert signature(film.root) == before


def test_a_broken_link_and_an_empty_folder_have_a_signature_too(film: Film, tmp_path: Path) -> None:
    before = signature(film.root)
    (film.root / "shots" / "gone.toml").symlink_to("nowhere")
    assert signature(film.root) != before
    assert plan_files(tmp_path / "nothing") == []
    assert signature(tmp_path / "nothing") == ""
