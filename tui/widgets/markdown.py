"""What stands inside a line of Markdown: emphasis, code, links and escapes, as spans; and their wrapping."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from tui.widgets.lines import Span, literal

_TOKEN = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<entity>&(?:[A-Za-z]{2,8}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)"
    r"|(?P<ticks>`+)"
    r"|(?P<mark>\*{1,3}|_{1,3}|~~)"
    r"|!?\[(?P<words>[^\[\]]{0,400})\]\((?P<to>[^()\s]{0,400})[^()]{0,100}\)"
    r"|<(?P<auto>(?:https?://|mailto:)[^<>\s]{1,400})>"
)
_SIGNS = re.compile(r"[\\&`*_~\[<]")
"""Without one of them a text is one run."""
_LONGEST = 20_000


@dataclass(slots=True)
class _Run:
    text: str
    ink: str
    inside: tuple[int, ...] = ()
    """Marks that were open here."""
    mark: int = -1
    """The number of the mark that this is, until it is closed."""


def inline(text: str, ink: str = "text") -> list[Span]:
    """The runs of a line in their inks; a mark that nothing closes is a sign like any other. Linear."""
    if not _SIGNS.search(text):
        return [Span(_literal(text[:_LONGEST]), ink)] if text else []
    runs: list[_Run] = []
    opened: list[tuple[str, int, int]] = []
    closed: set[int] = set()
    at = count = 0
    text = text[:_LONGEST]
    while found := _TOKEN.search(text, at):
        inside = tuple(number for _, number, _ in opened)
        _plain(runs, text[at : found.start()], ink, inside)
        at = found.end()
        if found["mark"]:
            count += 1
            runs.append(_mark(text, found, opened, closed, count, ink))
        elif found["ticks"]:
            at = _code(runs, text, found, ink, inside)
        else:
            _special(runs, found, ink, inside)
    _plain(runs, text[at:], ink, tuple(number for _, number, _ in opened))
    return _joined(_inked(run, closed) for run in runs if run.text and run.mark not in closed)


def _plain(runs: list[_Run], text: str, ink: str, inside: tuple[int, ...]) -> None:
    if text:
        runs.append(_Run(text, ink, inside))


def _mark(
    text: str,
    found: re.Match[str],
    opened: list[tuple[str, int, int]],
    closed: set[int],
    count: int,
    ink: str,
) -> _Run:
    """A `**`: closes the newest of its kind, or opens one where a word begins."""
    sign = found["mark"]
    before, after = text[: found.start()][-1:], text[found.end() : found.end() + 1]
    inside_word = sign[0] == "_" and before.isalnum() and after.isalnum()
    same = next((place for place in reversed(range(len(opened))) if opened[place][0] == sign), None)
    if same is not None and before.strip() and not inside_word and opened[same][2] < found.start():
        number = opened[same][1]
        closed.update((number, count))
        del opened[same:]
    elif after.strip() and not inside_word and len(opened) < 16:
        opened.append((sign, count, found.end()))
    return _Run(sign, ink, tuple(number for _, number, _ in opened), count)


def _code(runs: list[_Run], text: str, found: re.Match[str], ink: str, inside: tuple[int, ...]) -> int:
    """To the same ticks again; without them they are signs. Returns where to go on."""
    ticks = found["ticks"]
    end = text.find(ticks, found.end())
    if end < 0:
        runs.append(_Run(ticks, ink, inside))
        return found.end()
    runs.append(_Run(text[found.end() : end].strip() or ticks, "quiet", ()))
    return end + len(ticks)


def _special(runs: list[_Run], found: re.Match[str], ink: str, inside: tuple[int, ...]) -> None:
    if found["escaped"]:
        runs.append(_Run(found["escaped"], ink, inside))
    elif found["entity"]:
        runs.append(_Run(html.unescape(found["entity"]), ink, inside))
    elif found["auto"]:
        runs.append(_Run(found["auto"], ink, inside))
    else:
        words, to = found["words"], found["to"]
        runs.append(_Run(words or to, ink, inside))
        if words and to and to != words:
            runs.append(_Run(f" ({to})", "faint", inside))


def _inked(run: _Run, closed: set[int]) -> Span:
    strong = run.ink in ("text", "quiet") and any(number in closed for number in run.inside)
    return Span(run.text, "bright" if strong else run.ink)


def _joined(spans: Iterator[Span]) -> list[Span]:
    """Equal neighbours as one, made literal: a letter and its accents must not be taken apart."""
    kept: list[Span] = []
    for span in spans:
        if kept and kept[-1].ink == span.ink:
            kept[-1] = Span(kept[-1].text + span.text, span.ink)
        else:
            kept.append(span)
    return [Span(_literal(span.text), span.ink) for span in kept]


def _literal(text: str) -> str:
    """`literal`, with a space kept at each end: it parts this run from the next."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    inner = literal(text, _LONGEST)
    if not inner:
        return " " if text.isspace() else ""
    return " " * text[:1].isspace() + inner + " " * text[-1:].isspace()


def wrapped(spans: Sequence[Span], width: int) -> list[tuple[Span, ...]]:
    """The runs in lines of whole words, at most `width` cells each; a longer word is broken. Linear."""
    if not spans:
        return []
    if sum(cell_len(span.text) for span in spans) <= width and _is_tight(spans):
        return [tuple(spans)]
    lines: list[tuple[Span, ...]] = []
    line: list[Span] = []
    used = 0
    width = max(1, width)
    for word in _words(spans):
        wide = sum(cell_len(piece.text) for piece in word)
        gap = bool(line) and word[0].text == " "
        pieces = word[1:] if word[0].text == " " else word
        wide -= word[0].text == " "
        if line and used + gap + wide > width:
            lines.append(tuple(line))
            line, used, gap = [], 0, False
        if gap:
            line.append(word[0])
            used += 1
        for piece in pieces:
            for part in _broken(piece, width, used):
                if line and used + cell_len(part.text) > width:
                    lines.append(tuple(line))
                    line, used = [], 0
                line.append(part)
                used += cell_len(part.text)
    return [*lines, tuple(line)] if line else lines


def _is_tight(spans: Sequence[Span]) -> bool:
    """Whether wrapping would leave the runs as they are: no space at the ends, none doubled."""
    text = "".join(span.text for span in spans)
    return bool(text) and text[0] != " " and text[-1] != " " and "  " not in text


def _words(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Words with the space before them; a word may run through several inks."""
    word: list[Span] = []
    for span in spans:
        for text in re.findall(r" +|[^ ]+", span.text):
            if text[0] == " ":
                if word and word != [Span(" ", word[0].ink)]:
                    yield word
                word = [Span(" ", span.ink)]
            else:
                word.append(Span(text, span.ink, span.chosen))
    if word and any(piece.text != " " for piece in word):
        yield word


def _broken(piece: Span, width: int, used: int) -> Iterator[Span]:
    """A word that is wider than a line, in parts."""
    text = piece.text
    room = width - used
    while cell_len(text) > width:
        head = set_cell_size(text, room).rstrip() if room > 0 else ""
        if not head and room >= width:
            break  # a wide character in a single cell: it is drawn as it is, and cut by the panel
        if head:
            yield Span(head, piece.ink, piece.chosen)
        text, room = text[len(head) :], width
    yield Span(text, piece.ink, piece.chosen)


def marked(spans: Sequence[Span], needle: str) -> list[Span]:
    """The places that hold `needle`, without case, as what the keys are about."""
    if not needle:
        return list(spans)
    kept: list[Span] = []
    for span in spans:
        folded = span.text.casefold()
        if len(folded) != len(span.text):
            kept.append(span)  # places cannot be told where folding changes the length
            continue
        at = 0
        while (found := folded.find(needle, at)) >= 0:
            kept += [Span(span.text[at:found], span.ink)] if found > at else []
            kept.append(Span(span.text[found : found + len(needle)], span.ink, chosen=True))
            at = found + len(needle)
        kept += [Span(span.text[at:], span.ink)] if at < len(span.text) else []
    return kept
