"""What `rushes init` and `rushes demo` copy: an empty film and the sample film."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

NAMES = ("empty", "sample")


def folder(name: str) -> Path:
    """The template folder `name`, "empty" or "sample". Raises ValueError for any other name."""
    if name not in NAMES:
        raise ValueError(f"no template {name!r}; there are: {', '.join(NAMES)}")
    return Path(str(resources.files(__name__))) / name


def files(name: str) -> tuple[tuple[str, Path], ...]:
    """Every file of a template as (path inside the film, with `/`; the file to copy), sorted."""
    root = folder(name)
    found = (path for path in root.rglob("*") if path.is_file())
    return tuple(sorted((path.relative_to(root).as_posix(), path) for path in found))
