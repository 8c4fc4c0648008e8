"""Files appear whole or not at all, and never outside the film."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from core.base.errors import BadInput, DiskFull
from core.base.paths import (
    LinkCircle,
    inside,
    open_plain,
    publish,
    publish_new,
    sha256_file,
    sha256_text,
    write_atomic,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_written_with_its_folders_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "b.txt", b"one")
    write_atomic(tmp_path / "a" / "b.txt", b"two")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "a").iterdir()] == [("b.txt", b"two")]


@pytest.mark.parametrize(
    ("code", "error"), [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, BadInput)]
)
def test_a_write_that_fails_leaves_the_old_file_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type[Exception]
) -> None:
    file = tmp_path / "b.txt"
    write_atomic(file, b"old")

    def fails(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(error):
        write_atomic(file, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("b.txt", b"old")]


def test_the_bytes_are_synced_before_the_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    sync = os.fsync

    def watch(handle: int) -> None:
        seen.append(sorted(path.name.split(".")[-1] for path in tmp_path.iterdir()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    write_atomic(tmp_path / "b.txt", b"x")
    assert seen == [["part"], ["txt"]]


def test_a_finished_part_becomes_the_file(tmp_path: Path) -> None:
    part = tmp_path / "x.part"
    part.write_bytes(b"clip")
    publish(part, tmp_path / "x.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["x.mp4"]


def test_hashes_are_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes("ü".encode())
    assert sha256_file(tmp_path / "x") == sha256_text("ü") == sha256("ü".encode()).hexdigest()


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../../x", "a\x00b", "a\\b", "link", "link/passwd", "deep/../link/x"],
)
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, path: str) -> None:
    film = tmp_path / "film"
    film.mkdir()
    (film / "link").symlink_to("/etc")
    with pytest.raises(BadInput):
        inside(film, path)


def test_a_link_in_a_circle_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(LinkCircle, match="'one/x' is a link that leads nowhere"):
        inside(tmp_path, "one/x")


def test_only_a_plain_file_is_opened_and_nothing_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        for flags in (os.O_RDONLY, os.O_WRONLY | os.O_APPEND | os.O_CREAT):
            with pytest.raises(BadInput, match="plain file"):
                open_plain(tmp_path / name, flags)
    handle = open_plain(tmp_path / "file", os.O_RDONLY)
    assert os.read(handle, 2) == b"x"
    os.close(handle)


def test_paths_and_links_inside_the_film_pass(tmp_path: Path) -> None:
    (tmp_path / "refs").mkdir()
    (tmp_path / "refs" / "a.png").write_bytes(b"x")
    (tmp_path / "alias.png").symlink_to("refs/a.png")
    assert (
        inside(tmp_path, "refs/a.png") == inside(tmp_path, "alias.png") == (tmp_path / "refs/a.png").resolve()
    )
    assert inside(tmp_path, "not/yet.png").name == "yet.png"


def test_a_new_file_is_published_but_never_over_one_that_is_there(tmp_path: Path) -> None:
    part, file = tmp_path / "x.part", tmp_path / "x.db"
    part.write_bytes(b"first")
    assert publish_new(part, file)
    part.write_bytes(b"second")
    assert not publish_new(part, file)
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == [
        ("x.db", b"first"),
        ("x.part", b"second"),
    ]


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_where_a_disk_knows_no_hard_links_a_new_file_is_published_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuses(source: Path, target: Path) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuses)
    part, file = tmp_path / "x.part", tmp_path / "x.db"
    part.write_bytes(b"first")
    assert publish_new(part, file)
    part.write_bytes(b"second")
    assert not publish_new(part, file)
    assert file.read_bytes() == b"first"
