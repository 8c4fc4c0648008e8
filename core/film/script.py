"""script.md: front matter for the machine, prose for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from core.film.strict import DateField, Strict

FILE = "script.md"


class ScriptHead(Strict):
    pages: Annotated[float, Field(ge=0, le=10_000)] | None = None
    revised: DateField | None = None
    locked: bool = False
    """A locked script is what shots and budget were counted from."""


@dataclass(frozen=True, slots=True)
class Script:
    head: ScriptHead
    body: str
    """Markdown, as written."""


NO_SCRIPT = Script(ScriptHead(), "")
