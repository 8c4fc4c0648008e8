"""The seam view drawn: what the end of one shot and the opening of the next are to one another. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui import keymap
from tui.theme import Look, state_of
from tui.widgets.figures import date_and_time
from tui.widgets.lines import EMPTY, Line, Span, cell, fit, literal, paragraph, title
from tui.widgets.review import score_lines
from tui.widgets.review_columns import stacked

if TYPE_CHECKING:
    from core.studio.pages.seam import SeamPage

_STATES = {
    "good": ("circled", "good"),
    "fix": ("rejected", "to mend"),
    "void": ("stale", "void"),
    "unresolved": ("review", "to judge"),
}
"""A seam's state as the board's signs and in words."""
_LABEL = 15


def head_lines(page: SeamPage, width: int, height: int, look: Look) -> list[Line]:
    """The seam on one line, and on the next how its second shot begins."""
    seam = page.seam
    if seam is None:
        return [Line((Span(" a film of one shot has no seam", "quiet"),))]
    sign, word = _STATES[seam.state]
    if seam.state == "unresolved" and not seam.sha:
        sign, word = "planned", "not there yet"
    elif seam.verdict == "hold":
        word = "held"
    ink = state_of(sign).ink
    left, right = (
        fit(literal(one, 64), max(4, (width - 28) // 2), look.dots) for one in (seam.left, seam.right)
    )
    parts = [
        [Span(" SEAM ", "quiet"), Span(f"{left} / {right}", "bright")],
        [Span(f"  {look.sign(sign)} ", ink), Span(word)],
        [Span(f"  {page.at} of {page.total}", "quiet")],
        [
            Span(
                f"  {page.unjudged} to judge in the film" if page.unjudged else "  none left to judge",
                "quiet",
            )
        ],
    ]
    while len(parts) > 2 and sum(Line(tuple(part)).width for part in parts) > width:
        parts.pop()
    lines = [Line(tuple(span for part in parts for span in part))]
    return [*lines, *paragraph(_begins(page), width, max(0, height - 1), "quiet", look.dots)][:height]


def _begins(page: SeamPage) -> str:
    """How the second shot begins, and whether its take began from the one beside it."""
    seam = page.seam
    if seam is None:
        return ""
    right = literal(seam.right, 32)
    if seam.right_take is None:
        return f"{right} has no take yet that could stand here"
    here = f"{seam.left} t{seam.left_take:02d}" if seam.left_take is not None else ""
    name = f"{right} t{seam.right_take:02d}"
    if not page.continues:
        return f"{name} began from no frame of a shot ({literal(seam.seam, 20)})"
    if page.continues == here:
        return f"{name} began from this frame ({literal(seam.seam, 20)})"
    return f"{name} began from {literal(page.continues, 60)}, not from what stands beside it"


def body_lines(
    page: SeamPage, alike: Sequence[tuple[str, str]], width: int, height: int, look: Look
) -> list[Line]:
    """The verdict, the measures, and which keys answer."""
    seam = page.seam
    if seam is None:
        return []
    verdict = [title("VERDICT")]
    if seam.verdict:
        said = {"approve": "approved", "reject": f"to mend by {literal(seam.fix, 20)}"}.get(
            seam.verdict, "held"
        )
        void = "; void, for a frame has changed since" if seam.state == "void" else ""
        task = f", task {seam.task}" if seam.task and seam.state != "good" else ""
        by = f"{said}{task} by {literal(seam.person, 40)} {literal(seam.role, 24)}".rstrip()
        text = f"{by}, {date_and_time(seam.at).strip()}{void}"
        verdict += _rows(text, width, look, "stale" if void else "text")
        verdict += _rows(literal(seam.note, 400), width, look, "text") if seam.note else []
    else:
        verdict += _rows("nobody has judged it", width, look, "quiet")
    measures = [title("MEASURES")]
    for name, value in alike:
        label = cell(f" {literal(name, 40)}", _LABEL, "quiet", dots=look.dots)
        measures.append(Line((label, Span(fit(literal(value), width - _LABEL - 1, look.dots)))))
    if not alike:
        what = "both frames are needed" if not seam.sha else "nothing yet"
        measures += _rows(what, width, look, "quiet")
    keys = _rows(_answers(page), width, look, "quiet")
    return stacked([verdict, measures, keys], height)


def side_lines(page: SeamPage, width: int, height: int, look: Look) -> list[Line]:
    """Both shots in words, and what was scored."""
    parts = []
    for shot, end in ((page.left, "ends"), (page.right, "begins")):
        if shot is not None:
            words = _rows(literal(shot.description, 600), width, look, "text")
            name = fit(literal(shot.id, 64), max(4, width // 2), look.dots)
            told = fit(
                f"{end}, {literal(shot.kind, 24)}, {shot.seconds:g} s", width - cell_len(name) - 3, look.dots
            )
            parts.append([Line((Span(f" {name}", "bright"), Span(f"  {told}", "quiet"))), *words])
    return stacked([*parts, score_lines(page.scores, width, look)], height)


def _rows(text: str, width: int, look: Look, ink: str) -> list[Line]:
    return paragraph(text, width, 3, ink, look.dots) or [EMPTY]


def _answers(page: SeamPage) -> str:
    approve, reject, hold = (keymap.key_of(name) for name in ("approve", "reject", "hold"))
    if page.seam is None or not page.seam.sha:
        missing = "there is nothing to judge before both frames lie there"
        return f"{missing}; {keymap.key_of('go')} starts the chain"
    return f"{approve} it is good, {reject} it needs a fix, {hold} hold it; left and right walk the seams"
