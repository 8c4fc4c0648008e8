"""The diary's Markdown: blocks, what stands inside a line, wrapping, and scrolling without measuring."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from rich.cells import cell_len

from core.studio.pages.diary import DiaryPage
from core.studio.pages.markdown import read_text, searched
from core.studio.places import Places
from tests.tui.films import HOSTILE
from tui.theme import Look
from tui.widgets.diary import (
    DiaryView,
    Spot,
    block_lines,
    column_widths,
    diary_lines,
    found,
    heading,
    last,
    moved,
    within,
)
from tui.widgets.lines import Line, Span
from tui.widgets.markdown import inline, marked, wrapped

LOOK = Look()
SIZES = ((80, 24), (120, 36), (200, 60))
TEXT = """# Production diary

Some *words*, `code` and **more**
that go on.

## Shots

<!-- rushes:shots -->
| Shot | Description | Model | First-pass result | Iterations | Final selection | Issue | Resolution |
| --- | --- | --- | --- | --- | --- | --- | --- |
| S101 | the quay at dawn, one lamp still lit | seedance-2.0 | rejected: her coat | 4 | t04 | coat | dye |
| S102 | a \\| pipe \\*and\\* &lt;tag&gt; | wan | circled | 1 | t01 |  |  |
<!-- /rushes:shots -->

1. first
2. second
   goes on
   - nested
- [x] done
- [ ] open

> said
> so
>> deeper

```python
a = "*not* emphasis"  # | no | table

<!-- no comment -->
```

Under
=====

---

| Day | What | In one line | By |
|---|:--:|--:|---|
| 2026-11-20 | started | drawing every plate first | Ada |

    indented code
last words
"""


def page(text: str = TEXT, **more: object) -> DiaryPage:
    read = read_text(text)
    words = tuple(map(searched, read.blocks))
    made = DiaryPage(Places(Path("/f")), "/f/diary.md", read.blocks, read.tables, words, True, False, "")
    return made._replace(**more)  # type: ignore[arg-type]


def text_of(line: Line) -> str:
    return "".join(span.text for span in line.spans).rstrip()


def drawn(text: str, width: int = 80) -> list[str]:
    made = page(text)
    return [text_of(line) for at in range(len(made.blocks)) for line in block_lines(made, at, width, LOOK)]


def said(text: str) -> str:
    return "".join(span.text for span in inline(text))


# Blocks.


def test_every_kind_of_block_is_found() -> None:
    found_ = [(block.kind, block.depth, block.mark) for block in page().blocks if block.kind != "air"]
    assert found_ == [
        ("heading", 1, ""),
        ("text", 0, ""),
        ("heading", 2, ""),
        *[(kind, 0, "") for kind in ("heads", "row", "row")],
        ("item", 0, "1."),
        ("item", 0, "2."),
        ("item", 1, "-"),
        ("item", 0, "[x]"),
        ("item", 0, "[ ]"),
        ("quote", 0, ""),
        ("quote", 1, ""),
        *[("code", 0, "")] * 3,
        ("heading", 1, ""),
        ("rule", 0, ""),
        ("heads", 0, ""),
        ("row", 0, ""),
        ("code", 0, ""),
        ("text", 0, ""),
    ]


def test_blocks_know_their_lines_in_the_file() -> None:
    lines = TEXT.split("\n")
    for block in page().blocks:
        if block.kind in {"heading", "item", "row"}:
            first = (block.text or block.cells[0]).split()[0]
            assert first in lines[block.line - 1]


def test_comments_are_for_machines_except_in_code() -> None:
    text = "\n".join(drawn(TEXT))
    assert "rushes:shots" not in text
    assert "<!-- no comment -->" in text


def test_a_cell_may_hold_an_escaped_pipe() -> None:
    row = next(block for block in page().blocks if block.cells[:1] == ("S102",))
    assert len(row.cells) == 8
    assert said(row.cells[1]) == "a | pipe *and* <tag>"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "```", "|", "|-|", "| a |\n|---|", "#", ">", "-", "<!--", "- [x]", "\ufeff"]
)
def test_every_text_is_some_markdown(text: str) -> None:
    made = page(text)
    for at in range(len(made.blocks)):
        block_lines(made, at, 80, LOOK)
    diary_lines(DiaryView(made, Spot()), 80, 24, LOOK)


def test_line_ends_of_other_systems_are_line_ends() -> None:
    assert read_text(TEXT.replace("\n", "\r\n")) == read_text(TEXT)


# Inside a line.


@pytest.mark.parametrize(
    ("raw", "shown", "bright"),
    [
        ("plain words", "plain words", []),
        ("an *em* and a **strong**", "an em and a strong", ["em", "strong"]),
        ("_under_ but snake_case_name", "under but snake_case_name", ["under"]),
        ("***both***", "both", ["both"]),
        ("2 * 3 * 4", "2 * 3 * 4", []),
        ("rated ***** by all", "rated ***** by all", []),
        ("****", "****", []),
        ("an *open one", "an *open one", []),
        ("\\*not\\*", "*not*", []),
        ("**a *nested* b**", "a nested b", ["a nested b"]),
        ("`*code*` here", "*code* here", []),
        ("a `tick alone", "a `tick alone", []),
        ("&lt;b&gt; &amp;amp; &#58;", "<b> &amp; :", []),
        ("[words](http://a.b) on", "words (http://a.b) on", []),
        ("<https://a.b>", "https://a.b", []),
        ("<b>html</b>", "<b>html</b>", []),
    ],
)
def test_marks_become_inks_and_the_rest_stays_as_written(raw: str, shown: str, bright: list[str]) -> None:
    assert said(raw) == shown
    assert [span.text for span in inline(raw) if span.ink == "bright"] == bright


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_foreign_text_is_shown_literally_in_every_place(text: str) -> None:
    body = text.replace("\n", " ")
    table = f"| a | b |\n|---|---|\n| {body} | {body} |\n"
    around = f"# {body}\n\n{body} &#27;[2J\n\n- {body}\n\n> {body}\n\n    {body}\n\n{table}"
    for size in SIZES:
        lines = diary_lines(DiaryView(page(around), Spot(), text.casefold()), *size, LOOK)
        assert all(line.width <= size[0] for line in lines)
        assert all(char.isprintable() for line in lines for char in text_of(line))


@pytest.mark.parametrize(
    "text",
    [
        "*" * 20_000,
        "`" * 20_000,
        "**a" * 7_000,
        "[" * 20_000,
        "_a_" * 6_000,
        "\\" * 20_000,
        "&" * 20_000,
        "![](" * 5_000,
    ],
)
def test_a_text_of_nothing_but_signs_is_read_to_its_end(text: str) -> None:
    # Read in squares of its length, each of these would take minutes.
    assert "".join(drawn(f"x {text}")).strip(" x")


# Wrapping.


def test_wrapped_lines_hold_every_word_and_are_never_too_wide() -> None:
    draw = random.Random(7)
    letters = "ab漢é*_` "
    for _ in range(300):
        text = "".join(draw.choice(letters) for _ in range(draw.randrange(0, 60)))
        spans = inline(text)
        width = draw.randrange(2, 20)
        rows = wrapped(spans, width)
        assert all(sum(cell_len(span.text) for span in row) <= width for row in rows)
        joined = "".join(span.text for row in rows for span in row).replace(" ", "")
        assert joined == "".join(span.text for span in spans).replace(" ", "")


def test_words_are_wrapped_whole() -> None:
    rows = wrapped(inline("the *quick brown* fox jumps"), 10)
    assert ["".join(span.text for span in row) for row in rows] == ["the quick", "brown fox", "jumps"]


def test_what_is_searched_stands_out_and_nothing_is_lost() -> None:
    spans = marked([Span("The Boat and the boats")], "boat")
    assert [span.text for span in spans if span.chosen] == ["Boat", "boat"]
    assert "".join(span.text for span in spans) == "The Boat and the boats"


# Tables.


def test_a_table_stands_in_columns_where_they_can_be_read_and_below_itself_where_not() -> None:
    wide = [" ".join(line.split()) for line in drawn(TEXT, 200)]
    assert "Shot Description Model First-pass result Iterations Final selection Issue Resolution" in wide
    narrow = drawn(TEXT, 80)
    row = next(at for at, line in enumerate(narrow) if "S101" in line)
    assert narrow[row].startswith(" S101 the quay at dawn")
    assert "Final selection t04" in " ".join(narrow[row : row + 4])
    assert not any("Iterations" in line and "S1" in line for line in narrow)


def test_columns_fill_no_more_than_the_width() -> None:
    table = page().tables[0]
    for width in range(1, 300):
        widths = column_widths(table, width)
        assert widths is None or sum(widths) + 2 * (len(widths) - 1) <= width


def test_empty_cells_of_a_stacked_row_are_left_out() -> None:
    line = next(text for text in drawn(TEXT, 80) if "Final selection t01" in text)
    assert "Issue" not in line


# Scrolling.


@pytest.mark.parametrize("size", SIZES)
def test_the_panel_is_never_wider_or_higher_than_its_place(size: tuple[int, int]) -> None:
    made = page(TEXT * 20)
    for block in range(0, len(made.blocks), 7):
        lines = diary_lines(DiaryView(made, Spot(block)), *size, LOOK)
        assert len(lines) <= size[1]
        assert all(line.width <= size[0] for line in lines)


@pytest.mark.parametrize("size", SIZES)
def test_a_step_down_and_a_step_up_lead_back(size: tuple[int, int]) -> None:
    made = page(TEXT * 9)
    end = last(made, *size, LOOK)
    draw = random.Random(3)
    spot = Spot()
    for _ in range(200):
        by = draw.randrange(1, 30)
        down = moved(made, spot, by, *size, LOOK)
        assert spot <= down <= end
        if down < end:
            assert moved(made, down, -by, *size, LOOK) == spot
        spot = down if draw.random() < 0.6 else moved(made, spot, -by, *size, LOOK)


def test_lines_follow_each_other_whatever_the_step() -> None:
    made = page(TEXT * 3)
    every = [text_of(line) for at in range(len(made.blocks)) for line in block_lines(made, at, 80, LOOK)]
    spot = Spot()
    for number in range(20):
        top = text_of(diary_lines(DiaryView(made, spot), 80, 24, LOOK)[1])
        assert top == every[number]
        spot = moved(made, spot, 1, 80, 24, LOOK)


def test_the_end_is_a_full_screen_and_nothing_lies_below_it() -> None:
    made = page(TEXT * 9)
    end = last(made, 80, 24, LOOK)
    lines = diary_lines(DiaryView(made, end), 80, 24, LOOK)
    assert len(lines) == 24
    assert "100%" in text_of(lines[0])
    assert moved(made, end, 5, 80, 24, LOOK) == end


def test_a_short_text_does_not_scroll() -> None:
    made = page("# Only this\n\nand that")
    assert moved(made, Spot(), 9, 80, 24, LOOK) == Spot()
    assert "%" not in text_of(diary_lines(DiaryView(made, Spot()), 80, 24, LOOK)[0])


def test_only_what_is_on_screen_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.widgets import diary

    made = page("\n\n".join(f"line {number}" for number in range(10_000)))
    asked: list[int] = []
    lay = diary.block_lines

    def counting(page_: DiaryPage, at: int, *rest: object) -> list[Line]:
        asked.append(at)
        return lay(page_, at, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(diary, "block_lines", counting)
    diary.diary_lines(DiaryView(made, Spot(9_000)), 80, 24, LOOK)
    diary.moved(made, Spot(9_000), 20, 80, 24, LOOK)
    assert len(asked) < 100


def test_a_spot_beyond_a_shortened_text_is_brought_back() -> None:
    made = page("one\n\ntwo")
    assert within(made, Spot(900, 4), 80, LOOK) == Spot(2)
    assert within(page(""), Spot(3), 80, LOOK) == Spot(0)


def test_headings_are_found_both_ways() -> None:
    made = page()
    names = []
    spot = Spot()
    for _ in range(3):
        spot = heading(made, spot, 1)
        names.append(made.blocks[spot.block].text)
    assert names == ["Shots", "Under", "Under"]
    assert made.blocks[heading(made, spot, -1).block].text == "Shots"
    assert heading(made, Spot(), -1) == Spot()


def test_a_search_goes_round_the_end_both_ways_and_ignores_case_and_escapes() -> None:
    made = page()
    at = found(made, "pipe *and*", 0, 1)
    assert at is not None
    assert made.blocks[at].cells[0] == "S102"
    assert found(made, "production", at, 1) == 0
    assert found(made, "production", at, -1) == 0
    assert found(made, "nowhere", 0, 1) is None
    assert found(page(""), "x", 0, 1) is None


def test_the_panel_says_how_the_file_stands() -> None:
    for made, words in (
        (page(there=False), "Not written yet: w begins the file"),
        (page(behind=True), "The ledger knows more than the file: w writes it"),
        (page(trouble="the markers of 'shots' are not one pair"), "are not one pair"),
    ):
        assert words in text_of(diary_lines(DiaryView(made, Spot()), 80, 24, LOOK)[1])
