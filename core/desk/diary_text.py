"""The diary's Markdown, and the stretches of the file that are ours. Pure; bytes in, bytes out.

A person's prose is kept as bytes: other line ends, another encoding and a byte order mark stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from core.base.errors import BadInput
from core.base.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.desk.diary_facts import DiaryRow, Totals

CELL = 400
"""Characters of foreign text in one cell."""
HEADER = (
    *("Shot", "Description", "Model", "First-pass result", "Iterations"),
    *("Final selection", "Issue encountered", "Resolution"),
)
_SKELETON = Path(__file__).with_name("diary.md.j2")
_ADDED = (
    "The markers of this table were not found above, so it was added here. Move the two markers,"
    " with what is between them, to where you want it."
)
# What Markdown acts on inside a table's cell. Entities first: an escaped `<` would still end a marker.
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_MARKS = re.compile(r"([\\`*_{}\[\]|~$])")
_LINKS = re.compile(r"(?i)\b(https?|ftp)(://)|\b(www)(\.)|(@)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Between two markers: where the generated text goes."""

    begin: int
    """Offset after the opening marker's line."""
    end: int
    """Offset of the closing marker's line."""
    newline: bytes


def cell(text: str) -> str:
    """Foreign text as literal text in a table's cell: no markup, no link, no line end."""
    shown = one_line(text, CELL)
    for sign, entity in _ENTITIES:
        shown = shown.replace(sign, entity)
    shown = _MARKS.sub(r"\\\1", shown)
    return _LINKS.sub(lambda found: _unlinked(found[0]), shown)


def _unlinked(text: str) -> str:
    """An address no renderer turns into a link."""
    return text.replace(":", "&#58;").replace(".", "&#46;").replace("@", "&#64;")


def shots_table(rows: Sequence[DiaryRow]) -> str:
    """The per-shot table, one line a shot."""
    lines = [_line(HEADER), _line(["---"] * len(HEADER))]
    lines += [
        _line(
            [
                *(cell(row.shot), cell(row.description), cell(row.model), cell(row.first_pass)),
                *(str(row.iterations), cell(row.final), cell(row.issue), cell(row.resolution)),
            ]
        )
        for row in rows
    ]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def totals_paragraph(totals: Totals) -> str:
    """The film in one paragraph."""
    average = "" if totals.average is None else f", {totals.average:.1f} a shot on average"
    failures = ", ".join(f"{cell(category)} {count}" for category, count in totals.failures)
    total = sum(count for _, count in totals.failures)
    broke = (
        f"{total} failure{'s' if total != 1 else ''} logged: {failures}." if total else "No failure logged."
    )
    return (
        f"{totals.circled} of {totals.shots} shots circled. {totals.takes} takes made{average}."
        f" {totals.money}. {broke}"
    )


def workflow_table(log: Sequence[Mapping[str, str]]) -> str:
    """What was started, stopped and turned round, one line each."""
    lines = [_line(("Day", "What", "In one line", "By")), _line(["---"] * 4)]
    lines += [
        _line([cell(row["at"][:10]), cell(row["kind"]), cell(row["text"]), cell(row["person"])])
        for row in log
    ]
    return "\n".join(lines)


def skeleton(title: str) -> bytes:
    """A fresh diary with empty stretches."""
    # Markdown, not HTML: `cell` escapes what comes from outside, and HTML escapes would show.
    jinja = Environment(autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    marks = {
        f"{name}_{side}": marker(name, side)
        for name in ("shots", "totals", "workflow")
        for side in ("begin", "end")
    }
    template = jinja.from_string(_SKELETON.read_text("utf-8"))
    return template.render(title=cell(title), **marks).encode("utf-8")


def marker(name: str, side: str) -> str:
    return f"<!-- {'/' if side == 'end' else ''}rushes:{name} -->"


def filled(diary: bytes, texts: Mapping[str, str], where: str) -> tuple[bytes, tuple[str, ...]]:
    """The diary with `texts` (name to Markdown) in their stretches, and the names that have none.

    Everything outside is kept byte for byte. Raises BadInput, naming the lines, where a marker is
    doubled, alone, in the wrong order or inside another's stretch: any guess could cost prose.
    """
    found = {name: stretch for name in texts if (stretch := find(diary, name, where))}
    _refuse_overlap(found, where)
    for name, stretch in sorted(found.items(), key=lambda item: -item[1].begin):
        body = stretch.newline.join(line.encode("utf-8") for line in texts[name].splitlines())
        diary = diary[: stretch.begin] + body + stretch.newline + diary[stretch.end :]
    return diary, tuple(name for name in texts if name not in found)


def find(diary: bytes, name: str, where: str = "diary.md") -> Stretch | None:
    """The stretch of a name; None where neither of its markers is there. Raises BadInput."""
    begins, ends = (_lines_of(diary, marker(name, side)) for side in ("begin", "end"))
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or begins[0].end() > ends[0].start():
        lines = sorted(diary.count(b"\n", 0, match.start()) + 1 for match in (*begins, *ends))
        raise BadInput(
            f"the markers of '{name}' are not one pair in order (lines {', '.join(map(str, lines))})",
            where=where,
            todo=f"leave one {marker(name, 'begin')} and, below it, one {marker(name, 'end')};"
            " nothing was changed",
        )
    newline = b"\r\n" if begins[0][0].endswith(b"\r\n") else b"\n"
    return Stretch(begins[0].end(), ends[0].start(), newline)


def _lines_of(diary: bytes, mark: str) -> list[re.Match[bytes]]:
    """A marker counts where it has a line to itself."""
    return list(
        re.finditer(rb"^[ \t]*" + re.escape(mark.encode()) + rb"[ \t]*(?:\r?\n|\Z)", diary, re.MULTILINE)
    )


def _refuse_overlap(found: Mapping[str, Stretch], where: str) -> None:
    ordered = sorted(found.items(), key=lambda item: item[1].begin)
    for (outer, one), (inner, other) in pairwise(ordered):
        if other.begin <= one.end:
            raise BadInput(
                f"the markers of '{inner}' stand inside those of '{outer}'",
                where=where,
                todo="move them apart; nothing was changed",
            )


def appended(diary: bytes, text: str) -> bytes:
    """A fresh section with markers of its own after everything a person wrote."""
    newline = b"\r\n" if b"\r\n" in diary else b"\n"
    said = (
        "## Shots and takes",
        "",
        _ADDED,
        "",
        marker("shots", "begin"),
        *text.splitlines(),
        marker("shots", "end"),
        "",
    )
    gap = b"" if not diary else newline if diary.endswith(b"\n") else newline * 2
    return diary + gap + newline.join(line.encode("utf-8") for line in said)
