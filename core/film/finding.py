"""One finding of `check`: what stands, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    """Short and stable, for `--json` and `--accept`."""
    severity: Severity
    """An error will not work; a warning may be meant."""
    file: str
    """Relative to the film folder."""
    line: int
    """1-based; 0 where it was not looked up or the whole file is meant."""
    shot: str
    """Empty where no single shot is meant."""
    text: str
    todo: str
    field: str = "id"
    """Dotted name inside the shot that the line is looked up by."""

    @classmethod
    def error(
        cls, code: str, file: str, text: str, todo: str, *, shot: str = "", field: str = "id"
    ) -> Finding:
        return cls(code, "error", file, 0, shot, text, todo, field)

    @classmethod
    def warning(
        cls, code: str, file: str, text: str, todo: str, *, shot: str = "", field: str = "id"
    ) -> Finding:
        return cls(code, "warning", file, 0, shot, text, todo, field)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        about = f"{self.shot}: " if self.shot else ""
        return f"{place}: {about}{self.text}\n  → {self.todo}"
