"""Has the plan on disk changed? Answered by stat alone, without reading or parsing a file.

Stands alone and imports only the standard library's lightest: the board asks before its first paint.
"""

from __future__ import annotations

import os

from core.base.errors import BadInput

_ALONE = ("film.json", "script.md", "prices.toml")


def plan_files(root: str | os.PathLike[str]) -> list[str]:
    """The plan's files that exist, relative with `/`, sorted: film.json, script.md, prices.toml,
    shots/*.toml, blocks/*/*.md and all under board/. Hidden files and editors' backups are left out."""
    top = os.fspath(root)
    found = [name for name in _ALONE if os.path.lexists(f"{top}/{name}")]
    found += [f"shots/{name}" for name in _names(f"{top}/shots", ".toml")]
    for folder in _names(f"{top}/blocks"):
        found += [f"blocks/{folder}/{name}" for name in _names(f"{top}/blocks/{folder}", ".md")]
    found += _under(top, "board")
    return sorted(found)


def signature(root: str | os.PathLike[str]) -> str:
    """Path, size, modification time (ns) and inode of every plan file, a line each.

    Text, not a hash of it: loading a hash costs `status` 4 ms, and nobody reads it but a comparison.

    Equal signatures mean an unchanged plan: editors that save by rename change the inode, those that
    write in place change the time. Pictures outside board/ are not in it.
    """
    lines = []
    for path in plan_files(root):
        try:
            stat = os.stat(f"{os.fspath(root)}/{path}")  # noqa: PTH116 - pathlib costs more than the stat
            facts = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
        except OSError:
            facts = (-1, -1, -1)  # a broken link, or gone since the listing: that too is a state
        lines.append("{} {} {} {!r}".format(*facts, path))
    return "\n".join(lines)


def _names(folder: str, end: str = "") -> list[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - as above
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:  # a link in a circle, no permission: not the same as an empty folder
        raise BadInput(
            f"this folder cannot be listed: {error.strerror}", where=folder, todo="make it a folder again"
        ) from error
    return [name for name in names if name.endswith(end) and not name.startswith(".")]


def _under(top: str, folder: str) -> list[str]:
    """All files below a folder, links to folders not followed."""
    found: list[str] = []
    for where, folders, files in os.walk(f"{top}/{folder}"):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = where[len(top) + 1 :].replace(os.sep, "/")
        found += [f"{below}/{name}" for name in files if not name.startswith(".") and name[-1] != "~"]
    return found
