"""The card on attach, drawn: what happened since a person left, and what waits, one key each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from core.studio.rows import paused
from tui.theme import Look
from tui.widgets.figures import clock, day, usd
from tui.widgets.lines import Line, Span, cell, fit, literal, slate, title
from tui.widgets.panel import LinePanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.studio.pages.card import CardPage, Failed, Judged, Pause, Settled, Told, Waits

NEXT = 3
"""Things that wait, each on its digit."""
_LABEL = 14
_TEXT = 300
_SIGNS = {
    "review": "review",
    "in_doubt": "in_doubt",
    "failed": "failed",
    "rejected": "rejected",
    "pause": "held",
}
_VERDICTS = {"approve": "approved", "reject": "rejected", "hold": "held"}
_DONE = {"approve": "circled", "reject": "rejected", "hold": "held"}
"""Of a take, in the word of its state."""


class Card(LinePanel):
    def rows(self, page: CardPage, look: Look) -> None:
        self.show(lambda width, height: card_lines(page, width, height, look))


def card_lines(page: CardPage, width: int, height: int, look: Look) -> list[Line]:
    """What happened gives way to what waits where both find no room; the last line says how to close it."""
    waits = _waits(page, width, look)
    told = _told(page, width, look)
    room = height - 1 - len(waits) - bool(waits) - 2  # the title, air, and the last line with air above
    if len(told) > room:
        hidden = len(told) - max(0, room - 1)
        more = Line((Span(f"  and {hidden} more: rushes since", "faint"),))
        told = [*told[: max(0, room - 1)], more] if room > 0 else []
    lines = [_head(page), *told, *([Line()] if waits else []), *waits]
    words = fit(" closes this; every other key acts as ever", max(0, width - 5), look.dots)
    close = Line((Span("  esc", "bright"), Span(words, "quiet")))
    return [*lines[: max(0, height - 2)], Line(), close][:height]


def rows_of(page: CardPage) -> int:
    """Lines in which the card says all it has."""
    look, wide = Look(), 1000
    waits = _waits(page, wide, look)
    return 1 + len(_told(page, wide, look)) + bool(waits) + len(waits) + 2


def _head(page: CardPage) -> Line:
    when = f"  {day(page.since)} {clock(page.since)[:5]}" if day(page.since) else ""
    words = "SINCE YOU LOOKED LAST" if page.asked else "LATELY"
    return title(words, Span(when, "quiet"))


# What happened.


def _told(page: CardPage, width: int, look: Look) -> list[Line]:
    lines: list[tuple[str, str, str]] = []
    if page.landed:
        named = [slate(row.shot, row.take) for row in reversed(page.landed)]
        lines.append((_count(len(named), "take", "came"), ", ".join(named), "text"))
    lines += _newest([_judged(row) for row in page.verdicts], "verdict", "text")
    lines += [("paid", _paid(row), "text") for row in page.settled if row.micro or row.unknown]
    if page.doubts or page.in_doubt:
        named = [slate(row.shot, row.take) for row in page.doubts]
        held = f"{usd(page.in_doubt, estimated=True)} is held now" if page.in_doubt else "settled by now"
        words = f"{', '.join(named)}: {held}" if named else held
        lines.append(("in doubt", words, "need" if page.in_doubt else "text"))
    lines += _newest([_failed(row) for row in page.failures], "failure", "text")
    lines += [("stood still", _paused(row), "text" if row.lifted_at else "need") for row in page.pauses[-2:]]
    lines += _newest([_said(row) for row in page.refusals], "refusal", "text")
    lines += _newest([literal(row.text, _TEXT) for row in page.suggestions], "suggestion", "text")
    lines += _newest([_said(row) for row in page.notes], "note", "text")
    if not lines:
        return [Line((Span("  nothing happened meanwhile", "quiet"),))]
    return [_line(*one, width, look) for one in lines]


def _newest(texts: Sequence[str], one: str, ink: str) -> list[tuple[str, str, str]]:
    """The newest of a kind on one line, with how many there are."""
    return [(_count(len(texts), one), texts[-1], ink)] if texts else []


def _count(count: int, one: str, verb: str = "") -> str:
    words = f"{count} {one}{'' if count == 1 else 's'}"
    return f"{words} {verb}".rstrip()


def _line(label: str, words: str, ink: str, width: int, look: Look) -> Line:
    room = max(0, width - 2 - _LABEL - 2)
    return Line(
        (
            Span("  "),
            cell(label, _LABEL, "quiet", dots=look.dots),
            Span("  "),
            Span(fit(words, room, look.dots), ink),
        )
    )


def _said(row: Told) -> str:
    about = f"{slate(row.shot, row.take)}, " if row.shot else ""
    return f"{about}{literal(row.text, _TEXT)}"


def _judged(row: Judged) -> str:
    take = row.subject == "take"
    what = slate(row.name, row.take) if take else f"{literal(row.subject, 20)} {literal(row.name, 60)}"
    done = (_DONE if take else _VERDICTS).get(row.verdict, literal(row.verdict, 20))
    note = literal(row.note, _TEXT)
    return f"{what} {done} by {literal(row.person, 60)}{': ' + note if note else ''}"


def _paid(row: Settled) -> str:
    sum_ = usd(row.micro, estimated=row.certainty == "estimated")
    known = row.requests - row.unknown
    said = f"{sum_} for {_count(known, 'request')}" if known else ""
    unknown = f"{_count(row.unknown, 'request')} of unknown cost" if row.unknown else ""
    return f"{literal(row.provider, 40)} {', '.join(part for part in (said, unknown) if part)}"


def _failed(row: Failed) -> str:
    lost = f", {usd(row.micro)} lost" if row.micro is not None else ""
    category = literal(row.category, 40) or "not logged yet"
    return f"{slate(row.shot, row.take)} {category}: {literal(row.what, _TEXT)}{lost}"


def _paused(row: Pause) -> str:
    name = literal(row.chain, 60)
    why = literal(paused(row.reason, row.note), _TEXT) if row.at else "paused before"
    return (
        f"{name} {why}; {'goes on since ' + clock(row.lifted_at)[:5] if row.lifted_at else 'it still stands'}"
    )


# What waits.


def _waits(page: CardPage, width: int, look: Look) -> list[Line]:
    if not page.waiting:
        return []
    lines = [title("WAITS FOR YOU", Span(f"  {page.waiting_total}", "need"))]
    rows = page.waiting[:NEXT]
    subjects = min(32, max(cell_len(_subject(row)) for row in rows), max(8, width // 3))
    lines += [_wait(number, row, subjects, width, look) for number, row in enumerate(rows, 1)]
    more = page.waiting_total - len(rows)
    if more > 0:
        lines.append(Line((Span(f"     and {more} more", "faint"),)))
    return lines


def _subject(row: Waits) -> str:
    return "" if row.kind in {"fault", "pause"} else literal(row.shot or row.id, 32)


def _wait(number: int, row: Waits, subjects: int, width: int, look: Look) -> Line:
    sign = look.sign(_SIGNS[row.kind]) if row.kind in _SIGNS else "!"
    subject = _subject(row)
    words = literal(row.question, _TEXT) or row.kind.replace("_", " ")
    head = (
        Span(f"  {number}", "bright"),
        Span(f"  {sign} ", "need"),
        *((cell(subject, subjects + 2, "text", dots=look.dots),) if subject else ()),
    )
    room = width - sum(cell_len(span.text) for span in head)
    return Line(
        (*head, Span(fit(words.removeprefix(subject).lstrip(" :") or words, max(0, room), look.dots)))
    )
